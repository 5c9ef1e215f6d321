"""Names an iris by a scikit-learn pipeline. `load` runs once, in the process that instances are forked from; `predict` in each of them."""
import dataclasses
import pathlib

import joblib

from glowplug import BadRequest, Context


@dataclasses.dataclass
class Flower:
    """In centimeters."""
    sepal_length: float
    sepal_width: float
    petal_length: float
    petal_width: float


@dataclasses.dataclass
class Guess:
    species: str
    probability: float


def load():
    return joblib.load(pathlib.Path(__file__).with_name("iris.joblib"))


def predict(flowers: list[Flower], context: Context) -> list[Guess]:
    if not flowers:
        raise BadRequest("no flower was given")
    pipeline = context.model
    probabilities = pipeline.predict_proba([dataclasses.astuple(flower) for flower in flowers])
    context.logger.info("named %d flowers", len(flowers))
    return [Guess(str(pipeline.classes_[row.argmax()]), round(float(row.max()), 4)) for row in probabilities]
