"""Help, usage errors, streams and exit codes: what holds for every verb."""
import os
import subprocess

import pytest

VERBS = ["up", "doctor", "export", "inspect", "serve", "functions", "add", "alias", "remove", "clean", "config", "completion", "help", "version"]


def test_help_without_a_verb(shared_cli):
    for arguments in ([], ["--help"], ["-h"], ["help"]):
        done = shared_cli.run(*arguments)
        assert done.stderr == ""
        assert all(f"\n  {verb} " in done.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_each_verb_is_the_same_all_ways(shared_cli, verb):
    texts = {shared_cli.run(*arguments).stdout for arguments in ([verb, "--help"], [verb, "-h"], ["help", verb])}
    assert len(texts) == 1
    assert f"Usage: glowplug {verb}" in texts.pop()


@pytest.mark.parametrize("verb", VERBS)
def test_an_unknown_flag_is_usage_error_64_in_text_and_json(shared_cli, verb):
    done = shared_cli.run(verb, "--no-such-flag", code=64)
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: `{verb}` has no flag --no-such-flag")
    value = shared_cli.json(verb, "--no-such-flag", code=64)
    assert value["schema"] == f"glowplug.{verb}/1"
    assert value["error"]["code"] == "invalid_argument"


def test_unknown_verb(shared_cli):
    done = shared_cli.run("exprot", code=64)
    assert done.stderr == 'error: there is no verb "exprot"; did you mean "export"?\nfix:   glowplug export\n'
    assert shared_cli.json("exprot", code=64)["schema"] == "glowplug/1"


def test_a_bad_value_names_flag_or_variable(shared_cli):
    done = shared_cli.run("serve", "--timeout", "5", code=64)
    assert done.stderr == ('error: "5" is not a duration: it has no unit; write it as 5s, 50ms or 1m   --timeout\n'
                           'fix:   --timeout 30s\n')
    environment = {**shared_cli.installation.environment, "GLOWPLUG_MEMORY": "512"}
    done = subprocess.run(shared_cli.installation.command("glowplug", "serve"), env=environment, capture_output=True, text=True)
    assert done.returncode == 64
    assert "GLOWPLUG_MEMORY" in done.stderr


def test_version(shared_cli):
    assert shared_cli.run("version").stdout.startswith("glowplug 0.")
    assert shared_cli.json("version")["version"] == shared_cli.run("version", "-q").stdout.strip()


def test_color_only_when_asked_or_on_a_terminal(shared_cli):
    assert "\x1b[" not in shared_cli.run("--help").stdout
    assert "\x1b[1m" in shared_cli.run("--help", "--color", "always").stdout
    environment = {**shared_cli.installation.environment, "FORCE_COLOR": "1"}
    command = shared_cli.installation.command("glowplug", "--help")
    assert b"\x1b[1m" in subprocess.run(command, env=environment, capture_output=True).stdout
    assert b"\x1b[" not in subprocess.run(command, env={**environment, "NO_COLOR": "1"}, capture_output=True).stdout


def test_a_reader_that_left_ends_it_quietly(shared_cli):
    read_end, write_end = os.pipe()
    os.close(read_end)
    for ignores in (False, True):
        process = subprocess.Popen(shared_cli.installation.command("glowplug", "config", "schema"), env=shared_cli.installation.environment,
                                   stdout=write_end, stderr=subprocess.PIPE, restore_signals=not ignores)
        _, errors = process.communicate(timeout=20)
        assert errors == b""
        assert process.returncode in (-13, 141)
    os.close(write_end)
