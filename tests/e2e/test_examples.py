"""The commands in the READMEs of examples/ are run as a reader would type them, in a copy of the example."""
import pathlib
import shutil

import pytest

from harness import pages

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "examples"


@pytest.mark.parametrize("kind", ["table", "image", "text", "audio", "bytes", "python"])
def test_an_example_does_what_its_page_shows(glowplug, kind):
    example = EXAMPLES / f"{kind}-handler"
    folder = glowplug.home / "example"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("*.onnx", "__pycache__"))
    with pages.Reader(glowplug, folder) as reader:
        assert reader.follow(example / "README.md") >= 4


@pytest.mark.parametrize("shown, printed, expected", [
    ('{"a":0.5}', '{"a":0.50000001}', True), ('{"a":0.5}', '{"a":0.6}', False), ("0.9… of 7", "0.93 of 7", True), ("0.9… of 7", "0.83 of 7", False),
    ("a…", "a b\nc", True), ("a", "a b", False), ("x 1.5e-7", "x 1.6e-7", True)])
def test_what_a_page_may_show(shown, printed, expected):
    assert pages.agree(shown, printed) is expected
