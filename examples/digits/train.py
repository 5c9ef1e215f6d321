"""Trains a classifier of handwritten digits (8x8 pixels, the UCI set that scikit-learn ships) and exports it to ONNX.

    python train.py FOLDER      writes FOLDER/digits.onnx and FOLDER/test.csv: 64 pixel columns, the true digit, and what scikit-learn predicts
"""
import pathlib
import sys

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    pixels, digits = load_digits(return_X_y=True)
    pixels = pixels.astype(np.float32)
    x_train, x_test, y_train, y_test = train_test_split(pixels, digits, test_size=450, stratify=digits, random_state=7)
    model = make_pipeline(StandardScaler(), MLPClassifier((64, 32), max_iter=400, random_state=7)).fit(x_train, y_train)
    # Without zipmap the probabilities are a tensor, not a list of maps that no server can send.
    onnx_model = to_onnx(model, x_train[:1], target_opset=17, options={"zipmap": False})
    (folder / "digits.onnx").write_bytes(onnx_model.SerializeToString())
    np.savetxt(folder / "test.csv", np.column_stack([x_test, y_test, model.predict(x_test)]), fmt="%g", delimiter=",")
    print(f"trained on {len(x_train)} images; scikit-learn's own accuracy on the other {len(x_test)}: {model.score(x_test, y_test):.4f}")


if __name__ == "__main__":
    main()
