#!/usr/bin/env python3
"""Measures Glowplug beside other servers and beside what no server can beat.

    bench/.venv/bin/python bench/run.py [PART ...] [options]      needs bench/setup.sh and a release build

Parts: cold warm wake sleeping instances neighbors floors; without any, all of them on the models that SPEC.md speaks of. Tables go to stdout, everything measured to
--json, the pictures of the README and of SPEC.md to --plots. Each part says how it measures at the head of its file in bench/harness/.
"""
import argparse
import json
import pathlib
import platform
import os
import sys
import tempfile

from harness import cold, floors, instances, neighbors, plots, sleeping, wake, warm

PARTS = ("cold", "warm", "wake", "sleeping", "instances", "neighbors", "floors")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--models", default="iris,mlp,mobilenet", help="iris, mlp, mobilenet, minilm (%(default)s)")
    parser.add_argument("--engine", default="onnxruntime,native", help="engines of wake and sleeping (%(default)s)")
    parser.add_argument("--only", default="", help="only these servers, by the names of the tables")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3, help="of load for each figure (%(default)s)")
    parser.add_argument("--connections", default="1,16,64")
    parser.add_argument("--binary", action="store_true", help="warm: binary tensors; servers without them are left out")
    parser.add_argument("--drop-caches", action="store_true", help="cold: an empty page cache before each start (root)")
    parser.add_argument("--port", type=int, default=18400)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--plots", type=pathlib.Path, help="folder for the pictures")
    told = parser.parse_args()
    unknown = [part for part in told.parts if part not in PARTS]
    if unknown:
        parser.error(f"no part is named {unknown[0]}; there are {' '.join(PARTS)}")
    told.parts = told.parts or list(PARTS)
    told.connections = [int(count) for count in told.connections.split(",")]
    told.only = [name for name in told.only.split(",") if name]
    return told


def machine():
    """What the figures depend on."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(), "load_at_start": os.getloadavg()[0]}


def measure(told, folder):
    """Yields (key, table, figures) as they come."""
    models, engines = told.models.split(","), told.engine.split(",")
    for model in models:
        if "cold" in told.parts:
            times = cold.run(model, folder, told.port, told.rounds, told.drop_caches, told.only)
            yield f"cold {model}", cold.table(times), times
        if "warm" in told.parts:
            found = warm.run(model, folder, told.port, told.rounds, told.seconds, told.connections, told.binary or model == "mobilenet", told.only)
            yield f"warm {model}", warm.table(found, told.connections), found
        for engine in engines:
            if "wake" in told.parts and not (engine == "native" and model in ("mobilenet", "minilm")):
                found = wake.run(model, folder, told.port, told.rounds, 100, engine)
                yield f"wake {model} {engine}", wake.table(f"{model} {engine}", found), found
    for engine in engines:
        if "sleeping" in told.parts:
            rows = sleeping.run("iris", folder, told.port, engine)
            yield f"sleeping {engine}", sleeping.table("iris", engine, rows), rows
    if "instances" in told.parts:
        for model in [name for name in models if name in ("mobilenet", "minilm")]:
            rows = instances.run(model, folder, told.port)
            yield f"instances {model}", instances.table(model, rows), rows
    if "neighbors" in told.parts:
        found = neighbors.run(folder, told.port, 1000)
        yield "neighbors", neighbors.table(found), found
    if "floors" in told.parts:
        for model in models:
            calls = floors.engine_calls(model, folder)
            constant = floors.nginx(folder, told.port, told.connections) if model == models[0] and floors.nginx_is_here() else {}
            empty = floors.empty_process_ms()
            yield f"floors {model}", floors.table(model, calls, constant, empty), {"calls": calls, "nginx": constant, "empty_process_ms": empty}


def main():
    told = options()
    results = {"schema": "glowplug.bench/1", "machine": machine()}
    print(json.dumps(results["machine"]), flush=True)
    with tempfile.TemporaryDirectory(prefix="glowplug-bench-") as name:
        for key, table, figures in measure(told, pathlib.Path(name)):
            print(f"\n== {key}\n{table}", flush=True)
            results[key] = figures
    if told.json:
        told.json.write_text(json.dumps(results, indent=1))
    if told.plots:
        for path in plots.draw(results, told.plots):
            print(f"drawn: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
