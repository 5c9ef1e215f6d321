"""The real tritonclient, unchanged, against the gateway and against the handler alone: every call it has."""
import asyncio

import ml_dtypes
import numpy as np
import pytest
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from tritonclient.utils import InferenceServerException

from harness import programs

ARRAYS = {
    "bool": np.array([[True, False], [False, True]]),
    "uint8": np.array([[0, 255]], np.uint8),
    "uint16": np.array([[0, 65535]], np.uint16),
    "uint32": np.array([[0, 2**32 - 1]], np.uint32),
    "uint64": np.array([[0, 2**64 - 1]], np.uint64),
    "int8": np.array([[-128, 127]], np.int8),
    "int16": np.array([[-32768, 32767]], np.int16),
    "int32": np.array([[-2**31, 2**31 - 1]], np.int32),
    "int64": np.array([[-2**63, 2**63 - 1]], np.int64),
    "fp16": np.array([[0.5, -65504.0]], np.float16),
    "fp32": np.array([[0.1, np.nan], [np.inf, -np.inf]], np.float32),
    "fp64": np.array([[0.1, 1e308], [np.nan, -np.inf]], np.float64),
    "bytes": np.array([["", "a\0b"], ["grüße", "𝄞 long " * 50]], np.object_),
}
FUNCTIONS = {"add": "add_subtract.onnx", "iris": "iris.onnx", "digits": "digits.onnx", "slow": "slow.onnx", "species": "species.onnx",
             **{f"identity-{kind}": f"identity_{kind}.onnx" for kind in [*ARRAYS, "bf16"]}}


@pytest.fixture(scope="module", params=["gateway", "handler"])
def server(request, shared_glowplug):
    """For `handler` one process a function, made on first use."""
    bundles = {}

    def bundle(name):
        if name not in bundles:
            path = shared_glowplug.home / f"{name}.glow"
            bundles[name] = path if path.exists() else shared_glowplug.export(FUNCTIONS[name], name)
        return bundles[name]

    if request.param == "gateway":
        with programs.serve(shared_glowplug, *[bundle(name) for name in FUNCTIONS], "--idle-timeout", "30s") as running:
            yield lambda _name: running
    else:
        running = {}

        def start(name):
            if name not in running:
                running[name] = programs.handler(shared_glowplug, bundle(name))
            return running[name]
        yield start
        for one in running.values():
            one.stop()


def client_of(server, name, **options):
    return triton.InferenceServerClient(server(name).url.removeprefix("http://"), **options)


def tensor(name, array, binary=True):
    kind = {"object": "BYTES", "bool": "BOOL", "float16": "FP16", "float32": "FP32", "float64": "FP64"}.get(str(array.dtype), str(array.dtype).upper())
    one = triton.InferInput(name, list(array.shape), kind)
    one.set_data_from_numpy(array, binary_data=binary)
    return one


def same(got, array):
    if array.dtype == np.object_:
        plain = [value.decode() if isinstance(value, bytes) else value for value in got.ravel()]
        return plain == list(array.ravel())
    return got.dtype == array.dtype and np.array_equal(got, array, equal_nan=array.dtype.kind == "f")


@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("binary_in", [True, False], ids=["binary-in", "json-in"])
@pytest.mark.parametrize("binary_out", [True, False], ids=["binary-out", "json-out"])
def test_every_datatype_there_and_back(server, kind, binary_in, binary_out):
    client, array, name = client_of(server, f"identity-{kind}"), ARRAYS[kind], f"identity-{kind}"
    if kind == "fp16" and not binary_in:
        return check_fp16_is_binary_only(client, name)
    answer = None
    outputs = [triton.InferRequestedOutput("y", binary_data=binary_out)]
    if kind == "fp16" and not binary_out:
        with pytest.raises(InferenceServerException, match="binary"):
            client.infer(name, [tensor("x", array)], outputs=outputs)
        return None
    answer = client.infer(name, [tensor("x", array, binary_in)], outputs=outputs, request_id="id-7")
    assert same(answer.as_numpy("y"), array)
    assert answer.get_response()["id"] == "id-7"
    assert answer.get_response()["model_name"] == name
    return None


