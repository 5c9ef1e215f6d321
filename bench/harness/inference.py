"""One inference as an HTTP request, in JSON or with binary tensors."""
import http.client
import json
import time

import numpy as np

NUMPY = {"FP32": np.float32, "INT64": np.int64}


def infer_request(name, datatype, array, output, binary=False):
    """(body, headers) of the Open Inference Protocol, asking for one output."""
    tensor = {"name": name, "datatype": datatype, "shape": list(array.shape)}
    if not binary:
        return json.dumps({"inputs": [{**tensor, "data": array.ravel().tolist()}], "outputs": [{"name": output}]}).encode(), {"Content-Type": "application/json"}
    data = array.astype(NUMPY[datatype]).tobytes()
    head = json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": len(data)}}],
                       "outputs": [{"name": output, "parameters": {"binary_data": True}}]}).encode()
    return head + data, {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))}


def ask(port, path, body, headers, timeout=60):
    """(status, body) of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_ready(port, path, body, headers, seconds=90):
    """Asks until the answer is 200; that answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            status, answer = ask(port, path, body, headers)
            if status == 200:
                return answer
        except OSError:
            pass
        time.sleep(0.02)
    raise TimeoutError(f"no answer within {seconds} s")


def last_output(answer):
    """The values of the last FP32 output of a JSON answer: what every server gives."""
    outputs = [one for one in json.loads(answer)["outputs"] if one["datatype"] == "FP32"]
    return np.asarray(outputs[-1]["data"], np.float32).ravel()
