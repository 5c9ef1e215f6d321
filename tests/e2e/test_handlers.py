"""Declarative handlers: files and records as callers send them, through HTTP, from the gateway and from the handler alone."""
import base64
import concurrent.futures
import io
import json
import os
import signal
import struct
import wave
import zlib

import numpy as np
import pytest
import requests
from PIL import Image

from harness import programs

SPECS = {
    "colors": {"input": {"type": "image", "mode": "pil", "resize": {"width": 8, "height": 8, "filter": "box"}, "orientation": "apply"},
               "output": {"type": "label", "labels": ["red", "green", "blue"]}},
    "boxes": {"input": {"type": "image", "mode": "pil", "resize": {"width": 8, "height": 8, "filter": "box"}, "rescale": "1/255"},
              "output": {"type": "boxes", "boxes": "boxes", "scores": "scores", "labels": ["cat", "dog"]}},
    "words": {"input": {"type": "text", "pooling": "mean"}, "output": {"type": "embedding"}},
    "loud": {"input": {"type": "audio", "sample_rate": 8000, "tensor": "chunk", "chunk": 8, "state": {"before": "after"}, "max_seconds": 1},
             "output": {"type": "series", "tensor": "total", "label": "loud", "threshold": 1}},
    "plan": {"input": {"type": "table", "columns": [{"name": "plan", "categories": ["basic", "full"]},
                                                    {"name": "months", "minimum": 1, "maximum": 60, "default": 12}]},
             "output": {"type": "number"}},
    "iris": {"input": {"type": "table", "columns": [*({"name": name, "minimum": 0, "maximum": 100} for name in
                                                      ("sepal_length", "sepal_width", "petal_length")), {"name": "petal_width", "default": 0.2}]},
             "output": {"type": "label", "tensor": "probabilities", "labels": ["setosa", "versicolor", "virginica"]}},
    "raw": {"input": {"type": "bytes", "begin": 4, "end": 0}, "output": {"type": "number"}},
}
MODELS = {"raw": "identity_int32"}
VOCABULARY = ["[PAD]", "[UNK]", "one", "two", "three", "four"]
TOKENIZER = {
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": {"type": "Lowercase"}, "post_processor": None, "decoder": None,
    "pre_tokenizer": {"type": "Whitespace"}, "model": {"type": "WordLevel", "vocab": {word: i for i, word in enumerate(VOCABULARY)}, "unk_token": "[UNK]"}}


def export_all(glowplug):
    bundles = {}
    (glowplug.home / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    for name, spec in SPECS.items():
        file = glowplug.home / f"{name}.json"
        file.write_text(json.dumps(spec))
        bundles[name] = glowplug.export(f"{MODELS.get(name, name)}.onnx", name, "--handler", file)
    return bundles


@pytest.fixture(scope="module")
def bundles(shared_glowplug):
    return export_all(shared_glowplug)


@pytest.fixture(scope="module", params=["gateway", "handler"])
def servers(request, shared_glowplug, bundles):
    """The server of each function."""
    if request.param == "gateway":
        with programs.serve(shared_glowplug, *bundles.values()) as server:
            yield dict.fromkeys(bundles, server)
    else:
        running = {name: programs.handler(shared_glowplug, bundle) for name, bundle in bundles.items()}
        yield running
        for server in running.values():
            server.stop()


def ask(servers, function, body, content_type="", **headers):
    """(status, text)"""
    if content_type:
        headers["content-type"] = content_type
    answer = servers[function].post(f"/predict/{function}", data=body, headers=headers)
    return answer.status_code, answer.text


def predictions(servers, function, body, content_type="", **headers):
    status, text = ask(servers, function, body, content_type, **headers)
    assert status == 200, text
    return json.loads(text)["predictions"]


def picture(color, size=(16, 16)):
    return Image.new("RGB", size, color)


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def form(*files):
    """(body, content type) of a form with files [(field, file name, type, bytes)]."""
    request = requests.Request("POST", "http://x/", files=[(field, (name, content, kind)) for field, name, kind, content in files]).prepare()
    return request.body, request.headers["content-type"]


def wav(samples, rate=8000, channels=1):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.asarray(samples, "<i2").tobytes())
    return buffer.getvalue()


