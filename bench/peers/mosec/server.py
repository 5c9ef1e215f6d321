"""Mosec and ONNX Runtime: python server.py MODEL PORT (mosec reads its own flags from the environment)."""
import os
import sys

import numpy as np
import onnxruntime as ort
from mosec import Server, Worker

MODEL, PORT = os.environ.get("PEER_MODEL") or sys.argv[1], os.environ.get("PEER_PORT") or sys.argv[2]
os.environ.update(PEER_MODEL=MODEL, PEER_PORT=PORT)
sys.argv = [sys.argv[0], "--address", "127.0.0.1", "--port", PORT, "--log-level", "error"]


class Model(Worker):
    def __init__(self):
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
        self.input, self.output = self.session.get_inputs()[0].name, self.session.get_outputs()[-1].name

    def forward(self, requests):
        arrays = [np.array(r["inputs"][0]["data"], np.float32).reshape(r["inputs"][0]["shape"]) for r in requests]
        values = self.session.run([self.output], {self.input: np.concatenate(arrays)})[0]
        rows = np.split(values, np.cumsum([len(a) for a in arrays])[:-1])
        return [{"model_name": "m", "outputs": [{"name": self.output, "datatype": "FP32", "shape": list(v.shape), "data": v.ravel().tolist()}]} for v in rows]


if __name__ == "__main__":
    server = Server()
    server.append_worker(Model, num=2, max_batch_size=32, max_wait_time=1, route="/v2/models/m/infer")
    server.run()
