"""What a handler prints or logs becomes lines of the function's log: one packet on descriptor 2 each, a byte 1 and a JSON object.

The reader (runtime/function_log.h) takes packets whole, so lines of several processes never mix. It is waited for a tenth of a second
at most; what does not fit then is dropped, and counted.
"""
import io
import json
import logging
import os
import select
import sys
import time

_before, _after = b"\x01", b""  # of a packet
_LONGEST_LINE = 8 << 10
_MOST_LINES = 1000  # of one event


class _Lines:
    request_id = ""
    left = _MOST_LINES
    patience = 0.1  # seconds
    dropped = 0


def write(level, message, **fields):
    """One line."""
    if _Lines.left <= 0:
        _Lines.dropped += 1
        return
    _Lines.left -= 1
    if len(message) > _LONGEST_LINE:
        message = message[:_LONGEST_LINE] + f"… ({len(message)} characters)"
    record = {"level": level, "message": message}
    if _Lines.request_id:
        record["request_id"] = _Lines.request_id
    record.update(fields)
    if not _put(_before + json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + _after):
        _Lines.dropped += 1


def _put(packet):
    """Whether the reader took it; it is waited for no longer than an event may spare."""
    while True:
        try:
            os.write(2, packet)
            return True
        except BlockingIOError:
            began = time.monotonic()
            if _Lines.patience <= 0 or not select.select([], [2], [], _Lines.patience)[1]:
                return False
            _Lines.patience -= time.monotonic() - began
        except OSError:
            return False


class _Stream(io.TextIOBase):
    """sys.stdout or sys.stderr."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, name, number):
        self.name, self._number, self._begun = f"<{name}>", number, ""
        self._stream = name

    def writable(self):
        return True

    def fileno(self):
        return self._number

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            write("info", line, stream=self._stream)
        if len(self._begun) > _LONGEST_LINE:
            self.end_line()
        return len(text)

    def end_line(self):
        if self._begun:
            line, self._begun = self._begun, ""
            write("info", line, stream=self._stream)


class _Handler(logging.Handler):
    def emit(self, record):
        level = "error" if record.levelno >= logging.ERROR else "warning" if record.levelno >= logging.WARNING else (
            "info" if record.levelno >= logging.INFO else "debug")
        try:
            write(level, self.format(record), logger=record.name)
        except Exception:
            self.handleError(record)


_streams = (_Stream("stdout", 1), _Stream("stderr", 2))


def take_over(packets):
    """From now on all that is printed or logged comes here. `packets`: else it is lines of JSON."""
    global _before, _after
    if not packets:
        _before, _after = b"", b"\n"
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__ = _streams
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BytesIO())
    root = logging.getLogger()
    root.addHandler(_Handler())
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False


def begin(request_id):
    _Lines.request_id, _Lines.left, _Lines.dropped, _Lines.patience = request_id, _MOST_LINES, 0, 0.1


def end():
    for stream in _streams:
        stream.end_line()
    if _Lines.dropped:
        _Lines.left, dropped = 1, _Lines.dropped
        write("warning", f"{dropped} more lines were dropped")