def check_fp16_is_binary_only(client, name):
    one = triton.InferInput("x", [1, 1], "FP16")
    one._data, one._raw_data = [0.5], None
    with pytest.raises(InferenceServerException, match="binary"):
        client.infer(name, [one])


def test_bf16_there_and_back(server):
    client = client_of(server, "identity-bf16")
    one = triton.InferInput("x", [1, 2], "BF16")
    array = np.array([[1.5, -2.0]], ml_dtypes.bfloat16)
    one.set_data_from_numpy(array, binary_data=True)
    assert np.array_equal(client.infer("identity-bf16", [one]).as_numpy("y").astype(np.float32), array.astype(np.float32))


def test_server_and_model_calls(server):
    client = client_of(server, "iris")
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready("iris") and not client.is_model_ready("nobody")
    metadata = client.get_server_metadata()
    assert metadata["name"] == "glowplug" and "binary_tensor_data" in metadata["extensions"]
    assert not {"system_shared_memory", "cuda_shared_memory", "trace", "logging", "generate"} & set(metadata["extensions"])
    model = client.get_model_metadata("iris")
    assert model["platform"] == "onnxruntime_onnx"  # as Triton says it
    assert model["inputs"] == [{"name": "features", "datatype": "FP32", "shape": [-1, 4]}]
    assert [output["datatype"] for output in model["outputs"]] == ["BYTES", "FP32"]
    assert all(isinstance(version, str) for version in model["versions"])
    versioned = client.get_model_metadata("iris", model["versions"][0])
    assert versioned == model
    config = client.get_model_config("iris")
    assert config["name"] == "iris" and config["input"][0]["data_type"] == "TYPE_FP32"


def test_infer_with_defaults_returns_all_outputs(server):
    client = client_of(server, "add")
    a, b = np.arange(8, dtype=np.float32).reshape(2, 4), np.ones((2, 4), np.float32)
    answer = client.infer("add", [tensor("a", a), tensor("b", b)])
    assert np.array_equal(answer.as_numpy("sum"), a + b) and np.array_equal(answer.as_numpy("difference"), a - b)
    one = client.infer("add", [tensor("b", b), tensor("a", a, binary=False)], outputs=[triton.InferRequestedOutput("difference")])
    assert np.array_equal(one.as_numpy("difference"), a - b) and one.as_numpy("sum") is None


@pytest.mark.parametrize("algorithm", ["gzip", "deflate"])
def test_compression_both_ways(server, algorithm):
    client = client_of(server, "add")
    a = np.zeros((300, 4), np.float32)
    answer = client.infer("add", [tensor("a", a), tensor("b", a + 1)], request_compression_algorithm=algorithm,
                          response_compression_algorithm=algorithm)
    assert np.array_equal(answer.as_numpy("sum"), a + 1)


def test_classification_with_labels(server):
    client = client_of(server, "iris")
    rows = np.array([[5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]], np.float32)
    plain = client.infer("iris", [tensor("features", rows)]).as_numpy("probabilities")
    for binary in (True, False):
        outputs = [triton.InferRequestedOutput("probabilities", binary_data=binary, class_count=2)]
        got = client.infer("iris", [tensor("features", rows)], outputs=outputs).as_numpy("probabilities")
        assert got.shape == (2, 2)
        texts = [[t.decode() if isinstance(t, bytes) else t for t in row] for row in got]
        for row, order in enumerate(np.argsort(-plain, axis=1)[:, :2]):
            for rank, index in enumerate(order):
                value, place, label = texts[row][rank].split(":")
                assert float(value) == pytest.approx(plain[row, index], abs=1e-6)
                assert int(place) == index and label == ["setosa", "versicolor", "virginica"][index]


