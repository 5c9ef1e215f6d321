"""What one more instance of a version costs: PSS of everything below `glowplug serve` with 1, 2 and 4 instances at work.

    bench/.venv/bin/python bench/run.py instances [--models mobilenet]

Weights are mapped once for all of them, so an instance adds its activations, its stacks and page tables.
"""
from . import models, peers
from .inference import infer_request, wait_ready
from .load import load
from .processes import Server, pss_bytes, tree

COUNTS = (1, 2, 4)


def run(model_name, folder, port):
    """[(instances, bytes of all processes, processes)]"""
    bundle = peers.export(models.model(model_name, folder), model_name, folder)
    body, headers = infer_request(*models.example(model_name), binary=True)
    path, rows = f"/v2/models/{model_name}/infer", []
    for count in COUNTS:
        command = [peers.BIN / "glowplug", "serve", bundle, "--http-port", port, "--no-access-log", "--engine", "onnxruntime",
                   "--min-instances", count, "--max-instances", count, "--idle-timeout", "10m", "--max-batch", 1]
        with Server(command) as server:
            wait_ready(port, path, body, headers)
            load(f"http://127.0.0.1:{port}{path}", body, headers, 2 * count, 3)
            rows.append((count, pss_bytes(server.pid), len(tree(server.pid)) - 1))
    return rows


def table(model_name, rows):
    lines = [f"{model_name + ', batch 1':26}{'MB (PSS)':>10}{'each more':>11}{'processes':>11}"]
    for index, (count, memory, processes) in enumerate(rows):
        more = "" if index == 0 else f"{(memory - rows[0][1]) / (count - rows[0][0]) / 1e6:.2f}"
        lines.append(f"{str(count) + ' instances':26}{memory / 1e6:10.1f}{more:>11}{processes:11d}")
    return "\n".join(lines)
