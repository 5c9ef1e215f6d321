"""invoke: one event without a server, plain and in the envelopes of platforms; export and up with handlers."""
import base64
import io
import json
import signal
import subprocess

import pytest
from PIL import Image

IMAGE = {"input": {"type": "image", "resize": {"width": 8, "height": 8}}, "output": {"type": "label", "labels": ["red", "green", "blue"]}}
COLUMNS = {"input": {"type": "table", "columns": [{"name": "plan"}, {"name": "months", "default": 12}]}, "output": {"type": "number"}}


def png(color):
    to = io.BytesIO()
    Image.new("RGB", (16, 16), color).save(to, "PNG")
    return to.getvalue()


def models(cli):
    return cli.installation.prefix / "models"


def export(cli, model, spec, name=None, code=0, **options):
    (cli.home / "handler.json").write_text(json.dumps(spec))
    return cli.run("export", models(cli) / f"{model}.onnx", "--name", name or model, "--handler", "handler.json", "--force", code=code, **options)


@pytest.fixture(scope="module")
def ready(shared_cli):
    """A place with colors.glow, plan.glow and files."""
    export(shared_cli, "colors", IMAGE)
    export(shared_cli, "plan", COLUMNS)
    (shared_cli.home / "red.png").write_bytes(png("#f00"))
    (shared_cli.home / "no.png").write_text("no picture")
    (shared_cli.home / "rows.csv").write_text("plan,months\nfull,2\nbasic,1\n")
    return shared_cli


def test_a_file(ready):
    done = ready.run("invoke", "colors.glow", "--input", "red.png")
    assert json.loads(done.stdout) == {"predictions": [{"label": "red", "score": 255}]} and not done.stderr
    assert json.loads(ready.run("invoke", "plan.glow", "-i", "rows.csv").stdout) == {"predictions": [25, 5]}
    assert ready.run("invoke", "plan.glow", "-i", "rows.csv", "--accept", "text/csv").stdout == "prediction\n25\n5\n"


def test_a_function_of_the_store(ready):
    ready.run("add", "plan.glow")
    value = ready.json("invoke", "plan", "-i", "rows.csv")
    assert (value["schema"], value["function"], value["answer"]) == ("glowplug.invoke/1", "plan", {"predictions": [25, 5]})
    assert json.loads(ready.run("invoke", "plan@1", "-i", "rows.csv").stdout) == {"predictions": [25, 5]}


def test_standard_input(ready):
    for content, more, expected in [('[{"plan": "full"}]', (), [150]), ("plan,months\nbasic,3\n", ("--content-type", "text/csv"), [15])]:
        for named in ((), ("--input", "-")):
            assert json.loads(ready.run("invoke", "plan.glow", *named, *more, input=content).stdout) == {"predictions": expected}


def test_trace(ready):
    done = ready.run("invoke", "colors.glow", "-i", "red.png", "--trace")
    assert json.loads(done.stdout)["predictions"][0]["label"] == "red"
    stages = [line.split()[0] for line in done.stderr.splitlines() if " ms " in line]
    assert stages == ["load", "decode", "resize", "normalize", "run", "answer"]
    assert "16x16x3" in done.stderr and "FP32[1,3,8,8]" in done.stderr and "255 255" in done.stderr
    value = ready.json("invoke", "colors.glow", "-i", "red.png", "--trace")
    assert [stage["stage"] for stage in value["trace"]] == stages
    assert all(stage["ms"] >= 0 for stage in value["trace"]) and value["trace"][-2]["shape"] == "scores FP32[1,3]"
    assert [one["stage"] for one in ready.json("invoke", "plan.glow", "-i", "rows.csv", "--trace")["trace"]] == ["load", "read", "run", "answer"]


