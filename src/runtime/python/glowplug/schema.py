"""JSON Schema (2020-12) of type hints, for the function's OpenAPI document."""
import dataclasses
import types
import typing

from glowplug import inputs

_PLAIN = {int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null", None: "null"}


def _object(hint, hints, required):
    schema = {"type": "object", "title": hint.__name__, "properties": {name: of(one) for name, one in hints.items()}, "additionalProperties": False}
    if required:
        schema["required"] = sorted(required)
    return schema


def _dataclass(hint):
    hints = typing.get_type_hints(hint)
    required = [field.name for field in dataclasses.fields(hint)
                if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING]
    return _object(hint, {field.name: hints[field.name] for field in dataclasses.fields(hint)}, required)


def of(hint):
    """{}: anything."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [of(one) for one in arguments]}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Required, typing.NotRequired, typing.Annotated):
        return of(arguments[0])
    if inputs._is_array(hint):
        return {"type": "array"}
    if inputs._is_frame(hint):
        return {"type": "array", "items": {"type": "object"}}
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint)
    if inputs._is_typed_dict(hint):
        return _object(hint, typing.get_type_hints(hint), hint.__required_keys__)
    kind = origin or hint
    if kind in (list, tuple, set, frozenset):
        return {"type": "array", **({"items": of(arguments[0])} if arguments else {})}
    if kind is dict:
        return {"type": "object", **({"additionalProperties": of(arguments[1])} if len(arguments) == 2 else {})}
    return {}


def content_of_input(hint):
    """The `content` object of a request body in OpenAPI."""
    if hint is bytes:
        return {"application/octet-stream": {}}
    if inputs._is_image(hint):
        return {"image/*": {}}
    if hint is None:
        return {"application/json": {"schema": {}}}
    return {"application/json": {"schema": of(hint)}, **({"text/plain": {}} if hint is str else {})}


def content_of_output(hint):
    if hint is bytes:
        return {"application/octet-stream": {}}
    if hint is str:
        return {"text/plain": {}}
    if inputs._is_image(hint):
        return {"image/png": {}}
    if hint is None:
        return {"application/json": {"schema": {}}}
    schema = of(hint)
    is_object = schema.get("type") == "object"
    return {"application/json": {"schema": schema if is_object else {"type": "object", "properties": {"predictions": schema}}}}
