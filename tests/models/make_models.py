#!/usr/bin/env python3
"""Writes the small ONNX models that the tests use into this folder: make_models.py [FOLDER].

The files are committed, so that C++ tests need no Python; the same versions of onnx and numpy (scripts/requirements.txt) write the same bytes.
What each model is for: README.md.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING

IDENTITY_TYPES = {
    "bool": TensorProto.BOOL, "uint8": TensorProto.UINT8, "uint16": TensorProto.UINT16, "uint32": TensorProto.UINT32,
    "uint64": TensorProto.UINT64, "int8": TensorProto.INT8, "int16": TensorProto.INT16, "int32": TensorProto.INT32,
    "int64": TensorProto.INT64, "fp16": TensorProto.FLOAT16, "fp32": TensorProto.FLOAT, "fp64": TensorProto.DOUBLE,
    "bytes": TensorProto.STRING, "bf16": TensorProto.BFLOAT16,
}


def value(name, element_type, shape):
    return helper.make_tensor_value_info(name, element_type, shape)


def constant(name, array, element_type=np.float32):
    return numpy_helper.from_array(np.asarray(array, element_type), name)


def model(name, nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(list(nodes), name, list(inputs), list(outputs), list(initializers))
    made = helper.make_model(graph, opset_imports=OPSETS, ir_version=8, producer_name="glowplug-tests")
    onnx.checker.check_model(made)
    return made


def identities():
    for name, element_type in IDENTITY_TYPES.items():
        yield f"identity_{name}", model(
            f"identity_{name}", [helper.make_node("Identity", ["x"], ["y"])],
            [value("x", element_type, ["rows", "columns"])], [value("y", element_type, ["rows", "columns"])])


def scalar():
    return model("scalar", [helper.make_node("Add", ["x", "x"], ["y"])], [value("x", FLOAT, [])], [value("y", FLOAT, [])])


def add_subtract():
    """Two inputs, two outputs."""
    nodes = [helper.make_node("Add", ["a", "b"], ["sum"]), helper.make_node("Sub", ["a", "b"], ["difference"])]
    return model("add_subtract", nodes, [value("a", FLOAT, ["n", 4]), value("b", FLOAT, ["n", 4])],
                 [value("sum", FLOAT, ["n", 4]), value("difference", FLOAT, ["n", 4])])


def optional_input():
    """`offset` has a default, so it may be left out."""
    return model("optional_input", [helper.make_node("Add", ["x", "offset"], ["y"])],
                 [value("x", FLOAT, ["n", 2]), value("offset", FLOAT, [2])], [value("y", FLOAT, ["n", 2])],
                 [constant("offset", [10, 20])])


def center():
    """Each row depends on all rows of the run: must not be batched with those of others."""
    nodes = [helper.make_node("ReduceMean", ["x"], ["mean"], axes=[0], keepdims=1), helper.make_node("Sub", ["x", "mean"], ["y"])]
    return model("center", nodes, [value("x", FLOAT, ["n", 3])], [value("y", FLOAT, ["n", 3])])


def fixed_rows():
    return model("fixed_rows", [helper.make_node("Neg", ["x"], ["y"])], [value("x", FLOAT, [1, 4])], [value("y", FLOAT, [1, 4])])


def species():
    """Text to number; an unknown text is -1."""
    node = helper.make_node("LabelEncoder", ["name"], ["index"], domain="ai.onnx.ml", keys_strings=["setosa", "versicolor", "virginica"],
                            values_int64s=[0, 1, 2], default_int64=-1)
    return model("species", [node], [value("name", STRING, ["n"])], [value("index", INT64, ["n"])])


def lookup():
    """An index that is not in [-3, 2] makes the run fail inside the library."""
    return model("lookup", [helper.make_node("Gather", ["table", "index"], ["found"])], [value("index", INT64, ["n"])],
                 [value("found", FLOAT, ["n"])], [constant("table", [0.5, 1.5, 2.5])])


def slow():
    """y = x after max(x) rounds of a 128 x 128 matrix product: some 50 to 300 microseconds a round."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("MatMul", ["state", "mixer"], ["next"])], "round",
        [value("i", INT64, []), value("go", TensorProto.BOOL, []), value("state", FLOAT, [128, 128])],
        [value("go_on", TensorProto.BOOL, []), value("next", FLOAT, [128, 128])])
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["most"], keepdims=0), helper.make_node("Cast", ["most"], ["rounds"], to=INT64),
        helper.make_node("Expand", ["start", "square"], ["matrix"]), helper.make_node("EyeLike", ["matrix"], ["mixer"], k=1),
        helper.make_node("Loop", ["rounds", "", "matrix"], ["mixed"], body=body),
        helper.make_node("ReduceMean", ["mixed"], ["mean"], keepdims=0), helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["x", "nothing"], ["y"])]
    return model("slow", nodes, [value("x", FLOAT, ["n", 1])], [value("y", FLOAT, ["n", 1])],
                 [constant("start", 0.25), constant("square", [128, 128], np.int64), constant("zero", 0)])