def test_refused_events(ready):
    done = ready.run("invoke", "colors.glow", "-i", "no.png", code=1)
    assert done.stderr.startswith("error: status 400: the body: not a picture of a known kind") and not done.stdout
    assert ready.json("invoke", "colors.glow", "-i", "no.png", code=1)["error"]["code"] == "invalid_argument"
    assert "plan" in ready.run("invoke", "plan.glow", code=1, input="[{}]").stderr
    assert ready.json("invoke", "colors.glow", "-i", "nothing.png", code=1)["error"]["code"] == "not_found"
    assert ready.json("invoke", "nothing", "-i", "red.png", code=1)["error"]["code"] == "not_found"
    assert ready.json("invoke", "colors.glow", "--event", "sns", code=64)["error"]["code"] == "invalid_argument"
    assert ready.run("invoke", code=64).stderr.startswith("error:")


def body_of(content):
    """What a platform makes of a body."""
    return {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}


V1 = {"resource": "/{proxy+}", "path": "/predict/colors", "httpMethod": "POST", "headers": {"Content-Type": "image/png", "Accept": "*/*"},
      "multiValueHeaders": {"Content-Type": ["image/png"], "Accept": ["*/*"]}, "queryStringParameters": None, "multiValueQueryStringParameters": None,
      "pathParameters": {"proxy": "predict/colors"}, "stageVariables": None,
      "requestContext": {"accountId": "123456789012", "apiId": "abc", "resourceId": "r", "resourcePath": "/{proxy+}", "httpMethod": "POST",
                         "path": "/prod/predict/colors", "stage": "prod", "protocol": "HTTP/1.1", "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
                         "requestTimeEpoch": 1428582896000, "identity": {"sourceIp": "127.0.0.1", "accessKey": None}}}
V2 = {"version": "2.0", "routeKey": "$default", "rawPath": "/predict/colors", "rawQueryString": "", "headers": {"content-type": "image/png"},
      "requestContext": {"accountId": "123456789012", "apiId": "abc", "authentication": None, "domainName": "id.execute-api.us-east-1.amazonaws.com",
                         "domainPrefix": "id", "http": {"method": "POST", "path": "/predict/colors", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                                                        "userAgent": "agent"},
                         "requestId": "id", "routeKey": "$default", "stage": "$default", "time": "12/Mar/2020:19:03:58 +0000", "timeEpoch": 1583348638390}}
URL = {**V2, "requestContext": {**V2["requestContext"], "accountId": "anonymous", "domainName": "id.lambda-url.us-east-1.on.aws"}}
ALB = {"requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/t/6d0ecf831eec9f09"}},
       "httpMethod": "POST", "path": "/predict/colors", "queryStringParameters": {}, "headers": {"content-type": "image/png", "x-forwarded-for": "10.0.0.1"}}
ALB_MULTI = {**{key: value for key, value in ALB.items() if key != "headers"}, "multiValueHeaders": {"content-type": ["image/png"]}}


def event(ready, kind, payload, function="colors.glow", code=0):
    return json.loads(ready.run("invoke", function, "--event", kind, code=code, input=json.dumps(payload)).stdout)


@pytest.mark.parametrize("kind, payload", [("apigw-v1", V1), ("apigw-v2", V2), ("function-url", URL), ("alb", ALB), ("alb", ALB_MULTI)])
def test_events_of_http(ready, kind, payload):
    answer = event(ready, kind, {**payload, **body_of(png("#00f"))})
    assert json.loads(answer.pop("body")) == {"predictions": [{"label": "blue", "score": 255}]}
    headers = {"multiValueHeaders": {"content-type": ["application/json"]}} if payload is ALB_MULTI else {"headers": {"content-type": "application/json"}}
    more = {"statusDescription": "200 OK"} if kind == "alb" else {}
    assert answer == {"statusCode": 200, "isBase64Encoded": False, **headers, **more}
    refused = event(ready, kind, {**payload, **body_of(b"no picture")}, code=1)
    assert refused["statusCode"] == 400 and json.loads(refused["body"])["error"].startswith("the body: not a picture")
    empty = event(ready, kind, {**payload, "body": None, "isBase64Encoded": False}, code=1)
    assert empty["statusCode"] == 400 and json.loads(empty["body"]) == {"error": "the body is empty"}


