#!/usr/bin/env python3
"""Serves every ONNX model of a folder of models and compares its answers, through HTTP, with the models' own reference outputs.

    .venv/bin/python scripts/check_models.py FOLDER [--bin build/release/bin] [--only NAME]

Each sub-folder of FOLDER is a model with
    contract.json               `tolerance`; `verify_must_fail`: files that are wrong on purpose; `state`: outputs fed back as inputs
    reference.json, .npz        inputs by name and the outputs of the native framework
    *.onnx                      the model in one or more forms

Every file is exported, served by one gateway and asked for its reference rows: all at once, and the first three one by one. Files whose name holds
"int8" have to answer; their distance is printed. What is left out is listed with the reason. Exit 0 when all that was checked agrees, 1 when
something does not, or when nothing was checked.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import wave

import numpy as np
import tritonclient.http as triton

NUMPY = {"FP32": np.float32, "FP64": np.float64, "INT64": np.int64, "INT32": np.int32, "UINT8": np.uint8, "BYTES": np.object_}
OUTPUT_KEYS = ("probabilities", "embedding", "price", "rate", "scores")


class LeftOut(Exception):
    """The file is not checked; the text says why."""


class Gateway:
    """`glowplug serve` of these bundles on a free port."""

    def __init__(self, binaries, bundles, folder):
        log = open(folder / "serve.log", "wb")
        command = [binaries / "glowplug", "serve", *bundles, "--http-port", "0", "--timeout", "120s", "--memory", "2GiB"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening http="):
            sys.exit(f"serve did not start: {(folder / 'serve.log').read_text()[-2000:]}")
        self.client = triton.InferenceServerClient(line.split("=", 1)[1].strip(), network_timeout=120, connection_timeout=120)

    def metadata(self, function):
        return self.client.get_model_metadata(function)

    def infer(self, function, arrays):
        """Outputs by name for inputs by name, as binary tensors."""
        inputs = []
        for spec in self.metadata(function)["inputs"]:
            value = arrays[spec["name"]]
            one = triton.InferInput(spec["name"], list(value.shape), spec["datatype"])
            one.set_data_from_numpy(value)
            inputs.append(one)
        answer = self.client.infer(function, inputs)
        return {output["name"]: answer.as_numpy(output["name"]) for output in answer.get_response()["outputs"]}

    def close(self):
        self.process.terminate()
        self.process.wait(60)


def references(folder):
    """Inputs and outputs by name; arrays of reference.npz win over the lists of reference.json, which may be labels or file names."""
    values = {}
    if (folder / "reference.json").exists():
        told = json.loads((folder / "reference.json").read_text())
        values.update(told["inputs"])
        values.update(told["outputs"])
    if (folder / "reference.npz").exists():
        values.update(np.load(folder / "reference.npz"))
    return values


def input_array(spec, values):
    """The reference rows for one model input, in its datatype and layout."""
    name = "encoded" if spec["name"] == "features" and "encoded" in values else spec["name"]
    if name not in values:
        raise LeftOut(f"no reference in this form (input {spec['name']})")
    dtype = NUMPY[spec["datatype"]]
    raw = values[name]
    array = np.array([np.nan if v is None else v for v in raw] if isinstance(raw, list) else raw, dtype=dtype)
    if array.ndim == 4 and len(spec["shape"]) == 4 and array.shape[1] != spec["shape"][1] > 0:
        array = np.ascontiguousarray(np.moveaxis(array, -1, 1))  # pictures kept channels last, model channels first
    return array.reshape(-1, 1) if array.ndim == 1 and len(spec["shape"]) == 2 else array


def wanted_output(path, values):
    stem = path.stem.removesuffix("_int8")
    for key in (f"probabilities_{stem}", *OUTPUT_KEYS):
        if key in values:
            return np.asarray(values[key], dtype=np.float64)
    raise LeftOut("no reference outputs")


def distance(got, want):
    return float(np.abs(np.asarray(got, dtype=np.float64).reshape(want.shape) - want).max())


def check_rows(gateway, function, path, values):
    """(rows, largest difference) of all reference rows at once and of the first three alone."""
    metadata = gateway.metadata(function)
    arrays = {spec["name"]: input_array(spec, values) for spec in metadata["inputs"]}
    want = wanted_output(path, values)
    answer_of = metadata["outputs"][-1]["name"]
    worst = distance(gateway.infer(function, arrays)[answer_of], want)
    for row in range(min(3, len(want))):
        alone = gateway.infer(function, {name: array[row:row + 1] for name, array in arrays.items()})
        worst = max(worst, distance(alone[answer_of], want[row:row + 1]))
    return len(want), worst


def read_sound(path):
    with wave.open(str(path)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), dtype=np.int16).astype(np.float32) / 32768


def check_stateful(gateway, function, folder, contract, values):
    """A model that is fed chunk by chunk and hands its state to the next call: one reference list of answers for each sound."""
    told = contract["preprocessing"]
    chunk, context, rate = told["chunk"], told["context"], told["rate"]
    (state_in, state_out), = contract["state"].items()
    rows, worst = 0, 0.0
    for file, expected in values["probability_per_chunk"].items():
        sound = read_sound(next(folder.rglob(file)))
        state, before = np.zeros((2, 1, 128), np.float32), np.zeros(context, np.float32)
        for index, want in enumerate(expected):
            piece = sound[index * chunk:(index + 1) * chunk]
            piece = np.pad(piece, (0, chunk - len(piece)))
            samples = np.concatenate([before, piece])[None, :]
            answer = gateway.infer(function, {"input": samples, state_in: state, "sr": np.array(rate, np.int64)})
            state, before = answer[state_out], piece[-context:]
            worst = max(worst, abs(float(answer["output"].ravel()[0]) - want))
            rows += 1
    return rows, worst


def check_file(gateway, function, folder, path, contract):
    values = references(folder)
    if "state" in contract:
        return check_stateful(gateway, function, folder, contract, values)
    return check_rows(gateway, function, path, values)


def files_of(folder, only):
    """(function name, model folder, file, contract) of every ONNX file that is not wrong on purpose; what is left out goes to the list."""
    found, left_out = [], []
    for contract_file in sorted(folder.glob("*/contract.json")):
        model, contract = contract_file.parent, json.loads(contract_file.read_text())
        if only and model.name != only:
            continue
        for path in sorted(model.rglob("*.onnx")):
            name = f"{model.name}/{path.relative_to(model)}"
            if str(path.relative_to(model)) in contract.get("verify_must_fail", []):
                left_out.append((name, "wrong on purpose (verify_must_fail)"))
            else:
                found.append((f"{model.name}-{path.stem}".replace("_", "-"), model, path, contract))
        left_out += [(f"{model.name}/{p.relative_to(model)}", "not an ONNX file") for p in sorted(model.rglob("*"))
                     if p.suffix in {".tflite", ".pt", ".pt2", ".keras", ".xml", ".pb"}]
    return found, left_out


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--bin", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "build/release/bin")
    arguments.add_argument("--only", help="one sub-folder")
    told = arguments.parse_args()
    files, left_out = files_of(told.folder, told.only)
    failed = checked = 0
    with tempfile.TemporaryDirectory(prefix="check-models.") as work_name:
        work = pathlib.Path(work_name)
        bundles, served = [], []
        for function, folder, path, contract in files:
            bundle = work / f"{function}.glow"
            done = subprocess.run([told.bin / "glowplug", "export", path, "--name", function, "--output", bundle], capture_output=True, text=True)
            if done.returncode == 0:
                bundles.append(bundle)
                served.append((function, folder, path, contract))
            else:
                failed += 1
                print(f"FAIL {folder.name}/{path.name}: export exit {done.returncode}: {done.stderr.strip()[-300:]}")
        if bundles:
            gateway = Gateway(told.bin, bundles, work)
            try:
                for function, folder, path, contract in served:
                    name = f"{folder.name}/{path.relative_to(folder)}"
                    try:
                        rows, difference = check_file(gateway, function, folder, path, contract)
                    except LeftOut as why:
                        left_out.append((name, str(why)))
                        continue
                    except (triton.InferenceServerException, Exception) as error:  # noqa: BLE001 - whatever went wrong is the verdict
                        rows, difference = 0, float("nan")
                        print(f"     {name}: {error}")
                    lossy = "int8" in path.name
                    fits = rows > 0 and np.isfinite(difference) and (lossy or difference <= contract["tolerance"])
                    checked, failed = checked + 1, failed + (not fits)
                    limit = "int8: any distance" if lossy else f"limit {contract['tolerance']:g}"
                    print(f"{'ok  ' if fits else 'FAIL'} {name}: {rows} rows, largest difference {difference:.3g} ({limit})")
            finally:
                gateway.close()
    for name, why in left_out:
        print(f"left out {name}: {why}")
    print(f"{checked} files checked, {failed} failed, {len(left_out)} left out")
    sys.exit(1 if failed or not checked else 0)


if __name__ == "__main__":
    main()
