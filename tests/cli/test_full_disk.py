"""A store whose file system is full: it can be read, functions can be removed and their room given back."""
import json
import os
import subprocess

# The file system is of the test's own mount namespace and gone with its shell.
SCRIPT = """
set -eu
mount -t tmpfs -o size=2m tmpfs "$ROOM"
trap 'umount "$ROOM"' EXIT
"$GLOWPLUG" add "$FIRST" --json
dd if=/dev/zero of="$ROOM/filled" bs=4k 2>/dev/null || true
for verb in "functions" "add $SECOND" "inspect iris" "remove iris" "clean --yes" "functions" "add $FIRST"; do
    "$GLOWPLUG" $verb --json || true
done
"""


def test_a_full_disk_can_be_read_and_emptied(cli, tmp_path):
    first, second = cli.installation.export("iris.onnx", "iris"), cli.installation.export("digits.onnx", "digits")
    own = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
    if subprocess.run([*own, "true"], capture_output=True).returncode != 0:  # in a chroot
        own += ["--propagation", "unchanged"]
    environment = {**cli.installation.environment, "ROOM": str(tmp_path), "GLOWPLUG_HOME": str(tmp_path / "home"),
                   "GLOWPLUG": cli.installation.command("glowplug")[-1], "FIRST": str(first), "SECOND": str(second)}
    done = subprocess.run([*own, "sh", "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    _, before, refused, shown, removed, cleaned, after, again = map(json.loads, done.stdout.splitlines())
    assert [one["name"] for one in before["functions"]] == ["iris"]
    assert refused["error"]["code"] == "exhausted" and "No space left" in refused["error"]["message"]
    assert refused["error"]["fix"], refused
    assert shown["function"] == "iris"
    assert removed["ok"] and cleaned["ok"] and after["functions"] == []
    assert again["ok"], again