RED, GREEN, BLUE = (encoded(picture(color)) for color in ("#f00", "#0f0", "#00f"))


def label(prediction):
    return prediction["label"], round(prediction["score"])


@pytest.mark.parametrize("kind, options", [("PNG", {}), ("BMP", {}), ("GIF", {}), ("WEBP", {"lossless": True}), ("JPEG", {"quality": 100})])
def test_pictures_of_every_format(servers, kind, options):
    content = encoded(picture((10, 200, 30)), kind, **options)
    for content_type in (f"image/{kind.lower()}", "application/octet-stream", ""):
        (found,) = predictions(servers, "colors", content, content_type)
        assert found["label"] == "green" and abs(found["score"] - 200) <= 3


def test_pictures_in_a_form(servers):
    body, content_type = form(("image", "a.png", "image/png", RED), ("image", "b.jpg", "image/jpeg", encoded(picture("#00f"), "JPEG")))
    red, blue = predictions(servers, "colors", body, content_type)
    assert label(red) == ("red", 255) and blue["label"] == "blue"


@pytest.mark.parametrize("record", [
    lambda b: b, lambda b: {"image": b}, lambda b: {"b64": b}, lambda b: {"image": {"b64": b}}, lambda b: {"image_bytes": {"b64": b}}, lambda b: {"data": b},
    lambda b: {"image": f"data:image/png;base64,{b}"}, lambda b: f"data:image/png;base64,{b}", lambda b: {"inputs": b}])
def test_pictures_in_json(servers, record):
    red, green = (base64.b64encode(one).decode() for one in (RED, GREEN))
    body = record(red)
    assert [label(one) for one in predictions(servers, "colors", json.dumps(body), "application/json")] == [("red", 255)]
    several = [record(green), record(red)]
    for wrapped in (several, {"instances": several}, {"inputs": several}):
        assert [label(one) for one in predictions(servers, "colors", json.dumps(wrapped), "application/json")] == [("green", 255), ("red", 255)]


def test_orientation_is_applied(servers):
    half = picture("#000", (16, 8))
    half.paste("#f00", (0, 0, 8, 8))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    (found,) = predictions(servers, "colors", encoded(half, "JPEG", quality=95, exif=exif.tobytes()), "image/jpeg")
    assert found["label"] == "red" and abs(found["score"] - 127.5) <= 4


def test_boxes_are_of_the_picture_that_was_sent(servers):
    (found,) = predictions(servers, "boxes", encoded(picture("#fff", (160, 80))), "image/png")
    assert [(one["label"], one["score"]) for one in found] == [("cat", 0.75), ("dog", 0.625)]  # the second box overlaps the first
    assert found[0]["box"] == pytest.approx([0, 0, 80, 40]) and found[1]["box"] == pytest.approx([80, 20, 160, 80])
    (none,) = predictions(servers, "boxes", encoded(picture("#000", (160, 80))), "image/png")
    assert none == []


def test_texts(servers):
    assert predictions(servers, "words", "One three", "text/plain; charset=utf-8") == [[3, 1]]
    assert predictions(servers, "words", '"one three"', "application/json") == [[3, 1]]
    assert predictions(servers, "words", '{"text": "two"}', "application/json") == [[3, 1]]
    assert predictions(servers, "words", '{"inputs": "four four"}', "application/json") == [[5, 1]]
    texts = ["one", "two three four four", "nonsense one", "four"]
    together = predictions(servers, "words", json.dumps(texts), "application/json")
    assert together == [predictions(servers, "words", json.dumps(text), "application/json")[0] for text in texts] == [[2, 1], [4.25, 1], [1.5, 1], [5, 1]]
    body, content_type = form(("file", "a.txt", "text/plain", b"one"), ("file", "b.txt", "text/plain", b"four"))
    assert predictions(servers, "words", body, content_type) == [[2, 1], [5, 1]]


