"""Runs build/.../glowplug-image, which does one step of the image handler for each line on its stdin."""
import json
import subprocess

import numpy

from harness import programs

DTYPES = {"FP32": numpy.float32, "FP16": numpy.float16, "UINT8": numpy.uint8, "INT8": numpy.int8}


class Refused(Exception):
    """The handler's error text."""


class ImageTool:
    def __init__(self, folder):
        self.folder = folder
        self.process = subprocess.Popen([programs.build_folder() / "bin" / "glowplug-image"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the program ended with {self.process.wait()} on {request}"
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer

    def _input(self, data):
        path = self.folder / "input"
        path.write_bytes(data)
        return str(path)

    def _output(self, answer, dtype):
        return numpy.frombuffer((self.folder / "output").read_bytes(), dtype).reshape(answer["shape"])

    def decode(self, data, **more):
        """(pixels as [height, width, channels], orientation)"""
        answer = self.ask(do="decode", file=self._input(data), out=str(self.folder / "output"), **more)
        return self._output(answer, numpy.uint8), answer["orientation"]

    def preprocess(self, data, spec, dtype="FP32", **more):
        answer = self.ask(do="preprocess", file=self._input(data), spec=spec, out=str(self.folder / "output"), **more)
        self.last = answer
        return self._output(answer, DTYPES[dtype])

    def resize(self, pixels, to, filter_, library):
        """`pixels` [height, width, channels] uint8; `to` (width, height)."""
        height, width, channels = pixels.shape
        answer = self.ask(do="resize", pixels=self._input(pixels.tobytes()), size=[width, height, channels], to=list(to), filter=filter_,
                          library=library, out=str(self.folder / "output"))
        return self._output(answer, numpy.float32 if library == "tensorflow" else numpy.uint8)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(10) == 0
