"""coldstart: its phases add up, are those of /metrics, and nothing is left of it."""
import json
import re
import xml.etree.ElementTree as xml

import pytest

from harness import programs

TEMPLATE = ["exec", "engine", "confine", "model", "warm_up", "report"]
INSTANCE = ["ask", "fork", "attach", "first_run", "answer"]


@pytest.fixture(scope="module")
def measured(shared_cli):
    """iris in the store, and what --json says of five rounds."""
    bundle = shared_cli.installation.export("iris.onnx", "iris")
    shared_cli.run("add", bundle, "--engine", "onnxruntime")
    return shared_cli, bundle, shared_cli.json("coldstart", "iris", "--rounds", "5", "--plot", shared_cli.home / "iris.svg")


def test_phases_add_up_to_the_total_within_one_percent(measured):
    _, _, said = measured
    for kind, names in (("from_nothing", TEMPLATE + INSTANCE), ("from_template", INSTANCE)):
        rounds = said[kind]["rounds"]
        assert len(rounds) == 5
        for one in rounds:
            assert sorted(one["phases"]) == sorted(f"{name}_ms" for name in names)
            assert all(value >= 0 for value in one["phases"].values())
            assert one["total_ms"] == pytest.approx(sum(one["phases"].values()) + one["rest_ms"], abs=1e-6)
        rest, total = (sum(one[key] for one in rounds) for key in ("rest_ms", "total_ms"))
        assert 0 <= rest < 0.01 * total, rounds
        assert [phase["name"] for phase in said[kind]["phases"]] == [*names, "rest"]
        for figures in (*said[kind]["phases"], said[kind]["total"]):
            assert figures["least_ms"] <= figures["median_ms"] <= figures["p99_ms"] <= figures["most_ms"]


def test_a_template_saves_what_it_holds(measured):
    _, _, said = measured
    assert said["form"] == "prepared" and said["version"] == "1"
    assert said["from_template"]["total"]["median_ms"] < said["from_nothing"]["total"]["median_ms"]


def test_the_picture_has_every_phase(measured):
    cli, _, said = measured
    assert said["plot"] == str(cli.home / "iris.svg")
    picture = xml.parse(said["plot"]).getroot()
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    text = " ".join(picture.itertext())
    for name in [*TEMPLATE, *INSTANCE, "rest"]:
        assert re.search(rf"\b{name} [\d.]+ ms", text), name
    assert len(picture.findall("{http://www.w3.org/2000/svg}rect")) == 2 * (len(TEMPLATE) + 2 * len(INSTANCE) + 2)


def test_a_folder_and_a_version_are_measured_too(measured):
    cli, bundle, said = measured
    table = cli.run("coldstart", bundle, "--rounds", "1", "--engine", "onnxruntime").stdout.splitlines()
    rows = [line.split("\t") for line in table]
    assert [row[0] for row in rows] == ["from nothing", *TEMPLATE, *INSTANCE, "rest", "total", "warm, after it",
                                        "from its template", *INSTANCE, "rest", "total", "warm, after it"]
    assert all(len(row) == 6 for row in rows)
    assert float(cli.run("coldstart", "iris@1", "--rounds", "1", "-q").stdout) > 0
    assert cli.json("coldstart", "iris@live", "--rounds", "1")["digest"] == said["digest"]


def test_a_compiled_model_is_told_to_need_no_process(measured):
    cli, bundle, _ = measured
    said = cli.json("coldstart", bundle, "--rounds", "1")
    assert said["in_loop"] and said["form"] == "native"
    assert "without a process" in cli.run("coldstart", bundle, "--rounds", "1").stderr
    assert not cli.json("coldstart", bundle, "--rounds", "1", "--engine", "onnxruntime")["in_loop"]


def test_wrong_words_are_refused_before_anything_starts(measured):
    cli, _, _ = measured
    assert "no function" in cli.json("coldstart", "irsi", code=1)["error"]["message"]
    cli.run("coldstart", code=64)
    for rounds in ("0", "10001", "many"):
        assert cli.json("coldstart", "iris", "--rounds", rounds, code=64)["error"]["where"] == "--rounds"
    assert "--plot" in cli.json("coldstart", "iris", "--plot", "nowhere/iris.svg", code=1)["error"]["message"]


def test_a_model_that_does_not_load_says_why(cli):
    bundle = cli.installation.export("iris.onnx", "iris")
    (cli.home / "library.so").write_text("no library")
    error = cli.json("coldstart", bundle, "--engine", "onnxruntime", "--engine-library", cli.home / "library.so", code=1)["error"]
    assert "library.so" in error["message"], error


def test_metrics_of_serve_have_the_same_phases(measured):
    cli, _, _ = measured
    with programs.serve(cli.installation) as server:
        assert server.post("/predict/iris", json=[[5.1, 3.5, 1.4, 0.2]]).status_code == 200
        text = server.get("/metrics").text
        counts = dict(re.findall(r'glowplug_cold_start_phase_duration_seconds_count\{[^}]*phase="(\w+)"[^}]*\} (\d+)', text))
        assert counts == {name: "1" for name in [*TEMPLATE, *INSTANCE]}
        ready = server.events("template_ready")[0]
        cold = server.events("cold_start")[0]
    for event, names, total in ((ready, TEMPLATE, "duration_ms"), (cold, INSTANCE, None)):
        phases = [event[f"{name}_ms"] for name in names]
        assert total is None or sum(phases) <= event[total] + 1e-6
    assert json.dumps(cold).count("_ms") == len(INSTANCE) + 2  # and duration_ms, template_ms
