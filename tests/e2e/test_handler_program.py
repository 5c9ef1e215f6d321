"""glowplug-handler as a file: what it asks of a machine, and how large it is. It is copied into zips and images, often for an older system."""
import re
import subprocess

import pytest

from harness import programs

BASE = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
SHARED = {"libstdc++.so.6", "libfmt.so.9", "libsimdjson.so.14", "libprometheus-cpp-core.so.1.0"}
MOST_BYTES = 4_000_000
NEWEST_GLIBC = (2, 34)  # that of Amazon Linux 2023


def has_archives():
    """Whether scripts/archives.sh could build fmt, simdjson and prometheus-cpp for this build."""
    return "third_party/archives" in re.search(r"^fmt_DIR:.*$", (programs.build_folder() / "CMakeCache.txt").read_text(), re.MULTILINE)[0]


def needed(file):
    dynamic = subprocess.run(["readelf", "--dynamic", "--wide", file], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))


@pytest.mark.parametrize("file", ["bin/glowplug-handler", "lib/libglowplug-media.so"])
def test_it_needs_the_libraries_of_every_system_only(file):
    allowed = BASE if has_archives() else BASE | SHARED
    found = needed(programs.build_folder() / file)
    assert "libc.so.6" in found and found <= allowed


def test_its_glibc_may_be_that_of_2022():
    symbols = subprocess.run(["readelf", "--version-info", "--wide", programs.build_folder() / "bin/glowplug-handler"], capture_output=True, text=True,
                             check=True).stdout
    versions = {(int(major), int(minor)) for major, minor in re.findall(r"GLIBC_(\d+)\.(\d+)", symbols)}
    assert versions and max(versions) <= NEWEST_GLIBC


def test_its_size(tmp_path):
    stripped = tmp_path / "glowplug-handler"
    subprocess.run(["strip", "-o", stripped, programs.build_folder() / "bin/glowplug-handler"], check=True)
    assert 1_000_000 < stripped.stat().st_size <= MOST_BYTES
