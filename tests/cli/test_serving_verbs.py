"""serve and up, with real requests."""
import json
import signal
import socket
import subprocess

import pytest
from PIL import Image

from harness import programs


class Up:
    """A running `glowplug up … --json`."""

    def __init__(self, cli, *arguments, folder=None):
        self.process = subprocess.Popen(cli.installation.command("glowplug", "up", *arguments, "--http-port", "0", "--json"),
                                        env=cli.installation.environment, cwd=folder or cli.home, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            pytest.fail(self.process.communicate(timeout=30)[1])
        self.said = json.loads(line)

    def __enter__(self):
        return self.said

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        out, errors = self.process.communicate(timeout=40)
        assert self.process.returncode == 0, errors
        assert out == ""


def shell(cli, command):
    path = f"{cli.installation.prefix}/bin:/usr/bin:/bin"
    done = subprocess.run(["bash", "-c", command], env={**cli.installation.environment, "PATH": path}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def project(cli):
    folder = cli.home / "project"
    folder.mkdir()
    if cli.installation.user == "ordinary":
        folder.chmod(0o777)
    return folder


def test_up_in_a_folder_with_a_model_answers_with_the_printed_line(cli, project):
    (project / "iris.onnx").write_bytes((programs.MODELS / "iris.onnx").read_bytes())
    with Up(cli, folder=project) as said:
        assert (said["ok"], said["function"], said["exported"]) == (True, "iris", True)
        answer = json.loads(shell(cli, said["try"]))
        assert answer["model_name"] == "iris" and answer["outputs"]
    assert sorted(path.name for path in project.iterdir()) == ["iris.onnx"], "up writes nothing into the folder"


def test_up_prints_a_line_that_works_for_a_large_sample_too(cli):
    with Up(cli, programs.MODELS / "digits.onnx") as said:
        assert "inspect digits --request" in said["try"]
        assert json.loads(shell(cli, said["try"]))["outputs"]


def test_up_prints_a_line_that_fits_the_handler(cli, project):
    (project / "colors.onnx").write_bytes((programs.MODELS / "colors.onnx").read_bytes())
    (project / "glowplug.yaml").write_text("""name: colors
model: {source: colors.onnx}
handler:
  input: {type: image, mode: torchvision, resize: {width: 8, height: 8}}
  output: {type: label, labels: [red, green, blue]}
""")
    Image.new("RGB", (40, 30), "blue").save(project / "your.jpg", quality=95)
    with Up(cli, folder=project) as said:
        assert said["try"] == f"curl -s --data-binary @your.jpg -H 'content-type: image/jpeg' http://{said['http']}/predict/colors"
        answer = json.loads(shell(cli, f"cd {project} && {said['try']}"))
        assert answer["predictions"][0]["label"] == "blue"


def test_up_prints_a_line_with_a_row_for_a_table(cli, project):
    (project / "iris.onnx").write_bytes((programs.MODELS / "iris.onnx").read_bytes())
    (project / "glowplug.yaml").write_text("name: iris\nmodel: {source: iris.onnx}\nhandler:\n  input: {type: table}\n  output: {type: label, tensor: probabilities}\n")
    with Up(cli, folder=project) as said:
        assert "--json '[1,1,1,1]'" in said["try"]
        assert len(json.loads(shell(cli, said["try"]))["predictions"]) == 1


def test_up_exports_again_only_when_the_model_changed(cli, project):
    model = project / "model.onnx"
    model.write_bytes((programs.MODELS / "iris.onnx").read_bytes())
    with Up(cli, model, "--name", "m") as said:
        first = said
    with Up(cli, model, "--name", "m") as said:
        assert (said["exported"], said["version"], said["digest"]) == (False, "1", first["digest"])
    model.write_bytes((programs.MODELS / "digits.onnx").read_bytes())
    with Up(cli, model, "--name", "m") as said:
        assert (said["exported"], said["version"]) == (True, "2")
    model.write_bytes((programs.MODELS / "iris.onnx").read_bytes())
    with Up(cli, model, "--name", "m") as said:
        assert said["digest"] == first["digest"]
        assert json.loads(shell(cli, said["try"]))["outputs"]


def test_up_takes_settings_from_the_project_and_flags_over_them(cli, project):
    (project / "m.onnx").write_bytes((programs.MODELS / "iris.onnx").read_bytes())
    (project / "glowplug.yaml").write_text("name: flowers\nmodel: {source: m.onnx}\nfunction: {timeout: 5s, memory: 1GiB}\n")
    with Up(cli, "--timeout", "6s", folder=project) as said:
        assert said["function"] == "flowers"
        assert cli.json("functions", "flowers")["settings"] == {"memory": "1GiB", "timeout": "6s"}


def test_up_checks_before_anything_slow(cli, project):
    assert cli.json("up", code=1, cwd=project)["error"]["code"] == "not_found"
    (project / "glowplug.yaml").write_text("name: a\nmodel: {source: gone.onnx}\n")
    assert "gone.onnx" in cli.json("up", code=1, cwd=project)["error"]["message"]
    (project / "glowplug.yaml").write_text("name: a\nmodel: {source: gone.onnx}\nfunction:\n  memorySize: 512\n")
    refused = cli.run("up", code=64, cwd=project)
    assert "glowplug.yaml:4:3" in refused.stderr
    assert "here it is `function.memory`" in refused.stderr
    assert cli.json("up", code=64, cwd=project)["error"]["where"] == "glowplug.yaml:4:3"


def test_serve_prints_its_line_first_and_drains_on_sigterm(cli):
    bundle = cli.installation.export("iris.onnx", "iris")
    server = programs.serve(cli.installation, bundle)
    try:
        answer = server.infer("iris", ("features", "FP32", [1, 4], [1, 2, 3, 4]))
        assert answer["outputs"]
    finally:
        assert server.stop() == 0


def test_serve_takes_the_functions_of_the_store_with_their_own_records(cli):
    cli.run("add", cli.installation.export("iris.onnx", "iris"), "--max-queue", "7")
    with programs.serve(cli.installation) as server:
        assert server.infer("iris", ("features", "FP32", [1, 4], [1, 2, 3, 4]))["outputs"]
        assert server.get("/v2/models/iris/ready").status_code == 200
        assert cli.json("clean", "--yes")["freed_bytes"] == 0


def test_a_private_store_serves_the_prepared_form_to_any_user(glowplug_as):
    """The store is of mode 0700; templates started by root are other users, to whom ONNX Runtime resolves absolute paths."""
    glowplug_as.run("add", glowplug_as.export("digits.onnx", "digits"))
    assert glowplug_as.home.stat().st_mode & 0o777 == 0o700
    with programs.serve(glowplug_as, "--min-instances", "1") as server:
        programs.wait_until(lambda: server.events("template_ready"), "the template is ready")
        assert [event["prepared"] for event in server.events("template_ready")] == [True], server.log_text()


def test_serve_as_json_and_quiet(cli):
    bundle = cli.installation.export("iris.onnx", "iris")
    for flag, read in (("--json", lambda line: json.loads(line)["http"]), ("-q", lambda line: line.strip().removeprefix("http://"))):
        process = subprocess.Popen(cli.installation.command("glowplug", "serve", bundle, "--http-port", "0", flag),
                                   env=cli.installation.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        host, port = read(process.stdout.readline()).rsplit(":", 1)
        socket.create_connection((host, int(port)), timeout=10).close()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        process.stdout.close()


def test_serve_refuses(cli):
    assert cli.json("serve", "gone.glow", code=1)["error"]["code"] == "not_found"
    assert cli.json("serve", "--min-instances", "9", code=64)["error"]["where"] == "function settings"
    bundle = cli.installation.export("iris.onnx", "iris")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = cli.json("serve", bundle, "--http-port", port, code=1)["error"]
        assert refused["code"] == "unavailable" and str(port) in refused["message"]
        assert refused["fix"]
