"""A prepared form is used on exactly the CPU level and library it was made for; on any other the portable form answers, and the log says why.

The other CPU is qemu's user-mode emulation of a Haswell, which has AVX2 but no AVX-512; the other library is the same one with a byte appended.
"""
import json
import shutil

import numpy as np
import pytest

from harness import programs
from harness.programs import wait_until

EMULATOR = ["qemu-x86_64-static", "-cpu", "Haswell"]


def digits_request():
    image = (np.arange(28 * 28, dtype=np.float32) % 17 / 17).reshape(1, 1, 28, 28)
    return {"inputs": [{"name": "image", "datatype": "FP32", "shape": [1, 1, 28, 28], "data": image.ravel().tolist()}]}


def answer_of(server):
    answer = server.post("/v2/models/digits/infer", json=digits_request())
    assert answer.status_code == 200, answer.text
    return np.array(answer.json()["outputs"][0]["data"])


@pytest.fixture(scope="module")
def bundle(shared_glowplug):
    return shared_glowplug.export("digits.onnx", "digits")


def forms_of(bundle):
    """Those of ONNX Runtime; a compiled model fits every CPU."""
    return sorted(path.name for path in (bundle / "prepared").glob("onnxruntime-*"))


def test_export_makes_the_form_for_this_machine_and_the_handler_uses_it(shared_glowplug, bundle):
    form, = forms_of(bundle)
    index = json.loads((bundle / "prepared" / form / "index.json").read_text())
    assert form.startswith("onnxruntime-") and index["cpu_level"] in form and len(index["library_sha256"]) == 64
    with programs.handler(shared_glowplug, bundle) as server:
        answer_of(server)
        assert "prepared" in server.log_text() and "portable" not in server.log_text()


def test_another_cpu_level_falls_back_to_the_portable_form(shared_glowplug, bundle):
    with programs.handler(shared_glowplug, bundle) as native:
        expected = answer_of(native)
    form, = forms_of(bundle)
    foreign = "x86-64-avx2" not in form
    command = EMULATOR + shared_glowplug.command("glowplug-handler", bundle, "--http-port", "0", "--engine", "onnxruntime")
    server = programs.Server(command, shared_glowplug.environment, shared_glowplug.home)
    try:
        assert np.allclose(answer_of(server), expected, atol=1e-5)
        if foreign:
            wait_until(lambda: "portable" in server.log_text(), "the log says why the portable form serves")
            assert "avx2" in server.log_text()
        else:  # this machine is of Haswell's level itself: the form fits
            assert "prepared" in server.log_text()
    finally:
        server.stop()


def test_a_form_made_under_emulation_is_passed_over_here(shared_glowplug, bundle, tmp_path):
    """The other direction: a form labelled for a level that this CPU does not have."""
    copy = shared_glowplug.home / "relabelled.glow"
    shutil.copytree(bundle, copy)
    form, = forms_of(copy)
    index_path = copy / "prepared" / form / "index.json"
    index = json.loads(index_path.read_text())
    index["cpu_level"] = "x86-64-sse2"
    index_path.write_text(json.dumps(index))
    (copy / "prepared" / form).rename(copy / "prepared" / "onnxruntime-x86-64-sse2")
    with programs.handler(shared_glowplug, copy) as server:
        answer_of(server)
        assert "portable" in server.log_text() and "sse2" in server.log_text()


def test_another_library_falls_back_to_the_portable_form(shared_glowplug, bundle):
    library, = (shared_glowplug.prefix / "lib" / "glowplug").glob("libonnxruntime.so.*")
    other = shared_glowplug.home / library.name
    shutil.copy(library, other)
    with open(other, "ab") as file:
        file.write(b"\0")
    environment = {**shared_glowplug.environment, "GLOWPLUG_ORT_LIBRARY": str(other)}
    with programs.handler(shared_glowplug, bundle) as native:
        expected = answer_of(native)
    with programs.Server(shared_glowplug.command("glowplug-handler", bundle, "--http-port", "0", "--engine", "onnxruntime"), environment, shared_glowplug.home) as server:
        assert np.allclose(answer_of(server), expected, atol=1e-5)
        assert "portable" in server.log_text() and "library" in server.log_text()


def test_the_gateway_says_it_too(glowplug_as):
    """Its templates are other users than the gateway when that is root."""
    bundle = glowplug_as.export("digits.onnx", "digits")
    library, = (glowplug_as.prefix / "lib" / "glowplug").glob("libonnxruntime.so.*")
    other = glowplug_as.home / library.name
    shutil.copy(library, other)
    with open(other, "ab") as file:
        file.write(b"\0")
    environment = {**glowplug_as.environment, "GLOWPLUG_ORT_LIBRARY": str(other)}
    with programs.Server(glowplug_as.command("glowplug", "serve", bundle, "--http-port", "0", "--engine", "onnxruntime"), environment, glowplug_as.home) as server:
        answer_of(server)
        assert "portable" in server.log_text()


def test_a_changed_form_is_not_used(shared_glowplug, bundle):
    copy = shared_glowplug.home / "changed.glow"
    shutil.copytree(bundle, copy)
    form, = forms_of(copy)
    victim = max((p for p in (copy / "prepared" / form).iterdir() if p.name != "index.json"), key=lambda p: p.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    with programs.handler(shared_glowplug, bundle) as native:
        expected = answer_of(native)
    with programs.serve(shared_glowplug, copy) as server:
        assert np.allclose(answer_of(server), expected, atol=1e-5)
        assert "portable" in server.log_text()


def test_a_compiled_model_answers_alike_on_every_cpu_and_without_the_library(shared_glowplug, bundle):
    assert (bundle / "prepared" / "native-any" / "model.plan").exists()
    with programs.handler(shared_glowplug, bundle, "--engine", "onnxruntime") as server:
        expected = answer_of(server)
    arguments = ("glowplug-handler", bundle, "--http-port", "0", "--engine-library", "/nowhere.so")
    for command in (shared_glowplug.command(*arguments), EMULATOR + shared_glowplug.command(*arguments)):
        server = programs.Server(command, shared_glowplug.environment, shared_glowplug.home)
        try:
            assert np.allclose(answer_of(server), expected, atol=1e-5)
            wait_until(lambda: "the native engine serves" in server.log_text(), "the log says which engine serves")
        finally:
            server.stop()
