"""Makes sounds with and without a tone in noise, trains a detector that hears them chunk by chunk and writes it as ONNX.

    python train.py     writes model.onnx, tone.wav (silence, then a tone from 1.0 s to 2.0 s, in noise) and noise.wav

The model takes 512 samples at 8 kHz and its own state: what share of the power lies in the strongest frequency, smoothed over the chunks before.
"""
import pathlib
import wave

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from sklearn.linear_model import LogisticRegression

RATE, CHUNK = 8000, 512
KEEP = 0.5  # of the state, for each chunk


def make_sound(generator, seconds=3.0):
    """(float samples, whether a tone is on for each): noise, and in two thirds of the sounds a tone for a part of the time."""
    count = int(seconds * RATE)
    samples = generator.normal(0, generator.uniform(0.01, 0.1), count)
    on = np.zeros(count, bool)
    if generator.random() < 0.67:
        begin = generator.integers(0, count - RATE)
        on[begin:begin + generator.integers(RATE // 2, RATE)] = True
        samples += on * generator.uniform(0.05, 0.3) * np.sin(2 * np.pi * generator.uniform(200, 3500) * np.arange(count) / RATE)
    return np.clip(samples, -1, 1), on


def waves():
    """Two matrices [CHUNK, frequencies]: a chunk times them is its discrete Fourier transform."""
    angles = 2 * np.pi * np.outer(np.arange(CHUNK), np.arange(1, CHUNK // 2)) / CHUNK
    return np.cos(angles), np.sin(angles)


def features(samples):
    """The state behind each chunk."""
    cosines, sines = waves()
    state, states = 0.0, []
    for chunk in samples[:len(samples) // CHUNK * CHUNK].reshape(-1, CHUNK):
        power = (chunk @ cosines) ** 2 + (chunk @ sines) ** 2
        state = KEEP * state + (1 - KEEP) * power.max() / (power.sum() + 1e-6)
        states.append(state)
    return np.array(states)[:, None]


def labels(on):
    return on[:len(on) // CHUNK * CHUNK].reshape(-1, CHUNK).mean(axis=1) > 0.5


def as_onnx(model):
    """samples FP32[n, 512], state FP32[n, 1] to tone FP32[n, 1], the probability, and next_state FP32[n, 1]."""
    cosines, sines = waves()
    constants = {"cosines": cosines, "sines": sines, "tiny": 1e-6, "keep": KEEP, "take": 1 - KEEP, "slope": model.coef_, "offset": model.intercept_}
    weights = [numpy_helper.from_array(np.asarray(array, np.float32), name) for name, array in constants.items()]
    weights.append(numpy_helper.from_array(np.array([1]), "axis"))
    node = helper.make_node
    nodes = [node("MatMul", ["samples", "cosines"], ["c"]), node("MatMul", ["samples", "sines"], ["s"]), node("Mul", ["c", "c"], ["cc"]),
             node("Mul", ["s", "s"], ["ss"]), node("Add", ["cc", "ss"], ["power"]), node("ReduceMax", ["power"], ["most"], axes=[1]),
             node("ReduceSum", ["power", "axis"], ["sum"]), node("Add", ["sum", "tiny"], ["all"]), node("Div", ["most", "all"], ["share"]),
             node("Mul", ["state", "keep"], ["kept"]), node("Mul", ["share", "take"], ["taken"]), node("Add", ["kept", "taken"], ["next_state"]),
             node("Gemm", ["next_state", "slope", "offset"], ["score"]), node("Sigmoid", ["score"], ["tone"])]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "tone", [info("samples", TensorProto.FLOAT, ["n", CHUNK]), info("state", TensorProto.FLOAT, ["n", 1])],
                              [info("tone", TensorProto.FLOAT, ["n", 1]), info("next_state", TensorProto.FLOAT, ["n", 1])], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def write_wav(path, samples):
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())


def main():
    generator = np.random.default_rng(7)
    sounds = [make_sound(generator) for _ in range(200)]
    x = [features(samples) for samples, _ in sounds]
    y = [labels(on) for _, on in sounds]
    model = LogisticRegression(C=100).fit(np.concatenate(x[:100]), np.concatenate(y[:100]))
    pathlib.Path("model.onnx").write_bytes(as_onnx(model).SerializeToString())
    chunks = model.score(np.concatenate(x[100:]), np.concatenate(y[100:]))
    whole = np.mean([(model.predict(f).max() > 0.5) == truth.any() for f, truth in zip(x[100:], y[100:])])
    print(f"trained on 100 sounds; of the other 100 right on {chunks:.3f} of the chunks and on {whole:.3f} of the sounds")
    time = np.arange(3 * RATE) / RATE
    noise = generator.normal(0, 0.03, len(time))
    write_wav("noise.wav", noise)
    write_wav("tone.wav", noise + ((time >= 1) & (time < 2)) * 0.2 * np.sin(2 * np.pi * 440 * time))


if __name__ == "__main__":
    main()
