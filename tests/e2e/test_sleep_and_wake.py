"""Functions sleep at zero processes and wake for a request; instances, templates and the gateway die, and no caller notices."""
import random
import re
import signal
import threading
import time

import onnx
import pytest
import requests
from onnx import TensorProto, helper

from harness import programs
from harness.programs import alive, wait_until

X = ("x", "FP32")


def ask_slow(session, server, value=1.0, timeout=60):
    """One request to `slow`, whose run takes `value` times 50 to 300 microseconds."""
    return server.ask_one("slow", value, session, timeout)


def test_ten_thousand_requests_around_the_idle_timeout(glowplug_as):
    """Four functions, 2,500 requests each, with pauses around the idle timeout of 50 ms."""
    names = [f"f{i}" for i in range(4)]
    bundles = [glowplug_as.export("add_subtract.onnx", name) for name in names]
    failures, seen_empty = [], []
    with programs.serve(glowplug_as, *bundles, "--idle-timeout", "50ms") as server:
        def work(name, seed):
            rng, session = random.Random(seed), requests.Session()
            for i in range(2500):
                if i % 7 == 0:
                    time.sleep(rng.uniform(0.04, 0.1))
                value = rng.random()
                inputs = [{"name": n, "datatype": "FP32", "shape": [1, 4], "data": [value] * 4} for n in ("a", "b")]
                answer = session.post(f"{server.url}/v2/models/{name}/infer", json={"inputs": inputs}, timeout=30)
                if answer.status_code != 200 or abs(answer.json()["outputs"][0]["data"][0] - 2 * value) > 1e-5:
                    failures.append((name, i, answer.status_code, answer.text))

        for _ in range(2):  # the whole gateway asleep, before and in the middle
            wait_until(lambda: not server.instances(), "no instance between cycles")
            seen_empty.append(len(server.instances()))
            threads = [threading.Thread(target=work, args=(name, seed)) for seed, name in enumerate(names)]
            if len(seen_empty) == 2:
                break
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        wait_until(lambda: not server.instances(), "asleep at the end")
        cold = server.metric("glowplug_cold_starts_total")
        answered = server.metric("glowplug_requests_total", code="200")
    assert not failures, failures[:3]
    assert seen_empty == [0, 0] and answered == 10_000
    assert cold >= 1000, cold


def kill_at_random(server, rng, kills, stop, pause):
    """kill -9 of random instances, and every tenth time of a template; waits for a successor so that no request meets two deaths."""
    while len(kills) < 110 and not stop.is_set():
        template = len(kills) % 10 == 9
        victims = server.templates() if template else server.instances()
        if not victims:
            time.sleep(0.002)
            continue
        victim = rng.choice(victims)
        try:
            programs.os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue
        kills.append("template" if template else "instance")
        wait_until(lambda victim=victim: not alive(victim), "the victim is dead", 10)
        time.sleep(pause)


