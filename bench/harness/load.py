"""Closed-loop load by wrk: `connections` clients that each wait for an answer before they ask again."""
import json
import os
import pathlib
import resource
import subprocess
import tempfile

SCRIPT = pathlib.Path(__file__).with_name("wrk.lua")


def load(url, body, headers, connections, seconds, pin=None):
    """Asks for `seconds`; requests, errors, latencies in microseconds and wrk's own CPU seconds. `pin`: the core wrk runs on."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        environment = {**os.environ, "WRK_BODY": file.name, "WRK_HEADERS": "\n".join(f"{name}: {value}" for name, value in headers.items())}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(SCRIPT), url]
        done = subprocess.run((["taskset", "-c", str(pin)] if pin is not None else []) + command, env=environment, capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            result = json.loads(line[7:])
            result["client_cpu_seconds"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            return result
    raise SystemExit(f"wrk gave no result: {done.stdout}{done.stderr}")
