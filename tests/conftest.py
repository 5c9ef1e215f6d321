import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import programs  # noqa: E402

USERS = ["root", "ordinary"] if os.geteuid() == 0 else ["ordinary"]


@pytest.fixture(scope="session")
def prefix():
    """The programs, installed once where every user may read them."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="glowplug-test."))
    folder.chmod(0o755)
    yield programs.install(folder)
    shutil.rmtree(folder)


def make_installation(prefix, user):
    home = pathlib.Path(tempfile.mkdtemp(prefix="glowplug-home."))
    if user == "ordinary" and os.geteuid() == 0:
        os.chown(home, 65534, 65534)
    return programs.Installation(prefix, home, user)


@pytest.fixture
def glowplug(prefix):
    """The programs with an empty store, run by whoever runs the tests."""
    installation = make_installation(prefix, USERS[0])
    yield installation
    shutil.rmtree(installation.home, ignore_errors=True)


@pytest.fixture(params=USERS)
def glowplug_as(prefix, request):
    """The same, as root and again as an ordinary user to whom user namespaces are denied."""
    installation = make_installation(prefix, request.param)
    yield installation
    shutil.rmtree(installation.home, ignore_errors=True)


@pytest.fixture(scope="module")
def shared_glowplug(prefix):
    """One store for all tests of a module."""
    installation = make_installation(prefix, USERS[0])
    yield installation
    shutil.rmtree(installation.home, ignore_errors=True)


@pytest.fixture(scope="module", params=USERS)
def shared_glowplug_as(prefix, request):
    """One store for all tests of a module, as root and again as an ordinary user."""
    installation = make_installation(prefix, request.param)
    yield installation
    shutil.rmtree(installation.home, ignore_errors=True)
