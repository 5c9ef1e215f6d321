"""What a server and all its children cost: processor time and memory, from /proc."""
import os
import pathlib
import signal
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def tree(root):
    """`root` and its living descendants."""
    children = {}
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                children.setdefault(parent_of(folder), []).append(int(folder.name))
            except OSError:
                pass  # it ended meanwhile
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children.get(process, [])
    return found


def fields_of(folder):
    """/proc/PID/stat behind the name, which may hold anything: [0] is the state (field 3 of proc(5))."""
    return (folder / "stat").read_text().rpartition(")")[2].split()


def parent_of(folder):
    return int(fields_of(folder)[1])


def cpu_seconds(root):
    """User and system time of `root`, its living descendants, and the children they have waited for."""
    total = 0
    for process in tree(root):
        try:
            total += sum(int(field) for field in fields_of(pathlib.Path(f"/proc/{process}"))[11:15])
        except OSError:
            pass
    return total / TICKS_PER_SECOND


def pss_bytes(root):
    """Proportional set size of the whole tree: pages that several processes share count once."""
    total = 0
    for process in tree(root):
        try:
            lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
        except OSError:
            pass
    return total


class Server:
    """A running server in a process group of its own, ended with everything below it."""

    def __init__(self, command, environment=None):
        self.process = subprocess.Popen([str(word) for word in command], env={**os.environ, **(environment or {})}, start_new_session=True,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        for process in tree(self.pid):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        time.sleep(0.1)
