"""Where requests come quickly one by one the loop looks before it sleeps: it then asks once, by /proc/self/cgroup, whether it has a CPU's time."""
import socket
import threading

import pytest

from harness import programs

REQUEST = b"GET /v2/health/live HTTP/1.1\r\nHost: here\r\n\r\n"
REQUESTS = 3000


def traced(glowplug, program, *arguments):
    """The running program and the file of its openat calls."""
    trace = glowplug.home / f"{program}-{len(arguments)}.trace"
    bundle = glowplug.home / "iris.glow"
    command = glowplug.command("glowplug-handler", bundle) if program == "handler" else glowplug.command("glowplug", "serve", bundle)
    tracer = ["strace", "-D", "-f", "-qq", "-e", "trace=openat", "-o", str(trace)]  # -D: the program, not strace, is our child
    return programs.Server([*tracer, *command, "--http-port", "0", "--engine", "native", *arguments], glowplug.environment, glowplug.home), trace


def times_asked(trace):
    return trace.read_text().count('"/proc/self/cgroup"')


def ask_quickly(server):
    """One request after the other without waiting for answers, so that each wait of the loop finds something soon."""
    answers = b""
    with socket.create_connection((server.host, server.port), timeout=60) as client:
        sender = threading.Thread(target=lambda: [client.sendall(REQUEST) for _ in range(REQUESTS)])
        sender.start()
        while answers.count(b"HTTP/1.1 200") < REQUESTS:
            piece = client.recv(1 << 16)
            assert piece, "the server left"
            answers += piece
        sender.join()


@pytest.mark.parametrize("program", ["handler", "serve"])
def test_it_looks_before_it_sleeps_unless_told_not_to(glowplug, program):
    glowplug.export("iris.onnx", "iris")
    server, trace = traced(glowplug, program)
    with server:
        before = times_asked(trace)
        programs.wait_until(lambda: ask_quickly(server) or times_asked(trace) > before, "it would look and asks whether it may")
        for _ in range(3):
            ask_quickly(server)
        assert times_asked(trace) == before + 1, "once"
    server, trace = traced(glowplug, program, "--no-busy-poll")
    with server:
        for _ in range(3):
            ask_quickly(server)
        assert times_asked(trace) == before
