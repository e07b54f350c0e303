"""moto behind a free loopback port, for the integration tests.

Prints its port when it is ready, and ends when its standard input closes, so that it never outlives the test that started it.
`GET /_log` answers what was requested since the last `POST /_log`, which empties it.

The Rust SDK speaks to CloudWatch in Smithy rpc-v2-cbor only, which moto does not know: such requests are turned into the JSON 1.0
that it does speak, and its answers back."""
import datetime
import io
import json
import os
import re
import sys
import threading
import urllib.parse

import cbor2
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

CBOR_PATH = re.compile(r"^/service/([A-Za-z0-9]+)/operation/([A-Za-z0-9]+)$")
CREDENTIAL = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
ERROR_STATUS = re.compile(r"^[45]")


class Log:
    """Who asked for what, in order."""

    def __init__(self):
        self.lock, self.entries = threading.Lock(), []

    def note(self, environ, operation, form):
        found = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        region, service = found.groups() if found else (None, None)
        with self.lock:
            self.entries.append({
                "method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"], "query": environ.get("QUERY_STRING", ""),
                "service": service, "region": region, "operation": operation, "dry_run": form.get("DryRun", ["false"])[0] == "true",
                "agent": environ.get("HTTP_USER_AGENT", "") + " " + environ.get("HTTP_X_AMZ_USER_AGENT", "")})

    def answer(self, environ, start_response):
        with self.lock:
            body = json.dumps(self.entries).encode()
            if environ["REQUEST_METHOD"] == "POST":
                self.entries.clear()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def body_of(environ):
    """The request's body, which stays readable for moto."""
    if environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    put_body(environ, body)
    return body


def put_body(environ, body):
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


def plain(value):
    """CBOR's values as JSON 1.0 has them: times are seconds since 1970."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    return value


# In JSON 1.0 a time is a bare number; only its name tells that CBOR has to mark it as one (tag 1).
TIMES = re.compile(r"(Timestamp|Timestamps|LastModified|StartDate|EndDate|StartTime|EndTime)$")


def timed(value, name=""):
    if isinstance(value, dict):
        return {k: timed(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [timed(v, name) for v in value]
    if TIMES.search(name):
        if isinstance(value, (int, float)):
            return datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
        if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
            return datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).replace(tzinfo=datetime.timezone.utc)
    return value


class Front:
    """The log, and CBOR to JSON 1.0 and back, before moto."""

    def __init__(self, app, log):
        self.app, self.log = app, log

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/_log":
            return self.log.answer(environ, start_response)
        form, operation = {}, None
        kind = environ.get("CONTENT_TYPE", "")
        cbor = CBOR_PATH.match(path)
        if cbor:
            operation = cbor.group(2)
        elif environ.get("HTTP_X_AMZ_TARGET"):
            operation = environ["HTTP_X_AMZ_TARGET"].split(".")[-1]
        elif kind.startswith("application/x-www-form-urlencoded"):
            form = urllib.parse.parse_qs(body_of(environ).decode("utf-8", "replace"))
            operation = form.get("Action", [None])[0]
        if not path.startswith("/moto-api"):
            self.log.note(environ, operation, form)
        return self.as_json(environ, start_response, cbor) if cbor else self.app(environ, start_response)

    def as_json(self, environ, start_response, cbor):
        body = body_of(environ)
        put_body(environ, json.dumps(plain(cbor2.loads(body)) if body else {}).encode())
        environ.update({"PATH_INFO": "/", "CONTENT_TYPE": "application/x-amz-json-1.0", "HTTP_CONTENT_TYPE": "application/x-amz-json-1.0",
                        "HTTP_X_AMZ_TARGET": ".".join(cbor.groups())})
        for name in ("REQUEST_URI", "RAW_URI"):
            environ.pop(name, None)
        environ.pop("HTTP_SMITHY_PROTOCOL", None)
        got = {}

        def keep(status, headers, exc_info=None):
            got.update(status=status, headers=headers)

        chunks = self.app(environ, keep)
        answer = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        try:
            value = json.loads(answer) if answer.strip() else {}
        except ValueError:
            # moto has no such operation: it answers in HTML, as it does to everybody.
            start_response(got["status"], got["headers"])
            return [answer]
        if ERROR_STATUS.match(got["status"]):
            value = {"__type": value.get("__type", "InternalFailure"), "message": value.get("message") or value.get("Message") or ""}
        out = cbor2.dumps(timed(value), datetime_as_timestamp=True)
        headers = [(k, v) for k, v in got["headers"] if k.lower() not in ("content-length", "content-type")]
        start_response(got["status"], headers + [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"),
                                                 ("Content-Length", str(len(out)))])
        return [out]


def end_with_the_parent():
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, Front(DomainDispatcherApplication(create_backend_app), Log()), threaded=True)
    threading.Thread(target=end_with_the_parent, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()
