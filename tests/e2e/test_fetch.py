"""Inputs by reference: what is fetched, and everything that is not."""
import concurrent.futures
import contextlib
import io
import json
import socket
import threading
import time
import urllib.parse

import pytest
import requests
from PIL import Image

from harness import programs, remote

COLORS = {"input": {"type": "image", "mode": "torchvision", "resize": {"width": 8, "height": 8}},
          "output": {"type": "label", "labels": ["red", "green", "blue"]}}


def picture(color):
    to = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(to, "PNG")
    return to.getvalue()


FILES = {"/red.png": ("image/png", picture("red")), "/blue.png": ("image/png", picture("blue")), "/nameless.png": (None, picture("lime"))}


@pytest.fixture(scope="module")
def bundle(shared_glowplug):
    (shared_glowplug.home / "colors.json").write_text(json.dumps(COLORS))
    return shared_glowplug.export("colors.onnx", "colors", "--handler", shared_glowplug.home / "colors.json")


@pytest.fixture(scope="module")
def web():
    with remote.running(remote.web(FILES)) as listed, remote.running(remote.web(FILES)) as other:
        listed.other = other
        yield listed


@contextlib.contextmanager
def started(glowplug, bundle, kind, hosts, *flags, **environment):
    """`serve` or the handler alone with an allow list."""
    before = dict(glowplug.environment)
    glowplug.environment.update(environment)
    try:
        start = programs.serve if kind == "serve" else programs.handler
        with start(glowplug, bundle, *(["--fetch-hosts", ",".join(hosts)] if hosts else []), *flags) as running:
            yield running
    finally:
        glowplug.environment.clear()
        glowplug.environment.update(before)


@pytest.fixture(scope="module", params=["serve", "handler"])
def server(shared_glowplug, bundle, web, request):
    hosts = [f"http://127.0.0.1:{web.port}", "images.example.com", "*.a.localhost", f"http://*.a.localhost:{web.port}",
             f"http://{socket.gethostname()}:{web.port}", "http://localhost:1"]
    with started(shared_glowplug, bundle, request.param, hosts, "--fetch-timeout", "1s", "--fetch-max-bytes", "1MiB") as running:
        yield running


def ask(server, body, **headers):
    return server.post("/predict/colors", json=body, headers=headers)


def labels(answer):
    assert answer.status_code == 200, answer.text
    return [one["label"] for one in answer.json()["predictions"]]


def refused(answer, status, text):
    assert answer.status_code == status and text in answer.json()["error"], (answer.status_code, answer.text, text)
    assert "SECRET" not in answer.text


def test_records_of_every_form(server, web):
    red, blue = f"{web.url}/red.png", f"{web.url}/blue.png"
    for body in ({"image_url": red}, {"image_url": {"url": red}}, {"url": red}, [{"image": {"url": red}}], {"instances": [{"image_url": red}]},
                 {"image_url": f"{web.url}/nameless.png"}, {"image_url": f"{web.url}/redirect?to=/red.png"}, {"url": f"{web.url}/hop/5"},
                 {"url": f"{web.url}/redirect?" + urllib.parse.urlencode({"to": red, "status": 308})}):
        assert labels(ask(server, body)) == ["green" if "nameless" in json.dumps(body) else "red"], body
    import base64
    answer = ask(server, [{"url": blue}, base64.b64encode(FILES["/red.png"][1]).decode(), {"url": red}])
    assert labels(answer) == ["blue", "red", "red"]
    assert "fetch;dur=" in answer.headers["server-timing"]
    assert "fetch" not in ask(server, [base64.b64encode(FILES["/red.png"][1]).decode()]).headers["server-timing"]


