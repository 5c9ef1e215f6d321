"""export and inspect."""
import json
import os
import signal
import subprocess
import time

import pytest

from harness import programs

IRIS = programs.MODELS / "iris.onnx"


def test_export_writes_a_bundle_and_says_what_it_found(cli):
    value = cli.json("export", IRIS, "--name", "iris")
    assert value["schema"] == "glowplug.export/1"
    assert value["bundle"] == "iris.glow"
    assert len(value["digest"]) == 64
    assert [one["name"] for one in value["signature"]["inputs"]] == ["features"]
    assert value["batching"]["max_batch"] == 32
    assert "not compared with the framework" in value["compared_with"]
    assert value["prepared"]["folder"].startswith("prepared/onnxruntime-")
    assert (cli.home / "iris.glow" / "manifest.json").is_file()
    assert not (cli.home / "index.sqlite").exists(), "export does not touch the store"


def test_export_prints_for_people_and_names_what_comes_next(cli):
    done = cli.run("export", IRIS)
    assert "Bundle    iris@" in done.stdout
    assert "glowplug add iris.glow" in done.stderr
    assert cli.run("export", IRIS, "-o", "other.glow", "-q").stdout == "other.glow\n"


def test_two_exports_have_one_digest(cli):
    first = cli.json("export", IRIS, "-o", "a.glow")["digest"]
    assert cli.json("export", IRIS, "-o", "b.glow")["digest"] == first


def test_export_does_not_replace_unasked(cli):
    cli.run("export", IRIS)
    refused = cli.json("export", IRIS, code=1)["error"]
    assert refused["code"] == "already_exists"
    assert "--force" in refused["fix"]
    cli.run("export", IRIS, "--force")
    (cli.home / "mine").mkdir()
    (cli.home / "mine" / "file").write_text("keep")
    cli.run("export", IRIS, "-o", "mine", "--force", code=1)
    assert (cli.home / "mine" / "file").read_text() == "keep"


@pytest.mark.parametrize("model, code, kind", [
    ("gone.onnx", 1, "not_found"), (".", 1, "invalid_argument"), (programs.MODELS / "not_a_model.onnx", 1, "invalid_argument"),
    (programs.MODELS / "truncated.onnx", 1, "invalid_argument")])
def test_export_refuses_what_is_no_model_and_leaves_nothing(cli, model, code, kind):
    before = sorted(os.listdir(cli.home))
    assert cli.json("export", model, "--name", "x", code=code)["error"]["code"] == kind
    assert sorted(os.listdir(cli.home)) == before


def test_export_refuses_a_bad_name(cli):
    refused = cli.json("export", IRIS, "--name", "a b", code=1)["error"]
    assert refused["fix"] == "--name NAME"


def test_export_without_the_handler_or_the_library_says_so_first(cli):
    for flag in ("--handler-program", "--engine-library"):
        refused = cli.json("export", IRIS, flag, "/no/such/file", code=1)["error"]
        assert refused["code"] == "unavailable"
        assert "/no/such/file" in refused["message"]
        assert flag in refused["fix"]


def test_interrupted_export_ends_with_130_and_leaves_nothing(cli):
    """slow.onnx answers its samples slowly; Ctrl-C comes while it runs."""
    process = subprocess.Popen(cli.installation.command("glowplug", "export", programs.MODELS / "slow.onnx", "--name", "slow"),
                               env=cli.installation.environment, cwd=cli.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    programs.wait_until(lambda: programs.descendants(process.pid) or process.poll() is not None, "export starts its child")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.fail("export was faster than the interruption: slow.onnx has to take longer")
    assert process.returncode == 130, errors
    assert "interrupted; no bundle was written" in errors
    assert [name for name in os.listdir(cli.home) if "slow" in name] == []


def test_inspect_shows_a_folder_and_a_function_alike(cli):
    bundle = cli.installation.export("iris.onnx", "iris")
    cli.run("add", bundle)
    folder, function = cli.json("inspect", bundle), cli.json("inspect", "iris")
    assert folder["digest"] == function["digest"]
    assert function["version"] == "1"
    assert function["records"]["export"]["digest"] == function["digest"]
    assert cli.run("inspect", "iris@1", "-q").stdout.strip() == folder["digest"]
    text = cli.run("inspect", bundle).stdout
    assert "features" in text and "FP32[-1,4]" in text and "every hash is right" in text


def test_inspect_prints_a_sample_as_a_request(cli):
    bundle = cli.installation.export("iris.onnx", "iris")
    body = json.loads(cli.run("inspect", bundle, "--request", "0").stdout)
    assert body["inputs"][0]["name"] == "features"
    refused = cli.json("inspect", bundle, "--request", "nine", code=1)["error"]
    assert refused["code"] == "not_found" and "samples:" in refused["fix"]


def test_inspect_refuses_a_changed_file_by_name(cli):
    bundle = cli.installation.export("iris.onnx", "iris")
    model = bundle / "model" / "model.onnx"
    content = bytearray(model.read_bytes())
    content[-1] ^= 1
    model.write_bytes(content)
    refused = cli.json("inspect", bundle, code=1)["error"]
    assert "model/model.onnx" in refused["message"]


def test_inspect_of_nothing(cli):
    assert cli.json("inspect", "nothing", code=1)["error"]["code"] == "not_found"
    assert not (cli.home / "index.sqlite").exists(), "reading verbs make nothing"
