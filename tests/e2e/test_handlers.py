"""Pictures and tables as users send them, to `serve` and to the handler alone."""
import base64
import concurrent.futures
import io
import json

import pytest
from PIL import Image

from harness import programs

COLORS = {"input": {"type": "image", "mode": "torchvision", "resize": {"width": 8, "height": 8}},
          "output": {"type": "label", "labels": ["red", "green", "blue"]}}
COLUMNS = {"input": {"type": "table", "columns": [{"name": name, "minimum": 0, "maximum": 100} for name in ("sepal_length", "sepal_width", "petal_length")] +
                     [{"name": "petal_width", "default": 0.2}]},
           "output": {"type": "label", "tensor": "probabilities", "labels": ["setosa", "versicolor", "virginica"]}}


def picture(color, kind="PNG", size=(40, 30), **options):
    to = io.BytesIO()
    Image.new("RGB", size, color).save(to, kind, **options)
    return to.getvalue()


@pytest.fixture(scope="module", params=["serve", "handler"])
def server(shared_glowplug, request):
    """A place that answers for `colors` or `iris`."""
    bundles = {}
    for name, model, spec in (("colors", "colors.onnx", COLORS), ("iris", "iris.onnx", COLUMNS)):
        bundles[name] = shared_glowplug.home / f"{name}.glow"
        if not bundles[name].exists():
            (shared_glowplug.home / f"{name}.json").write_text(json.dumps(spec))
            shared_glowplug.export(model, name, "--handler", shared_glowplug.home / f"{name}.json")
    if request.param == "serve":
        with programs.serve(shared_glowplug, *bundles.values()) as running:
            yield dict.fromkeys(bundles, running)
    else:
        running = {name: programs.handler(shared_glowplug, bundle) for name, bundle in bundles.items()}
        yield running
        for one in running.values():
            one.stop()


def ask(server, function, body, content_type, **headers):
    return server[function].post(f"/predict/{function}", data=body, headers={"content-type": content_type, **headers})


def label_of(answer):
    assert answer.status_code == 200, answer.text
    return [one["label"] for one in answer.json()["predictions"]]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_a_picture_of_every_kind(server, kind):
    for color, name in (((250, 10, 10), "red"), ((0, 200, 0), "green"), ((20, 20, 255), "blue")):
        answer = ask(server, "colors", picture(color, kind), f"image/{kind.lower()}")
        assert label_of(answer) == [name]
        assert answer.json()["predictions"][0]["score"] == pytest.approx(max(color) / 255, abs=0.02)


def test_a_form_base64_and_a_data_url(server):
    red, blue = picture("red"), picture("blue", "JPEG")
    form = server["colors"].post("/predict/colors", files=[("file", ("r.png", red, "image/png")), ("file", ("b.jpg", blue, "image/jpeg"))])
    assert label_of(form) == ["red", "blue"]
    text = base64.b64encode(red).decode()
    for body in ([text], {"image": text}, {"instances": [{"b64": text}]}, {"image": f"data:image/png;base64,{text}"}):
        assert label_of(ask(server, "colors", json.dumps(body), "application/json")) == ["red"], body


def test_bad_pictures_are_told_why(server):
    jpeg = picture("red", "JPEG", (400, 300))
    huge = bytearray(picture("red"))
    huge[16:24] = (50000).to_bytes(4, "big") * 2
    import zlib
    huge[29:33] = zlib.crc32(huge[12:29]).to_bytes(4, "big")
    for body, content_type, status, text in (
            (jpeg[:len(jpeg) // 2], "image/jpeg", 400, "JPEG"), (bytes(huge), "image/png", 413, "pixels"),
            (b"hello", "image/png", 400, "not a picture of a known kind"), (b"", "image/png", 400, "the body is empty"),
            (b'{"image": "?"}', "application/json", 400, "base64"), (b"[", "application/json", 400, "JSON"),
            (b'{"image_url": "http://10.0.0.1/a.png"}', "application/json", 403, "not fetched here"),
            (b"x", "multipart/form-data", 400, "boundary"),
            (json.dumps(["a"] * 1001).encode(), "application/json", 413, "1001 inputs")):
        answer = ask(server, "colors", body, content_type)
        assert answer.status_code == status, (body[:40], answer.text)
        assert text in answer.json()["error"], answer.text
    assert label_of(ask(server, "colors", jpeg, "image/jpeg")) == ["red"]


def test_everybody_gets_the_answer_to_his_own_picture(server):
    shades = [(4 * i, 255 - 3 * i, 40) for i in range(64)]
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda shade: ask(server, "colors", picture(shade), "image/png"), shades))
    for shade, answer in zip(shades, answers):
        best = max(range(3), key=lambda i: shade[i])
        assert label_of(answer) == [["red", "green", "blue"][best]]
        assert answer.json()["predictions"][0]["score"] == pytest.approx(shade[best] / 255, abs=1e-5)


