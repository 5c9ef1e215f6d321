"""Trains a classifier of files by their bytes and writes it as ONNX that takes the first 256 and the last 256 bytes.

    python train.py     writes model.onnx and files/, which it was not trained on; files that this Python installation has are all the data
"""
import gzip
import marshal
import pathlib
import random
import sysconfig
import warnings

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from sklearn.neural_network import MLPClassifier

SIDE, PADDING = 256, 256
KINDS = ["csv", "elf", "gzip", "html", "python", "pyc"]


def csv_of(generator):
    columns = generator.randint(2, 8)
    rows = [[f"{generator.gauss(0, 10):.{generator.randint(0, 4)}f}" for _ in range(columns)] for _ in range(generator.randint(20, 60))]
    return "\n".join(",".join(row) for row in [[f"column{i}" for i in range(columns)], *rows]).encode()


def html_of(source):
    lines = source.decode("utf-8", "replace").replace("<", "&lt;").splitlines()[:40]
    return ("<!doctype html>\n<html>\n<body>\n" + "\n".join(f"<p>{line}</p>" for line in lines) + "\n</body>\n</html>\n").encode()


def pyc_of(source, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return b"\xa7\r\r\n" + bytes(12) + marshal.dumps(compile(source, path.name, "exec"))


def samples():
    """[(bytes, number of its kind)], the kinds in turn."""
    generator = random.Random(7)
    library = pathlib.Path(sysconfig.get_paths()["stdlib"])
    sources = [(path, path.read_bytes()) for path in sorted(library.glob("*.py"))]
    sources = [(path, source) for path, source in sources if len(source) > 500][:150]
    shared = [path.read_bytes() for path in sorted(pathlib.Path(np.__file__).parent.parent.glob("*/**/*.so"))][:150]
    made = {"python": [source for _, source in sources], "pyc": [pyc_of(source, path) for path, source in sources],
            "gzip": [gzip.compress(source, mtime=0) for _, source in sources], "html": [html_of(source) for _, source in sources],
            "csv": [csv_of(generator) for _ in range(150)], "elf": shared}
    found = [(content, KINDS.index(kind)) for kind, contents in made.items() for content in contents]
    generator.shuffle(found)
    return found


def ends(content):
    """int[512]: the first and the last 256 bytes, as the handler gives them to the model."""
    first = np.frombuffer(content[:SIDE], np.uint8).astype(int)
    last = np.frombuffer(content[-SIDE:], np.uint8).astype(int)
    return np.concatenate([first, np.full(SIDE - len(first), PADDING), np.full(SIDE - len(last), PADDING), last])


def counts(content):
    """How often each value occurs, as a share."""
    return np.bincount(ends(content), minlength=257) / (2 * SIDE)


def as_onnx(model):
    """bytes INT32[n, 512] to the probability of each kind."""
    layers = {"w1": model.coefs_[0], "b1": model.intercepts_[0], "w2": model.coefs_[1], "b2": model.intercepts_[1]}
    weights = [numpy_helper.from_array(np.asarray(array, np.float32), name) for name, array in layers.items()]
    weights += [numpy_helper.from_array(np.array(257), "depth"), numpy_helper.from_array(np.array([0, 1 / (2 * SIDE)], np.float32), "values"),
                numpy_helper.from_array(np.array([1]), "axis")]
    node = helper.make_node
    nodes = [node("Cast", ["bytes"], ["index"], to=TensorProto.INT64), node("OneHot", ["index", "depth", "values"], ["each"]),
             node("ReduceSum", ["each", "axis"], ["counts"], keepdims=0), node("Gemm", ["counts", "w1", "b1"], ["hidden"]),
             node("Relu", ["hidden"], ["active"]), node("Gemm", ["active", "w2", "b2"], ["scores"]), node("Softmax", ["scores"], ["probabilities"])]
    graph = helper.make_graph(nodes, "kind", [helper.make_tensor_value_info("bytes", TensorProto.INT32, ["n", 2 * SIDE])],
                              [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(KINDS)])], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main():
    found = samples()
    half = len(found) // 2
    x, y = np.array([counts(content) for content, _ in found]), np.array([kind for _, kind in found])
    model = MLPClassifier((32,), solver="lbfgs", alpha=1e-4, max_iter=500, random_state=7).fit(x[:half], y[:half])
    pathlib.Path("model.onnx").write_bytes(as_onnx(model).SerializeToString())
    folder = pathlib.Path("files")
    folder.mkdir(exist_ok=True)
    for kind in range(len(KINDS)):
        content = next(content for content, truth in found[half:] if truth == kind)
        (folder / f"a.{KINDS[kind]}").write_bytes(content)
    print(f"trained on {half} files; right on {model.score(x[half:], y[half:]):.3f} of the other {len(found) - half}")


if __name__ == "__main__":
    main()
