"""Trains a classifier of handwritten digits (the UCI set that scikit-learn ships) and writes it as ONNX that takes pictures of 8 x 8 pixels.

    python train.py     writes model.onnx and pictures/: digits that it was not trained on, 96 x 96 pixels, PNG and JPEG, "7-0012.png" is a seven
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier


def as_onnx(model):
    """The network with a picture as its input: FP32[n, 1, 8, 8] of 0 to 1 to the probability of each digit."""
    weights = [numpy_helper.from_array(np.asarray(array, np.float32), name)
               for name, array in zip(("w1", "b1", "w2", "b2"), (model.coefs_[0], model.intercepts_[0], model.coefs_[1], model.intercepts_[1]))]
    nodes = [helper.make_node("Flatten", ["image"], ["pixels"]), helper.make_node("Gemm", ["pixels", "w1", "b1"], ["hidden"]),
             helper.make_node("Relu", ["hidden"], ["active"]), helper.make_node("Gemm", ["active", "w2", "b2"], ["scores"]),
             helper.make_node("Softmax", ["scores"], ["probabilities"])]
    graph = helper.make_graph(nodes, "digit", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 1, 8, 8])],
                              [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 10])], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def write_pictures(pixels, digits):
    folder = pathlib.Path("pictures")
    folder.mkdir(exist_ok=True)
    for number, (rows, digit) in enumerate(zip(pixels, digits)):
        picture = Image.fromarray(np.round(rows.reshape(8, 8) * 255).astype(np.uint8)).resize((96, 96), Image.Resampling.BICUBIC)
        suffix, options = ("png", {}) if number % 2 == 0 else ("jpg", {"quality": 90})
        picture.convert("RGB").save(folder / f"{digit}-{number:04}.{suffix}", **options)


def main():
    pixels, digits = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split((pixels / 16).astype(np.float32), digits, test_size=450, stratify=digits, random_state=7)
    model = MLPClassifier((64,), max_iter=600, random_state=7).fit(x_train, y_train)
    pathlib.Path("model.onnx").write_bytes(as_onnx(model).SerializeToString())
    write_pictures(x_test, y_test)
    print(f"trained on {len(x_train)} digits; right on {model.score(x_test, y_test):.3f} of the pixels of the other {len(x_test)}")


if __name__ == "__main__":
    main()
