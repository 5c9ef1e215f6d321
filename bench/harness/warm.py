"""Throughput, latency, processor time and memory of running servers, side by side.

    bench/.venv/bin/python bench/run.py warm [--model mlp] [--rounds 5] [--seconds 3] [--connections 1,16,64] [--binary] [--only NAME,NAME]

Every round starts the servers one after another in another order; each answers a checked request, is warmed up, and is loaded by wrk with each number
of connections. Medians over the rounds. With one connection, server and client are pinned to a core each; else the two cores are shared and the
client's own processor time is reported beside the server's.
"""
import os
import random
import statistics

import numpy as np

from . import models, peers
from .inference import infer_request, last_output, wait_ready
from .load import load
from .processes import Server, cpu_seconds, pss_bytes

WARM_UP_SECONDS = 1


def measure(peer, port, example, binary, connections, seconds):
    """One start of one server: (memory after the warm-up, figures by number of connections)."""
    body, headers = infer_request(*example, binary=binary)
    check, check_headers = infer_request(*example)
    with Server(peer.command, peer.environment) as server:
        answer = last_output(wait_ready(port, peer.path(), check, check_headers))
        url = f"http://127.0.0.1:{port}{peer.path()}"
        load(url, body, headers, 4, WARM_UP_SECONDS)
        memory, figures = pss_bytes(server.pid), {}
        for count in connections:
            pinned = count == 1
            pin_tree(server.pid, {0} if pinned else set(range(os.cpu_count())))
            before = cpu_seconds(server.pid)
            result = load(url, body, headers, count, seconds, pin=1 if pinned else None)
            used = cpu_seconds(server.pid) - before
            result["per_second"] = result["requests"] / (result["microseconds"] / 1e6)
            result["cpu_us"] = used / max(1, result["requests"]) * 1e6
            result["client_cpu_us"] = result.pop("client_cpu_seconds") / max(1, result["requests"]) * 1e6
            figures[count] = result
    return answer, memory, figures


def pin_tree(pid, cores):
    from .processes import tree
    for process in tree(pid):
        for thread in os.listdir(f"/proc/{process}/task"):
            try:
                os.sched_setaffinity(int(thread), cores)
            except OSError:
                pass


def run(model_name, folder, port, rounds, seconds, connections, binary, only):
    """Figures by server: {"memory": [bytes], connections: {"per_second": [...], ...}}."""
    example = models.example(model_name)
    chosen = [peer for peer in peers.all_of(model_name, models.model(model_name, folder), port, folder)
              if (not only or peer.name in only) and (peer.binary or not binary)]
    found, reference = {}, None
    for round_number in range(rounds):
        order = list(chosen)
        random.Random(round_number).shuffle(order)
        for peer in order:
            try:
                answer, memory, figures = measure(peer, port, example, binary, connections, seconds)
            except TimeoutError as reason:
                print(f"left out: {peer.name}: {reason}", flush=True)
                chosen.remove(peer)
                continue
            reference = answer if reference is None else reference
            if not np.allclose(answer, reference, rtol=1e-3, atol=1e-4):
                raise SystemExit(f"{peer.name} answers something else: {answer[:4]}, not {reference[:4]}")
            record = found.setdefault(peer.name, {"pss_bytes": []})
            record["pss_bytes"].append(memory)
            for count, figure in figures.items():
                for key, value in figure.items():
                    record.setdefault(count, {}).setdefault(key, []).append(value)
    return found


def table(found, connections):
    reference = found.get(peers.REFERENCE)
    lines = []
    for count in connections:
        lines.append(f"{'c = ' + str(count):26}{'req/s':>9}{'/ R':>6}{'p50 us':>9}{'p99 us':>9}{'p99.9':>9}{'CPU us':>8}{'/ R':>6}{'client':>8}{'errors':>8}")
        for name, record in sorted(found.items(), key=lambda one: -statistics.median(one[1][count]["per_second"])):
            middle = {key: statistics.median(values) for key, values in record[count].items()}
            ratio = {key: middle[key] / statistics.median(reference[count][key]) if reference else float("nan") for key in ("per_second", "cpu_us")}
            lines.append(f"{name:26}{middle['per_second']:9.0f}{ratio['per_second']:6.2f}{middle['p50_us']:9.0f}{middle['p99_us']:9.0f}{middle['p999_us']:9.0f}"
                         f"{middle['cpu_us']:8.1f}{ratio['cpu_us']:6.2f}{middle['client_cpu_us']:8.1f}{sum(record[count]['errors']):8.0f}")
    lines.append(f"{'memory (PSS)':26}{'MB':>9}{'/ R':>6}")
    for name, record in sorted(found.items(), key=lambda one: statistics.median(one[1]["pss_bytes"])):
        megabytes = statistics.median(record["pss_bytes"]) / 1e6
        ratio = megabytes * 1e6 / statistics.median(reference["pss_bytes"]) if reference else float("nan")
        lines.append(f"{name:26}{megabytes:9.1f}{ratio:6.2f}")
    return "\n".join(lines)
