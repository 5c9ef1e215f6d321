"""Limits of instances, and what happens when an instance or an idle template hangs, dies or wants too much; spare instances and evicted templates."""
import os
import pathlib
import re
import signal
import threading
import time

import pytest
import requests

from harness import programs
from harness.programs import alive, wait_until


@pytest.fixture(scope="module")
def bundles(shared_glowplug_as):
    return {name: shared_glowplug_as.export(f"{name}.onnx", name) for name in ("slow", "hungry")}


class Asking(threading.Thread):
    """One request to `function` under way; `answer` after `join`."""

    def __init__(self, server, function, value):
        super().__init__()
        self.server, self.function, self.value = server, function, value
        self.answer = None
        self.start()

    def run(self):
        self.answer = self.server.ask_one(self.function, self.value)


def answers(server, function, value=1.0):
    """Whether the function gives the right answer now; its header Server-Timing."""
    answer = server.ask_one(function, value)
    assert answer.status_code == 200 and answer.json()["outputs"][0]["data"] == [value], answer.text
    return answer.headers["Server-Timing"]


def process_events(server, event):
    return server.metric("glowplug_process_events_total", event=event)


def title(pid):
    """What ps shows of it; empty when it has ended."""
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text().strip("\0")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_a_parked_instance_takes_the_next_request_without_a_fork(shared_glowplug_as, bundles):
    with programs.serve(shared_glowplug_as, bundles["slow"], "--parked", "1", "--max-instances", "2") as server:
        assert "start;dur=" in answers(server, "slow")
        wait_until(lambda: len(server.instances()) == 2 and server.metric("glowplug_instances", state="starting") == 0, "one is parked")
        before = set(server.instances())
        worked = min(before)  # forked first
        os.kill(worked, signal.SIGSTOP)  # it stays busy for as long as the test wants
        held = Asking(server, "slow", 1.0)
        wait_until(lambda: server.metric("glowplug_instances", state="busy") == 1, "the one that has worked is busy")
        assert server.metric("glowplug_instances", state="parked") == 1
        assert "start;dur=" not in answers(server, "slow"), "it waited for no start"
        assert process_events(server, "instance_forked") == 2 and server.metric("glowplug_cold_starts_total") == 1
        os.kill(worked, signal.SIGCONT)
        held.join()
        assert held.answer.status_code == 200
        assert set(server.instances()) == before


def test_parked_instances_leave_when_the_function_is_out_of_use(shared_glowplug_as, bundles):
    with programs.serve(shared_glowplug_as, bundles["slow"], "--parked", "2", "--idle-timeout", "300ms") as server:
        assert not server.instances(), "nothing is parked for a function that nobody uses"
        answers(server, "slow")
        wait_until(lambda: process_events(server, "instance_forked") >= 2, "spare ones are forked")
        server.wait_until_asleep()


def test_never_more_than_max_instances(shared_glowplug_as, bundles):
    # One by one: together they would be one batch, which no second instance can help with.
    with programs.serve(shared_glowplug_as, bundles["slow"], "--max-instances", "2", "--max-batch", "1") as server:
        answers(server, "slow")
        asking = [Asking(server, "slow", 1000.0) for _ in range(6)]
        seen = set()
        while any(one.is_alive() for one in asking):
            seen.add(len(server.instances()))
        for one in asking:
            one.join()
        assert {one.answer.status_code for one in asking} == {200}
        assert max(seen) == 2, seen


def template_bytes(installation, functions):
    """What the templates of these functions take together, asleep: shared pages count once."""
    with programs.serve(installation, *functions, "--idle-timeout", "50ms") as server:
        wait_until(lambda: len(server.events("template_ready")) == len(functions), "all are loaded")
        return server.metric("glowplug_function_memory_bytes", process="template")


