"""Runs the commands that a page shows as a reader would type them and compares what they print with what the page shows."""
import os
import pathlib
import re
import socket
import subprocess

import requests

from harness import programs


def commands_of(page):
    """[(command, text shown below it)] of every ```console block."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", pathlib.Path(page).read_text(), re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, below = part.partition("\n")
            while command.endswith("\\") or (match := re.search(r"<<'(\w+)'$", command)):
                if command.endswith("\\"):
                    line, _, below = below.partition("\n")
                    command += "\n" + line
                else:
                    text, _, below = below.partition(f"\n{match.group(1)}\n")
                    command += f"\n{text}\n{match.group(1)}\n"
                    break
            found.append((command, below.strip()))
    return found


def agree(shown, printed):
    """Whether a page may show `shown` for `printed`: "…" stands for anything, and numbers with a point may differ in the last bits of another CPU."""
    pattern, numbers = "", []
    for place, piece in enumerate(re.split(r"(…|-?\d+\.\d+(?:e-?\d+)?(?!…|\d))", shown)):
        if piece == "…":
            pattern += ".*?"
        elif place % 2 == 1:
            pattern += r"(-?\d[\d.e-]*)"
            numbers.append(float(piece))
        else:
            pattern += re.escape(piece)
    match = re.fullmatch(pattern, printed.strip(), re.DOTALL)
    return bool(match) and all(abs(float(got) - want) <= 1e-4 * max(1, abs(want)) for got, want in zip(match.groups(), numbers))


class Reader:
    """Types commands in `folder`; port 8080 is replaced by a free one, so that a server of yours is left alone, others by `ports`. Use as a context
    manager."""

    def __init__(self, glowplug, folder, ports=None):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        self.ports = {"8080": self.port, **(ports or {})}
        path = f"{pathlib.Path(programs.python()).parent}:{glowplug.prefix / 'bin'}:{os.environ['PATH']}"
        self.folder, self.environment, self.servers = folder, {**glowplug.environment, "PATH": path, "PYTHONWARNINGS": "ignore"}, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.terminate()
            server.wait(40)

    def type(self, command):
        """What it prints; a command that ends with & is a server, which is waited for."""
        for shown, real in self.ports.items():
            command = command.replace(shown, real)
        if command.endswith("&"):
            self.servers.append(subprocess.Popen(command.removesuffix("&").split(), cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL,
                                                 stderr=subprocess.DEVNULL))
            programs.wait_until(self.is_ready, f"{command} answers", every=0.05)
            return ""
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=400)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def is_ready(self):
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def follow(self, page):
        """Types all that the page shows; how many commands that were."""
        commands = commands_of(page)
        for command, shown in commands:
            printed = self.type(command)
            assert not shown or agree(shown, printed), f"{command}\nshown:   {shown}\nprinted: {printed}"
        return len(commands)
