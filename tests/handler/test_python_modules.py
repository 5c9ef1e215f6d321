"""The modules that run a Python handler (src/runtime/python/glowplug), tried in this interpreter."""
import base64
import dataclasses
import datetime
import decimal
import enum
import io
import json
import pathlib
import sys
import typing

import numpy
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src/runtime/python"))

from glowplug import BadRequest, Context, Response, failures, inputs, lambda_event, outputs, schema  # noqa: E402

JSON = "application/json"


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


class Words(typing.TypedDict):
    text: str
    lang: typing.NotRequired[str]


class Color(enum.Enum):
    RED = "red"


FITS = [
    (None, "[1]", [1]),
    (typing.Any, '{"a":1}', {"a": 1}),
    (int, "3", 3),
    (float, "3", 3.0),
    (bool, "true", True),
    (str, '"x"', "x"),
    (list, "[1,null]", [1, None]),
    (list[int], '{"instances":[1,2]}', [1, 2]),
    (list[dict], '[{"a":1}]', [{"a": 1}]),
    (tuple[int, ...], "[1,2]", (1, 2)),
    (set[int], "[1,1]", {1}),
    (dict[str, float], '{"a":1}', {"a": 1.0}),
    (typing.Optional[int], "null", None),
    (int | str, '"x"', "x"),
    (typing.Literal["a", "b"], '"b"', "b"),
    (Point, '{"x":1}', Point(1.0)),
    (list[Point], '[{"x":1,"y":2}]', [Point(1.0, 2.0)]),
    (Words, '{"text":"a"}', {"text": "a"}),
    (typing.Annotated[int, "count"], "5", 5),
    (list[list[int]], "[[1],[2,3]]", [[1], [2, 3]]),
]


@pytest.mark.parametrize("hint,body,expected", FITS, ids=str)
def test_json_that_fits(hint, body, expected):
    made = inputs.read(hint, JSON, body.encode())
    assert made == expected and type(made) is type(expected)


