"""Writes colors.tflite: TensorFlow Lite's metadata for `colors`, without a graph, and variants of it in fuzz/corpus/tflite_metadata.

    .venv/bin/python tests/models/tflite/make_tflite.py

The metadata are those that tflite-support's writers give an image classifier: the picture's color space, normalization, a label file in a zip
behind the model. Numbers of fields are those of schema.fbs and metadata_schema.fbs.
"""
import io
import pathlib
import zipfile

import flatbuffers

HERE = pathlib.Path(__file__).resolve().parent
CORPUS = HERE.parents[2] / "fuzz" / "corpus" / "tflite_metadata"
RGB, GRAYSCALE = 1, 2
AXIS_LABELS = 2
IMAGE_PROPERTIES = 2  # in the union ContentProperties
NORMALIZATION, THRESHOLDING = 1, 3  # in the union ProcessUnitOptions


class Writer:
    """Builds tables from {number of the field: (how, value)}."""

    def __init__(self):
        self.builder = flatbuffers.Builder(0)

    def text(self, value):
        return ("offset", self.builder.CreateString(value))

    def list(self, offsets):
        self.builder.StartVector(4, len(offsets), 4)
        for _, offset in reversed(offsets):
            self.builder.PrependUOffsetTRelative(offset)
        return ("offset", self.builder.EndVector())

    def floats(self, values):
        self.builder.StartVector(4, len(values), 4)
        for value in reversed(values):
            self.builder.PrependFloat32(value)
        return ("offset", self.builder.EndVector())

    def bytes(self, data):
        return ("offset", self.builder.CreateByteVector(data))

    def table(self, fields):
        self.builder.StartObject(max(fields, default=-1) + 1)
        for number, (how, value) in fields.items():
            if how == "offset":
                self.builder.PrependUOffsetTRelativeSlot(number, value, 0)
            elif how == "byte":
                self.builder.PrependInt8Slot(number, value, 0)
            elif how == "float":
                self.builder.PrependFloat32Slot(number, value, 0.0)
            else:
                self.builder.PrependUint32Slot(number, value, 0)
        return ("offset", self.builder.EndObject())

    def finish(self, root, identifier):
        self.builder.Finish(root[1], file_identifier=identifier)
        return bytes(self.builder.Output())


def metadata(color=RGB, mean=(127.5,), std=(127.5,), labels="labels.txt", threshold=None, size=None, locale=None):
    to = Writer()
    normalization = to.table({0: to.floats(mean), 1: to.floats(std)})
    unit = to.table({0: ("byte", NORMALIZATION), 1: normalization})
    properties = {0: ("byte", color)}
    if size:
        properties[1] = to.table({0: ("uint", size[0]), 1: ("uint", size[1])})
    content = to.table({0: ("byte", IMAGE_PROPERTIES), 1: to.table(properties)})
    picture = to.table({0: to.text("image"), 3: content, 4: to.list([unit])})
    output = {0: to.text("probability")}
    if threshold is not None:
        output[4] = to.list([to.table({0: ("byte", THRESHOLDING), 1: to.table({0: ("float", threshold)})})])
    if labels:
        files = [to.table({0: to.text("labels_de.txt"), 2: ("byte", AXIS_LABELS), 3: to.text("de")})] if locale else []
        files.append(to.table({0: to.text(labels), 2: ("byte", AXIS_LABELS)}))
        output[6] = to.list(files)
    graph = to.table({2: to.list([picture]), 3: to.list([to.table(output)])})
    return to.finish(to.table({0: to.text("colors"), 3: to.list([graph])}), b"M001")


def model(entry, name="TFLITE_METADATA", files=None):
    to = Writer()
    buffers = to.list([to.table({}), to.table({0: to.bytes(entry)})])
    told = to.table({0: to.text(name), 1: ("uint", 1)})
    data = to.finish(to.table({0: ("uint", 3), 4: buffers, 6: to.list([told])}), b"TFL3")
    if not files:
        return data
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file), text, zipfile.ZIP_DEFLATED if len(text) > 20 else zipfile.ZIP_STORED)
    return stream.getvalue()


LABELS = {"labels.txt": "red\ngreen\nblue\n"}
MODELS = {
    "colors": model(metadata(), files=LABELS),
    "gray": model(metadata(GRAYSCALE, (0.5,), (2.0,), size=(20, 10)), files=LABELS),
    "channels": model(metadata(mean=(1, 2, 3), std=(4, 5, 6), threshold=0.25), files={"labels.txt": "a label\r\n" * 30}),
    "languages": model(metadata(locale="de"), files={"labels_de.txt": "rot\n", **LABELS}),
    "no_zip": model(metadata()),
    "no_labels": model(metadata(labels=None)),
    "other_entry": model(b"1.5.0", "min_runtime_version"),
    "no_metadata": model(b"M001"),
}

if __name__ == "__main__":
    (HERE / "colors.tflite").write_bytes(MODELS["colors"])
    CORPUS.mkdir(parents=True, exist_ok=True)
    for name, data in MODELS.items():
        (CORPUS / name).write_bytes(data)