def test_addresses_in_every_spelling_are_refused(server, web):
    count = len(web.other.seen)
    for host in ("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0X7F.1", "017700000001", "0177.0.0.1", "0177.0.0.01",
                 "127.0.0.1.", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
                 "[fe80::1%25lo]", "[::1%25lo]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "[fd00:ec2::254]", "100.64.0.1", "224.0.0.1"):
        refused(ask(server, {"image_url": f"http://{host}:{web.other.port}/red.png"}), 403, "is an address")
    assert len(web.other.seen) == count


def test_names_of_private_addresses_are_refused(server, web):
    count = len(web.seen)
    refused(ask(server, {"image_url": f"http://x.a.localhost:{web.port}/red.png"}), 403, "x.a.localhost has a loopback address; a public one was expected")
    # What the name of this machine stands for depends on the machine, but nobody on the Internet has it.
    answer = ask(server, {"image_url": f"http://{socket.gethostname()}:{web.port}/red.png"})
    refused(answer, 403, "address; a public one was expected")
    refused(ask(server, {"image_url": f"http://localhost:{web.port}/red.png"}), 403, "is not in the function's fetch_hosts")
    assert len(web.seen) == count


@pytest.mark.parametrize("url,status,text", [
    ("http://images.example.com/a", 403, "http://images.example.com is not in the function's fetch_hosts"), ("https://example.com/a", 403, "not in"),
    ("https://images.example.com.evil.org/", 403, "not in"), ("https://images.example.com:8443/", 403, "not in"), ("s3://bucket/key", 403, "s3://bucket is not in"),
    ("https://evil.org@images.example.com/", 403, "user or a password"), ("https://images.example.com@evil.org/", 403, "user or a password"),
    ("file:///etc/passwd", 403, 'its scheme is "file"'), ("gopher://127.0.0.1:6379/_x", 403, 'its scheme is "gopher"'), ("data:image/png;base64,aGk=", 400, "no URL"),
    ("cat.jpg", 400, "it is no URL; https://host/path was expected"), ("", 400, "no URL"), ("https://", 400, "no host"), ("https://a b/", 400, "0x20"),
    ("https://images.example.com\\.evil.org/", 400, "0x5c"), ("https://im\u00e4ges.example.com/", 400, "may not stand in a URL"), ("https://127%2e0.0.1/", 400, "Punycode"),
    ("https://images.example.com:99999/", 400, 'its port is "99999"'), ("https://[::1/", 400, "bracket"), ("s3://b/k", 400, "bucket"),
    ("https://images.example.com/" + "a" * 9000, 400, "longer than 8192"), (3, 400, "is no string"), (None, 400, "is no string")])
def test_bad_urls_are_told_why(server, url, status, text):
    answer = ask(server, [{"image_url": url}])
    refused(answer, status, text)
    assert "record 0" in answer.json()["error"]


def test_redirects_stay_inside_the_list(server, web):
    to = lambda url, status=302: {"url": f"{web.url}/redirect?" + urllib.parse.urlencode({"to": url, "status": status})}
    count = len(web.other.seen)
    for url, text in ((f"{web.other.url}/red.png", "is an address"), ("http://169.254.169.254/latest/meta-data/", "is an address"), ("http://2130706433/", "is an address"),
                      (f"http://localhost:{web.port}/red.png", "not in"), ("//evil.org/x", "http://evil.org is not in"), ("ftp://127.0.0.1/", "scheme"),
                      ("file:///etc/passwd", "scheme"), (f"http://x.a.localhost:{web.port}/red.png", "loopback address"), ("s3://bucket/key", "to an object"),
                      (f"http://me:pw@127.0.0.1:{web.port}/red.png", "user or a password")):
        for status in (301, 302, 303, 307, 308):
            refused(ask(server, to(url, status)), 403, text)
    refused(ask(server, {"url": f"{web.url}/loop"}), 403, "redirects more than 5 times")
    refused(ask(server, {"url": f"{web.url}/hop/6"}), 403, "redirects more than 5 times")
    refused(ask(server, {"url": f"{web.url}/status/302"}), 400, "302 without a Location")
    refused(ask(server, {"url": f"{web.url}/long-redirect"}), 400, "302 without a Location")  # not read to its end
    assert len(web.other.seen) == count


def test_answers_that_are_no_input(server, web):
    for path, status, text in (("/status/404", 400, "was answered 404 by its server; 200 was expected"), ("/status/403", 400, "answered 403"), ("/nothing", 400, "404"),
                               ("/status/204", 400, "answered 204"), ("/status/206", 400, "answered 206"), ("/status/500", 503, "answered 500"), ("/status/429", 503, "answered 429"),
                               ("/gzip", 400, "comes compressed"), ("/hangup", 503, "cannot be fetched")):
        refused(ask(server, {"url": web.url + path}), status, text)
    refused(ask(server, {"url": "http://localhost:1/"}), 503, "cannot be fetched")  # nobody listens
    refused(ask(server, {"url": f"{web.url}/long?bytes=10"}), 400, "not a picture")


def test_sizes_are_limited_while_receiving(server, web):
    assert ask(server, {"url": f"{web.url}/long?bytes={1 << 20}"}).status_code == 400  # no picture, but fetched
    for path in (f"/long?bytes={(1 << 20) + 1}", "/endless"):
        refused(ask(server, {"url": web.url + path}), 413, "is larger than 1MiB (limit fetch_max_bytes)")
    refused(ask(server, [{"url": f"{web.url}/long?bytes=1000000"}] * 70), 413, "together larger than")
    refused(ask(server, [{"url": f"{web.url}/red.png"}] * 101), 413, "101 inputs by reference")
    refused(ask(server, [{"url": f"{web.url}/red.png?" + "a" * 8000}] * 140), 413, "a JSON body with inputs by reference has")
    assert labels(ask(server, [{"url": f"{web.url}/red.png"}, {"url": f"{web.url}/blue.png"}] * 50)) == ["red", "blue"] * 50


def test_slow_servers_hold_up_nobody_else(server, web):
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        slow = [pool.submit(ask, server, {"url": web.url + path}) for path in ("/slow?seconds=5", "/drip") * 8]
        began = time.monotonic()
        for _ in range(10):
            assert labels(ask(server, {"url": f"{web.url}/red.png"})) == ["red"]
        assert time.monotonic() - began < 0.9
        for one in slow:
            refused(one.result(), 504, "did not come in time (limit fetch_timeout)")
    began = time.monotonic()
    refused(ask(server, {"url": f"{web.url}/slow?seconds=5"}, **{"x-request-timeout-ms": "200"}), 504, "time")
    assert time.monotonic() - began < 0.9


def test_a_client_that_leaves_ends_its_fetch(server, web):
    before = server.metric("glowplug_fetches_total", outcome="cancelled")
    with pytest.raises(requests.Timeout):
        requests.post(f"{server.url}/predict/colors", json={"url": f"{web.url}/drip"}, timeout=0.3)
    programs.wait_until(lambda: server.metric("glowplug_fetches_total", outcome="cancelled") == before + 1, "the fetch was cancelled")
    programs.wait_until(lambda: server.metric("glowplug_open_requests") == 0, "nothing is open")


def test_metrics_count_by_outcome(server, web):
    before = {name: server.metric("glowplug_fetches_total", outcome=name) for name in ("fetched", "permission_denied")}
    seconds = server.metric("glowplug_fetch_duration_seconds_count")
    assert labels(ask(server, {"url": f"{web.url}/red.png"})) == ["red"]
    refused(ask(server, {"url": "https://example.com/"}), 403, "not in")
    assert {name: server.metric("glowplug_fetches_total", outcome=name) - count for name, count in before.items()} == {"fetched": 1, "permission_denied": 1}
    assert server.metric("glowplug_fetch_duration_seconds_count") == seconds + 1


@pytest.mark.parametrize("kind", ["serve", "handler"])
def test_off_by_default_and_no_library_before_the_first_fetch(shared_glowplug, bundle, web, kind):
    has_curl = lambda running: "libcurl" in open(f"/proc/{running.pid}/maps").read()
    with started(shared_glowplug, bundle, kind, []) as running:
        refused(ask(running, {"image_url": f"{web.url}/red.png?secret"}), 403, "the function's setting fetch_hosts is empty")
        assert not has_curl(running)
    with started(shared_glowplug, bundle, kind, [f"http://127.0.0.1:{web.port}"]) as running:
        refused(ask(running, {"image_url": "https://example.com/"}), 403, "not in")
        assert not has_curl(running)
        assert labels(ask(running, {"image_url": f"{web.url}/red.png"})) == ["red"]
        assert has_curl(running)


def test_proxies_of_the_environment_are_not_used(shared_glowplug, bundle, web):
    with started(shared_glowplug, bundle, "serve", [f"http://127.0.0.1:{web.port}"], http_proxy=web.other.url, ALL_PROXY=web.other.url) as running:
        count = len(web.other.seen)
        assert labels(ask(running, {"image_url": f"{web.url}/red.png"})) == ["red"]
        assert len(web.other.seen) == count


def test_tls_is_verified(shared_glowplug, bundle, tmp_path):
    pair, authority = remote.certificate(tmp_path, "DNS:localhost")
    with remote.running(remote.web(FILES), pair) as secure:
        hosts = [f"localhost:{secure.port}", f"127.0.0.1:{secure.port}"]
        with started(shared_glowplug, bundle, "serve", hosts, SSL_CERT_FILE=str(authority)) as running:
            assert labels(ask(running, {"image_url": f"https://localhost:{secure.port}/red.png"})) == ["red"]
            refused(ask(running, {"image_url": f"https://127.0.0.1:{secure.port}/red.png"}), 503, "cannot be fetched: SSL")  # not in its certificate
            refused(ask(running, {"image_url": f"https://localhost:{secure.port}/redirect?to=http://localhost:{secure.port}/red.png"}), 403, "not in")
        with started(shared_glowplug, bundle, "serve", hosts) as running:
            refused(ask(running, {"image_url": f"https://localhost:{secure.port}/red.png"}), 503, "cannot be fetched: SSL")


KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


def event_of(*keys, source="aws:s3", name="ObjectCreated:Put"):
    return {"Records": [{"eventSource": source, "eventName": name, "s3": {"bucket": {"name": "pictures"}, "object": {"key": key}}} for key in keys]}


@pytest.mark.parametrize("session", [None, "a/session+token=="])
def test_objects_are_fetched_with_signature_v4(shared_glowplug, bundle, session):
    objects = {"pictures/red.png": FILES["/red.png"], "pictures/new cats/t\u00f6m & co+1 (2)~*'!=@:,;$.png": ("binary/octet-stream", FILES["/blue.png"][1]), "other/red.png": FILES["/red.png"]}
    with remote.running(remote.s3(objects, KEYS, "eu-central-1", session)) as store:
        environment = {"AWS_ACCESS_KEY_ID": KEYS[0], "AWS_SECRET_ACCESS_KEY": KEYS[1], "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL_S3": store.url}
        if session:
            environment["AWS_SESSION_TOKEN"] = session
        with started(shared_glowplug, bundle, "serve", ["s3://pictures"], **environment) as running:
            assert labels(ask(running, {"image_url": "s3://pictures/red.png"})) == ["red"]
            strange = urllib.parse.quote_plus("new cats/t\u00f6m & co+1 (2)~*'!=@:,;$.png")
            assert labels(ask(running, event_of("red.png", strange))) == ["red", "blue"]
            assert labels(ask(running, event_of("red.png", source="minio:s3", name="s3:ObjectCreated:Put"))) == ["red"]
            refused(ask(running, event_of("red.png", name="ObjectRemoved:Delete")), 400, "only ObjectCreated names an input")
            refused(ask(running, event_of("none.png")), 400, "was answered 404")
            refused(ask(running, {"image_url": "s3://other/red.png"}), 403, "s3://other is not in")
            refused(ask(running, {"image_url": "s3://pictures/../other/red.png"}), 400, '".."')
            refused(ask(running, {"image_url": f"{store.url}/other/red.png"}), 403, "is an address")
        environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
        with started(shared_glowplug, bundle, "serve", ["s3://pictures"], **environment) as running:
            refused(ask(running, {"image_url": "s3://pictures/red.png"}), 400, "was answered 403")


def test_objects_without_keys_and_in_another_region(shared_glowplug, bundle):
    with remote.running(remote.s3({"pictures/red.png": FILES["/red.png"]}, None, None)) as store, remote.running(remote.s3(None, None, None)) as elsewhere:
        with started(shared_glowplug, bundle, "serve", ["s3://pictures"], AWS_ENDPOINT_URL=store.url) as running:
            assert labels(ask(running, {"image_url": "s3://pictures/red.png"})) == ["red"]
        with started(shared_glowplug, bundle, "serve", ["s3://pictures"], AWS_ENDPOINT_URL=elsewhere.url) as running:
            refused(ask(running, {"image_url": "s3://pictures/red.png"}), 403, "is it in another region?")


def test_invoke_fetches_too(shared_glowplug, bundle, web):
    home = shared_glowplug.home
    (home / "record.json").write_text(json.dumps({"image_url": f"{web.url}/blue.png"}))
    allow = ("--fetch-hosts", f"http://127.0.0.1:{web.port},s3://pictures")
    value = json.loads(shared_glowplug.run("invoke", bundle, "--input", "record.json", "--trace", "--json", *allow).stdout)
    assert value["answer"]["predictions"][0]["label"] == "blue" and "fetch" in [stage["stage"] for stage in value["trace"]]
    done = shared_glowplug.run("invoke", bundle, "--input", "record.json", check=False)
    assert done.returncode == 1 and "fetch_hosts is empty" in done.stderr
    with remote.running(remote.s3({"pictures/red.png": FILES["/red.png"]}, None, None)) as store:
        (home / "event.json").write_text(json.dumps(event_of("red.png")))
        shared_glowplug.environment["AWS_ENDPOINT_URL"] = store.url
        try:
            done = shared_glowplug.run("invoke", bundle, "--input", "event.json", "--event", "s3", *allow)
            assert '"label":"red"' in done.stdout.replace("\\", "").replace(" ", ""), done.stdout
        finally:
            del shared_glowplug.environment["AWS_ENDPOINT_URL"]


def test_a_server_that_ends_answers_what_it_fetches(shared_glowplug, bundle, web):
    with started(shared_glowplug, bundle, "serve", [f"http://127.0.0.1:{web.port}"]) as running:
        answers = []
        thread = threading.Thread(target=lambda: answers.append(ask(running, {"url": f"{web.url}/slow?seconds=1.5"})))
        thread.start()
        programs.wait_until(lambda: running.metric("glowplug_open_requests") == 1, "it is under way")
        running.stop()
        thread.join()
        assert answers[0].status_code == 400 and "not a picture" in answers[0].text  # drained: "late" is no picture