def test_a_table_by_names(server):
    csv = "petal_length,sepal_length,sepal_width,petal_width\n1.4,5.1,3.5,0.2\n6.0,6.3,3.3,2.5\n"
    assert label_of(ask(server, "iris", csv, "text/csv")) == ["setosa", "virginica"]
    split = {"dataframe_split": {"columns": ["sepal_length", "sepal_width", "petal_length"], "data": [[5.1, 3.5, 1.4]]}}
    assert label_of(ask(server, "iris", json.dumps(split), "application/json")) == ["setosa"]
    assert label_of(ask(server, "iris", '{"sepal_length": 6.3, "sepal_width": 3.3, "petal_length": 6, "petal_width": 2.5}', "application/json")) == ["virginica"]
    answer = ask(server, "iris", csv, "text/csv", accept="text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert [line.split(",")[0] for line in answer.text.splitlines()] == ["label", "setosa", "virginica"]


@pytest.mark.parametrize("body,text", [
    ("sepal_length,sepal_width\n1,2\n", 'lacks the column "petal_length"'), ("sepal_length,sepal_width,petal_length,color\n1,2,3,4\n", 'unknown column "color"'),
    ("sepal_length,sepal_width,petal_length\n1,2,101\n", "expected 0 to 100"), ("sepal_length,sepal_width,petal_length\n1,x,3\n", "expected a number"),
    ("sepal_length,sepal_width,petal_length\n1,nan,3\n", "NaN"), ('sepal_length,"sepal\n', "not CSV"), ("", "empty"), ("1,2\n", "2 columns without names")])
def test_bad_tables_are_told_why(server, body, text):
    answer = ask(server, "iris", body, "text/csv")
    assert answer.status_code == 400 and text in answer.json()["error"], answer.text


def test_refusals_are_counted_and_logged(server):
    before = server["colors"].metric("glowplug_requests_total", function="colors", code="400")
    assert ask(server, "colors", b"hello", "image/png").status_code == 400
    assert server["colors"].metric("glowplug_requests_total", function="colors", code="400") == before + 1
    programs.wait_until(lambda: any(one["status"] == 400 and "known kind" in one.get("error", "") for one in server["colors"].events("request")),
                        "the refusal is in the access log")


def test_invoke_runs_the_same_code(shared_glowplug):
    bundle = shared_glowplug.home / "colors.glow"
    if not bundle.exists():
        (shared_glowplug.home / "colors.json").write_text(json.dumps(COLORS))
        shared_glowplug.export("colors.onnx", "colors", "--handler", shared_glowplug.home / "colors.json")
    (shared_glowplug.home / "blue.png").write_bytes(picture("blue"))
    done = shared_glowplug.run("invoke", bundle, "--input", "blue.png", "--trace", "--json")
    value = json.loads(done.stdout)
    assert value["answer"]["predictions"][0]["label"] == "blue"
    assert [stage["stage"] for stage in value["trace"]] == ["load", "decode", "resize", "normalize", "run", "answer"]
    event = {"version": "2.0", "requestContext": {"http": {"method": "POST"}, "requestId": "r"}, "headers": {"content-type": "image/png"},
             "body": base64.b64encode(picture("red")).decode(), "isBase64Encoded": True}
    (shared_glowplug.home / "event.json").write_text(json.dumps(event))
    value = json.loads(shared_glowplug.run("invoke", bundle, "--input", "event.json", "--event", "apigw-v2").stdout)
    assert value["statusCode"] == 200 and json.loads(value["body"])["predictions"][0]["label"] == "red"
    (shared_glowplug.home / "no.png").write_text("no picture")
    assert shared_glowplug.run("invoke", bundle, "--input", "no.png", check=False).returncode == 1
    event["body"] = base64.b64encode(b"no picture").decode()
    (shared_glowplug.home / "event.json").write_text(json.dumps(event))
    refused = shared_glowplug.run("invoke", bundle, "--input", "event.json", "--event", "apigw-v2", check=False)
    assert refused.returncode == 1 and "not a picture of a known kind" in refused.stderr
    assert json.loads(refused.stdout)["statusCode"] == 400, "what the platform is given is shown all the same"


def test_tflite_metadata_prepare_pictures_and_name_classes(glowplug):
    folder = glowplug.home / "tflite"
    folder.mkdir()
    for name in ("colors.onnx", "colors.tflite"):
        (folder / name).write_bytes((programs.MODELS / name).read_bytes())
    if glowplug.user == "ordinary":
        folder.chmod(0o777)
    beside = glowplug.run("export", folder / "colors.onnx", "--output", "beside.glow")
    assert "colors.tflite: 3 class names" in beside.stdout and "image in, label out" in beside.stdout
    given = glowplug.run("export", programs.MODELS / "colors.onnx", "--handler", folder / "colors.tflite", "--output", "given.glow")
    assert "colors.tflite: 3 class names" in given.stdout
    (glowplug.home / "blue.png").write_bytes(picture("blue"))
    for bundle in ("beside.glow", "given.glow"):
        answer = json.loads(glowplug.run("invoke", bundle, "--input", "blue.png").stdout)
        assert answer["predictions"] == [{"label": "blue", "score": 1.0}], "(255 - 127.5) / 127.5"
    (folder / "colors.tflite").write_bytes(b"no model")
    refused = glowplug.run("export", folder / "colors.onnx", "--output", "no.glow", check=False)
    assert refused.returncode == 1 and "colors.tflite: it is no TensorFlow Lite model" in refused.stderr
