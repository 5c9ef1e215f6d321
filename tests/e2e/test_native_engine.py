"""Models that are compiled for the native engine: no process, the same answers, and nobody waits behind a large batch."""
import threading

import numpy as np
import pytest
import requests

from harness import programs

ROWS = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3], [5.9, 2.8, 4.3, 1.3]]


def probabilities(server, rows, function="iris"):
    body = {"inputs": [{"name": "features", "datatype": "FP32", "shape": [len(rows), 4], "data": np.asarray(rows).ravel().tolist()}],
            "outputs": [{"name": "probabilities"}]}
    answer = requests.post(f"{server.url}/v2/models/{function}/infer", json=body, timeout=60)
    assert answer.status_code == 200, answer.text
    return np.asarray(answer.json()["outputs"][0]["data"]).reshape(len(rows), 3)


def test_a_compiled_function_needs_no_process_and_answers_as_onnx_runtime(glowplug_as):
    bundle = glowplug_as.export("iris.onnx", "iris")
    with programs.serve(glowplug_as, bundle, "--engine", "auto") as native, programs.serve(glowplug_as, bundle, "--engine", "onnxruntime") as other:
        assert np.allclose(probabilities(native, ROWS), probabilities(other, ROWS), rtol=1e-5, atol=1e-6)
        assert native.get("/v2/models/iris").json()["platform"] != other.get("/v2/models/iris").json()["platform"]
        assert native.instances() == native.templates() == []
        assert len(other.instances()) == 1
        assert native.events("function_loaded")[0]["engine"] == "native"


def test_a_large_batch_runs_beside_the_loop(glowplug):
    """Ten thousand rows and more at once go to an instance, in which the same engine runs; small requests of another function are answered meanwhile."""
    bundles = [glowplug.export("iris.onnx", name) for name in ("iris", "other")]
    rows = np.tile(np.asarray(ROWS), (20_000, 1))
    with programs.serve(glowplug, *bundles, "--engine", "native", "--max-queue", "100000") as server:
        expected = probabilities(server, ROWS)
        failures, stop = [], threading.Event()

        def small():
            while not stop.is_set():
                if not np.array_equal(probabilities(server, ROWS, "other"), expected):
                    failures.append("another answer")

        beside = threading.Thread(target=small)
        beside.start()
        try:
            large = probabilities(server, rows)
        finally:
            stop.set()
            beside.join()
        assert len(server.instances()) == 1, "it ran in the loop"
        assert server.metric("glowplug_cold_starts_total", function="other") == 0
    assert not failures
    assert np.array_equal(large, np.tile(expected, (20_000, 1)))


@pytest.mark.parametrize("engine, served", [("native", False), ("auto", True)])
def test_a_model_that_is_not_compiled(glowplug, engine, served):
    """`slow` has operators that the native engine lacks. Forced, it is refused with the reason; else ONNX Runtime serves and the log says why."""
    bundle = glowplug.export("slow.onnx", "slow")
    command = ["serve", bundle, "--engine", engine, "--http-port", "0"]
    if served:
        with programs.serve(glowplug, *command[1:-2]) as server:
            [loaded] = server.events("function_loaded")
        assert loaded["engine"] == "onnxruntime" and "EyeLike" in loaded["not_native"]
    else:
        done = glowplug.run(*command, check=False)
        assert done.returncode == 1 and "EyeLike" in done.stderr and "--engine auto" in done.stderr, done.stderr
