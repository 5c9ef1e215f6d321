#!/usr/bin/env python3
"""Serves the models of a folder with handlers and sends them what a user has, files and tables, through HTTP; compares with their own references.

    .venv/bin/python scripts/check_handlers.py FOLDER [--bin build/release/bin] [--only NAME]

FOLDER is laid out as for check_models.py. Pictures go as JPEG and PNG (raw, in a form, as base64), texts as text/plain and as JSON, sounds as WAV, files
as bytes, tables as CSV; expected are the labels and probabilities of reference.json and .npz, data/test_predictions.csv and the scores of
expected_metrics.json. What is left out is listed with the reason. Exit 0 when all that was checked agrees, 1 when something does not, or when nothing
was checked.
"""
import argparse
import base64
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import requests
from PIL import Image

PROBABILITY = 1e-4  # largest difference of a probability that went through pictures or sounds


class Model:
    """One folder: what is known of the model, and the function that serves it."""

    def __init__(self, folder):
        self.folder = folder
        self.contract = self.json("contract.json")
        self.metrics = self.json("expected_metrics.json")
        reference = self.json("reference.json")
        self.inputs, self.outputs = reference["inputs"], reference["outputs"]
        self.url, self.session = "", requests.Session()

    def json(self, name):
        return json.loads((self.folder / name).read_text())

    def arrays(self, name="reference.npz"):
        return np.load(self.folder / name)

    def ask(self, body, content_type, **headers):
        """Predictions for a body."""
        return self.send(data=body, headers={"content-type": content_type, **headers})

    def send(self, **request):
        answer = self.session.post(self.url, timeout=120, **request)
        if answer.status_code != 200:
            raise RuntimeError(f"status {answer.status_code}: {answer.text[:300]}")
        return answer.json()["predictions"]

    def table(self, name):
        with open(self.folder / "data" / name, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def classes(labels, **more):
    return {"type": "label", "labels": labels, **more}


def scores_of(prediction):
    return {one["label"]: one["score"] for one in prediction["labels"]}


# Each check gives lines (what, rows, found, expected, whether that is right).

def as_pictures(model):
    files = {path.stem: path for path in sorted((model.folder / "data/images").iterdir())}
    wanted = {name: top for name, top in model.outputs["top5"].items() if name in files}
    ways = {
        "raw": lambda path: model.ask(path.read_bytes(), "image/jpeg" if path.suffix == ".jpg" else "image/png"),
        "form": lambda path: model.send(files={"image": (path.name, path.read_bytes(), "application/octet-stream")}),
        "base64": lambda path: model.ask(json.dumps({"image": base64.b64encode(path.read_bytes()).decode()}), "application/json")}
    for way, ask in ways.items():
        same, worst = 0, 0.0
        for name, top in wanted.items():
            found = ask(files[name])[0]["top"]
            same += [one["label"] for one in found] == [one["label"] for one in top]
            worst = max(worst, *(abs(a["score"] - b["probability"]) for a, b in zip(found, top)))
        yield f"photographs, {way}: the same 5 labels", len(wanted), same, len(wanted), same == len(wanted)
        yield f"photographs, {way}: largest difference", len(wanted), worst, f"<= {PROBABILITY:g}", worst <= PROBABILITY


def png(pixels):
    to = io.BytesIO()
    Image.fromarray(pixels).save(to, "PNG")
    return to.getvalue()


def as_digits(model):
    data = model.arrays("data/test.npz")
    pictures, digits = (data[name] for name in sorted(data, key=lambda name: -data[name].ndim)[:2])
    pictures = pictures.reshape(len(pictures), 28, 28).astype(np.uint8)
    right = sum(model.ask(png(picture), "image/png")[0]["label"] == str(digit) for picture, digit in zip(pictures, digits))
    yield accuracy("digits as PNG", model.metrics["test"], right)


def accuracy(what, metrics, right):
    share = right / metrics["rows"]
    return f"{what}: accuracy", metrics["rows"], share, metrics["accuracy"], abs(share - metrics["accuracy"]) < 1e-6


def as_sentences(model):
    sentences, wanted = model.inputs["sentence"], model.arrays()["sentence_embedding" if "sentence_embedding" in model.arrays() else "embedding"]
    alone = np.array([model.ask(text.encode(), "text/plain; charset=utf-8")[0] for text in sentences])
    together = np.array(model.ask(json.dumps(sentences), "application/json"))
    for what, found in (("one by one", alone), ("together", together)):
        least = float(np.min(np.sum(found * wanted, axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(wanted, axis=1)))
        yield f"sentences, {what}: least cosine", len(sentences), least, ">= 0.98 (int8)", least >= 0.98


def as_mails(model):
    rows, wanted = model.table("test.csv"), [float(row["spam"]) for row in model.table("test_predictions.csv")]
    texts = [row["text"] for row in rows]
    alone = [model.ask(text.upper().encode(), "text/plain; charset=utf-8")[0] for text in texts]
    together = sum((model.ask(json.dumps(texts[at:at + 500]), "application/json") for at in range(0, len(texts), 500)), [])
    for what, found in (("text/plain, in capitals", alone), ("JSON lists", together)):
        found = [scores_of(one) for one in found]
        yield accuracy(f"mails, {what}", model.metrics["test"], sum(max(one, key=one.get) == row["target"] for one, row in zip(found, rows)))
        yield largest_difference(f"mails, {what}", [one["spam"] for one in found], wanted, model.contract["tolerance"])


def largest_difference(what, found, wanted, limit):
    worst = float(np.max(np.abs(np.array(found) - np.array(wanted))))
    return f"{what}: largest difference", len(wanted), worst, f"<= {limit:g}", len(found) == len(wanted) and worst <= limit


def as_sounds(model):
    speaks = dict(zip(model.inputs["file"], model.inputs["is_speech"]))
    right, found, wanted = 0, [], []
    for file, truth in speaks.items():
        (told,) = model.ask((model.folder / "data" / file).read_bytes(), "audio/wav")
        right += told["speech"] == truth
        found += told["scores"]
        wanted += model.outputs["probability_per_chunk"][file]
    yield accuracy("sounds as WAV", model.metrics["sounds"], right)
    yield largest_difference("sounds, each chunk", found, wanted, PROBABILITY)


def file_of(row):
    """A file that gives this row of bytes: its first and last 1024 are kept, the middle is ours."""
    head, tail = (bytes(int(value) for value in part if value < 256) for part in (row[:1024], row[1024:]))
    if len(head) == len(tail) == 1024:
        return head + b"x" * 8192 + tail
    return tail[:len(tail) - len(tail.lstrip())] + head


def as_files(model):
    arrays = model.arrays()
    rows = next(arrays[name] for name in arrays if arrays[name].shape[-1] == 2048)
    found = [model.ask(file_of(row), "application/octet-stream")[0] for row in rows]
    same = sum(one["label"] == label for one, label in zip(found, model.outputs["label"]))
    yield "files: the same label", len(rows), same, len(rows), same == len(rows)
    yield largest_difference("files, best score", [one["score"] for one in found], model.outputs["score"], PROBABILITY)


def csv_of(rows, names):
    to = io.StringIO()
    writer = csv.writer(to, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in rows)
    return to.getvalue().encode()


def as_classes(model, key="test", column=None):
    """test.csv as it is, its answers left in: unknown columns are ignored."""
    labels, rows = model.contract["labels"], model.table("test.csv")
    names = {**{str(i): label for i, label in enumerate(labels)}, **{label: label for label in labels}}
    truths = [names[row[model.contract["target"]]] for row in rows]
    found = [scores_of(one) for one in model.ask((model.folder / "data/test.csv").read_bytes(), "text/csv")]
    best = [max(one, key=one.get) for one in found]
    metrics = model.metrics[key]
    yield accuracy("CSV", metrics, sum(a == b for a, b in zip(best, truths)))
    counted = [[sum(a == guess and b == truth for a, b in zip(best, truths)) for guess in labels] for truth in labels]
    yield "CSV: confusion matrix", len(rows), str(counted), str(metrics["confusion_matrix"]), counted == metrics["confusion_matrix"]
    if (model.folder / "data/test_predictions.csv").exists():
        predictions = model.table("test_predictions.csv")
        column = column or next(name for name in predictions[0] if name != "target")
        yield largest_difference("CSV", [one[labels[1]] for one in found], [float(row[column]) for row in predictions], model.contract["tolerance"])
    else:
        log_loss = float(np.mean([-np.log(one[truth] / sum(one.values())) for one, truth in zip(found, truths)]))
        yield "CSV: log loss", len(rows), log_loss, metrics["log_loss"], abs(log_loss - metrics["log_loss"]) < 1e-6


def as_prices(model):
    """Grades are numbered by the sender, as the model's own card says."""
    rows, ordinal, names = model.table("test.csv"), model.contract["ordinal"], model.contract["features"]
    for row in rows:
        row.update({name: order.index(row[name]) if row[name] in order else -1 for name, order in ordinal.items()})
    found = np.array(model.ask(csv_of(rows, names), "text/csv"))
    yield largest_difference("CSV", found, [float(row["price"]) for row in model.table("test_predictions.csv")], model.contract["tolerance"])
    error = float(np.mean(np.abs(found - [float(row["target"]) for row in rows])))
    wanted = model.metrics["test"]["mae"]
    yield "CSV: mean absolute error", len(rows), error, wanted, abs(error - wanted) < 1e-5 * wanted


def table(model, **output):
    spec = {"input": {"type": "table", "missing": "nan", "unknown": "ignore"}, "output": output}
    if len(model.contract["inputs"]) == 1:
        spec["input"]["columns"] = [{"name": name} for name in model.contract["features"]]
    return spec


def class_table(model):
    return table(model, type="labels", tensor="probabilities", threshold=0, labels=model.contract["labels"])


def checks():
    """folder: [(file, spec of a handler by the model or None for what is found beside the model, check)]."""
    photo = {"type": "image", "mode": "pil", "resize": {"shortest_edge": 256, "filter": "bicubic", "round": True}, "crop": {"width": 224, "height": 224}}
    digit = {"type": "image", "mode": "pil", "color": "gray", "rescale": 1, "resize": {"width": 28, "height": 28}}
    speech = {"type": "series", "tensor": "output", "threshold": 0.5, "label": "speech"}
    voice = {"type": "audio", "tensor": "input", "sample_rate": 16000, "chunk": 512, "context": 64, "state": {"state": "stateN"}, "constants": {"sr": 16000}}
    churn = [(f"{name}.onnx", class_table, lambda model, name=name: as_classes(model, f"{name}/test", name))
             for name in ("logreg", "forest", "boosting", "mlp")]
    return {
        "efficientnet-lite0": [("model.onnx", lambda m: {"input": photo, "output": classes(m.contract["labels"], top=5)}, as_pictures)],
        "mnist-cnn": [("model.onnx", lambda m: {"input": digit, "output": classes(m.contract["labels"])}, as_digits)],
        "minilm": [("model_int8.onnx", None, as_sentences)],
        "spam": [("model.onnx", lambda m: {"input": {"type": "text", "text": "text", "lowercase": True},
                                           "output": {"type": "labels", "threshold": 0, "tensor": "probabilities", "labels": m.contract["labels"]}}, as_mails)],
        "silero-vad": [("model.onnx", lambda m: {"input": voice, "output": speech}, as_sounds)],
        "magika": [("model.onnx", lambda m: {"input": {"type": "bytes", "begin": 1024, "end": 1024, "block": 4096, "padding": 256},
                                             "output": classes(m.contract["labels"])}, as_files)],
        "churn": churn, "cancer": [("model.onnx", class_table, as_classes)], "iris": [("model.onnx", class_table, as_classes)],
        "diamonds": [("model.onnx", lambda m: table(m, type="number"), as_prices)],
    }


def others(folder, checked):
    """[(file, why it is not checked)] of the other ONNX files of a folder."""
    wrong = json.loads((folder / "contract.json").read_text()).get("verify_must_fail", [])
    files = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.onnx"))]
    why = "another form of the same model" if checked else "no handler is known for this model"
    return [(file, "wrong on purpose (verify_must_fail)" if file in wrong else why) for file in files if file not in checked]


def export(told, model, file, spec, work):
    """The bundle of one file. Raises RuntimeError."""
    function = f"{model.folder.name}-{pathlib.Path(file).stem}".replace("_", "-")
    command = [told.bin / "glowplug", "export", model.folder / file, "--name", function, "--output", work / f"{function}.glow"]
    if spec is not None:
        (work / f"{function}.json").write_text(json.dumps(spec(model)))
        command += ["--handler", work / f"{function}.json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"export exit {done.returncode}: {done.stderr.strip()[-300:]}")
    return function, work / f"{function}.glow"


def serve(told, bundles, work):
    """(process, address)"""
    log = open(work / "serve.log", "wb")
    process = subprocess.Popen([told.bin / "glowplug", "serve", *bundles, "--http-port", "0", "--timeout", "120s", "--memory", "2GiB"], stdout=subprocess.PIPE,
                               stderr=log, text=True)
    line = process.stdout.readline()
    if not line.startswith("listening http="):
        sys.exit(f"serve did not start: {(work / 'serve.log').read_text()[-2000:]}")
    return process, "http://" + line.split("=", 1)[1].strip()


def shown(value):
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def run(name, check, model):
    """(lines checked, lines that failed) of one model; prints them."""
    checked = failed = 0
    try:
        for what, rows, found, expected, right in check(model):
            checked, failed = checked + 1, failed + (not right)
            print(f"{'ok  ' if right else 'FAIL'} {name:<28} {what:<56} {rows:>5} rows   {shown(found)}   expected {shown(expected)}", flush=True)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is the verdict
        failed += 1
        print(f"FAIL {name}: {type(error).__name__}: {error}")
    return checked, failed


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--bin", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "build/release/bin")
    arguments.add_argument("--only", help="one sub-folder")
    told = arguments.parse_args()
    known, left_out, checked, failed, served = checks(), [], 0, 0, []
    with tempfile.TemporaryDirectory(prefix="check-handlers.") as work_name:
        work = pathlib.Path(work_name)
        for folder in sorted(path.parent for path in told.folder.glob("*/contract.json")):
            if told.only and folder.name != told.only:
                continue
            todo = known.get(folder.name, [])
            left_out += [(f"{folder.name}/{file}", why) for file, why in others(folder, [file for file, _, _ in todo])]
            if any(check is as_files for _, _, check in todo):
                left_out.append((f"{folder.name}/expected_metrics.json", "its accuracy counts thresholds of the Python class, not of the model"))
            for file, spec, check in todo:
                try:
                    model = Model(folder)
                    function, bundle = export(told, model, file, spec, work)
                    served.append((f"{folder.name}/{file}", function, bundle, check, model))
                except (RuntimeError, OSError) as error:
                    failed += 1
                    print(f"FAIL {folder.name}/{file}: {error}")
        left_out += [(name, "not in the folder") for name in known if not (told.folder / name / "contract.json").exists() and told.only in (None, name)]
        if served:
            process, address = serve(told, [bundle for _, _, bundle, _, _ in served], work)
            for name, function, _, check, model in served:
                model.url = f"{address}/predict/{function}"
                more, wrong = run(name, check, model)
                checked, failed = checked + more, failed + wrong
            process.terminate()
            process.wait(60)
    for name, why in left_out:
        print(f"left out {name}: {why}")
    print(f"{checked} comparisons, {failed} failed, {len(left_out)} files left out")
    sys.exit(1 if failed or not checked else 0)


if __name__ == "__main__":
    main()
