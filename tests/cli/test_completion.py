"""Completion in the real shells, and what `cmake --install` puts where."""
import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest

PACKAGES = {"bash": "bash", "zsh": "zsh", "fish": "fish", "man": "man-db"}


def need(program):
    path = shutil.which(program)
    assert path, f"{program} is missing: sudo apt-get install {PACKAGES[program]}"
    return path


@pytest.fixture(scope="module")
def stocked(shared_cli):
    shared_cli.run("add", shared_cli.installation.export("iris.onnx", "iris"))
    shared_cli.run("add", shared_cli.installation.export("digits.onnx", "digits"))
    return shared_cli


def environment(cli):
    return {**cli.installation.environment, "PATH": f"{cli.installation.prefix}/bin:/usr/bin:/bin", "TERM": "dumb"}


def bash(cli, line):
    """COMPREPLY for `line` with the cursor at its end, by the words that bash itself makes of it."""
    script = f"""
source <(glowplug completion bash)
COMP_LINE={line!r}; COMP_POINT=${{#COMP_LINE}}
COMP_WORDS=({' '.join(bash_words(line))}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_glowplug; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run([need("bash"), "-c", script], env=environment(cli), cwd=cli.home, capture_output=True, text=True, timeout=30)
    return sorted(done.stdout.split())


def bash_words(line):
    """As readline splits with the default COMP_WORDBREAKS: "=", ":" and "@" are words of their own."""
    words = []
    for word in line.split(" "):
        parts = re.findall(r"[=:@]|[^=:@]+", word) or [""]
        words += [f"'{part}'" for part in parts]
    return words


def test_bash(stocked):
    assert bash(stocked, "glowplug ex") == ["export"]
    assert bash(stocked, "glowplug functions ") == ["digits", "iris"]
    assert bash(stocked, "glowplug serve --log-level=w") == ["warning"]
    assert bash(stocked, "glowplug serve --max-b") == ["--max-batch", "--max-batch-delay", "--max-body", "--max-buffered"]
    assert bash(stocked, "glowplug inspect iris@l") == ["live"]
    assert bash(stocked, "glowplug alias iris live ") == ["1", "live"]
    assert "iris.glow" in bash(stocked, "glowplug add i")
    assert bash(stocked, "glowplug export no-such-file") == []


def test_fish(stocked):
    script = "glowplug completion fish | source; complete -C (printf '%s' $argv)"
    for line, expected in [("glowplug ex", ["export"]), ("glowplug functions ", ["digits", "iris"]), ("glowplug serve --log-level w", ["warning"])]:
        done = subprocess.run([need("fish"), "--no-config", "-c", script, line], env=environment(stocked), cwd=stocked.home, capture_output=True, text=True,
                              timeout=60)
        assert [one.split("\t")[0] for one in done.stdout.splitlines()] == expected, done.stderr


def test_zsh(stocked):
    """Interactive on a pseudo terminal: zsh completes nowhere else."""
    need("zsh")
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(stocked.home)
        os.execve(shutil.which("zsh"), ["zsh", "-f", "-i"], {**environment(stocked), "PS1": "ready> "})

    def read_until(wanted):
        seen = ""
        end = time.monotonic() + 30
        while wanted not in seen:
            assert time.monotonic() < end, f"no {wanted!r} in {seen!r}"
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 4096).decode(errors="replace")
        return seen

    def type_in(text):
        os.write(terminal, text.encode())

    try:
        type_in("autoload -Uz compinit && compinit -u -D && source <(glowplug completion zsh) && echo lo''aded\n")
        read_until("loaded\r\n")
        type_in("glowplug ex\t")
        read_until("glowplug export")
        type_in("\x15glowplug functions \t")  # Ctrl-U: an empty line again
        assert "digits" in read_until("iris")
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)


def test_installation_is_whole(shared_cli):
    prefix = shared_cli.installation.prefix
    for path in ("bin/glowplug", "bin/glowplug-handler", "share/man/man1/glowplug.1", "share/man/man1/glowplug-serve.1",
                 "share/bash-completion/completions/glowplug", "share/zsh/site-functions/_glowplug", "share/fish/vendor_completions.d/glowplug.fish"):
        assert (prefix / path).is_file(), path
    assert list((prefix / "lib" / "glowplug").glob("libonnxruntime.so*"))
    documents = prefix / "share" / "doc" / "glowplug"
    for path in ("LICENSE", "onnxruntime/LICENSE", "onnxruntime/ThirdPartyNotices.txt"):
        assert (documents / path).is_file(), path


def test_man_pages_are_clean(shared_cli):
    for page in sorted((shared_cli.installation.prefix / "share" / "man" / "man1").glob("*.1")):
        done = subprocess.run([need("man"), "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(page)], capture_output=True, text=True)
        assert done.returncode == 0 and done.stderr == "", f"{page.name}: {done.stderr}"