def test_kill_nine_of_instances_and_templates_under_load(glowplug_as):
    bundle = glowplug_as.export("slow.onnx", "slow")
    errors, kills, stop, rng = [], [], threading.Event(), random.Random(11)
    with programs.serve(glowplug_as, bundle, "--idle-timeout", "5s", "--max-instances", "2") as server:
        def load(seed):
            session, mine = requests.Session(), random.Random(seed)
            while not stop.is_set():
                value = mine.choice([10.0, 20.0, 30.0]) + seed / 16
                try:
                    answer = ask_slow(session, server, value)
                    if answer.status_code != 200 or answer.json()["outputs"][0]["data"] != [value]:
                        errors.append((answer.status_code, answer.text))
                except requests.RequestException as error:
                    errors.append(error)

        threads = [threading.Thread(target=load, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        try:
            kill_at_random(server, rng, kills, stop, pause=0.25)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        retried = server.metric("glowplug_queue_events_total", event="retried")
        lost = server.metric("glowplug_queue_events_total", event="lost")
    assert not errors, errors[:3]
    assert len(kills) >= 100 and "template" in kills
    assert retried >= 20 and lost == 0, (retried, lost)


def test_request_at_zero_is_held_and_answered_and_a_readiness_call_wakes_nobody(glowplug_as):
    bundle = glowplug_as.export("iris.onnx", "iris")
    with programs.serve(glowplug_as, bundle, "--idle-timeout", "50ms") as server:
        for path in ("/v2/health/ready", "/v2/models/iris/ready", "/readyz", "/healthz", "/v2/models/iris"):
            assert server.get(path).status_code == 200
        assert not server.instances()
        answer = server.post("/predict/iris", json=[[5.1, 3.5, 1.4, 0.2]])
        assert answer.status_code == 200 and "start;dur=" in answer.headers["Server-Timing"]
        wait_until(lambda: not server.instances(), "asleep again")


def wake_iris(server):
    answer = server.post("/predict/iris", json=[[5.1, 3.5, 1.4, 0.2]])
    assert answer.status_code == 200
    return answer


def one_ahead(server, other_than=None):
    """The child forked ahead by the only template, once it is asleep."""
    return wait_until(lambda: not server.instances() and len(server.ahead()) == 1 and server.ahead() != [other_than] and server.ahead(), "one is forked ahead")[0]


def test_a_sleeping_function_has_one_child_forked_ahead_and_no_instance(glowplug_as):
    bundle = glowplug_as.export("iris.onnx", "iris")
    with programs.serve(glowplug_as, bundle, "--idle-timeout", "300ms") as server:
        wake_iris(server)
        assert not server.ahead(), "not while there is an instance"
        for _ in range(3):
            ahead = one_ahead(server)
            server.wait_until_asleep()
            status = programs.pathlib.Path(f"/proc/{ahead}/status").read_text()
            assert re.search(r"NoNewPrivs:\s+1", status) and re.search(r"Seccomp:\s+2", status)
            before = server.metric("glowplug_cold_starts_total")
            assert "start;dur=" in wake_iris(server).headers["Server-Timing"]
            assert server.instances() == [ahead] and not server.ahead()
            assert server.metric("glowplug_cold_starts_total") == before + 1


def test_a_killed_child_ahead_is_forked_again_and_no_caller_notices(glowplug_as):
    bundle = glowplug_as.export("iris.onnx", "iris")
    with programs.serve(glowplug_as, bundle, "--idle-timeout", "50ms") as server:
        wake_iris(server)
        victim = one_ahead(server)
        programs.os.kill(victim, signal.SIGKILL)
        second = one_ahead(server, other_than=victim)
        assert not server.events("instance_lost"), "it was none"
        programs.os.kill(second, signal.SIGKILL)
        wake_iris(server)  # perhaps told to serve before it was dead: then the request is tried again
        template, ahead = server.templates()[0], one_ahead(server)
        programs.os.kill(template, signal.SIGKILL)
        wait_until(lambda: not alive(ahead), "it ends with its template")
        wake_iris(server)
        assert one_ahead(server) != ahead


@pytest.mark.parametrize("engine, choice", [("onnxruntime", "off"), ("native", "auto")])
def test_nothing_is_forked_ahead_where_it_is_not_wanted(glowplug_as, engine, choice):
    bundle = glowplug_as.export("iris.onnx", "iris")
    with programs.serve(glowplug_as, bundle, "--idle-timeout", "50ms", "--fork-ahead", choice, "--engine", engine) as server:
        for _ in range(2):
            wake_iris(server)
            server.wait_until_asleep()
            time.sleep(0.3)  # a template that may waits for 20 ms
            assert not server.ahead()


def test_a_new_version_takes_the_place_of_the_child_ahead(glowplug_as):
    glowplug_as.run("add", glowplug_as.export("identity_fp32.onnx", "f"))
    with programs.serve(glowplug_as, "--idle-timeout", "50ms") as server:
        assert server.infer("f", ("x", "FP32", [1, 2], [1, 2]))["model_version"] == "1"
        old, old_template = one_ahead(server), server.templates()[0]
        glowplug_as.run("add", glowplug_as.export(negation(glowplug_as.home), "f", "--force"))
        glowplug_as.run("alias", "f", "live", "2")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: server.infer("f", ("x", "FP32", [1, 2], [1, 2]))["model_version"] == "2", "the second version answers")
        wait_until(lambda: not alive(old) and not alive(old_template), "the old version has left")
        assert one_ahead(server) != old


def test_a_request_that_kills_two_instances_gets_502_that_says_so(glowplug_as):
    bundle = glowplug_as.export("slow.onnx", "slow")
    with programs.serve(glowplug_as, bundle, "--timeout", "60s") as server:
        answers = []
        thread = threading.Thread(target=lambda: answers.append(ask_slow(requests.Session(), server, 1e7)))
        thread.start()
        for _ in range(2):
            victim = wait_until(server.instances, "an instance")[0]
            time.sleep(0.2)  # it has begun
            programs.os.kill(victim, signal.SIGKILL)
            wait_until(lambda victim=victim: not alive(victim), "dead")
        thread.join()
        assert answers[0].status_code == 502 and "instance" in answers[0].json()["error"]
        assert ask_slow(requests.Session(), server, 1.0).status_code == 200


def test_deadline_passes_and_the_instance_that_overruns_is_killed(glowplug_as):
    bundle = glowplug_as.export("slow.onnx", "slow")
    with programs.serve(glowplug_as, bundle, "--timeout", "300ms", "--max-instances", "1") as server:
        begin = time.monotonic()
        answer = ask_slow(requests.Session(), server, 1e7)
        assert answer.status_code == 504 and "300 ms" in answer.json()["error"]
        assert time.monotonic() - begin < 10
        wait_until(lambda: ask_slow(requests.Session(), server, 1.0).status_code == 200, "the function works again", 30)


def test_queue_full_is_503_before_the_body_is_read(glowplug_as):
    bundle = glowplug_as.export("slow.onnx", "slow")
    with programs.serve(glowplug_as, bundle, "--max-queue", "2", "--max-instances", "1", "--timeout", "20s") as server:
        answers = []

        def one():
            answers.append(ask_slow(requests.Session(), server, 5000.0))
        threads = [threading.Thread(target=one) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        codes = sorted(answer.status_code for answer in answers)
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused and 200 in codes and set(codes) <= {200, 503}
        assert all("Retry-After" in answer.headers and "max_queue" in answer.json()["error"] for answer in refused)


def test_client_that_leaves_is_forgotten(glowplug_as):
    bundle = glowplug_as.export("slow.onnx", "slow")
    with programs.serve(glowplug_as, bundle, "--max-instances", "1") as server:
        with pytest.raises(requests.Timeout):
            ask_slow(requests.Session(), server, 20000.0, timeout=0.3)
        wait_until(lambda: server.metric("glowplug_queue_events_total", event="cancelled") == 1, "counted as cancelled")
        assert ask_slow(requests.Session(), server, 1.0).status_code == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_running(glowplug_as, how):
    bundle = glowplug_as.export("slow.onnx", "slow")
    server = programs.serve(glowplug_as, bundle, "--min-instances", "2")
    wait_until(lambda: len(server.instances()) >= 2, "provisioned instances")
    answers = []

    def one():
        try:
            answers.append(ask_slow(requests.Session(), server, 3000.0).status_code)
        except requests.RequestException as error:
            answers.append(type(error).__name__)
    thread = threading.Thread(target=one)
    thread.start()
    time.sleep(0.1)
    code = server.stop(how)  # fails unless every descendant has ended
    thread.join()
    assert code == {signal.SIGTERM: 0, signal.SIGINT: 130, signal.SIGKILL: -signal.SIGKILL}[how]
    if how == signal.SIGTERM:
        assert answers == [200]


def test_min_instances_are_kept_and_replaced(glowplug_as):
    bundle = glowplug_as.export("iris.onnx", "iris")
    with programs.serve(glowplug_as, bundle, "--min-instances", "2", "--idle-timeout", "50ms") as server:
        wait_until(lambda: len(server.instances()) == 2, "two provisioned")
        time.sleep(0.3)
        assert len(server.instances()) == 2
        programs.os.kill(server.instances()[0], signal.SIGKILL)
        wait_until(lambda: len(server.instances()) == 2, "replaced")


def test_the_schedule_keeps_instances_in_its_hours_only(glowplug):
    bundle = glowplug.export("iris.onnx", "iris")
    now = time.gmtime()
    today, hour = now.tm_wday, now.tm_hour
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    # Today and tomorrow, so that midnight may pass; and a day that is neither.
    inside = f"{days[today]},{days[(today + 1) % 7]} 00:00-24:00 x2 UTC"
    outside = f"{days[(today + 3) % 7]} {hour:02}:00-{hour:02}:59 x2 UTC"
    with programs.serve(glowplug, bundle, "--keep-warm", inside, "--idle-timeout", "50ms") as server:
        wait_until(lambda: len(server.instances()) == 2, "two kept warm")
        time.sleep(0.3)
        assert len(server.instances()) == 2
        assert server.events("keep_warm")[0]["instances"] == 2
    with programs.serve(glowplug, bundle, "--keep-warm", outside, "--idle-timeout", "50ms") as server:
        assert server.post("/predict/iris", json=[[5.1, 3.5, 1.4, 0.2]]).status_code == 200
        wait_until(lambda: not server.instances(), "asleep outside of its hours")


def test_memory_goes_to_the_template_that_is_needed_more(glowplug):
    """Both do not fit; the one that is woken again and again stays."""
    busy, rare = [glowplug.export("iris.onnx", name) for name in ("busy", "rare")]
    with programs.serve(glowplug, busy, "--template-budget", "1B") as server:
        wait_until(lambda: server.events("template_evicted"), "larger than the budget by itself")
        evicted = server.events("template_evicted")[0]
        assert evicted["reason"] == "larger_than_budget"
        assert server.metric("glowplug_template_evictions_total", function="busy", reason="larger_than_budget") == 1
    # Two share the pages of the engine's library, so that together they need less than twice as much.
    budget = evicted["memory_bytes"] * 115 // 100
    with programs.serve(glowplug, busy, rare, "--idle-timeout", "20ms", "--template-budget", f"{budget}B") as server:
        for name in ["busy"] * 10 + ["rare"]:
            assert server.post(f"/predict/{name}", json=[[5.1, 3.5, 1.4, 0.2]]).status_code == 200
            wait_until(lambda: not server.instances() and len(server.templates()) == 1, "asleep, and one template is left")
        last = server.events("template_evicted")[-1]
        assert last["function"] == "rare" and last["reason"] == "worth_least", last
        assert server.metric("glowplug_template_evictions_total", function="rare", reason="worth_least") >= 1


def test_a_killed_gateway_recovers(glowplug_as):
    glowplug_as.run("add", glowplug_as.export("iris.onnx", "iris"))
    first = programs.serve(glowplug_as)
    assert first.post("/predict/iris", json=[[5.1, 3.5, 1.4, 0.2]]).status_code == 200
    first.stop(signal.SIGKILL)
    with programs.serve(glowplug_as) as second:
        assert second.post("/predict/iris", json=[[5.1, 3.5, 1.4, 0.2]]).status_code == 200


def negation(folder):
    """A model with the signature of identity_fp32 that answers -x."""
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", "columns"]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "negation", ends[:1], ends[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "negation.onnx")
    return folder / "negation.onnx"


def test_sighup_takes_the_new_version_without_losing_a_request(glowplug_as):
    glowplug_as.run("add", glowplug_as.export("identity_fp32.onnx", "f"))
    with programs.serve(glowplug_as) as server:
        failures, versions, stop = [], set(), threading.Event()

        def load():
            session = requests.Session()
            while not stop.is_set():
                answer = session.post(f"{server.url}/v2/models/f/infer", timeout=30, json={
                    "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1, 2]}]})
                if answer.status_code != 200:
                    failures.append((answer.status_code, answer.text))
                    continue
                version = answer.json()["model_version"]
                versions.add(version)
                if answer.json()["outputs"][0]["data"] != {"1": [1, 2], "2": [-1, -2]}[version]:
                    failures.append((version, answer.text))
        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        wait_until(lambda: "1" in versions, "the first version answers")
        glowplug_as.run("add", glowplug_as.export(negation(glowplug_as.home), "f", "--force"))
        glowplug_as.run("alias", "f", "live", "2")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "2" in versions, "the second version answers")
        stop.set()
        for thread in threads:
            thread.join()
        assert not failures, failures[:3]
        assert versions == {"1", "2"}


def test_log_says_which_limits_are_there(glowplug_as):
    bundle = glowplug_as.export("iris.onnx", "iris")
    with programs.serve(glowplug_as, bundle) as server:
        server.post("/predict/iris", json=[[5.1, 3.5, 1.4, 0.2]])
        assert re.search(r"cgroup|rlimit", server.log_text())
        pid = server.instances()[0]
        status = programs.pathlib.Path(f"/proc/{pid}/status").read_text()
        assert re.search(r"NoNewPrivs:\s+1", status) and re.search(r"Seccomp:\s+2", status) and re.search(r"Threads:\s+1\n", status)
        if programs.os.geteuid() == 0:
            assert int(re.search(r"Uid:\s+(\d+)", status).group(1)) != 0
