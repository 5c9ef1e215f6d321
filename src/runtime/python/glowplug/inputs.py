"""Body and type of an event → what the handler's first parameter is hinted to be, or a BadRequest that says where it does not fit."""
import dataclasses
import io
import json
import sys
import types
import typing

from glowplug import BadRequest

_NONE = type(None)


def media_type(content_type):
    return content_type.partition(";")[0].strip().lower()


def _charset(content_type):
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"')
    return "utf-8"


def is_json(content_type):
    kind = media_type(content_type)
    return kind == "application/json" or kind.endswith("+json")


def read_json(body):
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as failure:
        raise BadRequest(f"the body is not JSON: {failure}") from None


def read_text(content_type, body):
    charset = _charset(content_type)
    try:
        return body.decode(charset)
    except LookupError:
        raise BadRequest(f"charset {charset} is not known", 415) from None
    except UnicodeDecodeError as failure:
        raise BadRequest(f"the body is not {charset}: {failure}") from None


def _unhinted(content_type, body):
    if is_json(content_type):
        return read_json(body)
    if not content_type and body:
        try:
            return json.loads(body)
        except ValueError:
            return body
    return body if body else None


def _loaded(module, name):
    """A class of a library if the handler has imported that library: whoever hints it has."""
    return getattr(sys.modules.get(module), name, None)


def _is_array(hint):
    array = _loaded("numpy", "ndarray")
    return array is not None and (hint is array or typing.get_origin(hint) is array)


def _is_image(hint):
    image = _loaded("PIL.Image", "Image")
    return image is not None and isinstance(hint, type) and issubclass(hint, image)


def _is_frame(hint):
    frame = _loaded("pandas", "DataFrame")
    return frame is not None and hint is frame


def _read_array(content_type, body):
    numpy = sys.modules["numpy"]
    if is_json(content_type) or not content_type:
        value = _instances(read_json(body))
        try:
            array = numpy.asarray(value)
        except ValueError as failure:
            raise BadRequest(f"the body is no array: {failure}") from None
        if array.dtype == object:
            raise BadRequest("the body is no array: expected numbers in lists of equal length")
        return array
    try:
        return numpy.load(io.BytesIO(body), allow_pickle=False)
    except (ValueError, OSError, EOFError) as failure:
        raise BadRequest(f"the body is no .npy file: {failure}", 415) from None


def _read_image(content_type, body):
    module = sys.modules["PIL.Image"]
    try:
        image = module.open(io.BytesIO(body))
        image.load()
        return image
    except (module.DecompressionBombError, OSError, ValueError, SyntaxError) as failure:
        raise BadRequest(f"the body is no image: {failure}", 415) from None


def _read_frame(content_type, body):
    pandas = sys.modules["pandas"]
    try:
        if media_type(content_type) == "text/csv":
            return pandas.read_csv(io.BytesIO(body))
        value = _instances(read_json(body))
        return pandas.DataFrame([value] if isinstance(value, dict) else value)
    except BadRequest:
        raise
    except Exception as failure:
        raise BadRequest(f"the body is no table: {failure}") from None


def _instances(value):
    """{"instances": [...]} is a way to say a list."""
    if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("instances"), list):
        return value["instances"]
    return value


def _name(value):
    return "null" if value is None else type(value).__name__


def _wrong(path, expected, value):
    return BadRequest(f"{path or 'inputs'}: expected {expected}, got {_name(value)}")


def _is_typed_dict(hint):
    return isinstance(hint, type) and issubclass(hint, dict) and hasattr(hint, "__required_keys__")


def _object(hint, fields, required, value, path):
    if not isinstance(value, dict):
        raise _wrong(path, f"an object ({hint.__name__})", value)
    for name in value:
        if name not in fields:
            raise BadRequest(f"{path or 'inputs'}: there is no field {name!r}; {hint.__name__} has {', '.join(fields)}")
    for name in sorted(required):
        if name not in value:
            raise BadRequest(f"{path or 'inputs'}: {name!r} is missing")
    return {name: fit(fields[name], one, f"{path}.{name}" if path else name) for name, one in value.items()}


def _dataclass(hint, value, path):
    hints = typing.get_type_hints(hint)
    fields = {field.name: hints[field.name] for field in dataclasses.fields(hint) if field.init}
    required = {field.name for field in dataclasses.fields(hint)
                if field.init and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING}
    return hint(**_object(hint, fields, required, value, path))


def _union(hint, value, path):
    options = typing.get_args(hint)
    if value is None and _NONE in options:
        return None
    first = None
    for option in options:
        if option is _NONE:
            continue
        try:
            return fit(option, value, path)
        except BadRequest as failure:
            first = first or failure
    raise first


def _plain(hint, value, path):
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is int and isinstance(value, bool) or not isinstance(value, hint):
        raise _wrong(path, hint.__name__, value)
    return value


def fit(hint, value, path=""):
    """`value`, of JSON, as `hint` wants it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in (typing.Any, object) or isinstance(hint, typing.TypeVar):
        return value
    if origin in (typing.Union, types.UnionType):
        return _union(hint, value, path)
    if origin is typing.Literal:
        if value not in arguments:
            raise BadRequest(f"{path or 'inputs'}: expected one of {', '.join(map(repr, arguments))}, got {value!r}")
        return value
    if origin in (typing.Required, typing.NotRequired, typing.Annotated):
        return fit(arguments[0], value, path)
    if hint in (None, _NONE):
        if value is not None:
            raise _wrong(path, "null", value)
        return None
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint, value, path)
    if _is_typed_dict(hint):
        return _object(hint, typing.get_type_hints(hint), hint.__required_keys__, value, path)
    kind = origin or hint
    if kind in (list, tuple, set, frozenset) or getattr(kind, "__module__", "") == "collections.abc" and kind.__name__ in ("Sequence", "Iterable"):
        return _list(kind, arguments, value if path else _instances(value), path)
    if kind is dict or getattr(kind, "__name__", "") == "Mapping":
        if not isinstance(value, dict):
            raise _wrong(path, "an object", value)
        inner = arguments[1] if len(arguments) == 2 else typing.Any
        return {key: fit(inner, one, f"{path}.{key}" if path else key) for key, one in value.items()}
    if kind in (int, float, str, bool):
        return _plain(kind, value, path)
    raise BadRequest(f"{path or 'inputs'}: a {getattr(hint, '__name__', hint)} cannot be made from JSON", 415)


def _list(kind, arguments, value, path):
    if not isinstance(value, list):
        raise _wrong(path, "a list", value)
    inner = arguments[0] if arguments else typing.Any
    made = [fit(inner, one, f"{path or 'inputs'}[{i}]") for i, one in enumerate(value)]
    return made if kind not in (tuple, set, frozenset) else kind(made)


def read(hint, content_type, body):
    """The event as the handler's first parameter. `hint`: None where it has none."""
    if hint is None or hint is typing.Any or hint is object:
        return _unhinted(content_type, body)
    if hint is bytes:
        return body
    if _is_image(hint):
        return _read_image(content_type, body)
    if _is_array(hint):
        return _read_array(content_type, body)
    if _is_frame(hint):
        return _read_frame(content_type, body)
    if hint is str and not is_json(content_type):
        return read_text(content_type, body)
    if content_type and not is_json(content_type):
        raise BadRequest(f"the body is {media_type(content_type)}; expected application/json", 415)
    return fit(hint, read_json(body))
