"""What one caller, one model or one reader of the log does to the others: nothing."""
import os
import pathlib
import socket
import subprocess
import threading

import pytest
import requests

from harness import programs


def lookup(url, index):
    body = {"inputs": [{"name": "index", "datatype": "INT64", "shape": [1], "data": [index]}]}
    return requests.post(f"{url}/v2/models/lookup/infer", json=body, timeout=60)


@pytest.mark.parametrize("start", [programs.serve, programs.handler])
def test_values_that_the_model_refuses_are_refused_to_their_caller_only(glowplug, start):
    """Gather fails for an index out of bounds, and with it the whole run that its request shares."""
    bundle = glowplug.export("lookup.onnx", "lookup")
    wrong = []
    with start(glowplug, bundle, *(["--max-instances", "1"] if start is programs.serve else [])) as server:
        def work(number):
            guilty = number % 8 == 0
            for _ in range(60):
                answer = lookup(server.url, 99 if guilty else 2)
                fine = answer.status_code == 400 and "99" in answer.text if guilty else (
                    answer.status_code == 200 and answer.json()["outputs"][0]["data"] == [2.5])
                if not fine:
                    wrong.append((guilty, answer.status_code, answer.text))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        split = server.metric("glowplug_queue_events_total", event="split")
    assert not wrong, (len(wrong), wrong[:3])
    assert split > 0, "no run was shared: nothing was tested"


def status_of(pid, key):
    return next(line.split()[1] for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(f"{key}:"))


def test_an_instance_has_its_ring_and_nothing_else(glowplug_as):
    bundle = glowplug_as.export("iris.onnx", "iris")
    with programs.serve(glowplug_as, bundle, "--min-instances", "1") as server:
        assert server.post("/predict/iris", json=[[5.1, 3.5, 1.4, 0.2]]).status_code == 200
        [instance] = server.instances()
        assert [status_of(instance, key) for key in ("Threads", "NoNewPrivs", "Seccomp")] == ["1", "1", "2"]
        assert status_of(instance, "CapEff") == "0" * 16 or glowplug_as.user == "root" and status_of(instance, "Uid") == "0"
        if os.geteuid() != 0:
            return  # the kernel shows the descriptors of another protection domain to root only
        targets = {int(entry.name): os.readlink(entry) for entry in pathlib.Path(f"/proc/{instance}/fd").iterdir()}
    assert [targets.pop(number) for number in (0, 1, 2)] == ["/dev/null"] * 3
    assert all(target.startswith(("/memfd:", "pipe:")) for target in targets.values()) and len(targets) <= 3, targets


def test_a_log_that_nobody_reads_holds_nothing_up(glowplug):
    bundle = glowplug.export("iris.onnx", "iris")
    command = glowplug.command("glowplug", "serve", bundle, "--http-port", "0")
    process = subprocess.Popen(command, env=glowplug.environment, cwd=glowplug.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url = "http://" + process.stdout.readline().strip().split("=")[1]
        session = requests.Session()
        for _ in range(3000):  # some 200 bytes of log each; a pipe takes 64 KiB
            assert session.post(f"{url}/predict/iris", json=[[5.1, 3.5, 1.4, 0.2]], timeout=20).status_code == 200
        process.terminate()
        assert process.wait(20) == 0
        assert process.stderr.read().startswith("{")
    finally:
        process.kill()
        process.wait()


def test_bodies_take_no_more_memory_than_allowed(glowplug):
    """Sixteen clients send 56 of 60 MB each; some are told to come back later, and a small request is answered beside them."""
    bundle = glowplug.export("iris.onnx", "iris")
    head = b"POST /predict/iris HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60000000\r\n\r\n"
    with programs.serve(glowplug, bundle, "--max-buffered", "200MB") as server:
        connections = [socket.create_connection((server.host, server.port)) for _ in range(16)]
        piece, refused = b"[" * 1_000_000, 0
        for connection in connections:
            connection.settimeout(20)
            try:
                connection.sendall(head)
                for _ in range(56):
                    connection.sendall(piece)
            except OSError:
                refused += 1
        assert server.post("/predict/iris", json=[[5.1, 3.5, 1.4, 0.2]]).status_code == 200
        resident = int(pathlib.Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        codes = server.metric("glowplug_http_requests_total", code="503")
        for connection in connections:
            connection.close()
    assert codes >= 12, (codes, refused)
    assert resident < 300_000_000, resident
