"""Pictures for tests, all made here."""
import io
import struct
import zlib

import numpy
from PIL import Image


def smooth(width, height, channels=3, seed=0):
    """Like a photograph: broad waves, edges and a little noise."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float64)
    planes = []
    for _ in range(channels):
        a, b, c, d = random.uniform(0.01, 0.08, 4)
        wave = 127 + 60 * numpy.sin(a * x + b * y) + 50 * numpy.cos(c * x - d * y)
        wave += 30 * ((x // 37 + y // 23) % 2) + random.normal(0, 4, (height, width))
        planes.append(numpy.clip(wave, 0, 255).astype(numpy.uint8))
    return numpy.stack(planes, axis=-1)


def noise(width, height, channels=3, seed=0):
    return numpy.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=numpy.uint8)


def pil_image(pixels):
    channels = pixels.shape[2]
    return Image.frombytes({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels], pixels.shape[1::-1], pixels.tobytes())


def saved(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def as_rgb(pixels):
    """What the handler's to_rgb makes of decoded pixels."""
    channels = pixels.shape[2]
    return numpy.repeat(pixels[:, :, :1], 3, axis=2) if channels < 3 else pixels[:, :, :3]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(width, height, bits, color, rows, more=b"", interlace=0):
    head = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def bmp(width, height, bits, pixels, compression=0, palette=b"", masks=b"", size=40):
    head = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, len(pixels), 0, 0, len(palette) // 4, 0)
    more = masks if size == 40 else masks.ljust(size - 40, b"\0")
    start = 14 + len(head) + len(more) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + head + more + palette + pixels


def gif(canvas, place, size, transparent=None):
    """A frame of color 1 and 2 in turn, with a palette of four."""
    palette = bytes([10, 20, 30, 200, 100, 50, 0, 255, 0, 90, 90, 90])
    head = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x81, 0, 0) + palette
    control = b"" if transparent is None else b"\x21\xf9\x04\x01\0\0" + bytes([transparent]) + b"\0"
    codes, width = [4], 3
    for i in range(size[0] * size[1]):
        codes += [1 + i % 2, 4]  # a clear code after each keeps the width at three bits
    codes += [5]
    value = sum(code << (width * i) for i, code in enumerate(codes))
    data = value.to_bytes((width * len(codes) + 7) // 8, "little")
    blocks = b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255))
    return head + control + b"," + struct.pack("<HHHHB", *place, *size, 0) + b"\x02" + blocks + b"\0;"
