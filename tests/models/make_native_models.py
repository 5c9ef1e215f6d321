#!/usr/bin/env python3
"""Writes the models that the native engine's tests compile: make_native_models.py [FOLDER, by default native/ beside this file].

op_NAME: one operator each, with what its attributes can say. NAME: what converters make of trained models; needs scikit-learn, skl2onnx,
onnxmltools, xgboost, lightgbm and catboost (protobuf 6.33.6). The files are committed, so that C++ tests need no Python; trained weights may
differ in the last digits on another processor.
"""

import pathlib
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

warnings.filterwarnings("ignore")
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
F, D, I, I32, S, B = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.INT32, TensorProto.STRING, TensorProto.BOOL)
ML = "ai.onnx.ml"
RANDOM = np.random.default_rng(3)


def value(name, element_type, shape):
    return helper.make_tensor_value_info(name, element_type, shape)


def constant(name, array, element_type=np.float32):
    return numpy_helper.from_array(np.asarray(array, element_type), name)


def model(nodes, inputs, outputs, initializers=(), opsets=None):
    graph = helper.make_graph(list(nodes), "g", list(inputs), list(outputs), list(initializers))
    return helper.make_model(graph, opset_imports=opsets or OPSETS, ir_version=8, producer_name="glowplug-tests")


def weights(*shape):
    return RANDOM.integers(-32, 32, shape) / 64


def node(op, inputs, outputs=("y",), **attributes):
    return helper.make_node(op, list(inputs), list(outputs), **attributes)


def ml(op, inputs, outputs=("y",), **attributes):
    return helper.make_node(op, list(inputs), list(outputs), domain=ML, **attributes)


def unary(op, **attributes):
    return model([node(op, ["x"], **attributes)], [value("x", F, ["n", 5])], [value("y", F, ["n", 5])])


def binary(op, out=F, kind=F):
    return model([node(op, ["a", "b"])], [value("a", kind, ["n", 3]), value("b", kind, ["n", 3])], [value("y", out, ["n", 3])])


def reduction(op, axes, keep):
    shape = ["n"] + [s for i, s in ((1, 3), (2, 4)) if keep or i not in axes]
    shape = ["n"] + [1 if i in axes else s for i, s in ((1, 3), (2, 4))] if keep else shape
    inputs, constants, attributes = ["x"], [], {"keepdims": keep}
    if op == "ReduceSum":
        inputs.append("axes")
        constants.append(constant("axes", axes, np.int64))
    else:
        attributes["axes"] = axes
    return model([node(op, inputs, **attributes)], [value("x", F, ["n", 3, 4])], [value("y", F, shape)], constants)