def test_idle_templates_beyond_the_budget_are_evicted_those_least_worth_first(shared_glowplug_as, bundles):
    """Worth is rate of wakes x start time / size: of functions of one kind the one that is woken often stays."""
    functions = [shared_glowplug_as.export("identity_fp32.onnx", f"f{i}") for i in range(4)]
    budget = (template_bytes(shared_glowplug_as, functions[:2]) + template_bytes(shared_glowplug_as, functions[:3])) / 2  # two fit
    settings = ("--idle-timeout", "50ms", "--template-budget", f"{budget:.0f}B")
    with programs.serve(shared_glowplug_as, *functions, *settings) as server:
        def use(*names):
            for name in names:
                answers(server, name)
                server.wait_until_asleep()

        def loaded():
            return {name for pid in server.templates() for name in re.findall(r"\bf\d\b", title(pid))}

        wait_until(lambda: len(server.events("template_ready")) == 4 and len(loaded()) <= 2, "two of four stay")
        use(*["f0"] * 12)
        for other in ("f1", "f2", "f3", "f1"):
            use(other)
            wait_until(lambda: len(loaded()) <= 2, "no more than the budget")
            assert "f0" in loaded(), loaded()
        reasons = {event["reason"] for event in server.events("template_evicted")}
        assert reasons == {"worth_least"}
        assert server.metric("glowplug_template_evictions_total") >= 5
        assert process_events(server, "template_crashed") == 0


def test_an_instance_that_wants_more_than_its_memory_is_refused_and_the_others_go_on(shared_glowplug_as, bundles):
    with programs.serve(shared_glowplug_as, *bundles.values(), "--memory", "256MiB") as server:
        answers(server, "hungry", 16.0)
        answers(server, "slow")
        before = set(server.instances())
        long = Asking(server, "slow", 1000.0)
        refused = server.ask_one("hungry", 1024.0)
        assert refused.status_code == 429 and "memory = 256MiB" in refused.json()["error"], refused.text
        answers(server, "hungry", 16.0)
        long.join()
        assert long.answer.status_code == 200
        assert set(server.instances()) >= before, "nothing had to die for it"


def test_a_wedged_instance_is_replaced_at_the_deadline(shared_glowplug_as, bundles):
    with programs.serve(shared_glowplug_as, bundles["slow"], "--max-instances", "1") as server:
        answers(server, "slow")
        wedged, = server.instances()
        os.kill(wedged, signal.SIGSTOP)
        late = server.ask_one("slow", 1.0, headers={"x-request-timeout-ms": "300"})
        assert late.status_code == 504 and late.json()["error"] == "no answer within 300 ms"
        answers(server, "slow")  # waits for the successor
        successor, = server.instances()
        assert successor != wedged and not alive(wedged)
        assert process_events(server, "instance_killed") == 1
        lost, = server.events("instance_lost")
        assert lost["pid"] == wedged and "deadline" in lost["message"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_an_idle_template_that_is_killed_or_hangs_is_replaced(shared_glowplug_as, bundles, how):
    with programs.serve(shared_glowplug_as, bundles["slow"], "--idle-timeout", "50ms") as server:
        answers(server, "slow")
        server.wait_until_asleep()
        template, = server.templates()
        os.kill(template, how)
        answers(server, "slow")  # one that hangs is given ten seconds for a fork
        assert not alive(template)
        wait_until(lambda: len(server.templates()) == 1, "its successor")
        assert process_events(server, "template_crashed") == 1
        failed, = server.events("template_failed")
        assert ("fork in time" if how == signal.SIGSTOP else "signal 9") in failed["message"], failed


def test_a_template_stopped_by_its_budget_while_a_request_arrives_loses_nothing(shared_glowplug_as, bundles):
    """Each sleep evicts the template; the requests come around that time."""
    settings = ("--idle-timeout", "10ms", "--template-budget", "1MiB")
    with programs.serve(shared_glowplug_as, bundles["slow"], *settings) as server:
        session = requests.Session()
        for pause in (0, 0.005, 0.01, 0.012, 0.015, 0.02, 0.05):
            time.sleep(pause)
            assert server.ask_one("slow", 1.0, session).status_code == 200
        server.wait_until_asleep()
        wait_until(lambda: not server.templates(), "no template is left beyond the budget")
