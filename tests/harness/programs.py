"""Starts the programs under test and talks to them."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import requests

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
START_SECONDS = 60


def wait_until(condition, what, seconds=30, every=0.005):
    """Polls `condition` until it is true and returns its value; fails with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(every)


class Installation:
    """Both programs as `cmake --install` puts them, run by `user`: "root" or "ordinary" (without user namespaces)."""

    def __init__(self, prefix, home, user):
        self.prefix, self.home, self.user = pathlib.Path(prefix), pathlib.Path(home), user
        self.environment = {**os.environ, "GLOWPLUG_HOME": str(home), "LC_ALL": "C.UTF-8", "HOME": str(home)}
        for name in ("GLOWPLUG_ORT_LIBRARY", "GLOWPLUG_HANDLER", "GLOWPLUG_MEDIA_LIBRARY", "GLOWPLUG_PYTHON_LIBRARY"):
            self.environment.pop(name, None)

    def command(self, program, *arguments):
        prefix = []
        if self.user == "ordinary" and os.geteuid() == 0:
            prefix = ["/usr/bin/python3", str(self.prefix / "as_ordinary_user.py")]
        return [*prefix, str(self.prefix / "bin" / program), *map(str, arguments)]

    def run(self, *arguments, program="glowplug", check=True, timeout=120, **options):
        """Runs `glowplug ARGUMENTS` to its end. `check`: fails the test unless it exits 0."""
        done = subprocess.run(self.command(program, *arguments), env=self.environment, cwd=options.pop("cwd", self.home), timeout=timeout,
                              capture_output=True, text=True, **options)
        assert not check or done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def export(self, model, name, *more):
        """Bundle of tests/models/MODEL (or a path), in the home folder."""
        path = pathlib.Path(model)
        bundle = self.home / f"{name}.glow"
        self.run("export", path if path.is_absolute() else self.prefix / "models" / model, "--name", name, "--output", bundle, *more)
        return bundle


class Server:
    """A program that prints `listening http=HOST:PORT` first. Use as a context manager; its log is in `log_text()`."""

    def __init__(self, command, environment, folder):
        self.log = pathlib.Path(folder) / f"server-{time.monotonic_ns()}.log"
        self._log_file = open(self.log, "wb")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log_file, env=environment, cwd=folder, text=True)
        line = self.process.stdout.readline()
        match = re.fullmatch(r"listening http=([\d.]+|\[[^\]]+\]):(\d+)\n", line)
        if not match:
            self.process.wait(10)
            raise AssertionError(f"first line {line!r}, exit {self.process.returncode}\n{self.log_text()}")
        self.host, self.port = match.group(1), int(match.group(2))
        self.url = f"http://{self.host}:{self.port}"

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, with_signal=signal.SIGTERM, timeout=40):
        """Ends it; returns its exit code. Nothing that it started may be left."""
        children = descendants(self.pid)
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"did not end within {timeout} s\n{self.log_text()[-4000:]}") from None
        finally:
            self._log_file.close()
            self.process.stdout.close()
        wait_until(lambda: not any(alive(pid) for pid in children), "children end with their parent", 10)
        return code

    def log_text(self):
        return self.log.read_text(errors="replace")

    def events(self, name):
        """Lines of the JSON log with that event."""
        found = []
        for line in self.log_text().splitlines():
            if line.startswith("{") and f'"event":"{name}"' in line:
                found.append(json.loads(line))
        return found

    def get(self, path, **options):
        return requests.get(self.url + path, timeout=60, **options)

    def post(self, path, **options):
        return requests.post(self.url + path, timeout=60, **options)

    def infer(self, function, *inputs, **more):
        """One JSON inference; `inputs` are (name, datatype, shape, data). The parsed answer."""
        body = {"inputs": [dict(zip(("name", "datatype", "shape", "data"), one)) for one in inputs], **more}
        answer = self.post(f"/v2/models/{function}/infer", json=body)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}\n{self.log_text()[-3000:]}"
        return answer.json()

    def ask_one(self, function, value, session=requests, timeout=60, headers=None, **more):
        """The response to one inference of x FP32[1,1] = `value`; `more` joins the body."""
        body = {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 1], "data": [value]}], **more}
        return session.post(f"{self.url}/v2/models/{function}/infer", json=body, timeout=timeout, headers=headers)

    def metrics(self):
        """{'name{label="v"}': value} of /metrics."""
        values = {}
        for line in self.get("/metrics").text.splitlines():
            if line and not line.startswith("#"):
                key, value = line.rsplit(" ", 1)
                values[key] = float(value)
        return values

    def metric(self, name, **labels):
        """Sum of the samples of one metric that carry these labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(value for key, value in self.metrics().items() if re.match(rf"{name}(\{{|$)", key) and all(w in key for w in wanted))

    def instances(self):
        return [pid for pid in descendants(self.pid) if comm(pid) == "gp-instance"]

    def ahead(self):
        """Children that sleeping templates have forked for their next wake; no instances."""
        return [pid for pid in descendants(self.pid) if comm(pid) == "gp-ahead"]

    def templates(self):
        return [pid for pid in descendants(self.pid) if comm(pid) == "gp-template"]

    def wait_until_asleep(self):
        """No instance is left, and the gateway knows it."""
        wait_until(lambda: not self.instances() and self.metric("glowplug_instances") == 0, "no instance is left")


def comm(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _stat(pid):
    """(state, parent) or None."""
    try:
        rest = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return rest[0], int(rest[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def alive(pid):
    stat = _stat(pid)
    return stat is not None and stat[0] not in "ZX"


def descendants(pid):
    """Living children of `pid`, and theirs, whatever their depth."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            stat = _stat(entry)
            if stat and stat[0] not in "ZX":
                children.setdefault(stat[1], []).append(int(entry))
    found, open_ = [], [pid]
    while open_:
        for child in children.get(open_.pop(), []):
            found.append(child)
            open_.append(child)
    return found


def serve(installation, *arguments):
    """A running `glowplug serve ARGUMENTS` on a free port; with processes for every function unless `--engine` says otherwise."""
    if "--engine" not in arguments:
        arguments = (*arguments, "--engine", "onnxruntime")
    return Server(installation.command("glowplug", "serve", *arguments, "--http-port", "0"), installation.environment, installation.home)


def handler(installation, bundle, *arguments):
    """A running `glowplug-handler BUNDLE`: the same front, the engine in the same process; ONNX Runtime unless `--engine` says otherwise."""
    if "--engine" not in arguments:
        arguments = (*arguments, "--engine", "onnxruntime")
    return Server(installation.command("glowplug-handler", bundle, "--http-port", "0", *arguments), installation.environment, installation.home)


def build_folder():
    return pathlib.Path(os.environ.get("GLOWPLUG_BUILD", HERE.parent.parent / "build" / "release"))


def install(prefix):
    """`cmake --install` of the build under test, and what it takes to run it as an ordinary user, who may not read the checkout."""
    subprocess.run(["cmake", "--install", str(build_folder()), "--prefix", str(prefix)], check=True, capture_output=True)
    (pathlib.Path(prefix) / "as_ordinary_user.py").write_text((HERE / "as_ordinary_user.py").read_text())
    shutil.copytree(MODELS, pathlib.Path(prefix) / "models")
    return prefix


def python():
    return sys.executable
