"""What waking from zero adds: the same client with the same pause asks a function that has fallen asleep and one that is awake.

    bench/.venv/bin/python bench/run.py wake [--model mlp] [--rounds 5] [--count 100]

Two `glowplug serve` of the same bundle, one with a short --idle-timeout and one with a long one, asked in turns of one round each. The template is
resident; the cold-start counter of /metrics says that each request of the first one really woke an instance.
"""
import re
import statistics
import subprocess
import urllib.request

from . import models, peers
from .cold import whole_request
from .inference import infer_request, wait_ready
from .processes import Server

PAUSE_MS = 60


def cold_starts(port):
    text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
    return sum(float(value) for value in re.findall(r"^glowplug_cold_starts_total\{[^}]*\} (\S+)$", text, re.M))


def times_us(port, request, count, folder):
    (folder / "request").write_bytes(request)
    command = [peers.BUILD / "paced", port, folder / "request", count, PAUSE_MS]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


def run(model_name, folder, port, rounds, count, engine="onnxruntime"):
    """{"asleep": [us], "awake": [us]}"""
    bundle = peers.export(models.model(model_name, folder), model_name, folder)
    body, headers = infer_request(*models.example(model_name), binary=True)
    path = f"/v2/models/{model_name}/infer"
    request = whole_request(path, body, headers, keep=True)
    found = {"asleep": [], "awake": []}
    serve = [peers.BIN / "glowplug", "serve", bundle, "--no-access-log", "--engine", engine, "--http-port"]
    with Server([*serve, port, "--idle-timeout", "20ms"]), Server([*serve, port + 1, "--idle-timeout", "10m"]):
        for one in (port, port + 1):
            wait_ready(one, path, body, headers)
        before = cold_starts(port)
        for _ in range(rounds):
            found["asleep"] += times_us(port, request, count, folder)
            found["awake"] += times_us(port + 1, request, count, folder)
        woken = cold_starts(port) - before
    if engine != "native" and woken < 0.95 * rounds * count:
        raise SystemExit(f"only {woken:.0f} of {rounds * count} requests woke an instance")
    return found


def table(model_name, found):
    def at(values, share):
        return sorted(values)[min(len(values) - 1, int(share * len(values)))] / 1000
    lines = [f"{model_name + ', ms':26}{'p50':>9}{'p90':>9}{'p99':>9}{'least':>9}"]
    for name, values in found.items():
        lines.append(f"{name:26}{at(values, .5):9.3f}{at(values, .9):9.3f}{at(values, .99):9.3f}{min(values) / 1000:9.3f}")
    asleep, awake = found["asleep"], found["awake"]
    middle = statistics.median(awake) / 1000
    lines.append(f"{'added to a warm p50':26}{at(asleep, .5) - middle:9.3f}{at(asleep, .9) - middle:9.3f}{at(asleep, .99) - middle:9.3f}")
    return "\n".join(lines)
