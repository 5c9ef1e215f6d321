"""Files in, the Open Inference Protocol out: what POST /v2/models/FUNCTION/infer takes for a function's handler, by curl's way and by tritonclient's."""
import base64
import json

import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from e2e.test_handlers import BLUE, GREEN, RED, bundles, encoded, form, picture, predictions, servers, wav  # noqa: F401 (two are fixtures)

SAMPLES = np.zeros(20)
SAMPLES[3], SAMPLES[10], SAMPLES[19] = 16384, -8192, 16384


def infer(servers, function, body, content_type="", status=200, **headers):
    if content_type:
        headers["content-type"] = content_type
    answer = servers[function].post(f"/v2/models/{function}/infer", data=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def tensors(answer):
    """{name: array} of an answer in JSON; what it says of each is checked."""
    kinds = {"BYTES": object, "FP32": np.float32, "INT64": np.int64, "BOOL": bool}
    return {one["name"]: np.array(one["data"], kinds[one["datatype"]]).reshape(one["shape"]) for one in answer["outputs"]}


def items(field, values, **rest):
    return json.dumps({"inputs": [{"name": field, "datatype": "BYTES", "shape": [len(values)], "data": values}], **rest})


def client(servers, function):
    return triton.InferenceServerClient(f"127.0.0.1:{servers[function].port}")


def texts_of(field, values):
    tensor = triton.InferInput(field, [len(values)], "BYTES")
    tensor.set_data_from_numpy(np.array(values, object))
    return [tensor]


def test_a_picture_as_it_is(servers):
    answer = infer(servers, "colors", RED, "image/png")
    assert answer == {"model_name": "colors", "model_version": "1", "outputs": [
        {"name": "label", "datatype": "BYTES", "shape": [1], "data": ["red"]}, {"name": "score", "datatype": "FP32", "shape": [1], "data": [255.0]}]}


def test_pictures_in_a_form(servers):
    body, content_type = form(("image", "a.png", "image/png", RED), ("image", "b.png", "image/png", BLUE))
    got = tensors(infer(servers, "colors", body, content_type))
    assert list(got["label"]) == ["red", "blue"] and list(got["score"]) == [255, 255]


def test_pictures_as_bytes_in_json_are_base64(servers):
    texts = [base64.b64encode(one).decode() for one in (GREEN, RED)]
    answer = infer(servers, "colors", items("image", texts, id="seven", outputs=[{"name": "label"}]), "application/json")
    assert answer["id"] == "seven" and answer["outputs"] == [{"name": "label", "datatype": "BYTES", "shape": [2], "data": ["green", "red"]}]


@pytest.mark.parametrize("count", [1, 3])
def test_pictures_of_a_triton_client(servers, count):
    with client(servers, "colors") as triton_client:
        result = triton_client.infer("colors", texts_of("image", [RED, GREEN, BLUE][:count]), request_id="r")
        assert list(result.as_numpy("label")) == [b"red", b"green", b"blue"][:count] and result.get_response()["id"] == "r"
        assert result.as_numpy("score").dtype == np.float32
        wanted = [triton.InferRequestedOutput("score", binary_data=False)]
        result = triton_client.infer("colors", texts_of("image", [GREEN] * count), outputs=wanted)
        assert list(result.as_numpy("score")) == [255] * count and result.as_numpy("label") is None


def test_the_model_itself_is_there_all_the_same(servers):
    """Its own input has the name of the handler's, and another datatype."""
    with client(servers, "words") as triton_client:
        metadata = triton_client.get_model_metadata("words")
        assert metadata["handler"]["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
        assert metadata["handler"]["outputs"][0]["name"] == "embedding"
        ids = triton.InferInput("input_ids", [1, 2], "INT64")
        ids.set_data_from_numpy(np.array([[2, 3]]))
        mask = triton.InferInput("attention_mask", [1, 2], "INT64")
        mask.set_data_from_numpy(np.array([[1, 1]]))
        by_tensors = triton_client.infer("words", [one for one in (ids, mask) if one.name() in {i["name"] for i in metadata["inputs"]}])
        assert by_tensors.as_numpy(metadata["outputs"][0]["name"]).ndim == 3
        by_text = triton_client.infer("words", texts_of("text", [b"one two"]))
        assert by_text.as_numpy("embedding").shape == (1, 2)


def test_texts(servers):
    assert tensors(infer(servers, "words", "One three", "text/plain"))["embedding"].tolist() == [[3, 1]]
    texts = ["one", "two three four four", "nonsense one", "four", 'a "quoted" \u00e9\n']
    got = tensors(infer(servers, "words", items("text", texts), "application/json"))["embedding"].tolist()
    assert got == predictions(servers, "words", json.dumps(texts), "application/json")
    with client(servers, "words") as triton_client:
        result = triton_client.infer("words", texts_of("text", [text.encode() for text in texts]))
        assert result.as_numpy("embedding").tolist() == got
        with pytest.raises(InferenceServerException, match="UTF-8"):
            triton_client.infer("words", texts_of("text", [b"one", b"\xff\xfe"]))


def test_detections_say_of_which_item_they_are(servers):
    white, black = encoded(picture("#fff", (160, 80))), encoded(picture("#000", (160, 80)))
    body, content_type = form(*(("image", name, "image/png", content) for name, content in (("a", white), ("b", black), ("c", white))))
    got = tensors(infer(servers, "boxes", body, content_type))
    assert got["item"].tolist() == [0, 0, 2, 2] and list(got["label"]) == ["cat", "dog"] * 2 and got["score"].tolist() == [0.75, 0.625] * 2
    assert got["box"].shape == (4, 4) and got["box"][1].tolist() == pytest.approx([80, 20, 160, 80])
    none = tensors(infer(servers, "boxes", black, "image/png"))
    assert none["box"].shape == (0, 4) and none["item"].shape == (0,)


def test_sounds_of_different_length(servers):
    body, content_type = form(("audio", "a.wav", "audio/wav", wav(SAMPLES)), ("audio", "b.wav", "audio/wav", wav(np.zeros(8))))
    got = tensors(infer(servers, "loud", body, content_type))
    assert got["loud"].tolist() == [True, False] and got["score"].tolist() == [1.25, 0] and got["chunks"].tolist() == [3, 1]
    assert got["scores"].tolist() == [[0.5, 0.75, 1.25], [0, 0, 0]]
    with client(servers, "loud") as triton_client:
        result = triton_client.infer("loud", texts_of("audio", [wav(SAMPLES)]))
        assert result.as_numpy("scores").tolist() == [[0.5, 0.75, 1.25]] and result.as_numpy("loud").tolist() == [True]


def test_bytes_and_numbers(servers):
    with client(servers, "raw") as triton_client:
        result = triton_client.infer("raw", texts_of("bytes", [b"abcd", b"\x00\xff", b'{"a']))
        assert result.as_numpy("prediction").tolist() == [[97, 98, 99, 100], [0, 255, 0, 0], [123, 34, 97, 0]]


def test_tables(servers):
    got = tensors(infer(servers, "plan", "plan,months\nfull,2\nbasic,1\n", "text/csv"))
    assert got["prediction"].tolist() == [25, 5]
    csv = "petal_length,sepal_length,sepal_width,petal_width\n1.4,5.1,3.5,0.2\n6.0,6.3,3.3,2.5\n"
    got = tensors(infer(servers, "iris", csv, "text/csv"))
    assert list(got["label"]) == ["setosa", "virginica"] and got["score"].dtype == np.float32


def test_what_is_wrong_is_told(servers):
    for function, body, content_type, text in [
            ("colors", RED[:60], "image/png", "PNG"),
            ("colors", "", "image/png", "empty"),
            ("colors", items("image", ["not base64!"]), "application/json", "base64"),
            ("colors", items("image", []), "application/json", "one or more were expected"),
            ("colors", items("picture", ["x"]), "application/json", "its handler takes image BYTES[-1]"),
            ("colors", items("image", ["AAAA"], outputs=[{"name": "labels"}]), "application/json", "label BYTES[-1], score FP32[-1]"),
            ("colors", items("image", [7]), "application/json", "image"),
            ("colors", json.dumps({"inputs": [{"name": "image", "datatype": "BYTES", "shape": [2], "data": ["AAAA"]}]}), "application/json", "2"),
            ("plan", "plan,months\ngold,2\n", "text/csv", "gold"),
            ("loud", wav(SAMPLES)[:30], "audio/wav", "")]:
        error = infer(servers, function, body, content_type, status=400)["error"]
        assert text in error, (body, error)
    many = infer(servers, "raw", items("bytes", ["AA=="] * 1001), "application/json", status=413)
    assert "1000" in many["error"]


def test_a_caller_cannot_ask_for_the_form_between_processes(servers):
    answer = servers["colors"].post("/predict/colors", data=RED, headers={"content-type": "image/png", "accept": '"answer":"tensors", "tensors"'})
    assert answer.json()["predictions"][0]["label"] == "red"
