#!/usr/bin/env python3
"""Is this tree slower than an earlier commit? Runs the programs of both in turns and compares them.

    bench/.venv/bin/python bench/compare.py [--base HEAD^] [--rounds 12] [--only FIGURE,FIGURE]      needs bench/setup.sh and a release build

The base is checked out and built in build/compare/COMMIT, once. Every round takes every figure of both programs, in another order. A figure is
worse when the median of its ratios (this / base, round by round) is above 1.05 and Wilcoxon's signed-rank test says with p < 0.01 that it is above
1. Exit code: 0 nothing is worse, 2 something is. Not part of the tests: it wants a machine that does nothing else.
"""
import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from scipy.stats import wilcoxon

from harness import models, peers
from harness.cold import first_answer_ms, whole_request
from harness.inference import infer_request, wait_ready
from harness.load import load
from harness.processes import Server, cpu_seconds, pss_bytes
from harness.wake import times_us

WORSE_ABOVE, SIGNIFICANT_BELOW = 1.05, 0.01


def build(commit):
    """The bin folder of a commit."""
    tree = peers.ROOT / "build/compare" / commit
    if not tree.exists():
        subprocess.run(["git", "worktree", "prune"], cwd=peers.ROOT, check=True)
        subprocess.run(["git", "worktree", "add", "--detach", "--quiet", str(tree), commit], cwd=peers.ROOT, check=True)
    options = ["--preset", "release", "-DBUILD_TESTING=OFF", f"-DGLOWPLUG_ORT_LIBRARY={peers.ORT}"]
    subprocess.run(["cmake", *options], cwd=tree, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", "build/release", "glowplug", "glowplug-handler"], cwd=tree, check=True, stdout=subprocess.DEVNULL)
    return tree / "build/release/bin"


class Programs:
    """One build and the bundles that it exported."""

    def __init__(self, bin_folder, folder, port):
        self.bin, self.folder, self.port = bin_folder, folder, port
        folder.mkdir()

    def bundle(self, model):
        bundle = self.folder / f"{model}.glow"
        if not bundle.exists():
            source = models.model(model, self.folder.parent)
            subprocess.run([self.bin / "glowplug", "export", source, "--name", model, "--output", bundle, "--quiet",
                            "--engine-library", peers.ORT], check=True, stdout=subprocess.DEVNULL)
        return bundle

    def handler(self, model, engine):
        return [self.bin / "glowplug-handler", self.bundle(model), "--http-port", self.port, "--engine", engine, "--engine-library", peers.ORT]

    def serve(self, model, engine, idle_timeout):
        return [self.bin / "glowplug", "serve", self.bundle(model), "--http-port", self.port, "--engine", engine, "--engine-library", peers.ORT,
                "--no-access-log", "--idle-timeout", idle_timeout]


def first_answer(programs, model, engine):
    body, headers = infer_request(*models.example(model))
    request = whole_request(f"/v2/models/{model}/infer", body, headers, keep=False)
    command = programs.handler(model, engine)
    return first_answer_ms(peers.Peer("", model, command), programs.port, request, programs.folder)


def cpu_of_a_request(programs, model, engine, connections=16, seconds=2):
    body, headers = infer_request(*models.example(model))
    path = f"/v2/models/{model}/infer"
    with Server(programs.serve(model, engine, "10m")) as server:
        wait_ready(programs.port, path, body, headers)
        url = f"http://127.0.0.1:{programs.port}{path}"
        load(url, body, headers, connections, 1)
        before = cpu_seconds(server.pid)
        result = load(url, body, headers, connections, seconds)
        return (cpu_seconds(server.pid) - before) / result["requests"] * 1e6


def paced(programs, model, engine, idle_timeout, count=40):
    body, headers = infer_request(*models.example(model), binary=True)
    path = f"/v2/models/{model}/infer"
    with Server(programs.serve(model, engine, idle_timeout)):
        wait_ready(programs.port, path, body, headers)
        times = times_us(programs.port, whole_request(path, body, headers, keep=True), count, programs.folder)
    return statistics.median(times) / 1000


def memory_asleep(programs, model, engine):
    body, headers = infer_request(*models.example(model))
    with Server(programs.serve(model, engine, "10m")) as server:
        wait_ready(programs.port, f"/v2/models/{model}/infer", body, headers)
        return pss_bytes(server.pid) / 1e6


FIGURES = {
    "handler-native-first-answer-ms": lambda programs: first_answer(programs, "iris", "native"),
    "handler-onnxruntime-first-answer-ms": lambda programs: first_answer(programs, "iris", "onnxruntime"),
    "handler-mobilenet-first-answer-ms": lambda programs: first_answer(programs, "mobilenet", "onnxruntime"),
    "serve-native-cpu-us": lambda programs: cpu_of_a_request(programs, "mlp", "native"),
    "serve-onnxruntime-cpu-us": lambda programs: cpu_of_a_request(programs, "mlp", "onnxruntime"),
    "serve-onnxruntime-wake-ms": lambda programs: paced(programs, "mlp", "onnxruntime", "20ms"),
    "serve-onnxruntime-warm-ms": lambda programs: paced(programs, "mlp", "onnxruntime", "10m"),
    "serve-onnxruntime-memory-mb": lambda programs: memory_asleep(programs, "mlp", "onnxruntime"),
}


def measure(figures, base, this, rounds):
    """{figure: {"base": [...], "this": [...]}}, the n-th of both from the same round."""
    found = {name: {"base": [], "this": []} for name in figures}
    for number in range(rounds):
        order = [(name, side) for name in figures for side in ("base", "this")]
        random.Random(number).shuffle(order)
        for name, side in order:
            found[name][side].append(FIGURES[name](base if side == "base" else this))
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return found


def judge(found):
    """[(figure, median of base, median of this, median ratio, p, worse)]"""
    rows = []
    for name, sides in found.items():
        ratios = [this / base for this, base in zip(sides["this"], sides["base"])]
        ratio = statistics.median(ratios)
        p = float(wilcoxon([one - 1 for one in ratios], alternative="greater").pvalue)
        rows.append((name, statistics.median(sides["base"]), statistics.median(sides["this"]), ratio, p, ratio > WORSE_ABOVE and p < SIGNIFICANT_BELOW))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="HEAD^", help="commit to compare with (%(default)s)")
    parser.add_argument("--rounds", type=int, default=12, help="at least 8, or nothing can be significant (%(default)s)")
    parser.add_argument("--only", default=",".join(FIGURES))
    parser.add_argument("--port", type=int, default=18400)
    parser.add_argument("--json", type=pathlib.Path)
    told = parser.parse_args()
    figures = told.only.split(",")
    unknown = [name for name in figures if name not in FIGURES]
    if unknown or told.rounds < 8:
        parser.error(f"no figure is named {unknown[0]}; there are {' '.join(FIGURES)}" if unknown else "--rounds of at least 8")
    commit = subprocess.run(["git", "rev-parse", told.base], cwd=peers.ROOT, check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory(prefix="glowplug-compare-") as name:
        folder = pathlib.Path(name)
        base, this = Programs(build(commit), folder / "base", told.port), Programs(peers.BIN, folder / "this", told.port)
        found = measure(figures, base, this, told.rounds)
    rows = judge(found)
    print(f"{'figure':38}{'base':>9}{'this':>9}{'ratio':>8}{'p':>8}")
    for name, before, after, ratio, p, worse in rows:
        print(f"{name:38}{before:9.3f}{after:9.3f}{ratio:8.3f}{p:8.4f}{'  WORSE' if worse else ''}")
    if told.json:
        told.json.write_text(json.dumps({"schema": "glowplug.compare/1", "base": commit, "figures": found}, indent=1))
    return 2 if any(row[-1] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