def test_sounds(servers):
    samples = np.zeros(20)
    samples[3], samples[10], samples[19] = 16384, -8192, 16384
    (found,) = predictions(servers, "loud", wav(samples), "audio/wav")
    assert found == {"loud": True, "score": 1.25, "scores": [0.5, 0.75, 1.25]}
    (quiet,) = predictions(servers, "loud", wav(np.zeros(8)), "audio/wav")
    assert quiet == {"loud": False, "score": 0, "scores": [0]}
    stereo = np.zeros((8, 2))
    stereo[2] = 16384, 0
    body, content_type = form(("audio", "a.wav", "audio/wav", wav(stereo.ravel(), channels=2)), ("file", "b.wav", "audio/wav", wav(samples)))
    assert [one["score"] for one in predictions(servers, "loud", body, content_type)] == [0.25, 1.25]


def test_bytes(servers):
    assert predictions(servers, "raw", b"ab\x00\xffcd", "application/octet-stream") == [[97, 98, 0, 255]]
    assert predictions(servers, "raw", json.dumps({"bytes": base64.b64encode(b"a").decode()}), "application/json") == [[97, 0, 0, 0]]


TABLES = {
    "header": ("text/csv", "plan,months\nfull,2\nbasic,1\n"),
    "header in another order": ("text/csv", "months,plan\n2,full\n1,basic\n"),
    "no header": ("text/csv", "full,2\nbasic,1\n"),
    "said to have none": ("text/csv; header=absent", "full,2\nbasic,1\n"),
    "quoted": ("text/csv; charset=utf-8; header=present", '"plan","months"\r\n"full","2"\r\n"basic","1"\r\n'),
    "byte order mark": ("text/csv", "\ufeffplan,months\nfull,2\nbasic,1"),
    "records": ("application/json", '[{"plan": "full", "months": 2}, {"months": 1, "plan": "basic"}]'),
    "instances": ("application/json", '{"instances": [{"plan": "full", "months": 2}, {"plan": "basic", "months": 1.0}]}'),
    "lists": ("application/json", '[["full", 2], ["basic", 1]]'),
    "split": ("application/json", '{"dataframe_split": {"index": [0, 1], "columns": ["months", "plan"], "data": [[2, "full"], [1, "basic"]]}}'),
    "bare split": ("application/json", '{"columns": ["months", "plan"], "data": [[2, "full"], [1, "basic"]]}'),
    "dataframe_records": ("application/json", '{"dataframe_records": [{"plan": "full", "months": 2}, {"plan": "basic", "months": 1}]}'),
}


@pytest.mark.parametrize("kind", TABLES)
def test_tables(servers, kind):
    content_type, body = TABLES[kind]
    assert predictions(servers, "plan", body.encode(), content_type) == [25, 5]
    status, text = ask(servers, "plan", body.encode(), content_type, accept="text/csv")
    assert (status, text) == (200, "prediction\n25\n5\n")


def test_names_for_the_elements_of_one_wide_input(servers):
    csv = "petal_length,sepal_length,sepal_width,petal_width\n1.4,5.1,3.5,0.2\n6.0,6.3,3.3,2.5\n"
    assert [one["label"] for one in predictions(servers, "iris", csv, "text/csv")] == ["setosa", "virginica"]
    split = {"dataframe_split": {"columns": ["sepal_length", "sepal_width", "petal_length"], "data": [[5.1, 3.5, 1.4]]}}
    for body, label in [(split, "setosa"), ([6.3, 3.3, 6, 2.5], "virginica"), ([[6.3, 3.3, 6, 2.5]], "virginica"),
                        ({"sepal_length": 6.3, "sepal_width": 3.3, "petal_length": 6, "petal_width": 2.5}, "virginica")]:
        assert [one["label"] for one in predictions(servers, "iris", json.dumps(body), "application/json")] == [label]
    status, text = ask(servers, "iris", csv, "text/csv", accept="text/csv")
    assert status == 200 and [line.split(",")[0] for line in text.splitlines()] == ["label", "setosa", "virginica"]


