"""Writes the corpora of what handlers get and are told: fuzz/corpus/form, table, envelope, handler_spec, function_environment, log_packet.

    .venv/bin/python fuzz/make_event_corpus.py
"""
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def form(*parts, boundary="b"):
    body = b"".join(b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary.encode(), head.encode(), data) for head, data in parts)
    return f"multipart/form-data; boundary={boundary}\n".encode() + body + f"--{boundary}--\r\n".encode()


FORMS = {
    "one_file": form(('Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png', b"\x89PNG")),
    "two_files": form(('content-disposition: form-data; name=image', b"one"), ('Content-Disposition: form-data; name="image"', b"two\r\n")),
    "quoted": form(('Content-Disposition: form-data; name="a\\"b"; filename="c;d"', b""), boundary="a'b+c"),
    "text": form(('Content-Disposition: form-data; name="text"', b"hello"), ('Content-Disposition: form-data; name="other"', b"no")),
    "cut_off": form(('Content-Disposition: form-data; name="file"', b"x"))[:-7],
    "no_head": b"multipart/form-data; boundary=b\n--b\r\n\r\nx\r\n--b--",
    "padded": b"multipart/form-data;boundary=\"b\"\npreamble\r\n--b \t\r\nContent-Disposition: form-data; name=data\r\n\r\nx\r\n--b--",
    "json": b'application/json; charset=utf-8\n{"instances": [{"image": {"b64": "AQID"}}, "AQID", {"data": "data:image/png;base64,AQID"}]}',
    "pair": b'application/vnd.api+json\n{"inputs": [{"text": "a", "text_pair": "b"}, "c"]}',
    "reference": b'application/json\n{"image_url": "https://example.org/cat.jpg"}',
    "plain": b"image/jpeg\n\xff\xd8\xff",
    "no_type": b"\nhello",
}

TABLES = {
    "header": b"\x00plan,months,price,active\na,1,2.5,true\nb,2,,0\n",
    "no_header": b"\x02a,1,2.5,true\r\nb,2,1e3,no\r\n",
    "quotes": b'\x00plan,months,price,active\n"a ""x"", y",1,2,1\n',
    "mark": b"\x00\xef\xbb\xbfplan,months,price,active\na,1,2,1\n",
    "semicolon": b"\x04price;plan;months;extra\n;b;7;x\n1;a;100;y\n",
    "wide": b"\x021,2,3\n4,5,6\n",
    "uneven": b"\x00a,b\n1\n",
    "open_quote": b'\x00a,"b',
    "split": b'\x03{"dataframe_split": {"columns": ["plan", "months", "price", "active"], "index": [0], "data": [["a", 1, 2.5, true]]}}',
    "records": b'\x03{"dataframe_records": [{"plan": "a", "months": 1, "price": null, "active": false}]}',
    "lists": b'\x03[[1, 2, 3], [4, 5, 6]]',
    "row": b'\x03{"plan": "b", "months": 3}',
}

HTTP = {"headers": {"Content-Type": "text/csv", "accept": "text/csv"}, "body": "1,2", "isBase64Encoded": False}
QUEUE = {"messageId": "m", "body": '{"x": 1}', "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:1:jobs.fifo"}
CLOUD = {"specversion": "1.0", "id": "7", "source": "/s", "type": "t"}
ENVELOPES = {
    "apigw_v2": HTTP | {"version": "2.0", "requestContext": {"http": {"method": "POST"}, "requestId": "r", "domainName": "x"}, "body": "AQID",
                        "isBase64Encoded": True},
    "function_url": HTTP | {"version": "2.0", "requestContext": {"http": {}, "domainName": "a.lambda-url.eu-west-1.on.aws"}},
    "apigw_v1": HTTP | {"httpMethod": "POST", "resource": "/{proxy+}", "requestContext": {"requestId": "r"}},
    "alb": {"requestContext": {"elb": {}}, "multiValueHeaders": {"content-type": ["text/plain", "text/csv"]}, "body": "a"},
    "sqs": {"Records": [QUEUE, QUEUE | {"messageAttributes": {"content-type": {"stringValue": "text/plain"}}}]},
    "s3": {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": "b"}, "object": {"key": "a+b%20%2"}}}]},
    "cloud_json": CLOUD | {"data": {"x": [1]}},
    "cloud_text": CLOUD | {"datacontenttype": "text/plain", "data": "hello"},
    "cloud_bytes": CLOUD | {"datacontenttype": "image/png", "data_base64": "AQID"},
    "direct": {"instances": [1, 2]},
}

SPECS = {
    "table": {"input": {"type": "table"}, "output": {"type": "label", "tensor": "scores", "top": 2}},
    "columns": {"input": {"type": "table", "unknown": "ignore", "separator": ";", "columns": [
        {"name": "plan", "type": "text", "categories": ["a", "b"], "default": "a"},
        {"name": "months", "type": "integer", "minimum": 0, "maximum": 99.5, "missing": "nan"}]},
        "output": {"type": "tensors"}},
    "image": {"input": {"type": "image", "resize": {"width": 8, "height": 8}, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
              "output": {"type": "boxes", "boxes": "boxes", "scores": "scores", "format": "cxcywh", "coordinates": "ratio", "threshold": 0.5, "iou": 0.4,
                         "max": 5}},
    "bytes": {"input": {"type": "bytes", "tensor": "x"}, "output": {"type": "number", "tensor": "y", "scale": 2, "offset": 1}},
    "audio": {"input": {"type": "audio", "sample_rate": 16000}, "output": {"type": "series", "threshold": 0.3, "label": "speech"}},
    "text": {"input": {"type": "text", "tokenizer": "tokenizer.bin"}, "output": {"type": "embedding", "normalize": True, "dimensions": 2}},
    "labels": {"input": {"type": "table"}, "output": {"type": "labels", "tensor": "scores", "activation": "sigmoid", "threshold": 0.1}},
    "misspelled": {"input": {"type": "table", "seperator": ","}},
}

ENVIRONMENTS = {
    "variables": b"A=1,B=x=y,_c=",
    "object": b'{"A": "1,2", "B": ""}',
    "secrets": b"KEY,TOKEN=env:OTHER,PASSWORD=file:/run/secrets/p",
    "ours": b"HOME=/root",
    "bad_name": b"1A=2",
    "zero": b'{"A": "\\u0000"}',
}

PACKETS = {
    "record": b"\x01" + json.dumps({"level": "warning", "message": "hot", "request_id": "r", "logger": "model"}).encode(),
    "failure": b"\x01" + json.dumps({"level": "error", "message": "no", "traceback": ["a", "b\n", 3]}).encode(),
    "printed": b"\x01" + json.dumps({"message": "x\u2028\u0000", "stream": "stdout"}).encode(),
    "no_object": b"\x01[1]",
    "no_json": b"\x01{",
    "plain": b"one\n\ntwo \xff\xfe\x00three",
}


def write(folder, files):
    place = HERE / "corpus" / folder
    place.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (place / name).write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())


for folder, files in [("form", FORMS), ("table", TABLES), ("envelope", ENVELOPES), ("handler_spec", SPECS),
                      ("function_environment", ENVIRONMENTS), ("log_packet", PACKETS)]:
    write(folder, files)
