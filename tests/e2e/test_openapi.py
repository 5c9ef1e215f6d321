"""/openapi.json: a valid OpenAPI 3.1 document, and what is really sent and answered fits its schemas."""
import base64
import json

import jsonschema
import openapi_spec_validator
import pytest

from e2e.test_handlers import SPECS, encoded, picture, wav
from e2e.test_python_handlers import export
from harness import programs

HINTED = """
import dataclasses

@dataclasses.dataclass
class Answer:
    word: str
    length: int

def predict(inputs: list[str]) -> list[Answer]:
    return [Answer(word, len(word)) for word in inputs]
"""
PLAIN = {"input": {"type": "image", "mode": "torchvision", "resize": {"width": 8, "height": 8}}}
FLOWER = [5.1, 3.5, 1.4, 0.2]


@pytest.fixture(scope="module")
def bundles(shared_glowplug):
    made = {}
    for name, model, spec in (("colors", "colors.onnx", SPECS["colors"]), ("table", "iris.onnx", SPECS["iris"]), ("plain-pictures", "colors.onnx", PLAIN),
                              ("found", "boxes.onnx", SPECS["boxes"]), ("sounds", "loud.onnx", SPECS["loud"]), ("plans", "plan.onnx", SPECS["plan"])):
        (shared_glowplug.home / f"openapi-{name}.json").write_text(json.dumps(spec))
        made[name] = shared_glowplug.export(model, name, "--force", "--handler", shared_glowplug.home / f"openapi-{name}.json")
    made["flowers"] = shared_glowplug.export("iris.onnx", "flowers", "--force")
    export(shared_glowplug, HINTED, "lengths")
    made["lengths"] = shared_glowplug.home / "lengths.glow"
    return made


@pytest.fixture(scope="module")
def server(shared_glowplug, bundles):
    with programs.serve(shared_glowplug, *bundles.values()) as running:
        yield running


@pytest.fixture(scope="module")
def document(server):
    answer = server.get("/openapi.json")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    return answer.json()


def check(document, content, media_type, value):
    """`value` fits what `content` says of `media_type`."""
    schema = content[media_type]["schema"]
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def fits(document, content, media_type, value):
    try:
        check(document, content, media_type, value)
    except jsonschema.ValidationError:
        return False
    return True


def post(document, path):
    operation = document["paths"][path]["post"]
    return operation["requestBody"]["content"], operation["responses"]["200"]["content"]