def test_an_event_of_http_may_ask_for_csv(ready):
    headers = {"content-type": "text/csv", "accept": "text/csv"}
    answer = event(ready, "apigw-v2", {**V2, "headers": headers, "body": "plan,months\nfull,2\n", "isBase64Encoded": False}, "plan.glow")
    assert (answer["body"], answer["headers"]["content-type"].split(";")[0]) == ("prediction\n25\n", "text/csv")


def test_a_direct_event(ready):
    assert event(ready, "lambda", [{"plan": "full", "months": 2}], "plan.glow") == {"predictions": [25]}
    assert event(ready, "lambda", {"image": base64.b64encode(png("#0f0")).decode()}) == {"predictions": [{"label": "green", "score": 255}]}


def message(number, body, queue="jobs", **attributes):
    return {"messageId": f"m{number}", "receiptHandle": "handle", "body": body, "md5OfBody": "x", "eventSource": "aws:sqs", "awsRegion": "us-east-1",
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183", "SenderId": "A"},
            "messageAttributes": attributes, "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{queue}"}


@pytest.mark.parametrize("queue, failed", [("jobs", ["m1", "m3"]), ("jobs.fifo", ["m1", "m2", "m3"])])
def test_messages_of_a_queue(ready, queue, failed):
    bodies = ['{"plan": "full", "months": 2}', '{"plan": 5}', '[["basic", 1]]', '{"months": 3}']
    answer = event(ready, "sqs", {"Records": [message(number, body, queue) for number, body in enumerate(bodies)]}, "plan.glow", code=1)
    assert answer == {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}
    fine = message(0, "plan,months\nfull,2\n", queue, **{"content-type": {"dataType": "String", "stringValue": "text/csv"}})
    assert event(ready, "sqs", {"Records": [fine]}, "plan.glow") == {"batchItemFailures": []}


def test_objects_are_not_fetched_unless_allowed(ready):
    record = {"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventTime": "2019-09-03T19:37:27.192Z",
              "eventName": "ObjectCreated:Put", "userIdentity": {"principalId": "A"}, "requestParameters": {"sourceIPAddress": "10.0.0.1"},
              "s3": {"s3SchemaVersion": "1.0", "configurationId": "c", "bucket": {"name": "pictures", "ownerIdentity": {"principalId": "A"},
                                                                                "arn": "arn:aws:s3:::pictures"},
                     "object": {"key": "my+cat%21.png", "size": 5, "eTag": "x", "sequencer": "0"}}}
    assert event(ready, "s3", {"Records": [record]}, code=1) == [{"error": "s3://pictures/my cat!.png is not fetched: the function's setting fetch_hosts is empty"}]


def test_cloud_events(ready):
    cloud = {"specversion": "1.0", "id": "e-1", "source": "/tests", "type": "picture", "datacontenttype": "image/png",
             "data_base64": body_of(png("#f00"))["body"]}
    assert event(ready, "cloudevents", cloud) == {
        "specversion": "1.0", "id": "e-1-answer", "source": "glowplug", "type": "glowplug.prediction", "datacontenttype": "application/json",
        "data": {"predictions": [{"label": "red", "score": 255}]}}
    rows = {"specversion": "1.0", "id": "e-2", "source": "/tests", "type": "rows"}
    assert event(ready, "cloudevents", {**rows, "data": {"plan": "full", "months": 2}}, "plan.glow")["data"] == {"predictions": [25]}
    assert event(ready, "cloudevents", {**rows, "datacontenttype": "text/csv", "data": "plan\nbasic\n"}, "plan.glow")["data"] == {"predictions": [60]}
    refused = event(ready, "cloudevents", {**rows, "data": {"plan": 5}}, "plan.glow", code=1)
    assert refused["type"] == "glowplug.error" and "expected a text" in refused["data"]["error"]


