"""How long functions are gone when the gateway is killed: kill -9, start again, first answer. And how long when only the template is.

    .venv/bin/python bench/recovery.py [--rounds 20]        prints medians with the least and the greatest, in milliseconds
"""
import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from harness.programs import alive, comm, descendants, wait_until  # noqa: E402

BIN = ROOT / "build/release/bin"
BODY = json.dumps([[5.1, 3.5, 1.4, 0.2]]).encode()


def start(bundle):
    server = subprocess.Popen([BIN / "glowplug", "serve", bundle, "--http-port", "0", "--no-access-log"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    return server, server.stdout.readline().split("=")[1].strip()


def ask(address):
    urllib.request.urlopen(urllib.request.Request(f"http://{address}/predict/iris", BODY, {"Content-Type": "application/json"}), timeout=30).read()


def row(name, values):
    print(f"{name:52}{statistics.median(values):9.1f}{min(values):9.1f}{max(values):9.1f}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=20)
    rounds = arguments.parse_args().rounds
    gateway, template, cold = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        bundle = pathlib.Path(folder) / "iris.glow"
        subprocess.run([BIN / "glowplug", "export", ROOT / "tests/models/iris.onnx", "--name", "iris", "--output", bundle, "-q"], check=True,
                       stdout=subprocess.DEVNULL)
        server, address = start(bundle)
        ask(address)
        for _ in range(rounds):
            begin = time.perf_counter()
            server.kill()
            server.wait()
            server, address = start(bundle)
            ask(address)
            gateway.append((time.perf_counter() - begin) * 1000)
            victim = next(pid for pid in descendants(server.pid) if comm(pid) == "gp-template")
            below = [pid for pid in descendants(server.pid) if comm(pid) == "gp-instance"]
            begin = time.perf_counter()
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda below=below: not any(alive(pid) for pid in below), "the instances die with their template", every=0.0002)
            ask(address)
            template.append((time.perf_counter() - begin) * 1000)
            for pid in [pid for pid in descendants(server.pid) if comm(pid) == "gp-instance"]:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.2)  # the template stays; the gateway has seen the deaths
            begin = time.perf_counter()
            ask(address)
            cold.append((time.perf_counter() - begin) * 1000)
        server.terminate()
        server.wait()
    print(f"{'':52}{'median':>9}{'min':>9}{'max':>9}")
    row("gateway killed, started again, first answer, ms", gateway)
    row("template killed, its instances dead, first answer, ms", template)
    row("instances killed, template there, first answer, ms", cold)


if __name__ == "__main__":
    main()
