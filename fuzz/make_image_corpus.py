"""Writes fuzz/corpus/image_decode/ and fuzz/corpus/image_spec/: small pictures of every kind that the decoder knows, and specs.

    .venv/bin/python fuzz/make_image_corpus.py
"""
import json
import pathlib
import sys

from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from handler import pictures  # noqa: E402


def decoded():
    color, gray, alpha = (pictures.pil_image(pictures.smooth(20, 12, channels)) for channels in (3, 1, 4))
    palette = color.quantize(7)
    exif = Image.Exif()
    exif[274] = 6
    yield "baseline.jpg", pictures.saved(color, "JPEG", exif=exif)
    yield "progressive.jpg", pictures.saved(color, "JPEG", progressive=True)
    yield "gray.jpg", pictures.saved(gray, "JPEG", quality=20)
    yield "cmyk.jpg", pictures.saved(Image.frombytes("CMYK", (20, 12), alpha.tobytes()), "JPEG")
    for name, image in [("rgb", color), ("gray", gray), ("alpha", alpha), ("palette", palette), ("bits", gray.convert("1"))]:
        yield f"{name}.png", pictures.saved(image, "PNG", exif=exif)
    yield "gray16.png", pictures.raw_png(3, 2, 16, 0, bytes(14))
    yield "interlaced.png", pictures.raw_png(3, 2, 8, 0, bytes([0, 9, 0, 8, 0, 7, 0, 1, 2, 3]), interlace=1)
    yield "lossy.webp", pictures.saved(color, "WEBP", exif=exif)
    yield "lossless.webp", pictures.saved(alpha, "WEBP", lossless=True)
    yield "animated.webp", pictures.saved(color, "WEBP", save_all=True, append_images=[color.rotate(90)])
    for name, image in [("rgb", color), ("gray", gray), ("alpha", alpha), ("palette", palette), ("bits", gray.convert("1"))]:
        yield f"{name}.bmp", pictures.saved(image, "BMP")
    yield "runs8.bmp", pictures.bmp(9, 2, 8, bytes([5, 7, 0, 3, 1, 2, 3, 0, 0, 0, 9, 4, 0, 1]), 1, bytes(1024))
    yield "runs4.bmp", pictures.bmp(9, 2, 4, bytes([5, 0x71, 0, 3, 0x12, 0x30, 0, 0, 0, 2, 1, 0, 0, 1]), 2, bytes(64))
    yield "words.bmp", pictures.bmp(3, 2, 16, bytes(16), 3, masks=bytes.fromhex("00f80000e00700001f000000"))
    yield "plain.gif", pictures.saved(palette, "GIF")
    yield "outside.gif", pictures.gif((3, 3), (10, 10), (2, 2), 3)


SPECS = {
    "classifier": {"mode": "torchvision", "resize": {"shortest_edge": 25}, "crop": {"width": 22, "height": 22}, "mean": [0.485, 0.456, 0.406],
                   "std": [0.229, 0.224, 0.225]},
    "letterbox": {"mode": "opencv", "color": "rgb", "resize": {"longest_edge": 32, "filter": "area"}, "rescale": "1/255",
                  "pad": {"width": 32, "height": 32, "center": True, "value": 114}},
    "tensorflow": {"mode": "tensorflow", "resize": {"width": 22, "height": 21, "filter": "bicubic"}, "datatype": "UINT8", "orientation": "apply"},
    "tensor": {"mode": "torchvision_tensor", "color": "gray", "layout": "nhwc", "resize": {"shortest_edge": 9, "longest_edge": 20}, "datatype": "FP16",
               "pad": {"width": 30, "height": 30, "value": -1.5, "normalized": True}},
    "crop_pct": {"resize": {"shortest_edge": 24, "filter": "lanczos"}, "crop_pct": 0.875, "datatype": "INT8"},
    "vit": {"image_processor_type": "ViTImageProcessor", "size": {"height": 24, "width": 24}, "resample": 2, "do_rescale": True},
    "convnext": {"feature_extractor_type": "ConvNextFeatureExtractor", "size": 24, "crop_pct": 0.9, "image_mean": [0.4, 0.5, 0.6]},
    "clip": {"image_processor_type": "CLIPImageProcessorFast", "size": {"shortest_edge": 24}, "crop_size": 22, "rescale_factor": 0.00392156862745098},
    "labels": {"0": "dog", "2": ["n01", "cat"]},
}


def write(folder, files):
    place = HERE / "corpus" / folder
    place.mkdir(parents=True, exist_ok=True)
    for name, data in files:
        (place / name).write_bytes(data)


write("image_decode", decoded())
write("image_spec", ((f"{name}.json", json.dumps(spec).encode()) for name, spec in SPECS.items()))
