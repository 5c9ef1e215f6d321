import numpy
import pytest

from handler.image_tool import ImageTool


@pytest.fixture(scope="module")
def tool(tmp_path_factory):
    program = ImageTool(tmp_path_factory.mktemp("image"))
    yield program
    program.close()


@pytest.fixture
def random():
    return numpy.random.default_rng(20240607)
