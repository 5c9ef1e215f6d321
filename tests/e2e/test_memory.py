"""What memory requests and instances take, and what is left of it when they are gone."""
import http.client
import json
import pathlib
import re
import threading

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import programs

ROWS, PIXELS = 3, 224 * 224  # an image of 602 kB
CONNECTIONS = 8


def network():
    """The first layers of MobileNetV2, whose activations have the sizes that matter: 784, 4,704 and 1,176 KiB one after another."""
    random, nodes, weights = np.random.default_rng(1), [], []

    def weight(*shape):
        weights.append(numpy_helper.from_array(random.standard_normal(shape).astype(np.float32), f"w{len(weights)}"))
        return weights[-1].name

    def conv(x, channels_in, channels_out, kernel=1, stride=1, group=1):
        nodes.append(helper.make_node("Conv", [x, weight(channels_out, channels_in // group, kernel, kernel)], [f"t{len(nodes)}"],
                                      kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4, group=group))
        return nodes[-1].output[0]

    x = conv(conv("image", 3, 16, 3, 2), 16, 96)
    x = conv(conv(x, 96, 96, 3, 2, 96), 96, 32)
    nodes.append(helper.make_node("GlobalAveragePool", [x], ["pooled"]))
    nodes.append(helper.make_node("Flatten", ["pooled"], ["flat"]))
    nodes.append(helper.make_node("MatMul", ["flat", weight(32, 10_000)], ["scores"]))  # 1.3 MB
    graph = helper.make_graph(nodes, "network", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["rows", 3, 224, 224])],
                              [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["rows", 10_000])], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture(scope="module")
def bundle(shared_glowplug):
    path = shared_glowplug.home / "network.onnx"
    onnx.save(network(), path)
    return shared_glowplug.export(path, "network")


def body():
    image = np.random.default_rng(2).random((1, ROWS, 224, 224), np.float32).tobytes()
    head = json.dumps({"inputs": [{"name": "image", "datatype": "FP32", "shape": [1, 3, 224, 224], "parameters": {"binary_data_size": len(image)}}],
                       "outputs": [{"name": "scores", "parameters": {"binary_data": True}}]}).encode()
    return head + image, {"Inference-Header-Content-Length": str(len(head)), "Content-Type": "application/octet-stream"}


def ask(server, requests, content, headers):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    for _ in range(requests):
        connection.request("POST", "/v2/models/network/infer", content, headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    connection.close()


def ask_at_once(server, requests, content, headers):
    threads = [threading.Thread(target=ask, args=(server, requests, content, headers)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def page_faults(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[7])


def mappings(pid):
    """[(permissions, name, {field: KiB})] of smaps."""
    found = []
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        head = re.match(r"[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \S+ *(.*)", line)
        if head:
            found.append((head[1], head[2], {}))
        elif line.endswith(" kB"):
            name, value = line.split(":")
            found[-1][2][name] = int(value.split()[0])
    return found


def own_kib(pid):
    return sum(fields["Private_Dirty"] for _, _, fields in mappings(pid))


def serve(glowplug, bundle, instances):
    return programs.serve(glowplug, bundle, "--engine", "onnxruntime", "--min-instances", instances, "--max-instances", instances, "--max-batch", "1")


def test_large_bodies_cost_no_page_faults_and_leave_no_memory(shared_glowplug, bundle):
    content, headers = body()
    with serve(shared_glowplug, bundle, 2) as server:
        ask(server, 2, content, headers)
        before = own_kib(server.pid)
        ask_at_once(server, 20, content, headers)
        faults = page_faults(server.pid)
        ask_at_once(server, 20, content, headers)
        each = (page_faults(server.pid) - faults) / (20 * CONNECTIONS)
        assert each < 1.5, f"{each} page faults a request of {len(content)} bytes"
        # What one body took before is in both; the bodies of eight connections are 4,700 KiB.
        programs.wait_until(lambda: own_kib(server.pid) < before + 300, "memory of bodies is given back", 10, 0.2)
        ask(server, 2, content, headers)


def test_bodies_that_never_end_leave_no_memory(shared_glowplug, bundle):
    content, headers = body()
    with serve(shared_glowplug, bundle, 1) as server:
        ask(server, 2, content, headers)
        before = own_kib(server.pid)
        clients = [http.client.HTTPConnection(server.host, server.port, timeout=60) for _ in range(CONNECTIONS)]
        for client in clients:
            client.putrequest("POST", "/v2/models/network/infer")
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                client.putheader(name, value)
            client.endheaders(content[:len(content) * 3 // 4])
        programs.wait_until(lambda: own_kib(server.pid) > before + 2000, "what has come of the bodies is held")
        ask(server, 2, content, headers)  # between them
        for client in clients:
            client.close()
        programs.wait_until(lambda: own_kib(server.pid) < before + 300, "memory of bodies is given back", 10, 0.2)


def test_an_instance_has_one_slot_and_no_hole_in_its_activations(shared_glowplug, bundle):
    content, headers = body()
    with serve(shared_glowplug, bundle, 1) as server:
        ask(server, 4, content, headers)
        [instance] = server.instances()
        ring = sum(fields["Rss"] for _, name, fields in mappings(instance) if name.startswith("/memfd:"))
        assert 588 <= ring < 800, ring
        activations = sum(fields["Private_Dirty"] for permissions, name, fields in mappings(instance) if permissions == "rw-p" and not name)
        assert 4704 + 1176 <= activations < 6400, activations
