"""From exec to the first answer: a fresh process of each server, timed by a launcher in C++ that asks every 0.1 ms.

    bench/.venv/bin/python bench/run.py cold [--model iris] [--rounds 11] [--drop-caches] [--plot docs/first-answer.svg]

Every round starts every server once, in another order; medians with the least and the greatest, and the ratio to R. The page cache is warm unless
--drop-caches (needs root) empties it before every start. Nothing is pinned.
"""
import os
import pathlib
import random
import statistics
import subprocess

from . import models, peers
from .inference import infer_request


def whole_request(path, body, headers, keep):
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Connection: {'keep-alive' if keep else 'close'}", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines + [f"{name}: {value}" for name, value in headers.items()] + ["", ""]).encode() + body


def drop_caches():
    os.sync()
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")


def first_answer_ms(peer, port, request, folder):
    (folder / "request").write_bytes(request)
    command = [peers.BUILD / "launch", port, folder / "request", *peer.command]
    done = subprocess.run([str(word) for word in command], env={**os.environ, **peer.environment}, capture_output=True, text=True)
    return float(done.stdout) if done.returncode == 0 else None


def run(model_name, folder, port, rounds, drop, only):
    """Milliseconds by server."""
    example = models.example(model_name)
    chosen = [peer for peer in peers.all_of(model_name, models.model(model_name, folder), port, folder) if not only or peer.name in only]
    times = {}
    for round_number in range(rounds):
        order = list(chosen)
        random.Random(round_number).shuffle(order)
        for peer in order:
            body, headers = infer_request(*example, binary=peer.binary)
            if drop:
                drop_caches()
            took = first_answer_ms(peer, port, whole_request(peer.path(), body, headers, keep=False), folder)
            if took is None:
                print(f"left out: {peer.name}: no answer", flush=True)
                chosen.remove(peer)
            else:
                times.setdefault(peer.name, []).append(took)
    return times


def table(times):
    reference = statistics.median(times[peers.REFERENCE]) if peers.REFERENCE in times else float("nan")
    lines = [f"{'first answer from exec':28}{'median ms':>10}{'least':>9}{'most':>9}{'/ R':>8}"]
    for name, values in sorted(times.items(), key=lambda one: statistics.median(one[1])):
        middle = statistics.median(values)
        lines.append(f"{name:28}{middle:10.2f}{min(values):9.2f}{max(values):9.2f}{middle / reference:8.3f}")
    return "\n".join(lines)
