"""libglowplug-media.so, which decodes pictures, texts and sounds: in the processes of functions that need it, and in no other."""
import io
import json
import os
import shutil

import pytest
from PIL import Image

from harness import programs

LIBRARY = "libglowplug-media.so"
COLORS = {"input": {"type": "image", "mode": "pil", "resize": {"width": 8, "height": 8, "filter": "box"}},
          "output": {"type": "label", "labels": ["red", "green", "blue"]}}
RAW = {"input": {"type": "bytes", "begin": 4, "end": 0}, "output": {"type": "number"}}


def red_picture():
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(buffer, "PNG")
    return buffer.getvalue()


def export(glowplug, name, model, spec):
    file = glowplug.home / f"{name}.json"
    file.write_text(json.dumps(spec))
    return glowplug.export(model, name, "--handler", file)


def export_all(glowplug):
    return {"colors": export(glowplug, "colors", "colors.onnx", COLORS), "raw": export(glowplug, "raw", "identity_int32.onnx", RAW),
            "iris": glowplug.export("iris.onnx", "iris")}


@pytest.fixture
def bundles(glowplug):
    return export_all(glowplug)


@pytest.fixture
def without_library(glowplug, bundles, tmp_path_factory):
    """The same programs, installed where that library is missing."""
    prefix = tmp_path_factory.mktemp("without") / "prefix"
    shutil.copytree(glowplug.prefix, prefix, copy_function=shutil.copy2)
    (prefix / "lib" / "glowplug" / LIBRARY).unlink()
    return programs.Installation(prefix, glowplug.home, glowplug.user)


def has_library(pid):
    with open(f"/proc/{pid}/maps") as maps:
        return LIBRARY in maps.read()


def answers(server, function):
    """Status and text of a request that fits the function."""
    if function == "colors":
        answer = server.post("/predict/colors", data=red_picture(), headers={"content-type": "image/png"})
    elif function == "raw":
        answer = server.post("/predict/raw", data=b"head" + bytes(12), headers={"content-type": "application/octet-stream"})
    else:
        answer = server.post("/predict/iris", json={"instances": [[5.1, 3.5, 1.4, 0.2]]})
    return answer.status_code, answer.text


def test_only_a_function_that_decodes_has_it_in_its_processes(glowplug_as):
    for function, bundle in export_all(glowplug_as).items():
        with programs.serve(glowplug_as, bundle) as server:
            status, text = answers(server, function)
            assert status == 200, text
            family = programs.descendants(server.pid)
            assert len(family) >= 2, family  # the template and its instance
            assert {has_library(pid) for pid in family} == {function == "colors"}, function
            assert not has_library(server.pid)
        with programs.handler(glowplug_as, bundle) as server:
            status, text = answers(server, function)
            assert status == 200, text
            assert has_library(server.pid) == (function == "colors"), function


def test_without_it_a_function_that_decodes_says_what_to_do_and_others_serve(without_library, bundles):
    done = without_library.run(bundles["colors"], "--http-port", "0", program="glowplug-handler", check=False)
    assert done.returncode == 1
    assert f"handlers of pictures, texts and sounds need {LIBRARY}" in done.stderr and "install Glowplug" in done.stderr
    for function in ("raw", "iris"):
        with programs.handler(without_library, bundles[function]) as server:
            status, text = answers(server, function)
            assert status == 200, text
    with programs.serve(without_library, *bundles.values()) as server:
        status, text = answers(server, "colors")
        assert status == 503 and f"need {LIBRARY}" in text, (status, text)
        assert "install Glowplug" in server.events("template_failed")[0]["fix"]
        for function in ("raw", "iris"):
            status, text = answers(server, function)
            assert status == 200, text


def test_a_library_that_is_none_is_refused(without_library, bundles):
    libraries = without_library.prefix / "lib" / "glowplug"
    shutil.copy(libraries / "libglowplug-python.so", libraries / LIBRARY)
    done = without_library.run(bundles["colors"], "--http-port", "0", program="glowplug-handler", check=False)
    assert done.returncode == 1
    assert f"{LIBRARY} does not export glowplug_media_library" in done.stderr, done.stderr


def test_another_place_can_be_named(without_library, glowplug, bundles):
    without_library.environment["GLOWPLUG_MEDIA_LIBRARY"] = os.fspath(glowplug.prefix / "lib" / "glowplug" / LIBRARY)
    with programs.handler(without_library, bundles["colors"]) as server:
        status, text = answers(server, "colors")
        assert status == 200 and json.loads(text)["predictions"][0]["label"] == "red", text
