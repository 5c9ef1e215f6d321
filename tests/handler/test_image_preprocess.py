"""From file to tensor against what training code does, step by step, with Pillow, OpenCV and NumPy."""
import math

import cv2
import numpy
import pytest
from PIL import Image, ImageOps

from handler import pictures
from handler.image_tool import Refused

IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
CLIP = {"mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711]}
SIZES = [(640, 480), (480, 640), (300, 300), (257, 511), (224, 227), (1024, 331), (100, 90), (231, 256)]


def jpeg(size, seed=0):
    return pictures.saved(pictures.pil_image(pictures.smooth(*size, seed=seed)), "JPEG", quality=90)


def shortest_edge(image, edge, resample):
    width, height = image.size
    short, long = min(width, height), max(width, height)
    other = int(edge * long / short)
    return image.resize((edge, other) if width <= height else (other, edge), resample)


def torchvision_center_crop(image, width, height):
    w, h = image.size
    if width > w or height > h:
        left, top = max((width - w) // 2, 0), max((height - h) // 2, 0)
        image = ImageOps.expand(image, (left, top, max((width - w + 1) // 2, 0), max((height - h + 1) // 2, 0)), 0)
        w, h = image.size
    top, left = int(round((h - height) / 2.0)), int(round((w - width) / 2.0))
    return image.crop((left, top, left + width, top + height))


def transformers_center_crop(pixels, height, width):
    """transformers/image_transforms.py, center_crop, for [H, W, C]."""
    h, w = pixels.shape[:2]
    top, left = (h - height) // 2, (w - width) // 2
    if top >= 0 and top + height <= h and left >= 0 and left + width <= w:
        return pixels[top:top + height, left:left + width]
    large = numpy.zeros((max(height, h), max(width, w), pixels.shape[2]), pixels.dtype)
    down, right = math.ceil((large.shape[0] - h) / 2), math.ceil((large.shape[1] - w) / 2)
    large[down:down + h, right:right + w] = pixels
    top, left = top + down, left + right
    return large[max(0, top):min(large.shape[0], top + height), max(0, left):min(large.shape[1], left + width)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("edge, crop", [(256, 224), (200, 231), (97, 97)])
def test_torchvision(tool, size, edge, crop):
    data = jpeg(size)
    image = torchvision_center_crop(shortest_edge(pictures.opened(data), edge, Image.BILINEAR), crop, crop)
    tensor = numpy.asarray(image).transpose(2, 0, 1).astype(numpy.float32) / numpy.float32(255)
    mean, std = (numpy.array(IMAGENET[key], numpy.float32)[:, None, None] for key in ("mean", "std"))
    ours = tool.preprocess(data, {"mode": "torchvision", "resize": {"shortest_edge": edge}, "crop": {"width": crop, "height": crop}, **IMAGENET})
    assert ours.dtype == numpy.float32
    assert numpy.array_equal(ours, ((tensor - mean) / std)[None])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("edge, width, height", [(224, 224, 224), (200, 231, 150), (100, 301, 333)])
def test_hugging_face(tool, size, edge, width, height):
    data = jpeg(size)
    pixels = numpy.asarray(shortest_edge(pictures.opened(data).convert("RGB"), edge, Image.BICUBIC))
    scaled = (transformers_center_crop(pixels, height, width) * (1 / 255)).astype(numpy.float32)
    mean, std = (numpy.array(CLIP[key], numpy.float32) for key in ("mean", "std"))
    ours = tool.preprocess(data, {"mode": "pil", "resize": {"shortest_edge": edge}, "crop": {"width": width, "height": height}, "rescale": "1/255", **CLIP})
    assert numpy.array_equal(ours[0], ((scaled - mean) / std).transpose(2, 0, 1))


def test_pad_of_detr(tool):
    data = jpeg((640, 427))
    pixels = numpy.asarray(pictures.opened(data))
    mean, std = (numpy.array(IMAGENET[key], numpy.float32) for key in ("mean", "std"))
    expected = numpy.zeros((3, 500, 700), numpy.float32)
    expected[:, :427, :640] = (((pixels * (1 / 255)).astype(numpy.float32) - mean) / std).transpose(2, 0, 1)
    ours = tool.preprocess(data, {"pad": {"width": 700, "height": 500, "normalized": True}, "rescale": 1 / 255, **IMAGENET})
    assert numpy.array_equal(ours[0], expected)
    with pytest.raises(Refused, match="does not fit into pad, 600x500"):
        tool.preprocess(data, {"pad": {"width": 600, "height": 500}})


def test_letterbox_of_opencv(tool):
    data = jpeg((640, 427))
    pixels = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
    small = cv2.resize(pixels, (320, int(427 * 320 / 640)), interpolation=cv2.INTER_LINEAR)
    expected = cv2.copyMakeBorder(small, 53, 54, 0, 0, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    blob = cv2.dnn.blobFromImage(expected, 1 / 255, swapRB=True)
    ours = tool.preprocess(data, {"mode": "opencv", "color": "rgb", "resize": {"longest_edge": 320},
                                  "pad": {"width": 320, "height": 320, "center": True, "value": 114}, "rescale": "1/255"})
    assert numpy.array_equal(ours, blob)


def test_caffe_by_opencv(tool):
    data = jpeg((500, 375))
    pixels = cv2.resize(cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR), (224, 224))
    expected = cv2.dnn.blobFromImage(pixels, 1.0, mean=(103.939, 116.779, 123.68))
    ours = tool.preprocess(data, {"mode": "opencv", "resize": {"width": 224, "height": 224}, "mean": [103.939, 116.779, 123.68]})
    assert numpy.array_equal(ours, expected)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_as_opencv(tool, kind, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    data = pictures.saved(pictures.pil_image(pictures.smooth(40, 24)), kind, exif=exif)
    theirs = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
    ours = tool.preprocess(data, {"mode": "opencv", "layout": "nhwc", "datatype": "UINT8"}, "UINT8")
    assert numpy.array_equal(ours[0], theirs)
    transposed = numpy.asarray(ImageOps.exif_transpose(pictures.opened(data)))
    assert numpy.array_equal(ours[0, :, :, ::-1], transposed)
    ignored = tool.preprocess(data, {"layout": "nhwc", "datatype": "UINT8"}, "UINT8")
    assert numpy.array_equal(ignored[0], numpy.asarray(pictures.opened(data)))


def test_gray(tool):
    image = pictures.pil_image(pictures.noise(301, 200))
    data = pictures.saved(image, "PNG")
    spec = {"color": "gray", "layout": "nhwc", "datatype": "UINT8"}
    assert numpy.array_equal(tool.preprocess(data, spec, "UINT8")[0, :, :, 0], numpy.asarray(image.convert("L")))
    theirs = cv2.cvtColor(numpy.asarray(image), cv2.COLOR_RGB2GRAY)
    assert numpy.array_equal(tool.preprocess(data, {**spec, "mode": "opencv"}, "UINT8")[0, :, :, 0], theirs)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("color", ["rgb", "bgr", "gray"])
def test_any_picture_becomes_the_color(tool, mode, color):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    source = Image.frombytes("CMYK", (50, 40), pictures.noise(50, 40, 4).tobytes()) if mode == "CMYK" else pictures.pil_image(pictures.noise(50, 40, 4)).convert("RGB").convert(mode)
    data = pictures.saved(source, kind)
    rgb = pictures.opened(data).convert("RGB")
    expected = numpy.asarray(rgb.convert("L"))[:, :, None] if color == "gray" else numpy.asarray(rgb)[:, :, ::-1 if color == "bgr" else 1]
    ours = tool.preprocess(data, {"color": color, "layout": "nhwc", "datatype": "UINT8"}, "UINT8")
    assert numpy.array_equal(ours[0], expected)


def test_tensorflow(tool):
    data = jpeg((640, 480))
    pixels = cv2.resize(numpy.asarray(pictures.opened(data)).astype(numpy.float32), (224, 224), interpolation=cv2.INTER_LINEAR)
    ours = tool.preprocess(data, {"mode": "tensorflow", "resize": {"width": 224, "height": 224}, "mean": 127.5, "std": 127.5})
    assert ours.shape == (1, 224, 224, 3)
    assert numpy.abs(ours[0] - (pixels / 127.5 - 1)).max() < 2e-4


def test_torchvision_tensor_normalizes_as_fast_processors(tool):
    data = jpeg((50, 40))
    mean, std = (numpy.array(IMAGENET[key], numpy.float32) * numpy.float32(255) for key in ("mean", "std"))
    expected = (numpy.asarray(pictures.opened(data)).astype(numpy.float32) - mean) / std
    ours = tool.preprocess(data, {"mode": "torchvision_tensor", **IMAGENET})
    assert numpy.array_equal(ours[0], expected.transpose(2, 0, 1))


def test_datatypes(tool):
    data = jpeg((50, 40))
    pixels = numpy.asarray(pictures.opened(data))
    half = tool.preprocess(data, {"mode": "torchvision", "layout": "nhwc", "datatype": "FP16", **IMAGENET}, "FP16")
    single = tool.preprocess(data, {"mode": "torchvision", "layout": "nhwc", **IMAGENET})
    assert numpy.array_equal(half, single.astype(numpy.float16))
    assert numpy.array_equal(tool.preprocess(data, {"layout": "nhwc", "datatype": "INT8"}, "INT8")[0], pixels.astype(int) - 128)
    tiny = tool.preprocess(data, {"layout": "nhwc", "datatype": "FP16", "rescale": 1e-7}, "FP16")
    assert numpy.array_equal(tiny[0], (pixels * 1e-7).astype(numpy.float32).astype(numpy.float16))


def test_both_edges_as_detr(tool):
    def detr(width, height, size, longest):
        short, long = min(width, height), max(width, height)
        raw = None
        if long / short * size > longest:
            raw = longest * short / long
            size = int(round(raw))
        if short == size:
            return height, width
        if width < height:
            return int((raw if raw is not None else size) * height / width), size
        return size, int((raw if raw is not None else size) * width / height)

    for size in [(640, 480), (480, 640), (1000, 200), (200, 1000), (333, 100), (100, 100), (123, 77), (97, 401)]:
        ours = tool.preprocess(jpeg(size), {"resize": {"shortest_edge": 100, "longest_edge": 166}})
        assert ours.shape[2:] == detr(*size, 100, 166), size


def test_stages(tool):
    tool.preprocess(jpeg((640, 480)), {"mode": "torchvision", "color": "gray", "resize": {"shortest_edge": 64}}, trace=True)
    stages = [(stage["name"], stage["shape"]) for stage in tool.last["stages"]]
    assert stages == [("decode", "640x480x3"), ("color", "640x480x1"), ("resize", "85x64x1"), ("normalize", "FP32[1,1,64,85]")]
    assert all(stage["ns"] > 0 and "mean" in stage["preview"] for stage in tool.last["stages"])


@pytest.mark.parametrize("spec, message", [
    ({"resize": {"shortest_edge": 64, "flter": "box"}}, 'unknown key "resize.flter", did you mean "filter".; known are shortest_edge'),
    ({"means": 1}, 'unknown key "means", did you mean "mean".; known are mode, color'),
    ({"resize": {"width": 3}}, "either width and height, or shortest_edge"),
    ({"mode": "opencv", "resize": {"shortest_edge": 3, "filter": "lanczos"}}, r"resize.filter lanczos is not one of mode opencv \(nearest"),
    ({"resize": {"shortest_edge": 1e9}}, "resize.shortest_edge must be a whole number from 1 to 16384"),
    ({"std": [1, 0, 1]}, "std has a 0"), ({"mean": [1, 2]}, "mean has 2 values"), ({"datatype": "FP64"}, "datatype must be one of FP32"),
    ({"datatype": "UINT8", "mean": 3}, "no rescale, mean or std"), ({"rescale": "255"}, "rescale must be a number"), (3, "must be an object"),
    ({"crop_pct": 0.9}, "crop_pct needs resize.shortest_edge")])
def test_wrong_specs(tool, spec, message):
    with pytest.raises(Refused, match=message):
        tool.preprocess(jpeg((8, 8)), spec)


def test_a_line_that_would_become_a_desert_is_refused(tool):
    data = pictures.saved(Image.new("RGB", (100_000, 1)), "PNG")
    with pytest.raises(Refused, match="would be resized"):
        tool.preprocess(data, {"resize": {"shortest_edge": 224}, "crop": {"width": 224, "height": 224}})
    tall = pictures.saved(Image.new("RGB", (1, 100_000), (9, 9, 9)), "PNG")
    assert (tool.preprocess(tall, {"resize": {"width": 224, "height": 224}}) == 9).all()
