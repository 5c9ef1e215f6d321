"""Python handlers: what they are given and give back, and that whatever they do is contained and told well."""
import json
import os
import textwrap

import pytest

from harness import programs

TROUBLE = """
import ctypes, os, signal, socket, subprocess, sys, tempfile, threading, time
from glowplug import BadRequest, Context

class Unfit(BadRequest):
    pass

def print_in_ways():
    print("by print")
    print("to stderr", file=sys.stderr)
    os.write(1, b"by write\\nin two lines\\n")
    ctypes.CDLL(None).puts(b"by puts")
    ctypes.CDLL(None).fflush(None)

def use_scratch(context):
    before = os.listdir(context.scratch)
    with open(os.path.join(context.scratch, "file"), "w") as file:
        file.write("x" * 1000)
    os.makedirs(os.path.join(tempfile.mkdtemp(), "deep", "er"))
    return [before, len(os.listdir(context.scratch)), tempfile.gettempdir() == context.scratch]

def attempt(act):
    try:
        return repr(act())
    except OSError as failure:
        return type(failure).__name__

def in_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(6 * 7))
    thread.start()
    thread.join()
    return found

def predict(inputs, context: Context):
    what = inputs["do"]
    if what == "echo": return inputs
    if what == "context": return {"id": context.request_id, "left": context.get_remaining_time_in_millis(), "function": context.function_name,
                                  "version": context.function_version, "trace": context.traceparent}
    if what == "raise": return {}["missing"]
    if what == "bad request": raise Unfit("no such flower")
    if what == "exit": sys.exit(3)
    if what == "_exit": os._exit(3)
    if what == "abort": os.abort()
    if what == "segfault": ctypes.string_at(0)
    if what == "hang": time.sleep(3600)
    if what == "spin":
        while True: pass
    if what == "print": return print_in_ways()
    if what == "print much":
        for i in range(5000): print("line", i)
    if what == "scratch": return use_scratch(context)
    if what == "thread": return in_thread()
    if what == "fork": return attempt(os.fork)
    if what == "run": return attempt(lambda: subprocess.run(["/bin/true"]))
    if what == "socket": return attempt(lambda: socket.create_connection(("127.0.0.1", 80)))
    if what == "read": return attempt(lambda: open(inputs["file"]).read(1))
    if what == "write": return attempt(lambda: open(inputs["file"], "w"))
    if what == "kill": return attempt(lambda: os.kill(os.getppid(), signal.SIGTERM))
    if what == "memory": return len(bytearray(1 << 30))
    if what == "environment": return dict(os.environ)
    if what == "recurse": return predict(inputs, context)
    if what == "unserializable": return object()
"""


def export(glowplug, source, name, *more, check=True, files=None):
    folder = glowplug.home / f"{name}-source"
    folder.mkdir(exist_ok=True)
    (folder / "handler.py").write_text(textwrap.dedent(source))
    for file, text in (files or {}).items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    bundle = glowplug.home / f"{name}.glow"
    done = glowplug.run("export", folder / "handler.py", "--name", name, "--output", bundle, *more, check=check)
    return bundle if check else done


def ask(server, function, body, content_type="application/json", **headers):
    """(status, type, body) of one event."""
    answer = server.post(f"/predict/{function}", data=body, headers={"content-type": content_type, **headers})
    return answer.status_code, answer.headers["content-type"], answer.text


@pytest.fixture(scope="module")
def trouble(shared_glowplug_as):
    bundle = export(shared_glowplug_as, TROUBLE, "trouble")
    with programs.serve(shared_glowplug_as, bundle, "--timeout", "3s", "--memory", "256MiB") as server:
        yield server


def do(server, what, request_id="r-1", **more):
    """(status, answer)"""
    status, _, body = ask(server, "trouble", json.dumps({"do": what, **more}), traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          **{"x-request-id": request_id})
    return status, json.loads(body) if body.startswith(("{", "[")) else body


def log_lines(server, event, text):
    return programs.wait_until(lambda: [line for line in server.events(event) if text in line["message"]], f"{event} {text}", 5)