@pytest.mark.parametrize("kind, payload, text", [
    ("apigw-v2", {"body": "x"}, "requestContext"), ("sqs", {"Records": []}, "Records"), ("sqs", {"Records": [{"body": "x"}]}, "messageId"),
    ("s3", {"Records": [{"s3": {}}]}, "s3.bucket.name"), ("cloudevents", {"specversion": "1.0", "id": "1", "source": "s"}, "type"),
    ("cloudevents", {"specversion": "0.3", "id": "1", "source": "s", "type": "t"}, "1.0"),
    ("apigw-v1", {**V1, "body": "a?", "isBase64Encoded": True}, "base64"), ("alb", {**ALB, "body": 5}, "string")])
def test_envelopes_of_another_kind(ready, kind, payload, text):
    done = ready.run("invoke", "colors.glow", "--event", kind, code=1, input=json.dumps(payload))
    assert text in done.stderr and not done.stdout
    assert ready.run("invoke", "colors.glow", "--event", kind, code=1, input="{").stderr.startswith("error:")


@pytest.mark.parametrize("model, change, text", [
    ("colors", {"input": {"type": "picture"}}, "input.type"), ("colors", {"input": {"type": "image", "resise": 8}}, "resise"),
    ("colors", {"input": {"type": "image"}}, "input.resize"), ("colors", {"input": {"type": "image", "resize": {"width": 9, "height": 8}}}, "[1,3,8,9]"),
    ("colors", {"output": {"type": "label", "labels": "nothing.txt"}}, "nothing.txt"), ("colors", {"output": {"type": "label", "top": 0}}, "output.top"),
    ("colors", {"output": {"type": "label", "tensor": "logits"}}, "output.tensor"), ("colors", {"outputs": {}}, "outputs"),
    ("colors", {"input": {"type": "audio", "sample_rate": 8000}}, "picture"), ("colors", {"input": {"type": "text"}}, "tokenizer.json"),
    ("plan", {"input": {"type": "table", "columns": [{"name": "plan"}]}}, "2 columns"),
    ("plan", {"input": {"type": "table", "columns": [{"name": "plan"}, {"name": "month"}]}}, "month"),
    ("plan", {"input": {"type": "table", "columns": [{"name": "plan"}, {"name": "months", "type": "float"}]}}, "input.columns[1].type"),
    ("plan", {"input": {"type": "table", "columns": [{"name": "plan"}, {"name": "months", "default": "x"}]}}, "input.columns[1].default"),
    ("colors", {"output": {"type": "label", "labels": ["red", "green"]}}, "output.labels has 2 names"),
    ("colors", {"output": {"type": "label", "labels": 3}}, "output.labels must be a list of names")])
def test_specs_that_export_refuses(cli, model, change, text):
    spec = {**(IMAGE if model == "colors" else COLUMNS), **change}
    done = export(cli, model, spec, code=1)
    assert text in done.stderr and done.stderr.startswith("error:") and not done.stdout, done.stderr
    assert not (cli.home / f"{model}.glow").exists()


def test_files_of_handlers_that_export_refuses(cli):
    (cli.home / "bad.yaml").write_text("input: {type: image\n")
    done = cli.run("export", models(cli) / "colors.onnx", "--handler", "bad.yaml", code=1)
    assert "bad.yaml" in done.stderr
    (cli.home / "empty.yaml").write_text("# nothing yet\n")
    assert "empty.yaml says nothing of a handler" in cli.run("export", models(cli) / "colors.onnx", "--handler", "empty.yaml", code=1).stderr
    assert "nothing.yaml" in cli.run("export", models(cli) / "colors.onnx", "--handler", "nothing.yaml", code=1).stderr