def hungry():
    """y = x after filling max(x) MiB of memory."""
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["most"], keepdims=0), helper.make_node("Mul", ["most", "mebi"], ["floats"]),
        helper.make_node("Cast", ["floats"], ["count"], to=INT64), helper.make_node("Reshape", ["count", "vector"], ["shape"]),
        helper.make_node("ConstantOfShape", ["shape"], ["taken"]), helper.make_node("ReduceSum", ["taken"], ["nothing"], keepdims=0),
        helper.make_node("Add", ["x", "nothing"], ["y"])]
    return model("hungry", nodes, [value("x", FLOAT, ["n", 1])], [value("y", FLOAT, ["n", 1])],
                 [constant("mebi", 2**18), constant("vector", [1], np.int64)])


# Logistic regression on Fisher's iris data (scikit-learn 1.9, max_iter=1000), coefficients rounded to four digits; 97 % of 150 flowers.
IRIS_WEIGHTS = [[-0.4202, 0.9669, -2.5189, -1.0846], [0.5319, -0.3153, -0.2041, -0.9428], [-0.1116, -0.6517, 2.723, 2.0274]]
IRIS_BIAS = [9.8417, 2.2245, -12.0662]
IRIS_CLASSES = ["setosa", "versicolor", "virginica"]


def iris_nodes():
    return [helper.make_node("LinearClassifier", ["features"], ["label", "probabilities"], domain="ai.onnx.ml", multi_class=1,
                             post_transform="SOFTMAX", classlabels_strings=IRIS_CLASSES, coefficients=sum(IRIS_WEIGHTS, []), intercepts=IRIS_BIAS)]


def iris():
    return model("iris", iris_nodes(), [value("features", FLOAT, ["n", 4])],
                 [value("label", STRING, ["n"]), value("probabilities", FLOAT, ["n", 3])])


def iris_zipmap():
    """The form that skl2onnx gives without zipmap=False: its second output is a sequence of maps."""
    nodes = iris_nodes() + [helper.make_node("ZipMap", ["probabilities"], ["scores"], domain="ai.onnx.ml", classlabels_strings=IRIS_CLASSES)]
    scores = helper.make_value_info("scores", helper.make_sequence_type_proto(helper.make_map_type_proto(STRING, helper.make_tensor_type_proto(FLOAT, []))))
    return model("iris_zipmap", nodes, [value("features", FLOAT, ["n", 4])], [value("label", STRING, ["n"]), scores])


def weights(generator, *shape):
    """Multiples of 1/64 in [-1/2, 1/2): exact, and small when compressed."""
    return generator.integers(-32, 32, shape) / 64


