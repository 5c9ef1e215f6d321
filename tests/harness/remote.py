"""Servers that inputs by reference are fetched from: a web server with every bad habit, and one that speaks as S3 does and checks signatures."""
import contextlib
import http.server
import ssl
import subprocess
import threading
import time
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status=200, body=b"", **headers):
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        try:
            self.server.reply(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


class Remote(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, reply, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.reply, self.seen, self.port = reply, [], self.server_port
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"

    def handle_error(self, *_):
        pass


@contextlib.contextmanager
def running(reply, certificate=None):
    server = Remote(reply, certificate)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def web(files):
    """Replies with `files` (path to type and bytes) and, at other paths, misbehaves."""

    def reply(to):
        path, _, query = to.path.partition("?")
        wanted = {name: values[0] for name, values in urllib.parse.parse_qs(query).items()}
        if path in files:
            kind, body = files[path]
            to.answer(body=body, **({"content_type": kind} if kind else {}))
        elif path == "/redirect":
            to.answer(int(wanted.get("status", 302)), b"SECRET BODY", location=wanted["to"])
        elif path == "/long-redirect":
            to.answer(302, b"SECRET BODY" * 10000, location="/red.png")
        elif path == "/loop":
            to.answer(302, location="/loop")
        elif path.startswith("/hop/"):
            left = int(path[5:])
            to.answer(307, location=f"/hop/{left - 1}" if left > 1 else "/red.png")
        elif path.startswith("/status/"):
            to.answer(int(path[8:]), b"SECRET BODY")
        elif path == "/slow":
            time.sleep(float(wanted["seconds"]))
            to.answer(body=b"late")
        elif path == "/drip":  # a byte now and then, without end
            to.send_response(200)
            to.end_headers()
            while True:
                to.wfile.write(b"x")
                time.sleep(0.05)
        elif path == "/endless":
            to.send_response(200)
            to.end_headers()
            while True:
                to.wfile.write(b"x" * 65536)
        elif path == "/long":
            to.answer(body=b"x" * int(wanted["bytes"]))
        elif path == "/gzip":
            to.answer(body=files["/red.png"][1], content_encoding="gzip")
        elif path == "/hangup":
            to.close_connection = True
        else:
            to.answer(404, b"SECRET BODY")

    return reply


def certificate(folder, name):
    """An authority of our own and a certificate for `name`; (certificate, key), and the authority's file."""
    run = lambda *words: subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
    authority, key, request, signed, more = (folder / f for f in ("ca.pem", "key.pem", "request.pem", "certificate.pem", "names"))
    more.write_text(f"subjectAltName={name}\n")
    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "ca.key", "-out", authority, "-days", "2", "-subj", "/CN=authority of the tests")
    run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=a server")
    run("x509", "-req", "-in", request, "-CA", authority, "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "2", "-extfile", more, "-out", signed)
    return (signed, key), authority


def s3(objects, keys, region, session=None):
    """Replies as S3 does to signed requests for `objects`, {"bucket/key": (type, bytes)}; the signature is compared with botocore's own."""
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials

    def signature(to):
        """What botocore makes of the request's own headers that were signed, at its own time."""
        given = to.headers["Authorization"]
        signed = given.split("SignedHeaders=")[1].split(",")[0].split(";")
        request = botocore.awsrequest.AWSRequest("GET", f"http://{to.headers['Host']}{to.path}",
                                                 headers={name: to.headers[name] for name in signed if name != "host"})
        request.context["timestamp"] = to.headers["X-Amz-Date"]
        request.context["payload_signing_enabled"] = True
        signer = botocore.auth.S3SigV4Auth(botocore.credentials.Credentials(*keys, session), "s3", region)
        text = signer.string_to_sign(request, signer.canonical_request(request))
        return signer.signature(text, request), given

    def reply(to):
        if objects is None:
            return to.answer(301, b"SECRET BODY", x_amz_bucket_region="elsewhere")
        if keys is not None:
            if "Authorization" not in to.headers:
                return to.answer(403, b"SECRET BODY")
            expected, given = signature(to)
            if not given.endswith(f"Signature={expected}") or f"Credential={keys[0]}/" not in given or to.headers.get("X-Amz-Security-Token") != session:
                return to.answer(403, b"SECRET BODY")
        elif "Authorization" in to.headers:
            return to.answer(400)
        found = objects.get(urllib.parse.unquote(to.path.partition("?")[0])[1:])
        if found is None:
            return to.answer(404, b"SECRET BODY")
        return to.answer(body=found[1], content_type=found[0])

    return reply