def test_files_beside_the_model(cli):
    folder = cli.home / "found"
    folder.mkdir()
    (folder / "model.onnx").write_bytes((models(cli) / "colors.onnx").read_bytes())
    config = {"image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"width": 8, "height": 8}, "resample": 2, "do_rescale": True,
              "rescale_factor": 1 / 255, "do_normalize": False}
    (folder / "preprocessor_config.json").write_text(json.dumps(config))
    (folder / "index_to_name.json").write_text(json.dumps({"0": ["n1", "red"], "1": ["n2", "green"], "2": ["n3", "blue"]}))
    value = cli.json("export", folder / "model.onnx", "-o", "a.glow")
    assert value["handler"]["input"]["type"] == "image" and value["handler"]["output"]["type"] == "label"
    assert [line.split(":")[0] for line in value["handler_found"]] == ["preprocessor_config.json", "index_to_name.json"]
    (cli.home / "green.png").write_bytes(png("#0f0"))
    (found,) = json.loads(cli.run("invoke", "a.glow", "-i", "green.png").stdout)["predictions"]
    assert found["label"] == "green"
    plain = cli.json("export", models(cli) / "colors.onnx", "-o", "b.glow")
    assert plain["handler"] is None and plain["handler_found"] == []


def test_tflite_metadata_prepare_pictures_and_name_classes(cli):
    folder = cli.home / "tflite"
    folder.mkdir()
    if cli.installation.user == "ordinary":
        folder.chmod(0o755)
    (folder / "colors.onnx").write_bytes((models(cli) / "colors.onnx").read_bytes())
    (folder / "colors.tflite").write_bytes((models(cli) / "tflite/colors.tflite").read_bytes())
    beside = cli.json("export", folder / "colors.onnx", "-o", "beside.glow")
    given = cli.json("export", models(cli) / "colors.onnx", "--handler", folder / "colors.tflite", "-o", "given.glow")
    (cli.home / "blue.png").write_bytes(png("#00f"))
    for value in (beside, given):
        assert [line.split(":")[0] for line in value["handler_found"]] == ["colors.tflite", "colors.tflite"]
        assert value["handler"]["input"]["mean"] == [127.5] and "3 class names" in value["handler_found"][1]
        answer = json.loads(cli.run("invoke", value["bundle"], "-i", "blue.png").stdout)
        assert answer == {"predictions": [{"label": "blue", "score": 1}]}, "(255 - 127.5) / 127.5"
    (folder / "colors.tflite").write_bytes(b"no model")
    assert "colors.tflite: it is no TensorFlow Lite model" in cli.run("export", folder / "colors.onnx", "-o", "no.glow", code=1).stderr


def version_after_up(cli, folder):
    """Of the function that `up` serves from that folder."""
    command = cli.installation.command("glowplug", "up", "--http-port", "0", "--json")
    with subprocess.Popen(command, env=cli.installation.environment, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        said = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, complaint = process.communicate(timeout=40)
    assert said, complaint
    return json.loads(said)["version"]


def test_up_exports_anew_when_a_file_of_the_handler_changes(cli):
    """`up` of the same project: the same version, until labels.txt changes."""
    folder = cli.home / "project"
    folder.mkdir()
    (folder / "model.onnx").write_bytes((models(cli) / "colors.onnx").read_bytes())
    (folder / "labels.txt").write_text("red\ngreen\nblue\n")
    project = ("name: colors\nmodel: {source: model.onnx}\n"
               "handler: {input: {type: image, resize: {width: 8, height: 8}}, output: {type: label, labels: labels.txt}}\n")
    (folder / "glowplug.yaml").write_text(project)
    (cli.home / "red.png").write_bytes(png("#f00"))

    versions = []
    for change in (None, None, ("labels.txt", "rouge\nvert\nbleu\n"), None, ("glowplug.yaml", project + "function: {timeout: 5s}\n"),
                   ("glowplug.yaml", project.replace("label,", "label, top: 2,"))):
        if change:
            (folder / change[0]).write_text(change[1])
        versions.append(version_after_up(cli, folder))
    assert versions == ["1", "1", "2", "2", "2", "3"]
    (found,) = json.loads(cli.run("invoke", "colors", "-i", "red.png").stdout)["predictions"]
    assert [one["label"] for one in found["top"]] == ["rouge", "vert"]
