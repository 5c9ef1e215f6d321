// Fastify with onnxruntime-node: node server.js MODEL PORT
import Fastify from 'fastify';
import ort from 'onnxruntime-node';

const [model, port] = process.argv.slice(2);
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const input = session.inputNames[0];
const output = session.outputNames.at(-1);
const app = Fastify({ bodyLimit: 64 << 20 });

app.post('/v2/models/m/infer', async (request) => {
  const one = request.body.inputs[0];
  const result = await session.run({ [input]: new ort.Tensor('float32', Float32Array.from(one.data), one.shape) }, [output]);
  const values = result[output];
  return { model_name: 'm', outputs: [{ name: output, datatype: 'FP32', shape: values.dims, data: Array.from(values.data) }] };
});
await app.listen({ host: '127.0.0.1', port: Number(port) });
