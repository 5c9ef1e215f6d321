"""Loads the user's handler.py and answers events with it. Called by embed.cpp; the user's code runs nowhere else."""
import gc
import inspect
import json
import os
import resource
import sys
import threading
import types
import typing

from glowplug import BadRequest, Context, failures, inputs, lambda_event, log, outputs, schema


class CannotLoad(Exception):
    """With the text that people get."""


class _Handler:
    function = None
    name = ""
    takes_context = False
    input_hint = None
    output_hint = None


def _refuse_processes(*_, **__):
    raise PermissionError(1, "a handler may not start processes")


def _path_of(folder):
    """The bundle's own modules come first, then its packages, then the standard library; nothing of the machine's own packages."""
    sys.path[:0] = [folder, os.path.join(folder, "packages")]


def _execute(folder, file):
    path = os.path.join(folder, file)
    module = types.ModuleType(os.path.splitext(file)[0])
    module.__file__ = path
    sys.modules[module.__name__] = module
    with open(path, "rb") as source:
        text = source.read()
    exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)
    return module


def _find(module):
    found = [name for name in ("predict", "lambda_handler") if callable(getattr(module, name, None))]
    if len(found) != 1:
        what = "neither predict(inputs) nor lambda_handler(event, context)" if not found else "both predict and lambda_handler; which is meant?"
        raise CannotLoad(f"code/{os.path.basename(module.__file__)} has {what}")
    return found[0]


def _positional(function):
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one for one in inspect.signature(function).parameters.values() if one.kind in kinds]


def _study(module):
    _Handler.name = _find(module)
    _Handler.function = function = getattr(module, _Handler.name)
    if inspect.iscoroutinefunction(function):
        raise CannotLoad(f"{_Handler.name} is a coroutine (async def); an ordinary function was expected")
    parameters = _positional(function)
    wanted = (2,) if _Handler.name == "lambda_handler" else (1, 2)
    if sum(one.default is one.empty for one in parameters) > 2 or len(parameters) < wanted[0]:
        raise CannotLoad(f"{_Handler.name}{inspect.signature(function)} cannot be called; expected "
                         + ("lambda_handler(event, context)" if wanted == (2,) else "predict(inputs) or predict(inputs, context)"))
    _Handler.takes_context = len(parameters) >= 2
    if _Handler.name == "predict":
        hints = typing.get_type_hints(function)
        _Handler.input_hint, _Handler.output_hint = hints.get(parameters[0].name), hints.get("return")


def _check_threads():
    others = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    if others:
        raise CannotLoad(f"the handler started {len(others)} thread{'s' * (len(others) > 1)} before the fork: {', '.join(others)}\n"
                         "instances are forked from this process, and threads do not survive that; start them in predict, or not at all")


def load(folder, file, function, version, packets):
    """None when the handler is there; else why not, as text."""
    failures.names_in(folder)
    Context.function_name, Context.function_version = function, version
    Context.scratch = os.environ.get("TMPDIR", "")  # until there is an instance
    data = resource.getrlimit(resource.RLIMIT_DATA)[0]
    Context.memory_limit_in_mb = 0 if data == resource.RLIM_INFINITY else data >> 20
    log.take_over(packets)
    _path_of(folder)
    os.fork = os.forkpty = _refuse_processes
    try:
        module = _execute(folder, file)
        _study(module)
        if callable(getattr(module, "load", None)):
            Context.model = module.load()
        _check_threads()
    except CannotLoad as failure:
        return str(failure)
    except SystemExit as failure:
        return "\n".join([*failures.traceback_of(failure), failures.summary_of(failure) + " while it was loaded"])
    except BaseException as failure:
        return "\n".join(failures.traceback_of(failure))
    finally:
        log.end()
    gc.collect()
    gc.freeze()  # what is there by now is never looked at again, so that no child copies it
    return None


def describe():
    return json.dumps({"function": _Handler.name, "input": schema.content_of_input(_Handler.input_hint),
                       "output": schema.content_of_output(_Handler.output_hint)}, sort_keys=True)


def enter_instance(scratch):
    Context.scratch = scratch
    if scratch:
        os.environ["TMPDIR"] = scratch
        if "tempfile" in sys.modules:
            sys.modules["tempfile"].tempdir = scratch


def _call(content_type, body, context, direct):
    if _Handler.name == "lambda_handler":
        event = inputs.read(None, content_type, body) if direct else lambda_event.make(content_type, body, context)
        return outputs.of_lambda(_Handler.function(event, context))
    value = inputs.read(_Handler.input_hint, content_type, body)
    given = (value, context) if _Handler.takes_context else (value,)
    return outputs.of_predict(_Handler.function(*given))


def _failed(failure, context):
    if isinstance(failure, BadRequest):
        return failure.status, "application/json", outputs.json_bytes({"error": str(failure), "request_id": context.request_id})
    lines, summary = failures.traceback_of(failure), failures.summary_of(failure)
    log.write("error", summary, error_type=type(failure).__name__, traceback=lines)
    return 500, "application/json", outputs.json_bytes({"error": summary, "request_id": context.request_id})


def answer(content_type, body, told):
    """(status, type, body) of one event."""
    told = json.loads(told) if told else {}
    context = Context(told)
    log.begin(context.request_id)
    try:
        return _call(content_type, body, context, told.get("invocation") == "direct")
    except BaseException as failure:
        return _failed(failure, context)
    finally:
        log.end()