def test_a_value_that_is_missing_has_its_default(servers):
    for content_type, body in [("text/csv", "plan\nbasic\n"), ("text/csv", "plan,months\nbasic,\n"), ("application/json", '{"plan": "basic"}'),
                               ("application/json", '[{"plan": "basic", "months": null}]')]:
        assert predictions(servers, "plan", body, content_type) == [60]


def test_answers_as_csv(servers):
    body, content_type = form(("image", "a", "image/png", RED), ("image", "b", "image/png", BLUE))
    assert ask(servers, "colors", body, content_type, accept="text/csv") == (200, "label,score\nred,255\nblue,255\n")
    assert predictions(servers, "colors", body, content_type, accept="application/json, text/csv")[0]["label"] == "red"
    status, text = ask(servers, "boxes", RED, "image/png", accept="text/csv")
    assert (status, text) == (501, '{"error":"detections have no form as CSV; ask for JSON"}')


def huge_png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


JPEG = encoded(picture("#123456", (64, 64)), "JPEG")
JSON, CSV, PNG, TEXT, WAV = "application/json", "text/csv", "image/png", "text/plain", "audio/wav"
BAD = json.loads((programs.HERE.parent / "bad_input" / "handlers.json").read_text())  # name: [status, text]
BODIES = {
    # name: (function, content type, body)
    "truncated JPEG": ("colors", "image/jpeg", JPEG[:300]),
    "JPEG of two bytes": ("colors", "image/jpeg", b"\xff\xd8"),
    "truncated PNG": ("colors", PNG, RED[:60]),
    "PNG of 50,000 x 50,000": ("colors", PNG, huge_png(50000, 50000)),
    "no picture": ("colors", PNG, b"This is a text."),
    "PDF": ("colors", "application/pdf", b"%PDF-1.4\n"),
    "SVG": ("colors", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "TIFF": ("colors", "image/tiff", b"II*\x00\x08\x00\x00\x00"),
    "no body": ("colors", PNG, b""),
    "base64 with a bang": ("colors", JSON, b'{"image": "iVBOR!!"}'),
    "base64 cut off": ("colors", JSON, b'["iVBORw0KGgo="]'),
    "data URL without base64": ("colors", JSON, b'{"image": "data:image/png,abc"}'),
    "image_url": ("colors", JSON, b'{"image_url": "http://169.254.169.254/latest/meta-data"}'),
    "OpenAI's image_url": ("colors", JSON, b'[{"image": {"url": "file:///etc/passwd"}}]'),
    "number as a picture": ("colors", JSON, b"[1]"),
    "object without a picture": ("colors", JSON, b'{"picture": "abc"}'),
    "no records": ("colors", JSON, b"[]"),
    "broken JSON": ("colors", JSON, b'{"image": '),
    "1001 records": ("colors", JSON, json.dumps(["AA=="] * 1001).encode()),
    "form without a boundary": ("colors", "multipart/form-data", b"--x\r\n"),
    "form cut off": ("colors", "multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nabc'),
    "form without a file": ("colors", "multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nabc\r\n--x--\r\n'),
    "second file is no picture": ("colors", *reversed(form(("image", "a.png", PNG, RED), ("image", "b.png", PNG, b"text")))),
    "third record is no picture": ("colors", JSON, json.dumps([base64.b64encode(one).decode() for one in (RED, RED, b"no")]).encode()),
    "empty text": ("words", TEXT, b""),
    "broken UTF-8": ("words", TEXT, b"one \xff two"),
    "latin-1": ("words", "text/plain; charset=latin-1", b"one"),
    "picture as a text": ("words", PNG, RED),
    "number as a text": ("words", JSON, b'{"text": 5}'),
    "pair of texts": ("words", JSON, b'{"text": "one", "text_pair": "two"}'),
    "lone surrogate": ("words", JSON, b'["\\ud800"]'),
    "1001 texts": ("words", JSON, json.dumps(["one"] * 1001).encode()),
    "no sound": ("loud", WAV, b"This is a text."),
    "WAV cut off": ("loud", WAV, wav(np.zeros(8))[:20]),
    "WAV without samples": ("loud", WAV, wav([])),
    "WAV of another rate": ("loud", WAV, wav(np.zeros(8), rate=44100)),
    "WAV of 1.5 s": ("loud", WAV, wav(np.zeros(12000))),
    "MP3": ("loud", "audio/mpeg", b"ID3\x04\x00\x00\x00\x00\x00\x00"),
    "CSV with a quote inside": ("plan", CSV, b'plan,months\nba"sic,2\n'),
    "CSV with a quote left open": ("plan", CSV, b'plan,months\n"basic,2\n'),
    "CSV with an end of line in a value": ("plan", CSV, b'plan,months\n"ba\nsic",2\n'),
    "CSV with a formula": ("plan", CSV, b"plan,months\n=cmd|' /C calc'!A0,2\n"),
    "CSV with NaN": ("plan", CSV, b"plan,months\nbasic,nan\n"),
    "CSV with infinity": ("plan", CSV, b"plan,months\nbasic,inf\n"),
    "CSV with a text for a number": ("plan", CSV, b"plan,months\nbasic,two\n"),
    "CSV below the minimum": ("plan", CSV, b"plan,months\nbasic,0\n"),
    "CSV of an unknown category": ("plan", CSV, b"plan,months\ngold,2\n"),
    "CSV without a column": ("plan", CSV, b"months\n2\n"),
    "CSV with another column": ("plan", CSV, b"plan,months,year\nbasic,2,2020\n"),
    "CSV with a misspelt column": ("plan", CSV, b"plan,month\nbasic,2\n"),
    "CSV with a column twice": ("plan", CSV, b"plan,months,plan\nbasic,2,full\n"),
    "CSV with a row too short": ("plan", CSV, b"plan,months\nbasic\n"),
    "CSV without rows": ("plan", CSV, b"plan,months\n"),
    "CSV of too many columns without names": ("plan", CSV, b"basic,2,3\n"),
    "CSV without anything": ("plan", CSV, b""),
    "CSV in latin-1": ("plan", "text/csv; charset=iso-8859-1", b"plan,months\nbasic,2\n"),
    "CSV that is no UTF-8": ("plan", CSV, b"plan,months\nb\xe4sic,2\n"),
    "record with NaN": ("plan", JSON, b'{"plan": "basic", "months": NaN}'),
    "record with a text for a number": ("plan", JSON, b'{"plan": "basic", "months": "2"}'),
    "record with true for a number": ("plan", JSON, b'{"plan": "basic", "months": true}'),
    "record with an unknown key": ("plan", JSON, b'[{"plan": "basic", "months": 2}, {"plan": "basic", "month": 2}]'),
    "record without a needed key": ("plan", JSON, b'{"months": 2}'),
    "record that is a number": ("plan", JSON, b"[3]"),
    "split with a short row": ("plan", JSON, b'{"columns": ["plan", "months"], "data": [["basic"]]}'),
    "key twice": ("plan", JSON, b'{"plan": "basic", "plan": "full"}'),
    "no records of a table": ("plan", JSON, b"[]"),
    "picture as a table": ("plan", PNG, RED),
    "XML": ("plan", "application/xml", b"<plan/>"),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_wrong_is_told(servers, name):
    function, content_type, body = BODIES[name]
    status, text = ask(servers, function, body, content_type)
    assert [status, json.loads(text)["error"]] == BAD[name]
    assert servers[function].process.poll() is None


def test_every_caller_gets_its_own_answer(servers, count=64):
    """Distinct pictures, texts and rows at once: batches may mix them, answers never."""
    def ask_for(number):
        found, = predictions(servers, "colors", encoded(picture((number, 0, 3))), PNG)
        words = " ".join(["one", "two", "three", "four"][:1 + number % 4])
        text, = predictions(servers, "words", json.dumps([words]), JSON)
        row, = predictions(servers, "plan", f"plan,months\nfull,{1 + number % 60}\n", CSV)
        sound, = predictions(servers, "loud", wav([number * 64] + [0] * 7), WAV)
        return found["score"], text[0], row, sound["score"]
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(ask_for, range(count * 4)))
    for number, answer in enumerate(answers):
        expected = (max(number, 3), sum(range(2, 3 + number % 4)) / (1 + number % 4), 12.5 * (1 + number % 60), number * 64 / 32768)
        assert answer == pytest.approx(expected, rel=1e-6)


def test_a_mistake_in_one_event_is_nobody_elses(servers):
    bodies = [RED, b"no picture", GREEN, JPEG[:300]] * 12
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda body: ask(servers, "colors", body, PNG), bodies))
    assert [status for status, _ in answers] == [200, 400, 200, 400] * 12
    assert all(json.loads(text)["predictions"][0]["label"] == ("red", "", "green")[place % 4] for place, (status, text) in enumerate(answers) if status == 200)


def test_refusals_are_counted_and_logged(servers):
    server = servers["colors"]
    status = {"function": "colors", "code": "400"}
    name = "glowplug_requests_total"
    before = server.metric(name, **status)
    answer = server.post("/predict/colors", data=b"no picture", headers={"content-type": PNG, "x-request-id": "refused-1"})
    assert answer.status_code == 400 and answer.headers["x-request-id"] == "refused-1"
    assert server.metric(name, **status) == before + 1
    line = programs.wait_until(lambda: [line for line in server.events("request") if line["request_id"] == "refused-1"], "its line in the access log")[0]
    assert line["status"] == 400 and line["error"] == answer.json()["error"]


def test_an_event_is_tried_again_when_its_instance_dies(glowplug):
    """One is killed while it decodes: no caller sees it. (Whoever loses two instances is told so.)"""
    file = glowplug.home / "colors.json"
    file.write_text(json.dumps(SPECS["colors"]))
    bundle = glowplug.export("colors.onnx", "colors", "--handler", file)
    large = encoded(Image.effect_noise((2000, 2000), 100).convert("RGB"), "JPEG")
    with programs.serve(glowplug, bundle, "--timeout", "30s") as server, concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, {"colors": server}, "colors", large, "image/jpeg") for _ in range(40)]
        victim = programs.wait_until(lambda: server.instances(), "an instance is at work")[0]
        os.kill(victim, signal.SIGKILL)
        assert [future.result()[0] for future in asked] == [200] * 40
        assert len(server.events("instance_lost")) == 1


def test_a_sample_that_is_answered_otherwise_than_at_export_is_told(glowplug):
    file = glowplug.home / "colors.json"
    file.write_text(json.dumps(SPECS["colors"]))
    bundle = glowplug.export("colors.onnx", "colors", "--handler", file)
    with programs.serve(glowplug, bundle) as server:
        assert ask({"colors": server}, "colors", RED, PNG)[0] == 200
        assert not server.events("sample_event_differs")
    record = json.loads((bundle / "records/event.json").read_text())
    record["answer"]["body"] = '{"predictions":[{"label":"pink","score":1.0}]}'
    (bundle / "records/event.json").write_text(json.dumps(record))
    with programs.serve(glowplug, bundle) as server:
        assert ask({"colors": server}, "colors", RED, PNG)[0] == 200
        (differs,) = server.events("sample_event_differs")
        assert "pink" in differs["reason"]
