"""Our tokenizer, through the test program of src/handler/text."""
import base64
import json
import subprocess

from harness import programs

STRATEGIES = {"longest_first": 0, "only_first": 1, "only_second": 2}
SIDES = {"right": 0, "left": 1}


def encoded(text):
    if isinstance(text, tuple):
        return [encoded(part) for part in text]
    return base64.b64encode(text).decode()


class Ours:
    """Speaks to one process for one tokenizer.json; use as a context manager."""

    def __init__(self, *files):
        self.process = subprocess.Popen([programs.build_folder() / "bin" / "handler_text_tokenize", *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.compiled = json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)

    def encode(self, texts, **options):
        """Lists of ids, type_ids, attention_mask and special_tokens_mask by name, or {"error": …}; `texts` are bytes, or pairs of them."""
        request = json.dumps({"texts": [encoded(text) for text in texts], "options": options})
        self.process.stdin.write(request.encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())
