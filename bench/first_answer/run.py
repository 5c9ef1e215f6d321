"""Time to the first answer: a fresh process of each server, and a function of `glowplug serve` that is asleep.

    bench/.venv/bin/python bench/first_answer/run.py [--rounds 11] [--plot docs/first-answer.svg]

Every round starts every server once, in another order; the table shows medians with the least and the greatest, and the ratio to actix-web (R).
The page cache is warm, nothing is pinned. Needs bench/setup.sh and a release build.
"""
import argparse
import json
import os
import pathlib
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN, BUILD, PEERS, PYTHON = ROOT / "build/release/bin", ROOT / "build/bench", ROOT / "bench/peers", sys.executable
ORT = ROOT / "third_party/onnxruntime/libonnxruntime.so.1.28.0"
MODEL = ROOT / "tests/models/iris.onnx"
BODY = json.dumps({"inputs": [{"name": "features", "datatype": "FP32", "shape": [1, 4], "data": [5.1, 3.5, 1.4, 0.2]}]})
PORT = 18400


def request(function):
    return (f"POST /v2/models/{function}/infer HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
            f"Content-Length: {len(BODY)}\r\n\r\n{BODY}").encode()


def servers(bundle):
    """Name → (function in the path, command, more environment)."""
    bentoml = pathlib.Path(PYTHON).parent / "bentoml"
    return {
        "glowplug-handler, fresh process": ("iris", [BIN / "glowplug-handler", bundle, "--http-port", PORT], {}),
        "actix-web + ort (Rust)": ("m", [BUILD / "actix/release/actix-peer", MODEL, PORT, ORT], {}),
        "Node + onnxruntime-node": ("m", ["node", PEERS / "node/server.js", MODEL, PORT], {}),
        "FastAPI + ONNX Runtime": ("m", [PYTHON, PEERS / "fastapi/server.py", MODEL, PORT], {}),
        "Mosec": ("m", [PYTHON, PEERS / "mosec/server.py", MODEL, PORT], {}),
        "LitServe": ("m", [PYTHON, PEERS / "litserve/server.py", MODEL, PORT], {}),
        "BentoML": ("m", [bentoml, "serve", f"{PEERS / 'bentoml'}", "--port", PORT, "--host", "127.0.0.1"], {"PEER_MODEL": str(MODEL)}),
    }


def fresh_process_ms(function, command, environment, work):
    (work / "request").write_bytes(request(function))
    done = subprocess.run([BUILD / "launch", str(PORT), work / "request", *map(str, command)], env={**os.environ, **environment},
                          capture_output=True, text=True, timeout=90)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]}: no answer")
    return float(done.stdout)


def asked_ms(port):
    """One request on a connection of its own, from connect to the whole answer."""
    begin = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request("iris"))
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    took = (time.perf_counter() - begin) * 1000
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return took


def asleep_ms(bundle, rounds):
    """First answers of a function that sleeps at zero instances, and warm ones right after them."""
    server = subprocess.Popen([BIN / "glowplug", "serve", bundle, "--http-port", "0", "--idle-timeout", "20ms", "--no-access-log"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    port = int(server.stdout.readline().rsplit(":", 1)[1])
    asked_ms(port)
    cold, warm = [], []
    for _ in range(rounds):
        time.sleep(0.1)
        cold.append(asked_ms(port))
        warm.append(asked_ms(port))
    server.terminate()
    server.wait()
    return cold, warm


def plot(rows, path):
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    names, medians = [name for name, _ in rows][::-1], [statistics.median(values) for _, values in rows][::-1]
    figure, axes = plt.subplots(figsize=(8, 3.4))
    colors = ["#0072B2" if name.startswith("glowplug") else "#999999" for name in names]
    bars = axes.barh(names, medians, color=colors)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds from zero to the first answer, iris, log scale, less is better")
    axes.bar_label(bars, [f" {value:.1f} ms" if value < 100 else f" {value:.0f} ms" for value in medians])
    axes.set_xlim(0.5, max(medians) * 4)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--plot", type=pathlib.Path)
    arguments.add_argument("--json", type=pathlib.Path)
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        bundle = work / "iris.glow"
        subprocess.run([BIN / "glowplug", "export", MODEL, "--name", "iris", "--output", bundle, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        fresh = {name: [] for name in servers(bundle)}
        for round_number in range(told.rounds):
            order = list(servers(bundle).items())
            random.Random(round_number).shuffle(order)
            for name, (function, command, environment) in order:
                fresh[name].append(fresh_process_ms(function, command, environment, work))
        cold, warm = asleep_ms(bundle, told.rounds * 10)
    rows = [("glowplug serve, asleep", cold), *sorted(fresh.items(), key=lambda row: statistics.median(row[1]))]
    reference = statistics.median(fresh["actix-web + ort (Rust)"])
    print(f"{'first answer from zero':36}{'median ms':>10}{'min':>9}{'max':>9}{'/ R':>8}")
    for name, values in rows:
        middle = statistics.median(values)
        print(f"{name:36}{middle:10.2f}{min(values):9.2f}{max(values):9.2f}{middle / reference:8.2f}")
    print(f"a warm answer of glowplug serve right after: {statistics.median(warm):.2f} ms")
    if told.json:
        told.json.write_text(json.dumps({"schema": "glowplug.bench.first_answer/1", "rounds": told.rounds, "warm_ms": warm, "first_ms": dict(rows)}))
    if told.plot:
        plot(rows, told.plot)


if __name__ == "__main__":
    main()
