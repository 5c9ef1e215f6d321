"""BentoML and ONNX Runtime: PEER_MODEL=MODEL bentoml serve service:Peer --port PORT --host 127.0.0.1."""
import os

import bentoml
import numpy as np
import onnxruntime as ort


@bentoml.service(workers=2)
class Peer:
    def __init__(self):
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(os.environ["PEER_MODEL"], options, providers=["CPUExecutionProvider"])
        self.input, self.output = self.session.get_inputs()[0].name, self.session.get_outputs()[-1].name

    @bentoml.api(route="/v2/models/m/infer")
    def infer(self, inputs: list[dict]) -> dict:
        one = inputs[0]
        values = self.session.run([self.output], {self.input: np.array(one["data"], np.float32).reshape(one["shape"])})[0]
        return {"model_name": "m", "outputs": [{"name": self.output, "datatype": "FP32", "shape": list(values.shape), "data": values.ravel().tolist()}]}
