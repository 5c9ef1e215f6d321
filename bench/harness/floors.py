"""What no server can beat here: bare calls of the engine on one core, nginx that answers a constant, an empty process.

    bench/.venv/bin/python bench/run.py floors [--model mlp]
"""
import os
import pathlib
import statistics
import subprocess
import time

from . import models, peers
from .load import load
from .processes import Server, cpu_seconds

NGINX = """worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log /dev/null;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{answer}'; }} }} }}
"""
ANSWER = '{"model_name":"m","outputs":[{"name":"probabilities","datatype":"FP32","shape":[1,3],"data":[0.98,0.01,0.01]}]}'


def engine_calls(model_name, folder, seconds=3):
    """{engine: (calls a second, microseconds of CPU a call)} on one core, from a program without a server."""
    bundle = peers.export(models.model(model_name, folder), model_name, folder)
    done = subprocess.run([str(peers.BIN / "engine-floor"), str(bundle), str(seconds)], capture_output=True, text=True, check=True)
    return {line.split()[0]: (float(line.split()[1]), float(line.split()[2])) for line in done.stdout.splitlines()}


def nginx(folder, port, connections, seconds=3):
    """{connections: (answers a second, p50 us, CPU us of nginx, CPU us of the client)}"""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, answer=ANSWER))
    found = {}
    with Server(["nginx", "-p", folder, "-c", folder / "nginx.conf"]) as server:
        time.sleep(0.5)
        for count in connections:
            before = cpu_seconds(server.pid)
            result = load(f"http://127.0.0.1:{port}/", b"{}", {"Content-Type": "application/json"}, count, seconds)
            used = cpu_seconds(server.pid) - before
            requests = max(1, result["requests"])
            found[count] = (requests / (result["microseconds"] / 1e6), result["p50_us"], used / requests * 1e6, result["client_cpu_seconds"] / requests * 1e6)
    return found


def empty_process_ms(rounds=200):
    """Median wall time of spawn, exec, exit and wait of /bin/true."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        os.waitpid(os.posix_spawn("/bin/true", ["/bin/true"], dict(os.environ)), 0)
        times.append((time.perf_counter() - begin) * 1e3)
    return statistics.median(times)


def table(model_name, engines, constant, empty_ms):
    lines = [f"{'floor':44}{'per second':>12}{'p50 us':>9}{'CPU us':>8}{'client':>8}"]
    for engine, (rate, microseconds) in engines.items():
        lines.append(f"{f'{model_name}, {engine}, bare calls on one core':44}{rate:12.0f}{1e6 / rate:9.1f}{microseconds:8.1f}")
    for count, (rate, p50, server, client) in constant.items():
        lines.append(f"{f'nginx, a constant, c = {count}':44}{rate:12.0f}{p50:9.0f}{server:8.1f}{client:8.1f}")
    lines.append(f"an empty process: {empty_ms:.2f} ms")
    return "\n".join(lines)


def nginx_is_here():
    return any((pathlib.Path(folder) / "nginx").exists() for folder in (*os.environ.get("PATH", "").split(":"), "/usr/sbin"))
