"""Trains a classifier of wines on the UCI set that scikit-learn ships and exports it to ONNX.

    python train.py     writes model.onnx, and of the wines that it was not trained on wines.csv (one of each) and test.csv (all, with the answer)
"""
import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def write_csv(path, names, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join(names) + "\n")
        for row in rows:
            file.write(",".join(f"{value:g}" if isinstance(value, float) else str(value) for value in row) + "\n")


def main():
    data = load_wine()
    names = [name.split("/")[0] for name in data.feature_names]
    x_train, x_test, y_train, y_test = train_test_split(data.data.astype(np.float32), data.target, test_size=0.4, stratify=data.target, random_state=7)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x_train, y_train)
    onnx_model = to_onnx(model, x_train[:1], target_opset=17, options={"zipmap": False})
    with open("model.onnx", "wb") as file:
        file.write(onnx_model.SerializeToString())
    rows = x_test.astype(float).tolist()
    write_csv("wines.csv", names, first_of_each(rows, y_test, 1))
    write_csv("test.csv", [*names, "kind"], [[*row, data.target_names[truth]] for row, truth in zip(rows, y_test)])
    print(f"trained on {len(x_train)} wines; right on {np.mean(model.predict(x_test) == y_test):.3f} of the other {len(x_test)}")


def first_of_each(rows, kinds, count):
    """The first `count` rows of each kind."""
    return [row for kind in sorted(set(kinds)) for row in [r for r, k in zip(rows, kinds) if k == kind][:count]]


if __name__ == "__main__":
    main()