def test_answers(trouble):
    assert do(trouble, "echo", x=[1, None, 0.5]) == (200, {"do": "echo", "x": [1, None, 0.5]})
    status, context = do(trouble, "context")
    assert status == 200 and 0 < context.pop("left") <= 3000
    assert context.pop("version")
    assert context == {"id": "r-1", "function": "trouble", "trace": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


def test_an_exception_is_500_and_its_traceback_is_in_the_log(trouble):
    status, answer = do(trouble, "raise", request_id="r-raise")
    assert status == 500 and answer["error"] == "KeyError: 'missing'" and "traceback" not in answer
    line = log_lines(trouble, "handler_failed", "KeyError")[0]
    assert line["function"] == "trouble"
    first, *frames, last = line["traceback"].split("\n")
    assert first == "Traceback (most recent call last):" and last == "KeyError: 'missing'"
    assert frames[0].startswith('  File "code/handler.py", line ') and "glowplug/" not in line["traceback"]


def test_a_bad_request_is_400(trouble):
    assert do(trouble, "bad request") == (400, {"error": "no such flower", "request_id": "r-1"})


def test_exit_is_an_error_of_the_handler(trouble):
    status, answer = do(trouble, "exit")
    assert status == 500 and "exit(3)" in answer["error"]


@pytest.mark.parametrize("what", ["_exit", "abort", "segfault"])
def test_an_instance_that_ends_is_502_and_the_next_request_works(trouble, what):
    status, _ = do(trouble, what)
    assert status == 502
    assert do(trouble, "echo")[0] == 200


@pytest.mark.parametrize("what", ["hang", "spin"])
def test_a_handler_that_hangs_is_504_and_the_next_request_works(trouble, what):
    assert do(trouble, what)[0] == 504
    assert do(trouble, "echo")[0] == 200


def test_what_is_printed_is_in_the_log(trouble):
    do(trouble, "print")
    for text in ("by print", "to stderr", "by write", "in two lines", "by puts"):
        assert log_lines(trouble, "handler_log", text)[0]["function"] == "trouble"
    assert log_lines(trouble, "handler_log", "by print")[0]["request_id"] == "r-1"
    assert do(trouble, "print much")[0] == 200
    log_lines(trouble, "handler_log", "4000 more lines were dropped")


def test_scratch_is_empty_for_every_event(trouble):
    for _ in range(3):
        assert do(trouble, "scratch") == (200, {"predictions": [[], 2, True]})


@pytest.mark.parametrize("what", ["fork", "run", "socket", "kill"])
def test_processes_programs_sockets_and_signals_are_refused(trouble, what):
    assert do(trouble, what) == (200, "PermissionError")


@pytest.mark.parametrize("what,file", [("read", "/etc/passwd"), ("read", "/root/x"), ("write", "/tmp/x"), ("write", "handler.py"), ("write", "/dev/shm/x"),
                                       ("read", "/proc/1/environ")])
def test_files_elsewhere_are_refused(trouble, what, file):
    assert do(trouble, what, file=file) == (200, "PermissionError")


def test_threads_may_work_while_an_event_is_answered(trouble):
    assert do(trouble, "thread") == (200, {"predictions": [42]})


def test_too_much_memory_is_an_error_of_the_handler(trouble):
    status, answer = do(trouble, "memory")
    assert status == 500 and answer["error"].startswith("MemoryError")
    assert do(trouble, "recurse")[0] == 500
    assert do(trouble, "echo")[0] == 200


def test_results_that_no_body_can_hold(trouble):
    status, answer = do(trouble, "unserializable")
    assert status == 500 and "not JSON" in answer["error"]


def test_the_environment_is_the_functions_own(trouble):
    status, seen = do(trouble, "environment")
    assert status == 200
    assert set(seen) == {"LANG", "PATH", "HOME", "TMPDIR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
                         "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "JOBLIB_MULTIPROCESSING"}


LOADS = {
    "syntax": ("def predict(:\n", "SyntaxError"),
    "import": ("import nothing_like_this\n", "ModuleNotFoundError: No module named 'nothing_like_this'"),
    "raise": ("def load():\n    raise RuntimeError('no weights')\ndef predict(x): pass\n", "RuntimeError: no weights"),
    "exit": ("import sys\nsys.exit(4)\n", "exit(4)"),
    "missing": ("x = 1\n", "neither predict(inputs) nor lambda_handler(event, context)"),
    "async": ("async def predict(x): pass\n", "coroutine"),
    "threads": ("import threading, time\nthreading.Thread(target=time.sleep, args=(60,), name='refresher', daemon=True).start()\ndef predict(x): pass\n",
                "started 1 thread before the fork: refresher"),
    "fork": ("import os\nos.fork()\ndef predict(x): pass\n", "PermissionError"),
    "socket": ("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1/')\ndef predict(x): pass\n", "PermissionError"),
    "crash": ("import ctypes\nprint('about to crash')\nctypes.string_at(0)\n", "Segmentation fault"),
    "_exit": ("import os\nos._exit(7)\n", "code 7"),
}


@pytest.mark.parametrize("kind", LOADS)
def test_a_handler_that_does_not_load_makes_no_bundle(glowplug, kind):
    source, expected = LOADS[kind]
    done = export(glowplug, source, "bad", check=False)
    assert done.returncode != 0 and expected in done.stderr, done.stderr
    assert not (glowplug.home / "bad.glow").exists()
    if kind in ("import", "raise", "fork"):
        text = done.stderr[done.stderr.index("Traceback"):].split("\n")
        assert text[1].strip().startswith('File "code/handler.py", line '), done.stderr


def test_the_same_files_give_the_same_digest(glowplug):
    source = "import helper\ndef predict(x: int) -> dict[str, int]:\n    return {'y': helper.double(x)}\n"
    files = {"helper.py": "def double(x):\n    return 2 * x\n", "data/words.txt": "a b"}
    digests = []
    for name in ("one", "two"):
        export(glowplug, source, "same", "--force", "--include", ",".join(str(glowplug.home / "same-source" / f) for f in ("helper.py", "data")),
               files=files)
        digests.append(json.loads(glowplug.run("inspect", glowplug.home / "same.glow", "--json").stdout)["digest"])
    assert digests[0] == digests[1]
    with programs.serve(glowplug, glowplug.home / "same.glow") as server:
        assert ask(server, "same", "21") == (200, "application/json", '{"y":42}')


def test_a_lambda_handler_gets_an_http_event(glowplug):
    export(glowplug, """
        import base64, json
        def lambda_handler(event, context):
            if event["isBase64Encoded"]:
                return {"statusCode": 201, "headers": {"Content-Type": "image/x"}, "body": event["body"], "isBase64Encoded": True}
            if event["body"] == "plain":
                return "text"
            return {"got": json.loads(event["body"]), "type": event["headers"]["content-type"], "id": context.aws_request_id,
                    "method": event["requestContext"]["http"]["method"]}
    """, "aws")
    with programs.serve(glowplug, glowplug.home / "aws.glow") as server:
        status, kind, body = ask(server, "aws", "[1]", **{"x-request-id": "r-9"})
        assert (status, kind, json.loads(body)) == (200, "application/json", {"got": [1], "type": "application/json", "id": "r-9", "method": "POST"})
        assert ask(server, "aws", "abc", "image/png") == (201, "image/x", "abc")
        assert ask(server, "aws", "plain", "text/plain") == (200, "application/json", '"text"')


def test_settings_give_variables_and_secrets_which_are_told_nowhere(glowplug):
    bundle = export(glowplug, "import os\ndef predict(name: str) -> str:\n    return os.environ.get(name, 'none')\n", "vars")
    (glowplug.home / "key").write_text("from-a-file\n")
    glowplug.environment["VARS_TOKEN"] = "from-the-gateway"
    with programs.serve(glowplug, bundle, "--environment", "MODE=fast", "--secrets",
                        f"KEY=file:{glowplug.home / 'key'},VARS_TOKEN") as server:
        found = {name: ask(server, "vars", json.dumps(name))[2] for name in ("MODE", "KEY", "VARS_TOKEN", "GLOWPLUG_HOME", "HOME")}
        log = server.log_text()
    assert found == {"MODE": "fast", "KEY": "from-a-file", "VARS_TOKEN": "from-the-gateway", "GLOWPLUG_HOME": "none", "HOME": "/nonexistent"}
    assert "from-a-file" not in log and "from-the-gateway" not in log


def test_a_missing_secret_is_named(glowplug):
    bundle = export(glowplug, "def predict(x): return x\n", "vars")
    done = glowplug.run("serve", bundle, "--secrets", "NO_SUCH_TOKEN", "--http-port", "0", check=False)
    assert done.returncode == 1 and "secret NO_SUCH_TOKEN: the gateway has no variable NO_SUCH_TOKEN" in done.stderr


def test_a_container_runs_the_same_handler(glowplug):
    bundle = export(glowplug, "def predict(x: int) -> int:\n    print('got', x)\n    return 2 * x\n", "twice")
    with programs.Server(glowplug.command("glowplug-handler", bundle, "--http-port", "0"), glowplug.environment, glowplug.home) as server:
        assert ask(server, "twice", "21") == (200, "application/json", '{"predictions":42}')
        assert ask(server, "twice", '"x"')[0] == 400
        assert '"message": "got 21"' in server.log_text()


def test_clients_of_tensors_reach_it_too(glowplug):
    bundle = export(glowplug, "def predict(x: int) -> int:\n    return 2 * x\n", "twice")
    with programs.serve(glowplug, bundle) as server:
        answer = server.infer("twice", ("content_type", "BYTES", [1], ["application/json"]), ("body", "BYTES", [1], ["21"]))
        assert {one["name"]: one["data"] for one in answer["outputs"]} == {
            "status": [200], "content_type": ["application/json"], "body": ['{"predictions":42}']}


def test_instances_wake_and_sleep_without_a_trace_of_each_other(glowplug):
    bundle = export(glowplug, """
        import os
        seen = []
        def predict(x, context):
            seen.append(x)
            open(os.path.join(context.scratch, "left"), "w").close()
            return {"seen": len(seen), "pid": os.getpid()}
    """, "state")
    with programs.serve(glowplug, bundle, "--idle-timeout", "100ms") as server:
        pids = set()
        for _ in range(3):
            answer = json.loads(ask(server, "state", "1")[2])
            assert answer["seen"] == 1
            pids.add(answer["pid"])
            server.wait_until_asleep()
        assert len(pids) == 3 and len(server.templates()) == 1


def test_a_sample_is_answered_at_export_and_warms_the_template(glowplug):
    source = "seen = []\ndef predict(x: int) -> int:\n    seen.append(x)\n    return 1 // x + len(seen)\n"
    (glowplug.home / "one.json").write_text("1")
    (glowplug.home / "zero.json").write_text("0")
    done = export(glowplug, source, "tried", "--sample", glowplug.home / "zero.json", check=False)
    assert done.returncode != 0 and "ZeroDivisionError" in done.stderr and not (glowplug.home / "tried.glow").exists()
    bundle = export(glowplug, source, "tried", "--sample", glowplug.home / "one.json")
    assert json.loads((bundle / "records/event.json").read_text())["answer"]["body"] == '{"predictions":2}'
    with programs.serve(glowplug, bundle) as server:
        assert ask(server, "tried", "1")[2] == '{"predictions":3}'  # the sample was the template's first event
        assert not server.events("sample_event_differs")
    record = json.loads((bundle / "records/event.json").read_text())
    record["answer"]["body"] = '{"predictions":5}'
    (bundle / "records/event.json").write_text(json.dumps(record))
    with programs.serve(glowplug, bundle) as server:
        assert ask(server, "tried", "1")[0] == 200
        (differs,) = server.events("sample_event_differs")
        assert '{"predictions":2}' in differs["reason"] and '{"predictions":5}' in differs["reason"]


SETTINGS = """
import os, time
def predict(inputs):
    time.sleep(inputs.get("sleep", 0))
    return [os.environ.get("COLOR"), os.environ.get("KEY")]
"""


def test_invoke_has_the_functions_settings(glowplug):
    bundle = export(glowplug, SETTINGS, "settings")
    glowplug.environment["SECRET_OF_THE_GATEWAY"] = "hunter2"
    glowplug.run("add", bundle, "--environment", "COLOR=blue", "--secrets", "KEY=env:SECRET_OF_THE_GATEWAY", "--timeout", "1s")
    assert json.loads(glowplug.run("invoke", "settings", input="{}").stdout) == {"predictions": ["blue", "hunter2"]}
    assert json.loads(glowplug.run("invoke", bundle, input="{}").stdout) == {"predictions": [None, None]}, "a bundle has no settings"
    late = glowplug.run("invoke", "settings", input='{"sleep": 30}', check=False)
    assert late.returncode == 1 and "status 504" in late.stderr
    assert glowplug.run("invoke", "settings", "--timeout", "20s", input='{"sleep": 2}').returncode == 0
    del glowplug.environment["SECRET_OF_THE_GATEWAY"]
    missing = glowplug.run("invoke", "settings", input="{}", check=False)
    assert missing.returncode == 1 and "the gateway has no variable SECRET_OF_THE_GATEWAY" in missing.stderr


def test_packages_are_resolved_into_the_bundle(glowplug):
    source = """
        import six
        def predict(inputs: list[str]):
            return [six.__version__ for _ in inputs]
    """
    files = {"requirements.txt": "six==1.17.0\n"}
    requirements = glowplug.home / "packed-source" / "requirements.txt"
    bundle = export(glowplug, source, "packed", "--requirements", requirements, files=files)
    lock = (bundle / "code/requirements.lock").read_text()
    assert "six==1.17.0" in lock and "--hash=sha256:" in lock
    with programs.serve(glowplug, bundle) as server:
        assert server.post("/predict/packed", json=["a"]).json() == {"predictions": ["1.17.0"]}
    missing = export(glowplug, source, "packed", "--force", "--requirements", requirements, check=False,
                     files={"requirements.txt": "no-such-package-of-anybody==99.1\n"})
    assert missing.returncode == 1 and "No matching distribution found for no-such-package-of-anybody==99.1" in missing.stderr