MISFITS = [
    (int, "3.5", "inputs: expected int, got float"),
    (int, "true", "inputs: expected int, got bool"),
    (str, "3", "inputs: expected str, got int"),
    (list[int], '[1,"2"]', "inputs[1]: expected int, got str"),
    (list[int], '{"a":[1]}', "inputs: expected a list, got dict"),
    (dict[str, list[int]], '{"a":[null]}', "a[0]: expected int, got null"),
    (Point, '{"y":1}', "inputs: 'x' is missing"),
    (Point, '{"x":1,"z":2}', "inputs: there is no field 'z'; Point has x, y"),
    (list[Point], '[{"x":"1"}]', "inputs[0].x: expected float, got str"),
    (Words, "[]", "inputs: expected an object (Words), got list"),
    (typing.Literal["a"], '"c"', "inputs: expected one of 'a', got 'c'"),
    (int, "{", "the body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    (int, "[" * 100_000, "the body is not JSON: maximum recursion depth exceeded while decoding a JSON array from a unicode string"),
]


@pytest.mark.parametrize("hint,body,expected", MISFITS, ids=lambda value: str(value)[:30])
def test_json_that_does_not_fit_names_the_place(hint, body, expected):
    with pytest.raises(BadRequest) as refused:
        inputs.read(hint, JSON, body.encode())
    assert str(refused.value) == expected and refused.value.status == 400


def test_other_types():
    assert inputs.read(None, "image/png", b"\x89") == b"\x89"
    assert inputs.read(None, "", b"[1]") == [1] and inputs.read(None, "", b"\xff") == b"\xff" and inputs.read(None, "", b"") is None
    assert inputs.read(bytes, JSON, b"[1]") == b"[1]"
    assert inputs.read(str, "text/plain; charset=latin-1", b"\xe4") == "ä"
    with pytest.raises(BadRequest, match="not utf-8"):
        inputs.read(str, "text/plain", b"\xff")
    with pytest.raises(BadRequest, match="charset nonsense") as refused:
        inputs.read(str, "text/plain; charset=nonsense", b"x")
    assert refused.value.status == 415
    with pytest.raises(BadRequest, match="expected application/json"):
        inputs.read(dict, "text/plain", b"x")


def test_arrays():
    made = inputs.read(numpy.ndarray, JSON, b"[[1,2],[3,4]]")
    assert made.shape == (2, 2)
    file = io.BytesIO()
    numpy.save(file, numpy.arange(3))
    assert inputs.read(numpy.ndarray, "application/octet-stream", file.getvalue()).tolist() == [0, 1, 2]
    for kind, body in ((JSON, b"[[1],[2,3]]"), (JSON, b'[{"a":1}]'), ("application/octet-stream", b"nonsense")):
        with pytest.raises(BadRequest):
            inputs.read(numpy.ndarray, kind, body)
    pickled = io.BytesIO()
    numpy.save(pickled, numpy.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(BadRequest, match="no .npy file"):
        inputs.read(numpy.ndarray, "application/octet-stream", pickled.getvalue())


RESULTS = [
    ({"a": 1}, 200, JSON, '{"a":1}'),
    ([1, 2], 200, JSON, '{"predictions":[1,2]}'),
    (None, 200, JSON, '{"predictions":null}'),
    (1.5, 200, JSON, '{"predictions":1.5}'),
    (Point(1, 2), 200, JSON, '{"x":1,"y":2}'),
    ([Point(1, 2)], 200, JSON, '{"predictions":[{"x":1,"y":2}]}'),
    (numpy.float32(0.5), 200, JSON, '{"predictions":0.5}'),
    (numpy.arange(3), 200, JSON, '{"predictions":[0,1,2]}'),
    ({"p": numpy.ones((1, 2)), "n": numpy.int64(3)}, 200, JSON, '{"p":[[1.0,1.0]],"n":3}'),
    ({"d": datetime.date(2026, 1, 2), "m": decimal.Decimal("1.10"), "c": Color.RED, "s": {2, 1}, "b": b"\x00"}, 200, JSON,
     '{"d":"2026-01-02","m":"1.10","c":"red","s":[1,2],"b":"AA=="}'),
    ("ä", 200, "text/plain; charset=utf-8", "ä"),
    (b"\x01", 200, "application/octet-stream", "\x01"),
    ((404, {"error": "x"}), 404, JSON, '{"error":"x"}'),
    ((200, b"x", {"Content-Type": "image/x"}), 200, "image/x", "x"),
    (Response("x", 202, "text/html"), 202, "text/html", "x"),
    ((1, 2), 200, JSON, '{"predictions":[1,2]}'),
]


@pytest.mark.parametrize("value,status,kind,body", RESULTS, ids=lambda value: str(value)[:30])
def test_results(value, status, kind, body):
    assert outputs.of_predict(value) == (status, kind, body.encode())


@pytest.mark.parametrize("value", [object(), [object()], Response("x", 99), {"a": {(1,): 2}}, Response("x", "200")])
def test_results_that_cannot_be(value):
    with pytest.raises((TypeError, ValueError)):
        outputs.of_predict(value)


def test_results_of_lambda():
    assert outputs.of_lambda({"a": 1}) == (200, JSON, b'{"a":1}')
    assert outputs.of_lambda("x") == (200, JSON, b'"x"')
    assert outputs.of_lambda({"statusCode": "201", "headers": {"content-type": "text/x"}, "body": "ä"}) == (201, "text/x", "ä".encode())
    assert outputs.of_lambda({"statusCode": 200, "body": base64.b64encode(b"\xff").decode(), "isBase64Encoded": True}) == (200, JSON, b"\xff")
    with pytest.raises(ValueError, match="expected a string"):
        outputs.of_lambda({"statusCode": 200, "body": {}})


def test_lambda_events_are_text_or_base64():
    Context.function_name = "f"
    context = Context({"request_id": "r", "headers": {"traceparent": "t"}})
    text = lambda_event.make(JSON, b"{}", context)
    assert text["version"] == "2.0" and text["body"] == "{}" and not text["isBase64Encoded"] and text["headers"]["content-type"] == JSON
    assert text["requestContext"]["requestId"] == "r" and text["rawPath"] == "/predict/f"
    for kind, body in (("image/png", b"x"), ("text/plain", b"\xff")):
        event = lambda_event.make(kind, body, context)
        assert event["isBase64Encoded"] and base64.b64decode(event["body"]) == body
    assert "body" not in lambda_event.make("", b"", context)


def test_context_counts_down():
    context = Context({"request_id": "r", "deadline_ms": 1000})
    assert 900 < context.get_remaining_time_in_millis() <= 1000
    assert Context({"deadline_ms": -5}).get_remaining_time_in_millis() == 0


def test_schemas():
    assert schema.of(list[Point]) == {"type": "array", "items": {
        "type": "object", "title": "Point", "properties": {"x": {"type": "number"}, "y": {"type": "number"}}, "additionalProperties": False,
        "required": ["x"]}}
    assert schema.of(typing.Optional[int]) == {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    assert schema.of(typing.Literal["a"]) == {"enum": ["a"]} and schema.of(dict[str, int]) == {"type": "object", "additionalProperties": {"type": "integer"}}
    assert schema.of(Words)["required"] == ["text"] and schema.of(object) == {}
    assert schema.content_of_output(list[int])[JSON]["schema"]["properties"]["predictions"] == {"type": "array", "items": {"type": "integer"}}
    assert schema.content_of_input(bytes) == {"application/octet-stream": {}} and schema.content_of_output(str) == {"text/plain": {}}
    json.dumps(schema.content_of_input(list[Point]))


def test_tracebacks_have_the_users_frames_only(tmp_path):
    failures.names_in(str(tmp_path))
    file = tmp_path / "handler.py"
    file.write_text("def predict():\n    try:\n        1 / 0\n    except ZeroDivisionError as cause:\n        raise ValueError('no') from cause\n")
    names = {}
    exec(compile(file.read_text(), str(file), "exec"), names)
    try:
        outputs_of = names["predict"]
        outputs_of()
    except ValueError as failure:
        failure.__traceback__ = failure.__traceback__.tb_next
        lines = failures.traceback_of(failure)
    assert lines[0] == "Traceback (most recent call last):" and lines[-1] == "ValueError: no"
    assert [line for line in lines if "File" in line] == ['  File "code/handler.py", line 3, in predict', '  File "code/handler.py", line 5, in predict']
