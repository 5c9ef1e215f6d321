import json

import pytest


class Cli:
    """Runs verbs and reads what they print."""

    def __init__(self, installation):
        self.installation = installation
        self.home = installation.home

    def run(self, *arguments, code=0, **options):
        done = self.installation.run(*arguments, check=False, **options)
        assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments, code=0, **options):
        """The one object that --json prints; checked for what every verb promises."""
        done = self.run(*arguments, "--json", code=code, **options)
        lines = done.stdout.splitlines()
        assert len(lines) == 1, done.stdout
        value = json.loads(lines[0], parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
        assert value["schema"].startswith("glowplug") and value["schema"].endswith("/1")
        assert value["ok"] is (code == 0)
        if code != 0:
            assert set(value["error"]) == {"code", "message", "where", "fix", "next"}
            assert value["error"]["message"]
        return value


@pytest.fixture
def cli(glowplug):
    return Cli(glowplug)


@pytest.fixture(scope="module")
def shared_cli(shared_glowplug):
    return Cli(shared_glowplug)
