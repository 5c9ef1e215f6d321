"""Everything that is wrong gets its exact status and text, from the gateway and from the handler alone, and the server goes on."""
import json
import pathlib
import re
import shutil
import socket

import onnx
import pytest
from onnx import TensorProto, helper

from harness import programs

DATA = pathlib.Path(__file__).resolve().parent.parent / "bad_input"
HTTP_CASES = json.loads((DATA / "http.json").read_text())
INFER = json.loads((DATA / "infer.json").read_text())
ELEMENTS = {"BOOL": TensorProto.BOOL, "UINT8": TensorProto.UINT8, "UINT16": TensorProto.UINT16, "UINT32": TensorProto.UINT32,
            "UINT64": TensorProto.UINT64, "INT8": TensorProto.INT8, "INT16": TensorProto.INT16, "INT32": TensorProto.INT32,
            "INT64": TensorProto.INT64, "FP16": TensorProto.FLOAT16, "FP32": TensorProto.FLOAT, "FP64": TensorProto.DOUBLE,
            "BYTES": TensorProto.STRING}


def value_info(spec):
    shape = [f"{spec['name']}_{i}" if size < 0 else size for i, size in enumerate(spec["shape"])]
    return helper.make_tensor_value_info(spec["name"], ELEMENTS[spec["datatype"]], shape)


