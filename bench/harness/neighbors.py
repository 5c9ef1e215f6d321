"""Another function's latency beside heavy requests: the MLP is asked every few milliseconds while somebody sends iris 10,000 rows at a time.

    bench/.venv/bin/python bench/run.py neighbors

Both run in the native engine. Requests of more than 200 us of work go to an instance, so what is left in the loop is reading and writing them: the
third line has the same bytes for a function that refuses them, which is that share.
"""
import json
import subprocess
import threading

from . import models, peers
from .cold import whole_request
from .inference import ask, infer_request, wait_ready
from .processes import Server

ROWS, PAUSE_MS = 10_000, 3


def times_us(port, request, count, folder):
    (folder / "request").write_bytes(request)
    command = [str(word) for word in (peers.BUILD / "paced", port, folder / "request", count, PAUSE_MS)]
    return [float(line) for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()]


class Heavy:
    """Sends one body again and again until it is left; `done` counts the answers by status."""

    def __init__(self, port, path, body, headers):
        self.told, self.done, self.ending = (port, path, body, headers), {}, False
        self.thread = threading.Thread(target=self.send)

    def send(self):
        while not self.ending:
            status, _ = ask(*self.told)
            self.done[status] = self.done.get(status, 0) + 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending = True
        self.thread.join()


def run(folder, port, count):
    """{"alone" | "beside 10,000 rows" | "beside refused bytes": {"us": [...], "heavy": {status: answers}}}"""
    bundles = [peers.export(models.model(name, folder), name, folder) for name in ("mlp", "iris")]
    small, headers = infer_request(*models.example("mlp"), binary=True)
    heavy, heavy_headers = infer_request(*models.example("iris", ROWS), binary=True)
    request = whole_request("/v2/models/mlp/infer", small, headers, keep=True)
    found = {}
    with Server([peers.BIN / "glowplug", "serve", *bundles, "--http-port", port, "--no-access-log", "--engine", "native", "--idle-timeout", "10m"]):
        wait_ready(port, "/v2/models/mlp/infer", small, headers)
        wait_ready(port, "/v2/models/iris/infer", heavy, heavy_headers)
        found["alone"] = {"us": times_us(port, request, count, folder), "heavy": {}}
        for name, path in ((f"beside {ROWS:,} rows", "/v2/models/iris/infer"), ("beside refused bytes", "/v2/models/nobody/infer")):
            with Heavy(port, path, heavy, heavy_headers) as load:
                times = times_us(port, request, count, folder)
            found[name] = {"us": times, "heavy": load.done}
    return json.loads(json.dumps(found))


def table(found):
    lines = [f"{'mlp, native, ms':26}{'p50':>9}{'p99':>9}{'p99.9':>9}   heavy requests by status"]
    for name, one in found.items():
        values = sorted(one["us"])
        at = [values[min(len(values) - 1, int(share * len(values)))] / 1000 for share in (.5, .99, .999)]
        lines.append(f"{name:26}{at[0]:9.3f}{at[1]:9.3f}{at[2]:9.3f}   {one['heavy']}")
    return "\n".join(lines)
