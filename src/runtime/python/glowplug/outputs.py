"""What a handler returns → status, type and body."""
import base64
import dataclasses
import datetime
import decimal
import enum
import io
import json
import sys
import uuid

from glowplug import Response

_JSON = "application/json"


def _loaded(module, name):
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) else ()


def _of_library(value):
    """What numpy and pandas have of their own."""
    if isinstance(value, _loaded("numpy", "generic")):
        return value.item()
    if isinstance(value, _loaded("numpy", "ndarray")):
        return value.tolist()
    if isinstance(value, _loaded("pandas", "DataFrame")):
        return value.to_dict(orient="records")
    if isinstance(value, _loaded("pandas", "Series")):
        return value.tolist()
    raise TypeError(f"the handler returned a {type(value).__module__}.{type(value).__name__}, which is not JSON, bytes or text")


def plain(value):
    """For json: what it does not know itself."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode()
    return _of_library(value)


def json_bytes(value):
    return json.dumps(value, default=plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _body_of(value):
    """(type, body) of what is not wrapped."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "application/octet-stream", bytes(value)
    if isinstance(value, str):
        return "text/plain; charset=utf-8", value.encode("utf-8", "replace")
    if isinstance(value, _loaded("PIL.Image", "Image")):
        return "image/png", _png(value)
    return None


def _with_status(status, body, content_type):
    if type(status) is not int or not 200 <= status <= 599:
        raise ValueError(f"the handler returned status {status!r}; expected 200 to 599")
    own_type, data = _body_of(body) or (_JSON, json_bytes(body))
    return status, content_type or own_type, data


def _content_type(headers):
    for name, value in headers.items():
        if name.lower() == "content-type":
            return str(value)
    return None


def _is_status_and_body(value):
    return (isinstance(value, tuple) and len(value) in (2, 3) and type(value[0]) is int and 200 <= value[0] <= 599
            and (len(value) == 2 or isinstance(value[2], dict)) and type(value) is tuple)


def of_predict(value):
    if isinstance(value, Response):
        return _with_status(value.status, value.body, value.content_type)
    if _is_status_and_body(value):
        return _with_status(value[0], value[1], _content_type(value[2]) if len(value) == 3 else None)
    made = _body_of(value)
    if made is not None:
        return 200, *made
    is_object = isinstance(value, dict) or dataclasses.is_dataclass(value)
    return 200, _JSON, json_bytes(value if is_object else {"predictions": value})


def of_lambda(value):
    """The rules of an HTTP API's proxy, version 2: without "statusCode" the whole value is the body."""
    if not isinstance(value, dict) or "statusCode" not in value:
        return 200, _JSON, b"" if value is None else json_bytes(value)
    body = value.get("body")
    if body is None:
        body = ""
    if not isinstance(body, str):
        raise ValueError(f'"body" of the answer is a {type(body).__name__}; expected a string')
    data = base64.b64decode(body, validate=True) if value.get("isBase64Encoded") else body.encode("utf-8", "replace")
    return int(value["statusCode"]), _content_type(value.get("headers") or {}) or _JSON, data
