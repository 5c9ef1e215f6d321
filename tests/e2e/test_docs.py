"""The commands that README.md and docs/http.md show are run as a reader would type them, in an empty folder that holds iris.onnx and colors.onnx."""
import io
import json
import pathlib
import re
import shutil
import socket
import subprocess

import pytest
import requests
from PIL import Image

from harness import programs, remote

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def shown(page):
    """[(command, first line shown below it or "")] of every ```console block."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", (ROOT / page).read_text(), re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, below = part.partition("\n")
            found.append((command, below.split("\n")[0]))
    return found


@pytest.fixture
def reader(glowplug):
    """Runs shown commands; port 8080 is replaced by a free one, so that a server of yours is left alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    folder = glowplug.home / "reader"
    folder.mkdir()
    for model in ("iris.onnx", "colors.onnx"):
        shutil.copy(programs.MODELS / model, folder)
    environment = {**glowplug.environment, "PATH": f"{glowplug.prefix / 'bin'}:{glowplug.environment['PATH']}"}
    servers = []

    def run(command):
        command = command.replace("8080", port)
        if command.endswith("&"):
            servers.append(subprocess.Popen(command.removesuffix("&").split(), cwd=folder, env=environment, stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL))
            programs.wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), f"{command} answers", every=0.05)
            return ""
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout
    yield run
    for server in servers:
        server.terminate()
        server.wait(40)


def answers(url):
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def test_readme_and_http_page(reader):
    commands = shown("README.md") + shown("docs/http.md")
    assert len(commands) >= 7 and commands[0][0].startswith("glowplug up")
    for command, below in commands:
        output = reader(command)
        if "/predict/" in command:
            predictions = json.loads(output)["predictions"]
            assert predictions[0]["label"] == "setosa"
            if below.endswith("]}"):  # shown whole: the same answer, up to the last bits of another CPU
                shown_scores = json.loads(below)["predictions"][0]["probabilities"]
                assert predictions[0]["probabilities"] == pytest.approx(shown_scores, rel=1e-4)
        elif "/infer" in command:
            assert json.loads(output)["outputs"][0]["data"] == ["setosa"]
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


def test_the_page_of_handlers(reader):
    commands = shown("docs/handlers.md")
    assert len(commands) == 8
    to = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(to, "PNG")
    with remote.running(remote.web({"/red.png": ("image/png", to.getvalue())})) as pictures:
        for command, below in commands:
            below = below.replace("8123", str(pictures.port))
            assert reader(command.replace("8123", str(pictures.port))).split("\n")[0].startswith(below) or "export" in command
