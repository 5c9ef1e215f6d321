"""LitServe and ONNX Runtime: python server.py MODEL PORT."""
import sys

import litserve as ls
import numpy as np
import onnxruntime as ort


class Model(ls.LitAPI):
    def setup(self, device):
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
        self.input, self.output = self.session.get_inputs()[0].name, self.session.get_outputs()[-1].name

    def decode_request(self, request):
        one = request["inputs"][0]
        return np.array(one["data"], np.float32).reshape(one["shape"])

    def predict(self, x):
        return self.session.run([self.output], {self.input: x})[0]

    def encode_response(self, values):
        return {"model_name": "m", "outputs": [{"name": self.output, "datatype": "FP32", "shape": list(values.shape), "data": values.ravel().tolist()}]}


if __name__ == "__main__":
    ls.LitServer(Model(api_path="/v2/models/m/infer"), accelerator="cpu", workers_per_device=2).run(
        host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False, log_level="error", access_log=False)