def digits():
    """Convolutions: what level ALL rewrites for the CPU's block size (NCHWc)."""
    generator = np.random.default_rng(7)
    nodes = [
        helper.make_node("Conv", ["image", "w1", "b1"], ["c1"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("Conv", ["r1", "w2", "b2"], ["c2"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c2"], ["r2"]),
        helper.make_node("MaxPool", ["r2"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["p"], ["g"]), helper.make_node("Flatten", ["g"], ["f"]),
        helper.make_node("Gemm", ["f", "w3", "b3"], ["scores"]), helper.make_node("Softmax", ["scores"], ["probabilities"])]
    initializers = [constant("w1", weights(generator, 16, 1, 3, 3)), constant("b1", weights(generator, 16)),
                    constant("w2", weights(generator, 16, 16, 3, 3)), constant("b2", weights(generator, 16)),
                    constant("w3", weights(generator, 16, 10)), constant("b3", weights(generator, 10))]
    return model("digits", nodes, [value("image", FLOAT, ["n", 1, 28, 28])], [value("probabilities", FLOAT, ["n", 10])], initializers)


def external():
    """The weights lie in external.weights."""
    generator = np.random.default_rng(11)
    return model("external", [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Add", ["h", "b"], ["y"])],
                 [value("x", FLOAT, ["n", 8])], [value("y", FLOAT, ["n", 8])],
                 [constant("w", weights(generator, 8, 8)), constant("b", weights(generator, 8))])


def colors():
    """A picture's mean of each channel."""
    return model("colors", [helper.make_node("ReduceMean", ["picture"], ["scores"], axes=[2, 3], keepdims=0)],
                 [value("picture", FLOAT, ["n", 3, 8, 8])], [value("scores", FLOAT, ["n", 3])])


def boxes():
    """Three boxes of an 8 x 8 picture, the first two nearly the same; their scores are so many times its mean."""
    nodes = [helper.make_node("ReduceMean", ["picture"], ["mean"], axes=[1, 2, 3], keepdims=0), helper.make_node("Unsqueeze", ["mean", "axes"], ["m"]),
             helper.make_node("Mul", ["m", "confidences"], ["scores"]), helper.make_node("Mul", ["m", "zero"], ["nothing"]),
             helper.make_node("Add", ["nothing", "corners"], ["boxes"])]
    corners = [[[0, 0, 4, 4], [0, 0, 4, 3.75], [4, 2, 8, 8]]]
    return model("boxes", nodes, [value("picture", FLOAT, ["n", 3, 8, 8])], [value("boxes", FLOAT, ["n", 3, 4]), value("scores", FLOAT, ["n", 3, 2])],
                 [constant("axes", [1, 2], np.int64), constant("confidences", [[[0.75, 0.125], [0.5, 0.25], [0.125, 0.625]]]), constant("zero", 0),
                  constant("corners", corners)])


def words():
    """Each token to (its number, 1): a mean over what attention_mask names is the mean number."""
    nodes = [helper.make_node("Cast", ["input_ids"], ["numbers"], to=FLOAT), helper.make_node("Unsqueeze", ["numbers", "last"], ["column"]),
             helper.make_node("Mul", ["column", "zero"], ["nothing"]), helper.make_node("Add", ["nothing", "one"], ["ones"]),
             helper.make_node("Concat", ["column", "ones"], ["pair"], axis=2), helper.make_node("Cast", ["attention_mask"], ["mask"], to=FLOAT),
             helper.make_node("Unsqueeze", ["mask", "last"], ["mask3"]), helper.make_node("Mul", ["mask3", "zero"], ["no_mask"]),
             helper.make_node("Add", ["pair", "no_mask"], ["hidden"])]
    return model("words", nodes, [value("input_ids", INT64, ["n", "tokens"]), value("attention_mask", INT64, ["n", "tokens"])],
                 [value("hidden", FLOAT, ["n", "tokens", 2])], [constant("last", [2], np.int64), constant("zero", 0), constant("one", 1)])


def loud():
    """A chunk of a sound: its loudest sample, and the sum of those so far."""
    nodes = [helper.make_node("Abs", ["chunk"], ["size"]), helper.make_node("ReduceMax", ["size"], ["most"], axes=[1]),
             helper.make_node("Add", ["most", "before"], ["total"]), helper.make_node("Identity", ["total"], ["after"])]
    return model("loud", nodes, [value("chunk", FLOAT, ["n", 8]), value("before", FLOAT, ["n", 1])],
                 [value("total", FLOAT, ["n", 1]), value("after", FLOAT, ["n", 1])])


def plan():
    """Columns of text and of numbers: what a plan costs for so many months."""
    nodes = [helper.make_node("LabelEncoder", ["plan"], ["rate"], domain="ai.onnx.ml", keys_strings=["basic", "full"], values_floats=[5.0, 12.5],
                              default_float=0.0), helper.make_node("Mul", ["rate", "months"], ["price"])]
    return model("plan", nodes, [value("plan", STRING, ["n", 1]), value("months", FLOAT, ["n", 1])], [value("price", FLOAT, ["n", 1])])


def all_models():
    yield from identities()
    for make in (scalar, add_subtract, optional_input, center, fixed_rows, species, lookup, slow, hungry, iris, iris_zipmap, digits, colors, boxes,
                 words, loud, plan):
        yield make.__name__, make()


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in all_models():
        (folder / f"{name}.onnx").write_bytes(made.SerializeToString(deterministic=True))
    (folder / "external.weights").unlink(missing_ok=True)
    onnx.save(external(), folder / "external.onnx", save_as_external_data=True, location="external.weights", size_threshold=0)
    (folder / "external.weights").chmod(0o644)
    (folder / "truncated.onnx").write_bytes((folder / "digits.onnx").read_bytes()[:1000])
    (folder / "not_a_model.onnx").write_bytes(b"This is a text, not a model.\n")


if __name__ == "__main__":
    main()