def elements():
    for op in ["Abs", "Ceil", "Erf", "Exp", "Floor", "Neg", "Relu", "Sigmoid", "Softplus", "Softsign", "Sign", "Tanh", "Identity", "Dropout"]:
        yield op.lower(), unary(op)
    yield "leaky_relu", unary("LeakyRelu", alpha=0.2)
    yield "elu", unary("Elu", alpha=0.7)
    yield "hard_sigmoid", unary("HardSigmoid", alpha=0.3, beta=0.4)
    yield "log_sqrt_reciprocal", model([node("Abs", ["x"], ["a"]), node("Add", ["a", "one"], ["b"]), node("Log", ["b"], ["l"]), node("Sqrt", ["b"], ["s"]),
                                        node("Reciprocal", ["b"], ["r"]), node("Sum", ["l", "s", "r"])],
                                       [value("x", F, ["n", 5])], [value("y", F, ["n", 5])], [constant("one", 1)])
    for op in ["Add", "Sub", "Mul", "Div", "Max", "Min"]:
        yield op.lower(), binary(op)
    for op in ["Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"]:
        yield op.lower(), binary(op, B)
    yield "int_math", model([node("Add", ["a", "b"], ["c"]), node("Mul", ["c", "a"], ["d"]), node("Neg", ["d"], ["e"]), node("Sub", ["e", "b"])],
                            [value("a", I, ["n", 3]), value("b", I, ["n", 3])], [value("y", I, ["n", 3])])
    yield "double_math", model([node("Mul", ["x", "x"], ["s"]), node("ReduceSum", ["s"], ["r"], keepdims=0), node("Sqrt", ["s"])],
                               [value("x", D, ["n", 3])], [value("y", D, ["n", 3]), value("r", D, [])])
    yield "pow", model([node("Abs", ["x"], ["a"]), node("Pow", ["a", "e"], ["p"]), node("Pow", ["x", "two"], ["q"]), node("Add", ["p", "q"])],
                       [value("x", F, ["n", 3])], [value("y", F, ["n", 3])], [constant("e", 1.5), constant("two", 2, np.int64)])
    yield "prelu", model([node("PRelu", ["x", "s"])], [value("x", F, ["n", 3])], [value("y", F, ["n", 3])], [constant("s", [.1, .2, .3])])
    yield "broadcast", model([node("Add", ["x", "row"], ["a"]), node("Mul", ["a", "column"], ["b"]), node("Sub", ["s", "b"])],
                             [value("x", F, ["n", 2, 3])], [value("y", F, ["n", 2, 3])],
                             [constant("row", [1, 2, 3]), constant("column", [[2], [3]]), constant("s", 10)])
    yield "logic", model([node("Greater", ["x", "z"], ["p"]), node("Less", ["x", "o"], ["q"]), node("And", ["p", "q"], ["a"]), node("Or", ["p", "q"], ["r"]),
                          node("Xor", ["a", "r"], ["e"]), node("Not", ["e"], ["f"]), node("Where", ["f", "x", "z"])],
                         [value("x", F, ["n", 3])], [value("y", F, ["n", 3])], [constant("z", 0), constant("o", 1)])
    yield "is_nan", model([node("IsNaN", ["x"], ["p"]), node("Where", ["p", "z", "x"])], [value("x", F, ["n", 3])], [value("y", F, ["n", 3])], [constant("z", -7)])
    yield "clip", model([node("Clip", ["x", "lo", "hi"], ["a"]), node("Clip", ["a", "", "m"])], [value("x", F, ["n", 3])], [value("y", F, ["n", 3])],
                        [constant("lo", -1), constant("hi", 2), constant("m", 1.5)])
    for name, kind in {"float": F, "double": D, "int64": I, "int32": I32, "bool": B}.items():
        yield f"cast_{name}", model([node("Cast", ["x"], ["d"], to=kind), node("Cast", ["i"], ["e"], to=kind), node("Cast", ["d"], ["y"], to=F),
                                     node("Cast", ["e"], ["z"], to=I)],
                                    [value("x", F, ["n", 3]), value("i", I, ["n", 3])], [value("y", F, ["n", 3]), value("z", I, ["n", 3])])
    yield "softmax", model([node("Softmax", ["x"], ["a"], axis=1), node("LogSoftmax", ["x"], ["b"], axis=-1)], [value("x", F, ["n", 3, 4])],
                           [value("a", F, ["n", 3, 4]), value("b", F, ["n", 3, 4])])
    yield "softmax_old", model([node("Softmax", ["x"])], [value("x", F, ["n", 3, 4])], [value("y", F, ["n", 3, 4])], opsets=[helper.make_opsetid("", 11)])
    for op in ["ReduceSum", "ReduceMean", "ReduceProd", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceLogSumExp"]:
        yield op.lower(), reduction(op, [1], 1)
    yield "reducemean_both", reduction("ReduceMean", [1, 2], 0)
    yield "arg_max", model([node("ArgMax", ["x"], ["a"], axis=1, keepdims=0), node("ArgMin", ["x"], ["b"], axis=-1), node("ArgMax", ["x"], ["c"], axis=2, select_last_index=1)],
                           [value("x", F, ["n", 3, 4])], [value("a", I, ["n", 4]), value("b", I, ["n", 3, 1]), value("c", I, ["n", 3, 1])])


def shapes():
    x = value("x", F, ["n", 2, 6])
    yield "reshape", model([node("Reshape", ["x", "s"], ["a"]), node("Reshape", ["a", "t"])], [x], [value("y", F, ["n", 12])],
                           [constant("s", [0, -1, 3], np.int64), constant("t", [-1, 12], np.int64)])
    yield "flatten_squeeze", model([node("Flatten", ["x"], ["f"], axis=2), node("Unsqueeze", ["f", "u"], ["g"]), node("Squeeze", ["g", "u"])],
                                   [x], [value("y", F, [None, 6])], [constant("u", [0, 2], np.int64)])
    yield "transpose", model([node("Transpose", ["x"], perm=[0, 2, 1])], [x], [value("y", F, ["n", 6, 2])])
    yield "concat", model([node("Concat", ["x", "x", "z"], axis=1)], [x, value("z", F, ["n", 1, 6])], [value("y", F, ["n", 5, 6])])
    yield "concat_text", model([node("Concat", ["a", "b"], axis=1)], [value("a", S, ["n", 1]), value("b", S, ["n", 2])], [value("y", S, ["n", 3])])
    yield "gather", model([node("Gather", ["x", "i"], ["a"], axis=2), node("Gather", ["x", "k"], ["b"], axis=1)], [x],
                          [value("a", F, ["n", 2, 3]), value("b", F, ["n", 6])], [constant("i", [5, 0, -2], np.int64), constant("k", 1, np.int32)])
    yield "slice", model([node("Slice", ["x", "s", "e", "a", "t"])], [x], [value("y", F, ["n", 2, 3])],
                         [constant("s", [-1], np.int64), constant("e", [-100], np.int64), constant("a", [2], np.int64), constant("t", [-2], np.int64)])
    yield "split", model([node("Split", ["x", "p"], ["a", "b"], axis=2)], [x], [value("a", F, ["n", 2, 2]), value("b", F, ["n", 2, 4])], [constant("p", [2, 4], np.int64)])
    ones = helper.make_tensor("one", F, [1], [1.0])
    yield "shape_fill", model([node("Shape", ["x"], ["s"]), node("Gather", ["s", "k"], ["n"]), node("Concat", ["n", "two"], ["t"], axis=0),
                               node("ConstantOfShape", ["t"], ["o"], value=ones), node("ReduceSum", ["x", "axes"], ["r"], keepdims=0),
                               node("Mul", ["o", "r"])],
                              [x], [value("y", F, ["n", 2])],
                              [constant("k", [0], np.int64), constant("two", [2], np.int64), constant("axes", [2], np.int64)])
    yield "expand", model([node("Shape", ["x"], ["s"]), node("Expand", ["row", "s"])], [x], [value("y", F, ["n", 2, 6])], [constant("row", [[1, 2, 3, 4, 5, 6]])])
    yield "output_is_input", model([node("Identity", ["x"], ["y"]), node("Identity", ["c"], ["z"]), node("Add", ["x", "x"], ["w"]), node("Identity", ["w"], ["v"])],
                                   [x], [value("y", F, ["n", 2, 6]), value("z", F, [2]), value("w", F, ["n", 2, 6]), value("v", F, ["n", 2, 6])], [constant("c", [1, 2])])


def matrices():
    x = value("x", F, ["n", 7])
    yield "gemm", model([node("Gemm", ["x", "w", "b"], alpha=0.5, beta=2.0, transB=1)], [x], [value("y", F, ["n", 19])], [constant("w", weights(19, 7)), constant("b", weights(19))])
    yield "gemm_computed", model([node("Abs", ["x"], ["a"]), node("Gemm", ["a", "x", "c"], transA=1, alpha=2.0, beta=0.5)], [x], [value("y", F, [7, 7])], [constant("c", weights(7, 1))])
    yield "mlp", model([node("MatMul", ["x", "w1"], ["m1"]), node("Add", ["b1", "m1"], ["a1"]), node("Relu", ["a1"], ["r1"]), node("MatMul", ["r1", "w2"], ["m2"]),
                        node("Add", ["m2", "b2"], ["a2"]), node("Clip", ["a2", "lo", "hi"], ["r2"]), node("Gemm", ["r2", "w3", "b3"], ["g"]), node("Softmax", ["g"])],
                       [x], [value("y", F, ["n", 3])],
                       [constant("w1", weights(7, 33)), constant("b1", weights(33)), constant("w2", weights(33, 16)), constant("b2", weights(1, 16)), constant("lo", -1), constant("hi", 6),
                        constant("w3", weights(16, 3)), constant("b3", weights(3))])
    yield "gemm_batch_normalization", model([node("Gemm", ["x", "w", "b"], ["g"]), node("BatchNormalization", ["g", "s", "o", "m", "v"], ["n1"]), node("Relu", ["n1"])],
                                            [x], [value("y", F, ["n", 20])],
                                            [constant("w", weights(7, 20)), constant("b", weights(20)), constant("s", weights(20) + 1), constant("o", weights(20)), constant("m", weights(20)),
                                             constant("v", weights(20) + 1)])
    yield "matmul_many", model([node("MatMul", ["a", "w"], ["p"]), node("Transpose", ["p"], ["q"], perm=[0, 2, 1]), node("MatMul", ["p", "q"])],
                               [value("a", F, ["n", 3, 4])], [value("y", F, ["n", 3, 3])], [constant("w", weights(4, 5))])
    yield "matmul_double", model([node("MatMul", ["a", "w"])], [value("a", D, ["n", 4])], [value("y", D, ["n", 5])], [constant("w", weights(4, 5), np.float64)])
    yield "matmul_twice_used", model([node("MatMul", ["x", "w"], ["m"]), node("Relu", ["m"], ["r"]), node("Add", ["m", "r"])], [x], [value("y", F, ["n", 5])], [constant("w", weights(7, 5))])


def images():
    def conv(shape, kernel, out, initial, **attributes):
        return model([node("Conv", ["x", "w", "b"], **attributes)], [value("x", F, ["n"] + shape)], [value("y", F, ["n"] + out)],
                     [constant("w", weights(*kernel)), constant("b", weights(kernel[0]))] if initial else [])
    yield "conv", conv([3, 9, 11], [5, 3, 3, 2], [5, 7, 10], True)
    yield "conv_pads_strides", conv([3, 9, 11], [5, 3, 3, 3], [5, 6, 5], True, pads=[2, 1, 1, 0], strides=[2, 2])
    yield "conv_groups", conv([4, 8, 8], [6, 2, 3, 3], [6, 8, 8], True, group=2, pads=[1, 1, 1, 1])
    yield "conv_depthwise", conv([4, 8, 8], [4, 1, 3, 3], [4, 4, 4], True, group=4, pads=[1, 1, 1, 1], strides=[2, 2])
    yield "conv_dilated", conv([2, 10, 10], [3, 2, 3, 3], [3, 6, 6], True, dilations=[2, 2])
    yield "conv_same", conv([2, 7, 9], [3, 2, 3, 3], [3, 4, 5], True, auto_pad="SAME_UPPER", strides=[2, 2])
    yield "conv_same_lower", conv([2, 7, 9], [3, 2, 2, 2], [3, 7, 9], True, auto_pad="SAME_LOWER")
    yield "conv_1d", conv([3, 12], [4, 3, 5], [4, 12], True, pads=[2, 2])
    yield "conv_large", conv([2, 20, 20], [17, 2, 5, 5], [17, 16, 16], True)
    yield "conv_batch_normalization", model(
        [node("Conv", ["x", "w"], ["c"]), node("BatchNormalization", ["c", "s", "o", "m", "v"], ["d"]), node("Relu", ["d"])],
        [value("x", F, ["n", 2, 6, 6])], [value("y", F, ["n", 3, 4, 4])],
        [constant("w", weights(3, 2, 3, 3)), constant("s", weights(3) + 1), constant("o", weights(3)), constant("m", weights(3)), constant("v", weights(3) + 1)])
    yield "batch_normalization", model([node("BatchNormalization", ["x", "s", "o", "m", "v"])], [value("x", F, ["n", 3, 4, 4])], [value("y", F, ["n", 3, 4, 4])],
                                       [constant("s", weights(3) + 1), constant("o", weights(3)), constant("m", weights(3)), constant("v", weights(3) + 1)])
    yield "conv_bias_added", model([node("Conv", ["x", "w"], ["c"]), node("Add", ["c", "b"], ["d"]), node("Clip", ["d", "lo", "hi"])], [value("x", F, ["n", 2, 6, 6])],
                                   [value("y", F, ["n", 3, 4, 4])], [constant("w", weights(3, 2, 3, 3)), constant("b", weights(1, 3, 1, 1)), constant("lo", 0), constant("hi", 6)])

    def pool(op, out, **attributes):
        return model([node(op, ["x"], **attributes)], [value("x", F, ["n", 2, 9, 7])], [value("y", F, ["n", 2] + out)])
    yield "max_pool", pool("MaxPool", [4, 3], kernel_shape=[2, 2], strides=[2, 2])
    yield "max_pool_ceil", pool("MaxPool", [5, 4], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    yield "max_pool_pads", pool("MaxPool", [5, 4], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    yield "max_pool_dilated", pool("MaxPool", [7, 5], kernel_shape=[2, 2], dilations=[2, 2])
    yield "average_pool", pool("AveragePool", [5, 4], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    yield "average_pool_padded", pool("AveragePool", [5, 4], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    yield "global_average_pool", pool("GlobalAveragePool", [1, 1])
    yield "global_max_pool", pool("GlobalMaxPool", [1, 1])
    yield "pool_1d", model([node("MaxPool", ["x"], kernel_shape=[3], strides=[2])], [value("x", F, ["n", 2, 9])], [value("y", F, ["n", 2, 4])])


def tables():
    x = value("x", F, ["n", 4])
    y = value("y", F, ["n", 4])
    yield "scaler", model([ml("Scaler", ["x"], offset=[1., 2., 3., 4.], scale=[.5, .25, 2., 1.])], [x], [y])
    yield "scaler_one", model([ml("Scaler", ["x"], offset=[1.], scale=[.5])], [value("x", I, ["n", 4])], [y])
    for norm in ["MAX", "L1", "L2"]:
        yield f"normalizer_{norm.lower()}", model([ml("Normalizer", ["x"], norm=norm)], [x], [y])
    yield "imputer", model([ml("Imputer", ["x"], imputed_value_floats=[1., 2., 3., 4.], replaced_value_float=float("nan"))], [x], [y])
    yield "imputer_number", model([ml("Imputer", ["x"], imputed_value_floats=[9.], replaced_value_float=0.0)], [x], [y])
    yield "imputer_int", model([ml("Imputer", ["x"], imputed_value_int64s=[9], replaced_value_int64=0)], [value("x", I, ["n", 4])], [value("y", I, ["n", 4])])
    yield "one_hot_text", model([ml("OneHotEncoder", ["x"], cats_strings=["red", "green", "blue", "Zürich"], zeros=1)], [value("x", S, ["n", 1])], [value("y", F, ["n", 1, 4])])
    yield "one_hot_int", model([ml("OneHotEncoder", ["x"], cats_int64s=[3, 1, 2], zeros=1)], [value("x", I, ["n", 2])], [value("y", F, ["n", 2, 3])])
    yield "one_hot_float", model([ml("OneHotEncoder", ["x"], cats_int64s=[3, 1, 2], zeros=1)], [value("x", F, ["n", 2])], [value("y", F, ["n", 2, 3])])
    yield "one_hot_strict", model([ml("OneHotEncoder", ["x"], cats_int64s=[0, 1, 2], zeros=0)], [value("x", I, ["n", 2])], [value("y", F, ["n", 2, 3])])
    kinds = {"string": (S, ["b", "a", "c"]), "int64": (I, [7, 3, 5]), "float": (F, [.5, -1.5, 2.])}
    for key, (in_type, keys) in kinds.items():
        for name, (out_type, values) in kinds.items():
            attributes = {f"keys_{key}s": keys, f"values_{name}s": values}
            yield f"label_{key}_{name}", model([ml("LabelEncoder", ["x"], **attributes)], [value("x", in_type, ["n", 2])], [value("y", out_type, ["n", 2])])
    yield "label_default", model([ml("LabelEncoder", ["x"], keys_strings=["a", "b"], values_int64s=[5, 6], default_int64=-9)], [value("x", S, ["n"])], [value("y", I, ["n"])])
    yield "array_feature_extractor", model([ml("ArrayFeatureExtractor", ["x", "i"], ["a"]), node("ArgMax", ["x"], ["m"], axis=1), ml("ArrayFeatureExtractor", ["names", "m"], ["b"])],
                                           [x], [value("a", F, ["n", 2]), value("b", S, [1, None])],
                                           [constant("i", [3, 0], np.int64), helper.make_tensor("names", S, [4], [b"w", b"x", b"y", b"z"])])
    for post in ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"]:
        yield f"linear_classes_{post.lower()}", model(
            [ml("LinearClassifier", ["x"], ["l", "s"], coefficients=weights(12).tolist(), intercepts=weights(3).tolist(), classlabels_ints=[4, 5, 9], post_transform=post)],
            [x], [value("l", I, ["n"]), value("s", F, ["n", 3])])
        yield f"linear_two_{post.lower()}", model(
            [ml("LinearClassifier", ["x"], ["l", "s"], coefficients=weights(4).tolist(), intercepts=weights(1).tolist(), classlabels_strings=["no", "yes"], post_transform=post)],
            [x], [value("l", S, ["n"]), value("s", F, ["n", 2])])
    yield "linear_regressor", model([ml("LinearRegressor", ["x"], coefficients=weights(8).tolist(), intercepts=weights(2).tolist(), targets=2)], [x], [value("y", F, ["n", 2])])


def random_tree(depth, features, modes, missing):
    """Attributes of one tree: inner nodes first, then leaves, as a heap."""
    count = 2 ** (depth + 1) - 1
    inner = 2 ** depth - 1
    return {
        "nodes_nodeids": list(range(count)),
        "nodes_featureids": [int(RANDOM.integers(features)) if i < inner else 0 for i in range(count)],
        "nodes_values": [float(RANDOM.integers(-8, 8)) / 4 if i < inner else 0.0 for i in range(count)],
        "nodes_modes": [modes[int(RANDOM.integers(len(modes)))] if i < inner else "LEAF" for i in range(count)],
        "nodes_truenodeids": [2 * i + 1 if i < inner else 0 for i in range(count)],
        "nodes_falsenodeids": [2 * i + 2 if i < inner else 0 for i in range(count)],
        "nodes_missing_value_tracks_true": [int(RANDOM.integers(2)) if missing and i < inner else 0 for i in range(count)],
    }, list(range(inner, count))


def trees(op, modes=("BRANCH_LEQ",), targets=(0,), negative=True, missing=False, count=10, depth=3, **more):
    prefix = "class" if op == "TreeEnsembleClassifier" else "target"
    attributes = {}
    scores = {f"{prefix}_treeids": [], f"{prefix}_nodeids": [], f"{prefix}_ids": [], f"{prefix}_weights": []}
    for tree in range(count):
        part, leaves = random_tree(depth, 4, modes, missing)
        part["nodes_treeids"] = [tree] * len(part["nodes_nodeids"])
        for key, values in part.items():
            attributes.setdefault(key, []).extend(values)
        for leaf in leaves:
            for target in targets:
                scores[f"{prefix}_treeids"].append(tree)
                scores[f"{prefix}_nodeids"].append(leaf)
                scores[f"{prefix}_ids"].append(target)
                scores[f"{prefix}_weights"].append(float(RANDOM.integers(-16 if negative else 0, 16)) / (16 * count))
    return ml(op, ["x"], ("l", "s") if prefix == "class" else ("y",), **attributes, **scores, **more)


def ensembles():
    x = value("x", F, ["n", 4])

    def classes(count, labels=None, **arguments):
        kind, key = (S, "classlabels_strings") if labels else (I, "classlabels_int64s")
        made = trees("TreeEnsembleClassifier", **{key: labels or list(range(3, 3 + count))}, **arguments)
        return model([made], [x], [value("l", kind, ["n"]), value("s", F, ["n", count])])

    def scores(count, **arguments):
        return model([trees("TreeEnsembleRegressor", n_targets=count, targets=range(count), **arguments)], [x], [value("y", F, ["n", count])])
    for mode in ["LEQ", "LT", "GT", "GTE", "EQ", "NEQ"]:
        yield f"trees_{mode.lower()}", scores(1, modes=[f"BRANCH_{mode}"])
        yield f"trees_{mode.lower()}_missing", scores(1, modes=[f"BRANCH_{mode}"], missing=True)
    yield "trees_average", scores(2, aggregate_function="AVERAGE", base_values=[.5, -.5])
    yield "trees_base", scores(3, base_values=[1., 2., 3.])
    for post in ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"]:
        yield f"trees_three_{post.lower()}", classes(3, targets=(0, 1, 2), post_transform=post)
        yield f"trees_three_base_{post.lower()}", classes(3, targets=(0, 2), post_transform=post, base_values=[.1, .3, .2])
        for which in (0, 1):
            for negative in (False, True):
                sign = "signed" if negative else "positive"
                yield f"trees_two_{which}_{sign}_{post.lower()}", classes(2, ["no", "yes"], targets=(which,), negative=negative, post_transform=post)
        yield f"trees_two_both_{post.lower()}", classes(2, ["no", "yes"], targets=(0, 1), post_transform=post)
        yield f"trees_two_base_{post.lower()}", classes(2, targets=(0,), post_transform=post, base_values=[.1])
        yield f"trees_two_bases_{post.lower()}", classes(2, ["no", "yes"], targets=(0, 1), post_transform=post, base_values=[.1, .3])


def data(classes):
    from sklearn.datasets import make_classification
    return make_classification(200, 8, n_informative=6, n_classes=classes, random_state=0)


def scikit(estimator, x, y, inputs=None, **options):
    from skl2onnx import to_onnx
    from sklearn.base import is_classifier
    estimator.fit(x, y)
    if is_classifier(estimator) and hasattr(estimator, "predict_proba"):
        options["zipmap"] = False
    made = to_onnx(estimator, None if inputs else x[:1].astype(np.float32), initial_types=inputs, options={id(estimator): options} if options else None,
                   target_opset={"": 17, ML: 3})
    return made


def scikit_models():
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.ensemble import (ExtraTreesClassifier, GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier, HistGradientBoostingRegressor,
                                  RandomForestClassifier, RandomForestRegressor)
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, StandardScaler
    from sklearn.svm import LinearSVC
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
    x3, y3 = data(3)
    x2, y2 = data(2)
    real = x3[:, 0] * 2 + x3[:, 1] ** 2
    yield "logistic_regression", scikit(LogisticRegression(), x3, y3)
    yield "logistic_regression_two", scikit(LogisticRegression(), x2, y2)
    yield "linear_regression", scikit(LinearRegression(), x3, real)
    yield "decision_tree", scikit(DecisionTreeClassifier(max_depth=5), x3, y3)
    yield "decision_tree_regressor", scikit(DecisionTreeRegressor(max_depth=5), x3, real)
    yield "random_forest", scikit(RandomForestClassifier(10, max_depth=5, random_state=0), x3, y3)
    yield "random_forest_two", scikit(RandomForestClassifier(10, max_depth=5, random_state=0), x2, y2)
    yield "random_forest_regressor", scikit(RandomForestRegressor(10, max_depth=5, random_state=0), x3, real)
    yield "extra_trees", scikit(ExtraTreesClassifier(10, max_depth=5, random_state=0), x3, y3)
    yield "gradient_boosting", scikit(GradientBoostingClassifier(n_estimators=10, random_state=0), x2, y2)
    yield "gradient_boosting_three", scikit(GradientBoostingClassifier(n_estimators=10, random_state=0), x3, y3)
    yield "gradient_boosting_regressor", scikit(GradientBoostingRegressor(n_estimators=10, random_state=0), x3, real)
    gaps = np.where(RANDOM.random(x3.shape) < .1, np.nan, x3)
    yield "hist_gradient_boosting", scikit(HistGradientBoostingClassifier(max_iter=10, random_state=0), gaps, y2)
    yield "hist_gradient_boosting_three", scikit(HistGradientBoostingClassifier(max_iter=10, random_state=0), gaps, y3)
    yield "hist_gradient_boosting_regressor", scikit(HistGradientBoostingRegressor(max_iter=10, random_state=0), gaps, real)
    yield "scaled_logistic_regression", scikit(make_pipeline(StandardScaler(), LogisticRegression()), x3, y3)
    yield "min_max_ridge", scikit(make_pipeline(MinMaxScaler(), Ridge()), x3, real)
    yield "mlp_three", scikit(make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=50, random_state=0)), x3, y3)
    yield "mlp_tanh_two", scikit(make_pipeline(StandardScaler(), MLPClassifier((16,), activation="tanh", max_iter=50, random_state=0)), x2, y2)
    yield "mlp_logistic", scikit(MLPClassifier((16,), activation="logistic", max_iter=50, random_state=0), x3, y3)
    yield "mlp_regressor", scikit(make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(16,), max_iter=50, random_state=0)), x3, real)
    yield "linear_svc", scikit(LinearSVC(), x3, y3)
    yield "polynomial_pca", scikit(make_pipeline(SimpleImputer(), PolynomialFeatures(2), PCA(4), LogisticRegression()), x3, y3)
    yield "gaussian_nb", scikit(GaussianNB(), x3, y3)
    yield "k_means", scikit(KMeans(3, n_init=1, random_state=0), x3, y3)
    yield from column_models()


def column_models():
    import pandas
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
    x, y = data(3)
    table = pandas.DataFrame(x[:, :2], columns=["a", "b"])
    table["color"] = RANDOM.choice(["red", "green", "blue"], len(x))
    table["city"] = RANDOM.choice(["Zürich", "Paris", "Oslo", "Rome"], len(x))
    inputs = [("a", FloatTensorType([None, 1])), ("b", FloatTensorType([None, 1])), ("color", StringTensorType([None, 1])), ("city", StringTensorType([None, 1]))]
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    one_hot = ColumnTransformer([("n", numbers, ["a", "b"]), ("c", OneHotEncoder(handle_unknown="ignore"), ["color", "city"])])
    ordinal = ColumnTransformer([("n", StandardScaler(), ["a", "b"]), ("c", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["color", "city"])])
    yield "columns_logistic_regression", scikit(make_pipeline(one_hot, LogisticRegression()), table, y, inputs)
    yield "columns_random_forest", scikit(make_pipeline(one_hot, RandomForestClassifier(5, max_depth=4, random_state=0)), table, y, inputs)
    yield "columns_ordinal", scikit(make_pipeline(ordinal, LogisticRegression()), table, y, inputs)


def boosted_models():
    import catboost
    import lightgbm
    import onnxmltools
    import xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType
    x3, y3 = data(3)
    x2, y2 = data(2)
    real = x3[:, 0] * 2 + x3[:, 1] ** 2
    types = [("x", FloatTensorType([None, 8]))]
    for name, x, y in (("two", x2, y2), ("three", x3, y3)):
        yield f"xgboost_{name}", onnxmltools.convert_xgboost(xgboost.XGBClassifier(n_estimators=8, max_depth=4).fit(x, y), initial_types=types, target_opset=15)
        yield f"lightgbm_{name}", onnxmltools.convert_lightgbm(lightgbm.LGBMClassifier(n_estimators=8, num_leaves=8, verbose=-1).fit(x, y), initial_types=types, zipmap=False, target_opset=15)
    yield "xgboost_regressor", onnxmltools.convert_xgboost(xgboost.XGBRegressor(n_estimators=8, max_depth=4).fit(x3, real), initial_types=types, target_opset=15)
    yield "lightgbm_regressor", onnxmltools.convert_lightgbm(lightgbm.LGBMRegressor(n_estimators=8, num_leaves=8, verbose=-1).fit(x3, real), initial_types=types, target_opset=15)
    folder = pathlib.Path("/tmp/glowplug-catboost.onnx")
    trained = catboost.CatBoostRegressor(iterations=8, depth=4, verbose=False, allow_writing_files=False).fit(x3, real)
    trained.save_model(str(folder), format="onnx")
    yield "catboost_regressor", onnx.load(folder)
    trained = catboost.CatBoostClassifier(iterations=8, depth=4, verbose=False, allow_writing_files=False).fit(x3, y3)
    trained.save_model(str(folder), format="onnx")
    made = onnx.load(folder)
    # Its second output is a sequence of maps; the scores before it are what can be served.
    zip_map = next(n for n in made.graph.node if n.op_type == "ZipMap")
    made.graph.node.remove(zip_map)
    made.graph.output.pop()
    made.graph.output.append(value(zip_map.input[0], F, [None, 3]))
    yield "catboost_three", made
    folder.unlink()


def all_models():
    for group in (elements, shapes, matrices, images, tables, ensembles):
        for name, made in group():
            onnx.checker.check_model(made)
            yield f"op_{name}", made
    yield from scikit_models()
    yield from boosted_models()


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "native")
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in all_models():
        (folder / f"{name}.onnx").write_bytes(made.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
