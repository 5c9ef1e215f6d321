"""Who keeps a template when memory is short: the policy of `serve` (scale::GreedyDual) against others, on a replayed trace.

    bench/.venv/bin/python bench/keep_warm/run.py [--plot docs/keep-warm.svg] [--json FILE] [--trace FILE.csv] [--functions 300] [--hours 72] [--seed 1]

The replay is C++ (keep_warm_replay) and links the class that `serve` uses. Without --trace the trace is generated with the published shape of Azure
Functions (bench/keep_warm/trace.h); with it, a CSV of your own is read: `time_s,function` and perhaps `run_ms,memory_mb,start_ms`, or the file of Azure
Functions 2021 as it is. A wake forks from a template (1.5 ms); a cold start makes the template first. Nothing is timed here: the result is exact, and the
same on every machine.
"""
import argparse
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/release"
POLICIES = ["greedy-dual", "lru", "keep-alive", "largest-first"]
LABELS = {"greedy-dual": "Greedy-Dual (serve)", "lru": "LRU", "keep-alive": "LRU, 10 min at most", "largest-first": "largest first"}


def gib(row):
    return row["budget_bytes"] / 2**30


def table(result):
    trace = result["trace"]
    print(f"{trace['functions']} functions, {trace['invocations']:,} invocations in {trace['hours']:.0f} h, all templates {trace['templates_gib']:.0f} GiB; "
          f"at most hourly {trace['share_at_most_hourly']:.0%}, at most one a minute {trace['share_at_most_one_a_minute']:.0%}, "
          f"the others have {trace['invocations_of_the_others']:.1%} of the invocations, the top five {trace['invocations_of_top_5']:.0%}\n")
    print(f"{'budget':>7}  {'policy':<28} {'cold starts':>11} {'of wakes':>8} {'added, mean':>11} {'added, p99':>10} {'waited':>9} {'memory-time':>12}")
    for row in result["rows"]:
        print(f"{gib(row):>3.0f} GiB  {LABELS.get(row['policy'], row['policy']):<28} {row['cold_starts']:>11,} {row['cold_starts'] / row['wakes']:>8.1%} "
              f"{row['mean_wake_ms']:>8.1f} ms {row['p99_wake_ms']:>7.0f} ms {row['waited_seconds']:>7.0f} s {row['memory_time_gib_hours']:>7.0f} GiB h")


def plot(result, file):
    import matplotlib
    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "glowplug"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(11, 3.6))
    panels = [("cold starts, share of wakes", lambda row: 100 * row["cold_starts"] / row["wakes"], "%"),
              ("waited for starts, in all", lambda row: row["waited_seconds"], "s"),
              ("memory-time of templates", lambda row: row["memory_time_gib_hours"], "GiB h")]
    for axis, (title, value, unit) in zip(axes, panels):
        for policy, mark in zip(POLICIES, "os^d"):
            rows = [row for row in result["rows"] if row["policy"] == policy]
            axis.plot([gib(row) for row in rows], [value(row) for row in rows], marker=mark, markersize=4, label=LABELS[policy],
                      linewidth=2 if policy == "greedy-dual" else 1.2)
        axis.set(title=title, xlabel="memory for idle templates (GiB)", ylabel=unit, xscale="log", xticks=[1, 2, 4, 8, 16], ylim=(0, None))
        axis.set_xticklabels(["1", "2", "4", "8", "16"])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    print(f"\n{file}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for flag in ("--plot", "--json"):
        parser.add_argument(flag, type=pathlib.Path)
    for flag in ("--trace", "--functions", "--hours", "--seed", "--idle-timeout"):
        parser.add_argument(flag)
    given = parser.parse_args()
    subprocess.run(["ninja", "-C", BUILD, "keep_warm_replay"], check=True, stdout=subprocess.DEVNULL)
    passed = [word for flag in ("trace", "functions", "hours", "seed", "idle_timeout") if (value := getattr(given, flag))
              for word in (f"--{flag.replace('_', '-')}", value)]
    result = json.loads(subprocess.run([BUILD / "bin/keep_warm_replay", *passed], check=True, stdout=subprocess.PIPE, text=True).stdout)
    table(result)
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")
    if given.plot:
        plot(result, given.plot)


if __name__ == "__main__":
    main()
