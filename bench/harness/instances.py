"""What one more instance of a version costs: PSS of everything below `glowplug serve` with 1, 2 and 4 instances, while each has one request
and another waits for it, and a few seconds later.

    bench/.venv/bin/python bench/run.py instances [--models mobilenet]

Weights are mapped once for all of them, so an instance adds its activations, its ring, its stacks and what its run writes to of the heap; under
load the bodies of its two requests come to that, which the gateway holds until they are answered.
"""
import threading
import time

from . import models, peers
from .inference import infer_request, wait_ready
from .load import load
from .processes import Server, pss_bytes, tree

COUNTS = (1, 2, 4)
LOAD_SECONDS, SAMPLES = 4, 8
REST_SECONDS = 3


def run(model_name, folder, port):
    """[(instances, bytes of all processes under load, bytes after it, processes)]"""
    bundle = peers.export(models.model(model_name, folder), model_name, folder)
    body, headers = infer_request(*models.example(model_name), binary=True)
    path, rows = f"/v2/models/{model_name}/infer", []
    for count in COUNTS:
        command = [peers.BIN / "glowplug", "serve", bundle, "--http-port", port, "--no-access-log", "--engine", "onnxruntime",
                   "--min-instances", count, "--max-instances", count, "--idle-timeout", "10m", "--max-batch", 1]
        with Server(command) as server:
            wait_ready(port, path, body, headers)
            loading = threading.Thread(target=load, args=(f"http://127.0.0.1:{port}{path}", body, headers, 2 * count, LOAD_SECONDS))
            loading.start()
            under_load = median_while(server.pid)
            loading.join()
            time.sleep(REST_SECONDS)
            rows.append((count, under_load, pss_bytes(server.pid), len(tree(server.pid)) - 1))
    return rows


def median_while(pid):
    """Of several moments in the second half of the load."""
    time.sleep(LOAD_SECONDS / 2)
    samples = []
    for _ in range(SAMPLES):
        samples.append(pss_bytes(pid))
        time.sleep(LOAD_SECONDS / 4 / SAMPLES)
    return sorted(samples)[SAMPLES // 2]


def table(model_name, rows):
    lines = [f"{model_name + ', batch 1':26}{'MB (PSS)':>10}{'each more':>11}{'at rest':>10}{'each more':>11}{'processes':>11}"]
    for index, (count, loaded, rest, processes) in enumerate(rows):
        def more(value, first):
            return "" if index == 0 else f"{(value - first) / (count - rows[0][0]) / 1e6:.2f}"
        lines.append(f"{str(count) + ' instances':26}{loaded / 1e6:10.1f}{more(loaded, rows[0][1]):>11}{rest / 1e6:10.1f}{more(rest, rows[0][2]):>11}{processes:11d}")
    return "\n".join(lines)
