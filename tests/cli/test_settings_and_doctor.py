"""config and doctor."""
import json
import os
import subprocess


def with_environment(cli, variables, *arguments):
    return subprocess.run(cli.installation.command("glowplug", *arguments), env={**cli.installation.environment, **variables}, cwd=cli.home,
                          capture_output=True, text=True)


def test_config_shows_each_value_with_its_origin(cli):
    (cli.home / "glowplug.yaml").write_text("name: a\nmodel: {source: m.onnx}\nfunction: {memory: 1GiB, timeout: 9s}\n")
    done = with_environment(cli, {"GLOWPLUG_MEMORY": "2GiB", "GLOWPLUG_HTTP_PORT": "9000"}, "config", "--json")
    settings = {one["key"]: one for one in json.loads(done.stdout)["settings"]}
    assert (settings["function.memory"]["value"], settings["function.memory"]["where"]) == ("2GiB", "GLOWPLUG_MEMORY")
    assert (settings["function.timeout"]["value"], settings["function.timeout"]["where"]) == ("9s", "glowplug.yaml:3:35")
    assert (settings["http_port"]["value"], settings["http_port"]["origin"]) == ("9000", "environment")
    assert (settings["host"]["value"], settings["host"]["origin"]) == ("127.0.0.1", "default")
    assert settings["home"]["where"] == "GLOWPLUG_HOME"


def test_config_explains_one_setting(cli):
    value = cli.json("config", "explain", "memory")
    assert value["key"] == "function.memory" and value["flag"] == "--memory" and value["environment"] == "GLOWPLUG_MEMORY"
    assert "function.memory" in cli.run("config", "explain", "function.memory").stdout
    assert "here, with a unit" in cli.json("config", "explain", "memorySize", code=64)["error"]["message"]
    cli.run("config", "explain", code=64)
    cli.run("config", "paths", "memory", code=64)


def test_a_schedule_is_a_setting_like_any_other(cli):
    (cli.home / "glowplug.yaml").write_text("name: a\nmodel: {source: m.onnx}\nfunction:\n  keep_warm: mon-fri 08:00-18:00 x2 Europe/Berlin\n")
    settings = {one["key"]: one for one in cli.json("config")["settings"]}
    assert settings["function.keep_warm"]["value"] == "mon-fri 08:00-18:00 x2 Europe/Berlin"
    assert settings["function.keep_warm"]["where"] == "glowplug.yaml:4:14"
    error = cli.json("serve", "--keep-warm", "mon-fir 08:00-18:00", code=64)["error"]
    assert error["where"] == "--keep-warm"
    assert 'column 5: "fir", a day (mon, tue, wed, thu, fri, sat, sun or daily) was expected' in error["message"]
    bundle = cli.installation.export("iris.onnx", "iris")
    cli.run("add", bundle, "--keep-warm", "daily 06:00-22:00")
    assert "keep_warm=daily 06:00-22:00" in cli.run("functions", "iris").stderr


def test_config_paths_and_schema(cli):
    paths = {one["what"]: one for one in cli.json("config", "paths")["paths"]}
    assert paths["home"]["path"] == str(cli.home)
    assert paths["handler"]["exists"] and paths["engine_library"]["size_bytes"] > 1_000_000
    assert not paths["index"]["exists"]
    schema = json.loads(cli.run("config", "schema").stdout)
    assert schema["required"] == ["name", "model"] and not schema["additionalProperties"]


def test_config_refuses_a_bad_variable_by_name(cli):
    done = with_environment(cli, {"GLOWPLUG_TIMEOUT": "5"}, "config")
    assert done.returncode == 64 and "GLOWPLUG_TIMEOUT" in done.stderr


def test_doctor_runs_the_engine_and_judges_the_machine(cli):
    value = cli.json("doctor")
    checks = {one["name"]: one for one in value["checks"]}
    assert checks["engine_onnxruntime"]["finding"] == "ok" and "1.28.0" in checks["engine_onnxruntime"]["found"]
    assert {"handler", "cpu", "transparent_huge_pages", "cgroup", "seccomp", "landlock", "user_namespaces", "open_files", "store", "disk"} <= set(checks)
    assert all(one["remedy"] and one["meaning"] for one in value["checks"] if one["finding"] != "ok")
    assert not (cli.home / "index.sqlite").exists(), "doctor changes nothing"


def test_doctor_works_for_an_ordinary_user_without_namespaces(glowplug_as):
    done = glowplug_as.run("doctor", "--json")
    checks = {one["name"]: one for one in json.loads(done.stdout)["checks"]}
    if glowplug_as.user == "ordinary" and os.geteuid() == 0:
        assert checks["user_namespaces"]["finding"] == "warn"
    assert checks["engine_onnxruntime"]["finding"] == "ok"


def test_doctor_says_no_with_exit_2_and_shows_everything(cli):
    value = cli.json("doctor", "--handler-program", "/no/such/program", code=2)
    checks = {one["name"]: one for one in value["checks"]}
    assert checks["handler"]["finding"] == "fail" and checks["engine_onnxruntime"]["finding"] == "fail"
    assert value["error"]["code"] == "failed_precondition"
    done = cli.run("doctor", "--engine-library", "/etc/hostname", code=2)
    assert "engine_onnxruntime" in done.stdout and done.stderr.startswith("error: 1 thing that glowplug needs is missing")
