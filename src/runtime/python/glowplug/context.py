"""The surroundings of one event, by AWS Lambda's names and by ours."""
import logging
import time

_NOT_KNOWN_MS = 30_000


class Context:
    """What `predict(inputs, context)` and `lambda_handler(event, context)` are given."""

    function_name = ""
    function_version = ""
    memory_limit_in_mb = 0
    model = None  # what load() returned
    scratch = ""  # a folder of this instance, emptied after each event

    def __init__(self, told):
        self.request_id = told.get("request_id") or ""
        self.headers = told.get("headers") or {}
        self.accept = told.get("accept") or ""
        left_ms = told.get("deadline_ms")
        self.deadline = time.monotonic() + (_NOT_KNOWN_MS if left_ms is None else left_ms) / 1000  # on time.monotonic()
        if "function" in told:
            self.function_name, self.function_version = told["function"], told.get("version", "")
        self.logger = logging.getLogger(self.function_name or "handler")

    @property
    def traceparent(self):
        return self.headers.get("traceparent", "")

    @property
    def tracestate(self):
        return self.headers.get("tracestate", "")

    @property
    def aws_request_id(self):
        return self.request_id

    @property
    def log_group_name(self):
        return f"/glowplug/{self.function_name}"

    @property
    def log_stream_name(self):
        return f"{self.function_name}/{self.function_version}"

    @property
    def invoked_function_arn(self):
        return f"arn:aws:lambda:local:000000000000:function:{self.function_name}"

    identity = None
    client_context = None

    def get_remaining_time_in_millis(self):
        return max(0, int((self.deadline - time.monotonic()) * 1000))
