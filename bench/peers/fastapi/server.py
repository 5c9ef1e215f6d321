"""FastAPI with uvicorn and ONNX Runtime: python server.py MODEL PORT."""
import json
import sys

import numpy as np
import onnxruntime as ort
import uvicorn
from fastapi import FastAPI, Request, Response

options = ort.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = ort.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
name, output = session.get_inputs()[0].name, session.get_outputs()[-1].name
app = FastAPI()


@app.post("/v2/models/m/infer")
async def infer(request: Request):
    length = request.headers.get("inference-header-content-length")
    if length is None:
        one = (await request.json())["inputs"][0]
        values = session.run([output], {name: np.array(one["data"], np.float32).reshape(one["shape"])})[0]
        return {"model_name": "m", "outputs": [{"name": output, "datatype": "FP32", "shape": values.shape, "data": values.ravel().tolist()}]}
    body = await request.body()
    one = json.loads(body[:int(length)])["inputs"][0]
    values = session.run([output], {name: np.frombuffer(body, np.float32, offset=int(length)).reshape(one["shape"])})[0]
    head = json.dumps({"model_name": "m", "outputs": [{"name": output, "datatype": "FP32", "shape": values.shape,
                                                       "parameters": {"binary_data_size": values.nbytes}}]}).encode()
    return Response(head + values.tobytes(), media_type="application/octet-stream", headers={"Inference-Header-Content-Length": str(len(head))})


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
