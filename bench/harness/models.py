"""The models that are measured, written as ONNX files with fixed random weights: the shapes of real ones, no data of anybody.

    mlp          4 layers, 16 to 3, 22 kB: a small network on a table
    mobilenet    the layers of MobileNetV2 (1.0, 224): 3.5 million weights, 14 MB
    minilm       the encoder of MiniLM-L6 with mean pooling: 6 layers of 384, vocabulary 30,522, 90 MB
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OPSET = 17


class Graph:
    """Nodes and weights as they are added; names are numbered."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], []

    def weight(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def normal(self, *shape, fan_in):
        return self.weight((self.random.standard_normal(shape) * np.sqrt(1 / fan_in)).astype(np.float32))

    def node(self, kind, *inputs, **attributes):
        output = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def linear(self, x, columns_in, columns_out):
        product = self.node("MatMul", x, self.normal(columns_in, columns_out, fan_in=columns_in))
        return self.node("Add", product, self.weight(np.zeros(columns_out, np.float32)))

    def write(self, path, inputs, output, shape):
        self.nodes[-1].output[0] = output
        graph = helper.make_graph(self.nodes, path.stem, inputs, [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)], self.weights)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8), path)


def mlp(path):
    graph, x, columns = Graph(1), "x", 16
    for width in (48, 48, 40, 3):
        x = graph.node("Gemm", x, graph.normal(columns, width, fan_in=columns), graph.weight(np.zeros(width, np.float32)))
        x = graph.node("Relu", x) if width != 3 else graph.node("Softmax", x, axis=-1)
        columns = width
    graph.write(path, [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", 16])], "probabilities", ["rows", 3])


def mobilenet(path):
    graph = Graph(2)

    def conv(x, channels_in, channels_out, kernel, stride=1, group=1, clip=True):
        pads = [kernel // 2] * 4
        weights = graph.normal(channels_out, channels_in // group, kernel, kernel, fan_in=channels_in // group * kernel * kernel)
        x = graph.node("Conv", x, weights, graph.weight(np.zeros(channels_out, np.float32)), kernel_shape=[kernel, kernel],
                       strides=[stride, stride], pads=pads, group=group)
        return graph.node("Clip", x, low, high) if clip else x

    low, high = graph.weight(np.float32(0)), graph.weight(np.float32(6))
    x, channels = conv("image", 3, 32, 3, 2), 32
    for expansion, width, repeats, first_stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for repeat in range(repeats):
            stride, inner, before = first_stride if repeat == 0 else 1, channels * expansion, x
            y = conv(x, channels, inner, 1) if expansion > 1 else x
            y = conv(y, inner, inner, 3, stride, inner)
            y = conv(y, inner, width, 1, clip=False)
            x = graph.node("Add", before, y) if stride == 1 and channels == width else y
            channels = width
    x = conv(x, channels, 1280, 1)
    x = graph.node("Flatten", graph.node("GlobalAveragePool", x))
    graph.node("Gemm", x, graph.normal(1280, 1000, fan_in=1280), graph.weight(np.zeros(1000, np.float32)))
    graph.write(path, [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["rows", 3, 224, 224])], "logits", ["rows", 1000])


def minilm(path):
    graph, width, heads, inner, vocabulary = Graph(3), 384, 12, 1536, 30522

    def normalize(x):
        return graph.node("LayerNormalization", x, graph.weight(np.ones(width, np.float32)), graph.weight(np.zeros(width, np.float32)), axis=-1)

    def split(x, order):
        heads_shape = graph.weight(np.array([0, 0, heads, width // heads], np.int64))
        return graph.node("Transpose", graph.node("Reshape", x, heads_shape), perm=order)

    x = normalize(graph.node("Gather", graph.normal(vocabulary, width, fan_in=width), "ids"))
    for _ in range(6):
        query, key, value = (graph.linear(x, width, width) for _ in range(3))
        scores = graph.node("MatMul", split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1]))
        scores = graph.node("Mul", scores, graph.weight(np.float32((width // heads) ** -0.5)))
        mixed = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), split(value, [0, 2, 1, 3]))
        mixed = graph.node("Reshape", graph.node("Transpose", mixed, perm=[0, 2, 1, 3]), graph.weight(np.array([0, 0, width], np.int64)))
        x = normalize(graph.node("Add", x, graph.linear(mixed, width, width)))
        hidden = graph.linear(x, width, inner)
        gate = graph.node("Erf", graph.node("Mul", hidden, graph.weight(np.float32(2 ** -0.5))))
        gelu = graph.node("Mul", graph.node("Mul", hidden, graph.weight(np.float32(0.5))), graph.node("Add", gate, graph.weight(np.float32(1))))
        x = normalize(graph.node("Add", x, graph.linear(gelu, inner, width)))
    graph.node("ReduceMean", x, axes=[1], keepdims=0)
    graph.write(path, [helper.make_tensor_value_info("ids", TensorProto.INT64, ["rows", "tokens"])], "embedding", ["rows", width])


MAKERS = {"mlp": mlp, "mobilenet": mobilenet, "minilm": minilm}


def model(name, folder):
    """The path of a model, made if it is not there; iris is the one of the tests."""
    if name == "iris":
        return ROOT / "tests/models/iris.onnx"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    if not path.exists():
        MAKERS[name](path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)
    return path


def example(name, rows=1):
    """(input name, datatype, array, output name) of one request."""
    random = np.random.default_rng(7)
    if name == "iris":
        return "features", "FP32", np.tile(np.array([[5.1, 3.5, 1.4, 0.2]], np.float32), (rows, 1)), "probabilities"
    if name == "mlp":
        return "x", "FP32", random.standard_normal((rows, 16)).astype(np.float32), "probabilities"
    if name == "mobilenet":
        return "image", "FP32", random.standard_normal((rows, 3, 224, 224)).astype(np.float32), "logits"
    return "ids", "INT64", random.integers(1000, 30000, (rows, 128)), "embedding"