def test_parameters_and_headers_are_taken(server):
    client = client_of(server, "add", verbose=False)
    a = np.ones((1, 4), np.float32)
    answer = client.infer("add", [tensor("a", a), tensor("b", a)], priority=1, timeout=30_000_000, headers={"X-Request-Id": "abc"},
                          query_params={"a": 1}, parameters={"note": "hello", "number": 3, "yes": True})
    assert answer.as_numpy("sum").tolist() == [[2, 2, 2, 2]]


def test_errors_carry_their_text(server):
    client = client_of(server, "iris")
    rows = np.zeros((1, 5), np.float32)
    with pytest.raises(InferenceServerException, match=r"features.*\[-1,4\]|\[1,5\]"):
        client.infer("iris", [tensor("features", rows)])
    with pytest.raises(InferenceServerException) as caught:
        client.infer("iris", [tensor("features", rows[:, :4].astype(np.float64))])
    assert "FP64" in caught.value.message() and "FP32" in caught.value.message()
    with pytest.raises(InferenceServerException, match="petals"):
        client.infer("iris", [tensor("petals", rows[:, :4])])
    with pytest.raises(InferenceServerException, match="nobody") as caught:
        client.infer("nobody", [tensor("features", rows[:, :4])])
    assert caught.value.status() == "404"
    with pytest.raises(InferenceServerException) as caught:
        client_of(server, "slow").infer("slow", [tensor("x", np.full((1, 1), 2e4, np.float32))], timeout=100_000)
    assert caught.value.status() == "504" or "no answer within" in caught.value.message()


def test_what_is_not_offered_says_so(server):
    client = client_of(server, "iris")
    calls = [client.get_trace_settings, client.get_log_settings, client.get_system_shared_memory_status, client.get_cuda_shared_memory_status,
             lambda: client.update_trace_settings(settings={"trace_rate": "1"}), lambda: client.update_log_settings({"log_info": True}),
             lambda: client.register_system_shared_memory("r", "/r", 10), lambda: client.unregister_system_shared_memory("r"),
             client.unregister_system_shared_memory, client.unregister_cuda_shared_memory,
             lambda: client.register_cuda_shared_memory("r", b"00", 0, 10)]
    for call in calls:
        with pytest.raises(InferenceServerException) as caught:
            call()
        assert caught.value.status() == "501", caught.value


def test_statistics_count_rows_and_runs(server):
    client = client_of(server, "add")
    a = np.ones((3, 4), np.float32)

    def counts():
        stats, = client.get_inference_statistics("add")["model_stats"]
        return stats["inference_count"], stats["execution_count"], stats["inference_stats"]["success"]["count"], stats["inference_stats"]["fail"]["count"]
    before = counts()
    client.infer("add", [tensor("a", a), tensor("b", a)])
    with pytest.raises(InferenceServerException):
        client.infer("add", [tensor("a", a)])
    after = counts()
    assert after[0] == before[0] + 3 and after[1] == before[1] + 1 and after[2] == before[2] + 1 and after[3] == before[3] + 1
    assert len(client.get_inference_statistics()["model_stats"]) >= 1
    stats, = client.get_inference_statistics("add")["model_stats"]
    for key in ("queue", "compute_input", "compute_infer", "compute_output"):
        assert stats["inference_stats"][key]["ns"] > 0 or key == "queue"
    assert stats["last_inference"] > 1_700_000_000_000


def test_async_infer(server):
    client = client_of(server, "add", concurrency=4)
    a = np.ones((1, 4), np.float32)
    waiting = [client.async_infer("add", [tensor("a", a * i), tensor("b", a)]) for i in range(32)]
    for i, one in enumerate(waiting):
        assert one.get_result().as_numpy("sum").tolist() == [[i + 1] * 4]


def test_64_at_once_get_their_own_rows(server):
    client = client_of(server, "add", concurrency=64)
    waiting = []
    for i in range(640):
        a = np.full((1 + i % 3, 4), i, np.float32)
        waiting.append((a, client.async_infer("add", [tensor("a", a, binary=i % 2 == 0), tensor("b", a)])))
    for a, one in waiting:
        answer = one.get_result()
        assert np.array_equal(answer.as_numpy("sum"), 2 * a) and np.array_equal(answer.as_numpy("difference"), 0 * a)