def model_of(name, signature):
    """A model with exactly this signature; what it computes does not matter, since no case of the corpus gets that far."""
    inputs, outputs = signature["inputs"], signature["outputs"]
    if name == "iris":
        nodes = [helper.make_node("Gemm", ["features", "weights"], ["scores"]), helper.make_node("ArgMax", ["scores"], ["label"], axis=1, keepdims=0)]
        constants = [helper.make_tensor("weights", TensorProto.FLOAT, [4, 3], [0.1 * i for i in range(12)])]
    else:
        nodes = [helper.make_node("Identity", [i["name"]], [o["name"]]) for i, o in zip(inputs, outputs)]
        constants = []
    graph = helper.make_graph(nodes, name, [value_info(i) for i in inputs], [value_info(o) for o in outputs], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture(scope="module", params=["gateway", "handler"])
def servers(request, shared_glowplug):
    bundles = {}
    for name, signature in INFER["models"].items():
        path = shared_glowplug.home / f"{name}.onnx"
        onnx.save(model_of(name, signature), path)
        bundle = shared_glowplug.home / f"{name}.glow"
        bundles[name] = bundle if bundle.exists() else shared_glowplug.export(path, name)
    if request.param == "gateway":
        with programs.serve(shared_glowplug, *bundles.values()) as server:
            yield dict.fromkeys(bundles, server)
    else:
        running = {name: programs.handler(shared_glowplug, bundle) for name, bundle in bundles.items()}
        yield running
        for server in running.values():
            server.stop()


def talk(server, pieces, end):
    """Sends the pieces and reads until the server closes, or one answer is complete."""
    with socket.create_connection((server.host, server.port), timeout=30) as connection:
        try:
            for piece in pieces:
                connection.sendall(bytes_of(piece))
            if end:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server had seen enough: its answer is waiting
        received = b""
        while not complete(received):
            try:
                piece = connection.recv(65536)
            except ConnectionResetError:
                break
            if not piece:
                break
            received += piece
    return received


def bytes_of(piece):
    """A piece of the corpus is text, or {"repeat": text, "times": n}."""
    return (piece["repeat"] * piece["times"] if isinstance(piece, dict) else piece).encode("latin-1")


def complete(received):
    head, found, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(found) and length is not None and len(body) >= int(length.group(1))


def with_a_route(piece):
    """The corpus asks for "/"; here that would be answered 404 before its fault is seen."""
    if isinstance(piece, dict):
        return piece
    piece = re.sub(r"^(GET|HEAD|DELETE) / HTTP/", r"\1 /healthz HTTP/", piece)
    return re.sub(r"^(POST|PUT) / HTTP/", r"POST /v2/models/iris/infer HTTP/", piece)


@pytest.mark.parametrize("case", HTTP_CASES, ids=lambda case: case["name"])
def test_malformed_http(servers, case):
    server = servers["iris"]
    received = talk(server, [with_a_route(piece) for piece in case["send"]], case.get("end", False))
    assert received.startswith(b"HTTP/1.1 "), received[:200]
    status = int(received.split(b" ", 2)[1])
    body = received.partition(b"\r\n\r\n")[2]
    assert status == case["status"], received[:400]
    text = json.loads(body)["error"]
    counts_bytes_of_the_head = re.search(r"after \d+ bytes|\d+ bytes", case["text"])
    expected = re.sub(r"\d+ bytes.*", "", case["text"]) if counts_bytes_of_the_head else case["text"]
    assert expected in text, text


@pytest.mark.parametrize("case", INFER["cases"], ids=lambda case: case["name"])
def test_bad_tensors(servers, case):
    server = servers[case["model"]]
    body = bytes.fromhex(case["hex"]) if "hex" in case else case["body"].encode()
    answer = server.post(f"/v2/models/{case['model']}/infer", data=body, headers=case.get("headers", {}))
    assert answer.status_code == case["status"], answer.text
    assert answer.json() == {"error": case["message"]}


def test_the_servers_are_still_well(servers):
    for server in set(servers.values()):
        assert server.get("/healthz").status_code == 200
        assert server.process.poll() is None
    answer = servers["iris"].post("/v2/models/iris/infer", json={"inputs": [{"name": "features", "datatype": "FP32", "shape": [1, 4], "data": [1, 2, 3, 4]}]})
    assert answer.status_code == 200


def test_limits_of_the_gateway_name_themselves(glowplug):
    bundle = glowplug.export("identity_fp32.onnx", "f")
    with programs.serve(glowplug, bundle, "--max-body", "1MiB") as server:
        big = server.post("/v2/models/f/infer", data=b"x" * (2 << 20))
        assert big.status_code == 413 and "max_body" in big.json()["error"] and "2097152" in big.json()["error"]
        missing = server.get("/v2/models/nobody")
        assert missing.status_code == 404 and "nobody" in missing.json()["error"]
        wrong = server.get("/v2/models/f/infer")
        assert wrong.status_code == 405 and wrong.headers["Allow"] == "POST"


@pytest.mark.parametrize("how", ["truncated.onnx", "not_a_model.onnx", "iris_zipmap.onnx"])
def test_models_that_export_refuses(glowplug, how):
    done = glowplug.run("export", programs.MODELS / how, "--name", "bad", "--output", glowplug.home / "bad.glow", check=False)
    assert done.returncode == 1 and done.stderr.startswith("error:") and how.split(".")[0] in done.stderr
    assert not (glowplug.home / "bad.glow").exists() and not done.stdout


def damage(bundle, how):
    manifest = json.loads((bundle / "manifest.json").read_text())
    model = bundle / "model" / "model.onnx"
    if how == "changed byte":
        data = bytearray(model.read_bytes())
        data[-1] ^= 1
        model.write_bytes(data)
    elif how == "missing file":
        model.unlink()
    elif how == "extra file":
        (bundle / "model" / "extra.bin").write_bytes(b"x")
    elif how == "link":
        target = bundle.parent / "elsewhere.onnx"
        model.rename(target)
        model.symlink_to(target)
    elif how == "newer schema":
        manifest["schema"] = 99
        (bundle / "manifest.json").write_text(json.dumps(manifest))
    elif how == "unknown key":
        manifest["surprise"] = 1
        (bundle / "manifest.json").write_text(json.dumps(manifest))
    elif how == "escaping name":
        manifest["files"]["../outside"] = {"sha256": "0" * 64, "size": 1}
        (bundle / "manifest.json").write_text(json.dumps(manifest))
    elif how == "no manifest":
        (bundle / "manifest.json").unlink()


@pytest.mark.parametrize("how, names", [
    ("changed byte", "model/model.onnx"), ("missing file", "model/model.onnx"), ("extra file", "model/extra.bin"), ("link", "model/model.onnx"),
    ("newer schema", "99"), ("unknown key", "surprise"), ("escaping name", "../outside"), ("no manifest", "manifest.json")])
def test_damaged_bundles_are_refused_everywhere(glowplug, how, names):
    bundle = glowplug.export("iris.onnx", "iris")
    damage(bundle, how)
    for verb in (("add", bundle), ("inspect", bundle), ("serve", bundle, "--http-port", "0")):
        done = glowplug.run(*verb, check=False)
        assert done.returncode == 1 and names in done.stderr, (verb, done.stderr)
    shutil.rmtree(bundle / "prepared")  # the handler alone reads what it loads, and only that
    done = glowplug.run(bundle, "--http-port", "0", program="glowplug-handler", check=False)
    assert done.returncode == 1 and names in done.stderr, done.stderr
