"""What people wait for at a prompt: help, version, a usage error, a completion. Processor and wall time of one run.

    bench/command_line.py [--program build/release/bin/glowplug] [--rounds 50]

The runs of all commands are interleaved; an empty process (`/bin/true`) is the floor beside them. Nothing is pinned, the page cache is warm.
"""
import argparse
import os
import pathlib
import statistics
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMANDS = [["--help"], ["version"], ["exprot"], ["export", "--help"], ["__complete", "functions", ""]]


def run_ms(program, arguments):
    """(wall, processor) milliseconds from spawn to the child's end."""
    silent = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_WRONLY, 0) for fd in (1, 2)]
    begin = time.perf_counter()
    pid = os.posix_spawn(program, [program, *arguments], dict(os.environ), file_actions=silent)
    usage = os.wait4(pid, 0)[2]
    return (time.perf_counter() - begin) * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/release/bin/glowplug"))
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    cases = [("/bin/true", [])] + [(options.program, arguments) for arguments in COMMANDS]
    times = {index: [] for index in range(len(cases))}
    for _ in range(options.rounds):
        for index, (program, arguments) in enumerate(cases):
            times[index].append(run_ms(program, arguments))
    print(f"{'command':34} {'wall ms':>8} {'least':>7} {'most':>7} {'CPU ms':>7}")
    for index, (program, arguments) in enumerate(cases):
        wall, processor = zip(*times[index])
        name = " ".join([pathlib.Path(program).name, *(argument or "''" for argument in arguments)])
        print(f"{name:34} {statistics.median(wall):8.2f} {min(wall):7.2f} {max(wall):7.2f} {statistics.median(processor):7.2f}")


if __name__ == "__main__":
    main()
