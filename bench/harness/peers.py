"""The servers that are compared, each as its makers would run it with one engine thread, answering the same Open Inference Protocol requests."""
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN, BUILD, PEERS = ROOT / "build/release/bin", ROOT / "build/bench", ROOT / "bench/peers"
ORT = ROOT / "third_party/onnxruntime/libonnxruntime.so.1.28.0"
PYTHON = sys.executable
REFERENCE = "actix-web + ort (R)"


@dataclasses.dataclass
class Peer:
    name: str
    function: str  # its name in the path
    command: list
    environment: dict = dataclasses.field(default_factory=dict)
    binary: bool = False  # takes tensors in the binary extension

    def path(self):
        return f"/v2/models/{self.function}/infer"


def export(model, name, folder, engine=None):
    """The bundle of a model file; exported once a folder."""
    bundle = folder / f"{name}.glow"
    if not bundle.exists():
        subprocess.run([BIN / "glowplug", "export", model, "--name", name, "--output", bundle, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return bundle


def ours(name, bundle, port):
    serve = [BIN / "glowplug", "serve", bundle, "--http-port", port, "--no-access-log", "--idle-timeout", "10m"]
    return [
        Peer("glowplug-handler", name, [BIN / "glowplug-handler", bundle, "--http-port", port, "--engine", "onnxruntime", "--no-access-log"], binary=True),
        Peer("glowplug-handler native", name, [BIN / "glowplug-handler", bundle, "--http-port", port, "--engine", "native", "--no-access-log"], binary=True),
        Peer("glowplug serve", name, [*serve, "--engine", "onnxruntime"], binary=True),
        Peer("glowplug serve native", name, [*serve, "--engine", "native"], binary=True),
    ]


def theirs(model, port, folder):
    bentoml = pathlib.Path(PYTHON).parent / "bentoml"
    mlserver = ROOT / "bench/.venv-mlserver/bin/mlserver"
    return [
        Peer(REFERENCE, "m", [BUILD / "actix/release/actix-peer", model, port, ORT], binary=True),
        Peer("Node + onnxruntime-node", "m", ["node", PEERS / "node/server.js", model, port]),
        Peer("FastAPI + ONNX Runtime", "m", [PYTHON, PEERS / "fastapi/server.py", model, port], binary=True),
        Peer("Mosec", "m", [PYTHON, PEERS / "mosec/server.py", model, port]),
        Peer("LitServe", "m", [PYTHON, PEERS / "litserve/server.py", model, port]),
        Peer("MLServer", "m", [mlserver, "start", mlserver_folder(model, port, folder)], {"PYTHONPATH": str(PEERS / "mlserver")}),
        Peer("BentoML", "m", [bentoml, "serve", PEERS / "bentoml", "--port", port, "--host", "127.0.0.1"], {"PEER_MODEL": str(model)}),
    ]


def mlserver_folder(model, port, folder):
    made = pathlib.Path(tempfile.mkdtemp(prefix="mlserver-", dir=folder))
    settings = {"host": "127.0.0.1", "http_port": int(port), "grpc_port": int(port) + 1, "metrics_port": int(port) + 2, "parallel_workers": 0}
    (made / "settings.json").write_text(json.dumps(settings))
    (made / "model-settings.json").write_text(json.dumps({"name": "m", "implementation": "model.Peer", "parameters": {"uri": str(model)}}))
    return made


def all_of(name, model, port, folder):
    """Every server for one model; those of ours that the bundle has no engine for are left out by who asks."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    return ours(name, export(model, name, folder), port) + theirs(model, port, folder)
