"""What a Python handler may import from Glowplug.

    from glowplug import BadRequest, Context, Response
"""


class BadRequest(ValueError):
    """Raise it for input that is wrong: the caller gets its text with status 400, and the log no traceback."""

    def __init__(self, message="", status=400):
        super().__init__(message)
        if not 400 <= status <= 499:
            raise ValueError(f"status {status}: a bad request is 400 to 499")
        self.status = status


class Response:
    """An answer with its status and type. `body`: bytes, text, or what JSON can say."""

    def __init__(self, body, status=200, content_type=None):
        self.body, self.status, self.content_type = body, status, content_type


from glowplug.context import Context  # noqa: E402

__all__ = ["BadRequest", "Context", "Response"]
