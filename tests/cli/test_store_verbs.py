"""add, functions, alias, remove, clean."""


def test_add_makes_versions_and_live_follows(cli):
    first = cli.installation.export("iris.onnx", "iris")
    added = cli.json("add", first)
    assert (added["function"], added["version"], added["live"], added["is_new"]) == ("iris", "1", "1", True)
    assert added["prepared"]["folder"].startswith("prepared/onnxruntime-")
    again = cli.json("add", first)
    assert (again["version"], again["is_new"]) == ("1", False)
    second = cli.installation.export("digits.onnx", "digits")
    added = cli.json("add", second, "--name", "iris")
    assert (added["version"], added["live"]) == ("2", "2")
    listed = cli.json("functions")["functions"]
    assert [one["name"] for one in listed] == ["iris"]
    assert [one["version"] for one in listed[0]["versions"]] == ["1", "2"]


def test_add_drops_a_foreign_form_and_makes_its_own(cli):
    bundle = cli.installation.export("iris.onnx", "iris")
    form, = (bundle / "prepared").glob("onnxruntime-*")
    index = form / "index.json"
    index.write_text(index.read_text().replace('"cpu_level":"', '"cpu_level":"other-'))
    form.rename(form.parent / "onnxruntime-other")
    added = cli.json("add", bundle)
    forms = cli.json("inspect", "iris")["prepared"]
    assert [one["folder"] for one in forms if "native" not in one["folder"]] == [added["prepared"]["folder"]]
    assert form.name in added["prepared"]["folder"]


def test_settings_of_flags_and_project_become_the_record(cli):
    bundle = cli.installation.export("iris.onnx", "iris")
    (cli.home / "glowplug.yaml").write_text("name: iris\nmodel: {source: x.onnx}\nfunction: {memory: 256MiB, timeout: 5s}\n")
    cli.run("add", bundle, "--timeout", "6s")
    assert cli.json("functions", "iris")["settings"] == {"memory": "256MiB", "timeout": "6s"}
    cli.run("add", bundle, "--name", "other")
    assert cli.json("functions", "other")["settings"] == {}, "the project speaks of iris"


def test_add_refuses(cli):
    assert cli.json("add", "nothing.glow", code=1)["error"]["code"] == "not_found"
    bundle = cli.installation.export("iris.onnx", "iris")
    assert cli.json("add", bundle, "--name", "a b", code=64)["error"]["where"] == "--name"
    assert cli.json("functions")["functions"] == []


def test_functions_of_an_empty_store_is_a_sentence_and_a_command(cli):
    done = cli.run("functions")
    assert done.stdout == ""
    assert done.stderr == "There is no function yet.\nNext: glowplug up MODEL.onnx\n"
    assert cli.json("functions", "iris", code=1)["error"]["code"] == "not_found"
    assert not (cli.home / "index.sqlite").exists(), "reading verbs make nothing"


def test_functions_are_tab_separated_when_piped(cli):
    cli.run("add", cli.installation.export("iris.onnx", "iris"))
    assert cli.run("functions").stdout.splitlines()[0] == "function\tlive\tversions\tbundle\tsettings"
    assert cli.run("functions", "-q").stdout == "iris\n"


def test_alias_moves_back_and_goes(cli):
    cli.run("add", cli.installation.export("iris.onnx", "iris"))
    cli.run("add", cli.installation.export("digits.onnx", "digits"), "--name", "iris")
    cli.run("alias", "iris", "live", "1")
    assert cli.json("functions", "iris")["aliases"]["live"] == "1"
    cli.run("alias", "iris", "canary", "2")
    assert cli.json("inspect", "iris@canary")["version"] == "2"
    cli.run("alias", "iris", "canary", "--remove")
    assert cli.json("inspect", "iris@canary", code=1)["error"]["code"] == "not_found"
    assert cli.json("alias", "iris", "live", "9", code=1)["error"]["code"] == "not_found"
    assert cli.json("alias", "iris", "live", "--remove", code=1)["error"]["code"] == "failed_precondition"
    cli.run("alias", "iris", "live", code=64)
    cli.run("alias", "iris", "live", "1", "--remove", code=64)


def test_remove_and_clean(cli):
    cli.run("add", cli.installation.export("iris.onnx", "iris"))
    refused = cli.json("remove", "irsi", code=1)["error"]
    assert refused["code"] == "not_found" and "iris" in refused["message"]
    assert cli.json("remove", "iris", "--version", "1", code=1)["error"]["code"] == "failed_precondition"
    assert cli.json("remove", "iris")["function_gone"] is True
    shown = cli.json("clean")
    assert shown["deleted"] is False and len(shown["bundles"]) == 1 and shown["freed_bytes"] > 0
    assert len(list((cli.home / "bundles").iterdir())) == 1
    assert cli.json("clean", "--yes")["deleted"] is True
    assert list((cli.home / "bundles").iterdir()) == []
    assert cli.run("clean").stderr == "There is nothing to free.\n"
