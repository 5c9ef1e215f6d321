"""Writes iris.joblib beside itself, or into the folder that is named: a pipeline trained on data that scikit-learn ships (Fisher's iris, public domain)."""
import pathlib
import sys

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
data = load_iris()
pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
pipeline.fit(data.data, [data.target_names[target] for target in data.target])
joblib.dump(pipeline, folder / "iris.joblib")
print(f"{folder / 'iris.joblib'}: {pipeline.score(data.data, [data.target_names[target] for target in data.target]):.3f} of its own data right")
