"""Scores a served model of digits on the test set of train.py, through HTTP.

    python score.py http://127.0.0.1:8080 FOLDER/test.csv

Sends every image as a request of its own and all of them as one. Fails when an answer differs from what scikit-learn predicted.
"""
import http.client
import json
import sys
import urllib.parse

import numpy as np


def ask(connection, rows):
    """Predicted digits for float32[n, 64] through the Open Inference Protocol."""
    body = {"inputs": [{"name": "X", "datatype": "FP32", "shape": list(rows.shape), "data": rows.ravel().tolist()}]}
    connection.request("POST", "/v2/models/digits/infer", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    if response.status != 200:
        sys.exit(f"status {response.status}: {answer['error']}")
    return np.array(next(o["data"] for o in answer["outputs"] if o["datatype"] == "INT64"))


def main():
    address = urllib.parse.urlsplit(sys.argv[1])
    table = np.loadtxt(sys.argv[2], delimiter=",", dtype=np.float32)
    pixels, digits, expected = table[:, :64], table[:, 64].astype(int), table[:, 65].astype(int)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    one_by_one = np.concatenate([ask(connection, row[None, :]) for row in pixels])
    together = ask(connection, pixels)
    print(f"accuracy through HTTP on {len(digits)} images: {np.mean(one_by_one == digits):.4f} one by one, {np.mean(together == digits):.4f} as one request")
    if not (np.array_equal(one_by_one, expected) and np.array_equal(together, expected)):
        sys.exit("the served answers differ from scikit-learn's")
    print("every answer is the one scikit-learn gives")


if __name__ == "__main__":
    main()