def ask(server, document, path, body, status=200):
    """Sends JSON and checks both ways: what the schema takes the server takes, what it refuses the schema refuses."""
    asked, answered = post(document, path)
    answer = server.post(path, data=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert fits(document, asked, "application/json", body) == (status == 200), body
    if status == 200:
        check(document, answered, "application/json", answer.json())
    else:
        jsonschema.Draft202012Validator(document["components"]["schemas"]["error"]).validate(answer.json())
    return answer


def test_the_document_is_valid(document, bundles):
    openapi_spec_validator.validate(document)
    for name in bundles:
        assert f"/predict/{name}" in document["paths"] and f"/v2/models/{name}/infer" in document["paths"]


def test_a_handler_alone_has_the_document_of_its_function(shared_glowplug, bundles, document):
    with programs.handler(shared_glowplug, bundles["colors"]) as alone:
        own = alone.get("/openapi.json").json()
    openapi_spec_validator.validate(own)
    assert own["paths"]["/predict/colors"] == document["paths"]["/predict/colors"]
    assert "/predict/table" not in own["paths"]


def test_plain_records(server, document):
    for body in (FLOWER, [FLOWER, FLOWER], {"features": FLOWER}, [{"features": FLOWER}], {"instances": [FLOWER]},
                 {"instances": [{"features": FLOWER}]}, {"dataframe_records": [FLOWER]}):
        ask(server, document, "/predict/flowers", body)
    for body in (FLOWER[:3], {"feature": FLOWER}, [], "x", {"features": ["a", 1, 2, 3]}, {"instances": []}):
        ask(server, document, "/predict/flowers", body, 400)


def test_tensors(server, document):
    tensor = {"name": "features", "datatype": "FP32", "shape": [1, 4], "data": FLOWER}
    path = "/v2/models/flowers/infer"
    for body in ({"inputs": [tensor]}, {"id": "7", "inputs": [{**tensor, "data": [FLOWER]}]},
                 {"inputs": [tensor], "outputs": [{"name": "probabilities", "parameters": {"classification": 2}}]}):
        ask(server, document, path, body)
    for body in ({"inputs": []}, {"inputs": [{**tensor, "datatype": "INT64"}]}, {"inputs": [{**tensor, "shape": [1, 5]}]},
                 {"inputs": [{**tensor, "name": "x"}]}, {}):
        ask(server, document, path, body, 400)


def test_tables(server, document):
    row = dict(zip(["sepal_length", "sepal_width", "petal_length", "petal_width"], FLOWER))
    without = {name: value for name, value in row.items() if name != "petal_width"}
    for body in (row, [row, without], [FLOWER], {"instances": [row]}, {"dataframe_records": [row]},
                 {"dataframe_split": {"columns": list(row), "data": [FLOWER]}}, {"columns": list(row), "data": [FLOWER]}):
        ask(server, document, "/predict/table", body)
    for body in ({**row, "sepal_length": 101}, {**row, "sepal_length": "long"}, {**row, "color": 1}, {"sepal_width": 1}, []):
        ask(server, document, "/predict/table", body, 400)
    asked, answered = post(document, "/predict/table")
    assert "text/csv" in asked and "text/csv" in answered


def test_pictures(server, document):
    text = base64.b64encode(encoded(picture("red"))).decode()
    for path in ("/predict/colors", "/predict/plain-pictures", "/predict/found"):
        for body in (text, [text, text], {"image": text}, {"image": {"b64": text}}, {"instances": [{"b64": text}]}, {"inputs": [text]},
                     {"image": f"data:image/png;base64,{text}"}):
            ask(server, document, path, body)
        for body in ({"picture": text}, [], [7], {"image": 7}):
            ask(server, document, path, body, 400)
        asked, answered = post(document, path)
        for media_type in ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"):
            assert media_type in asked
            kind = media_type.split("/")[1].upper()
            answer = server.post(path, data=encoded(picture("blue"), kind), headers={"content-type": media_type})
            check(document, answered, "application/json", answer.json())
        form = asked["multipart/form-data"]["schema"]["properties"]
        sent = server.post(path, files=[(field, ("a.png", encoded(picture("red")), "image/png")) for field in form])
        assert sent.status_code == 200, sent.text


def test_items_in_the_protocol(server, document):
    text = base64.b64encode(encoded(picture("red"))).decode()
    path = "/v2/models/colors/infer"
    item = {"name": "image", "datatype": "BYTES", "shape": [1], "data": [text]}
    for body in ({"inputs": [item]}, {"id": "7", "inputs": [{**item, "shape": [2], "data": [text, text]}], "outputs": [{"name": "score"}]}):
        ask(server, document, path, body)
    for body in ({"inputs": []}, {"inputs": [{**item, "name": "picture"}]}, {"inputs": [{**item, "shape": [1, 1]}]},
                 {"inputs": [item], "outputs": [{"name": "scores"}]}):
        ask(server, document, path, body, 400)
    asked, answered = post(document, path)
    assert {"image/jpeg", "multipart/form-data", "application/octet-stream"} < set(asked)
    for function, body, media_type in (("colors", encoded(picture("red")), "image/png"), ("table", ",".join(map(str, FLOWER)), "text/csv"),
                                       ("sounds", wav([1000] * 24), "audio/wav")):
        path = f"/v2/models/{function}/infer"
        asked, answered = post(document, path)
        answer = server.post(path, data=body, headers={"content-type": media_type})
        assert answer.status_code == 200 and media_type in asked, answer.text
        check(document, answered, "application/json", answer.json())


def test_sounds_and_other_tables(server, document):
    ask(server, document, "/predict/sounds", base64.b64encode(wav([1000] * 24)).decode())
    asked, answered = post(document, "/predict/sounds")
    assert {"audio/wav", "audio/flac"} < set(asked)
    ask(server, document, "/predict/plans", [{"plan": "full", "months": 2}, {"plan": "basic"}])
    for body in ({"plan": "gold"}, {"plan": "full", "months": 0}, {"months": 3}, {"plan": "full", "months": "2"}):
        ask(server, document, "/predict/plans", body, 400)


def test_type_hints_are_the_schema(server, document):
    ask(server, document, "/predict/lengths", ["a", "bcd"])
    for body in (["a", 7], {"a": 1}, "x"):
        ask(server, document, "/predict/lengths", body, 400)
    asked, answered = post(document, "/predict/lengths")
    assert asked["application/json"]["schema"] == {"type": "array", "items": {"type": "string"}}
    assert not fits(document, answered, "application/json", {"predictions": [{"word": "a"}]})


def test_what_describes_fits_too(server, document):
    for path, item in document["paths"].items():
        if "get" not in item:
            continue
        answer = server.get(path.replace("{function}", "flowers").replace("{version}", "1"))
        assert answer.status_code == 200, (path, answer.text)
        told = item["get"]["responses"]["200"]
        if "$ref" in told:
            told = document["components"]["responses"][told["$ref"].rsplit("/", 1)[1]]
        if "application/json" in told["content"]:
            check(document, told["content"], "application/json", answer.json())
        else:
            assert answer.headers["content-type"].startswith("text/plain"), path
