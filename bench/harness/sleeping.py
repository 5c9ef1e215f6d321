"""What functions cost that nobody calls: N copies of one model in one `glowplug serve`, before and after each was called once and fell asleep.

    bench/.venv/bin/python bench/run.py sleeping [--model iris] [--engine native]

PSS of the gateway and everything below it, and the number of processes, with 1, 4 and 16 functions.
"""
import time

from . import models, peers
from .inference import ask, infer_request, wait_ready
from .processes import Server, pss_bytes, tree

COUNTS = (1, 4, 16)
IDLE_SECONDS = 3


def run(model_name, folder, port, engine):
    """[(functions, bytes at start, bytes asleep, processes asleep)]"""
    rows = []
    names = [f"{model_name}{number}" for number in range(max(COUNTS))]
    bundles = [peers.export(models.model(model_name, folder), name, folder) for name in names]
    body, headers = infer_request(*models.example(model_name))
    for count in COUNTS:
        command = [peers.BIN / "glowplug", "serve", *bundles[:count], "--http-port", port, "--no-access-log", "--idle-timeout", "200ms", "--engine", engine]
        with Server(command) as server:
            wait_ready(port, f"/v2/models/{names[0]}/infer", body, headers)
            time.sleep(1)
            before = pss_bytes(server.pid)
            for name in names[:count]:
                status, answer = ask(port, f"/v2/models/{name}/infer", body, headers)
                assert status == 200, answer
            time.sleep(IDLE_SECONDS)
            rows.append((count, before, pss_bytes(server.pid), len(tree(server.pid)) - 1))
    return rows


def table(model_name, engine, rows):
    lines = [f"{model_name + ', ' + engine:26}{'MB at start':>12}{'MB asleep':>12}{'each more':>12}{'processes':>11}"]
    for index, (count, before, asleep, processes) in enumerate(rows):
        more = "" if index == 0 else f"{(asleep - rows[0][2]) / (count - rows[0][0]) / 1e6:.2f}"
        lines.append(f"{str(count) + ' functions':26}{before / 1e6:12.1f}{asleep / 1e6:12.1f}{more:>12}{processes:11d}")
    return "\n".join(lines)
