"""Pictures for tests, all made here."""
import io

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
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]
    return Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels, mode)


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
