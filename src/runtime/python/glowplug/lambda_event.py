"""An event in the form that HTTP APIs and function URLs of AWS hand to lambda_handler (payload version 2.0)."""
import base64
import time

from glowplug.inputs import is_json, media_type


def _is_text(content_type):
    kind = media_type(content_type)
    return not kind or kind.startswith("text/") or is_json(kind) or kind in (
        "application/javascript", "application/xml", "application/x-www-form-urlencoded")


def make(content_type, body, context):
    now = time.time()
    headers = {name.lower(): value for name, value in context.headers.items()}
    if content_type:
        headers["content-type"] = content_type
    if context.accept:
        headers["accept"] = context.accept
    path = f"/predict/{context.function_name}"
    event = {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
        "requestContext": {
            "accountId": "anonymous", "apiId": context.function_name, "domainName": "localhost", "domainPrefix": "localhost",
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": headers.get("user-agent", "")},
            "requestId": context.request_id, "routeKey": "$default", "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)), "timeEpoch": int(now * 1000)},
        "isBase64Encoded": False}
    if body:
        try:
            if not _is_text(content_type):
                raise ValueError
            event["body"] = body.decode("utf-8")
        except ValueError:
            event["body"], event["isBase64Encoded"] = base64.b64encode(body).decode(), True
    return event
