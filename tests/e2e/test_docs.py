"""The commands that README.md and docs/http.md show are run as a reader would type them, in an empty folder that holds iris.onnx."""
import io
import json
import pathlib
import re
import shutil
import subprocess
import wave

import pytest
from PIL import Image

from harness import pages, programs, remote

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def reader(glowplug):
    """Types shown commands in a folder with iris.onnx."""
    folder = glowplug.home / "reader"
    folder.mkdir()
    shutil.copy(programs.MODELS / "iris.onnx", folder)
    with pages.Reader(glowplug, folder) as reader:
        yield reader


def test_readme_and_http_page(reader):
    commands = pages.commands_of(ROOT / "README.md") + pages.commands_of(ROOT / "docs/http.md")
    assert len(commands) >= 7 and commands[0][0].startswith("glowplug up")
    for command, below in commands:
        output = reader.type(command)
        if "/predict/" in command:
            predictions = json.loads(output)["predictions"]
            assert predictions[0]["label"] == "setosa"
            below = below.split("\n")[0]
            if below.endswith("]}"):  # shown whole: the same answer, up to the last bits of another CPU
                shown_scores = json.loads(below)["predictions"][0]["probabilities"]
                assert predictions[0]["probabilities"] == pytest.approx(shown_scores, rel=1e-4)
        elif "/infer" in command:
            assert json.loads(output)["outputs"][0]["data"] == ["setosa"]
        elif "openapi.json" in command:
            assert pages.agree(below, output), output
        elif command.startswith("curl"):
            assert json.loads(output)["name"] == "iris"
        elif command.startswith("glowplug ") and not command.endswith("&"):
            assert "iris" in output


def test_links_of_the_pages_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SPEC.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"
    for test in re.findall(r"`((?:src|tests|bench|scripts)/[\w./-]+)`", (ROOT / "SPEC.md").read_text()):
        assert (ROOT / test).exists(), f"SPEC.md names {test}"


def test_the_page_of_digits(glowplug):
    """examples/digits/README.md: train, export, serve, score."""
    folder = glowplug.home / "digits"
    subprocess.run([programs.python(), ROOT / "examples/digits/train.py", folder], check=True, timeout=300)
    bundle = glowplug.export(folder / "digits.onnx", "digits")
    with programs.serve(glowplug, bundle) as server:
        done = subprocess.run([programs.python(), ROOT / "examples/digits/score.py", server.url, folder / "test.csv"], capture_output=True, text=True,
                              timeout=120)
        assert done.returncode == 0, done.stderr
        assert "every answer is the one scikit-learn gives" in done.stdout


TOKENIZER = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "post_processor": None, "decoder": None,
             "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "vocab": {"[PAD]": 0, "[UNK]": 1, "one": 2, "two": 3, "three": 4, "four": 5}, "unk_token": "[UNK]"}}


def test_the_page_of_handlers(glowplug):
    """docs/handlers.md, in a folder with the models that it names, two pictures and a sound."""
    folder = glowplug.home / "reader"
    folder.mkdir()
    for name in ("colors", "plan", "words", "loud"):
        shutil.copy(programs.MODELS / f"{name}.onnx", folder)
    (folder / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    Image.new("RGB", (40, 30), "#f00").save(folder / "red.png")
    Image.new("RGB", (40, 30), "#00f").save(folder / "blue.jpg")
    with wave.open(str(folder / "clap.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"".join(value.to_bytes(2, "little", signed=True) for value in [16384] + [0] * 9 + [-8192] + [0] * 8 + [16384]))
    with remote.running(remote.web({"/red.png": ("image/png", (folder / "red.png").read_bytes())})) as web, \
            pages.Reader(glowplug, folder, {"8123": str(web.port)}) as reader:
        assert reader.follow(ROOT / "docs/handlers.md") >= 22


def test_the_page_of_python_handlers(glowplug):
    folder = glowplug.home / "reader"
    folder.mkdir()
    with pages.Reader(glowplug, folder) as reader:
        assert reader.follow(ROOT / "docs/handlers-python.md") >= 5
