"""Waking a Python handler that imports numpy and scikit-learn, from its template and from nothing, against the same handler in a fresh interpreter.

    .venv/bin/python bench/python_handler.py [--rounds 20]     prints medians with the least and the greatest, in milliseconds

The handler is examples/python-handler; its packages come from pip once. All three ask for the same flower; the fresh interpreter runs the very files of the
bundle, compiled modules included, with a warm page cache.
"""
import argparse
import http.client
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from harness.programs import alive, comm, descendants, wait_until  # noqa: E402

BIN = ROOT / "build/release/bin"
EXAMPLE = ROOT / "examples/python-handler"
FLOWER = [{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}]
FRESH = """
import sys
sys.path[:0] = [{code!r}, {code!r} + "/packages", {ours!r}]
import handler
from glowplug import Context
Context.model = handler.load()
print(handler.predict([handler.Flower(5.1, 3.5, 1.4, 0.2)], Context({{}})))
"""


def ask(address):
    connection = http.client.HTTPConnection(address, timeout=60)
    try:
        connection.request("POST", "/predict/flowers", json.dumps(FLOWER), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200 and b"setosa" in body, body
    finally:
        connection.close()


def named(server, name):
    return [pid for pid in descendants(server.pid) if comm(pid) == name]


def kill_all(pids):
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in pids), "they end", every=0.0002)
    time.sleep(0.2)  # the gateway has seen it


def timed(act):
    begin = time.perf_counter()
    act()
    return (time.perf_counter() - begin) * 1000


def fresh_interpreter(bundle):
    program = FRESH.format(code=str(bundle / "code"), ours=str(ROOT / "src/runtime/python"))
    environment = {"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(["/usr/bin/python3.11", "-s", "-B", "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert "setosa" in done.stdout, done.stdout


def row(name, values):
    print(f"{name:60}{statistics.median(values):9.1f}{min(values):9.1f}{max(values):9.1f}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=20)
    rounds = arguments.parse_args().rounds
    warm, wake, start, fresh = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        source = folder / "source"
        source.mkdir()
        for file in ("handler.py", "requirements.txt"):
            (source / file).write_text((EXAMPLE / file).read_text())
        subprocess.run([ROOT / ".venv/bin/python", EXAMPLE / "train.py", source], check=True, stdout=subprocess.DEVNULL)
        (source / "flower.json").write_text(json.dumps(FLOWER))
        bundle = folder / "flowers.glow"
        subprocess.run([BIN / "glowplug", "export", source / "handler.py", "--name", "flowers", "--output", bundle, "--requirements",
                        source / "requirements.txt", "--include", source / "iris.joblib", "--sample", source / "flower.json", "-q"], check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([BIN / "glowplug", "serve", bundle, "--http-port", "0", "--no-access-log", "--memory", "1GiB"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        address = server.stdout.readline().split("=")[1].strip()
        ask(address)
        for _ in range(rounds):
            fresh.append(timed(lambda: fresh_interpreter(bundle)))
            kill_all(named(server, "gp-template") + named(server, "gp-instance"))
            start.append(timed(lambda: ask(address)))
            warm.append(timed(lambda: ask(address)))
            kill_all(named(server, "gp-instance"))
            wake.append(timed(lambda: ask(address)))
        server.terminate()
        server.wait()
    print(f"{'':60}{'median':>9}{'min':>9}{'max':>9}")
    row("instance there, answer, ms", warm)
    row("no instance, template there, answer, ms", wake)
    row("no template, answer, ms", start)
    row("the same handler in a fresh interpreter, ms", fresh)


if __name__ == "__main__":
    main()