def test_generated_body_and_parsed_answer(server):
    """The client's own way to go through another HTTP library."""
    body, json_size = triton.InferenceServerClient.generate_request_body([tensor("a", np.ones((1, 4), np.float32)), tensor("b", np.ones((1, 4), np.float32))])
    answer = server("add").post("/v2/models/add/infer", data=body, headers={"Inference-Header-Content-Length": str(json_size)})
    header = int(answer.headers["Inference-Header-Content-Length"])
    parsed = triton.InferenceServerClient.parse_response_body(answer.content, header_length=header)
    assert parsed.as_numpy("sum").tolist() == [[2, 2, 2, 2]]


def test_aio_client(server):
    async def talk():
        async with triton_aio.InferenceServerClient(server("iris").url.removeprefix("http://")) as client:
            assert await client.is_server_live() and await client.is_server_ready() and await client.is_model_ready("iris")
            assert (await client.get_server_metadata())["name"] == "glowplug"
            assert (await client.get_model_metadata("iris"))["name"] == "iris"
            assert (await client.get_model_config("iris"))["name"] == "iris"
            assert (await client.get_inference_statistics("iris"))["model_stats"][0]["name"] == "iris"
            assert any(entry["name"] == "iris" for entry in await client.get_model_repository_index())
            for call in (client.get_trace_settings, client.get_log_settings, client.get_system_shared_memory_status,
                         client.get_cuda_shared_memory_status, client.unregister_system_shared_memory, client.unregister_cuda_shared_memory):
                with pytest.raises(InferenceServerException) as caught:
                    await call()
                assert caught.value.status() == "501"
            rows = np.random.default_rng(3).random((64, 4), np.float32) * 6
            inputs = [[tensor("features", row[None, :], binary=i % 2 == 0)] for i, row in enumerate(rows)]
            answers = await asyncio.gather(*[client.infer("iris", one, request_compression_algorithm="gzip" if i % 3 == 0 else None)
                                             for i, one in enumerate(inputs)])
            together = await client.infer("iris", [tensor("features", rows)])
            assert np.allclose(np.concatenate([a.as_numpy("probabilities") for a in answers]), together.as_numpy("probabilities"), atol=1e-6)
            with pytest.raises(InferenceServerException, match="nobody"):
                await client.infer("nobody", inputs[0])
    asyncio.run(talk())


def test_repository_of_the_gateway(glowplug):
    for name, model in (("iris", "iris.onnx"), ("add", "add_subtract.onnx")):
        glowplug.run("add", glowplug.export(model, name))
    with programs.serve(glowplug) as running:
        client = triton.InferenceServerClient(running.url.removeprefix("http://"))
        index = {entry["name"]: entry for entry in client.get_model_repository_index()}
        assert index["iris"]["state"] == "READY" and index["add"]["state"] == "READY"
        client.unload_model("add")
        assert not client.is_model_ready("add") and client.is_model_ready("iris")
        with pytest.raises(InferenceServerException):
            client.infer("add", [tensor("a", np.ones((1, 4), np.float32)), tensor("b", np.ones((1, 4), np.float32))])
        index = {entry["name"]: entry for entry in client.get_model_repository_index()}
        assert index["add"]["state"] == "UNAVAILABLE" and index["add"]["reason"]
        client.load_model("add")
        assert client.is_model_ready("add")
        answer = client.infer("add", [tensor("a", np.ones((1, 4), np.float32)), tensor("b", np.ones((1, 4), np.float32))])
        assert answer.as_numpy("sum").tolist() == [[2, 2, 2, 2]]
        for call in (lambda: client.load_model("nobody"), lambda: client.unload_model("nobody")):
            with pytest.raises(InferenceServerException, match="nobody"):
                call()
        with pytest.raises(InferenceServerException) as caught:
            client.load_model("add", config='{"max_batch_size": 8}')
        assert caught.value.status() in ("400", "501")
