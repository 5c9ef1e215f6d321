"""Resizing against Pillow, bit for bit, against OpenCV, and against float reimplementations of torchvision and TensorFlow."""
import cv2
import numpy
import pytest
from PIL import Image

from handler import pictures

PIL = {"nearest": Image.NEAREST, "box": Image.BOX, "bilinear": Image.BILINEAR, "hamming": Image.HAMMING, "bicubic": Image.BICUBIC,
       "lanczos": Image.LANCZOS}
CV = {"nearest": cv2.INTER_NEAREST, "bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}
SIZES = [((640, 480), (224, 224)), ((640, 480), (341, 256)), ((37, 53), (224, 224)), ((224, 224), (224, 100)), ((224, 224), (97, 224)),
         ((100, 3), (7, 90)), ((1, 1), (5, 6)), ((5, 1), (1, 5)), ((2, 900), (3, 40)), ((512, 384), (256, 192)), ((300, 300), (100, 100)),
         ((333, 77), (334, 78))]


def random_sizes(random, count):
    return [(tuple(int(v) for v in random.integers(1, 400, 2)), tuple(int(v) for v in random.integers(1, 400, 2))) for _ in range(count)]


def pillow_resized(pixels, to, filter_):
    resized = numpy.asarray(pictures.pil_image(pixels).resize(to, PIL[filter_]))
    return resized.reshape(to[1], to[0], pixels.shape[2])


@pytest.mark.parametrize("filter_", PIL)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_pillow_bit_for_bit(tool, random, filter_, channels):
    for number, (size, to) in enumerate(SIZES + random_sizes(random, 20)):
        pixels = pictures.noise(*size, channels, seed=number)
        ours = tool.resize(pixels, to, filter_, "pillow")
        assert numpy.array_equal(ours, pillow_resized(pixels, to, filter_)), (size, to)


@pytest.mark.parametrize("filter_, worst_level, worst_share", [("nearest", 0, 0), ("bilinear", 0, 0), ("bicubic", 1, 0.001), ("area", 1, 0.001)])
@pytest.mark.parametrize("channels", [1, 3])
def test_opencv(tool, random, filter_, worst_level, worst_share, channels):
    different = total = worst = 0
    for number, (size, to) in enumerate(SIZES + random_sizes(random, 30)):
        pixels = pictures.noise(*size, channels, seed=number)
        theirs = cv2.resize(pixels, to, interpolation=CV[filter_]).reshape(to[1], to[0], channels)
        ours = tool.resize(pixels, to, filter_, "opencv")
        levels = numpy.abs(ours.astype(int) - theirs.astype(int))
        if levels.max() > worst_level:
            print(filter_, size, to, levels.max(), (levels > 0).mean())
        worst = max(worst, int(levels.max()))
        different += int((levels > 0).sum())
        total += levels.size
    print(f"{filter_}, {channels} channels: {different} of {total} values differ, at most by {worst}")
    assert worst <= worst_level
    assert different <= worst_share * total


def torch_weights(filter_, size, to):
    """aten's antialiased weights as a float32 matrix [to, size]."""
    half = 2.0 if filter_ == "bicubic" else 1.0
    scale = numpy.float32(size / to)
    stretch = max(scale, numpy.float32(1))
    weights = numpy.zeros((to, size), numpy.float64)
    for i in range(to):
        center = scale * numpy.float32(i + 0.5)
        first, last = max(int(center - half * stretch + numpy.float32(0.5)), 0), min(int(center + half * stretch + numpy.float32(0.5)), size)
        x = numpy.abs((numpy.arange(first, last) - center + 0.5) / stretch)
        if filter_ == "bicubic":
            w = numpy.where(x < 1, (1.5 * x - 2.5) * x * x + 1, numpy.where(x < 2, -0.5 * (((x - 5) * x + 8) * x - 4), 0))
        else:
            w = numpy.clip(1 - x, 0, None)
        weights[i, first:last] = w / w.sum()
    return weights


@pytest.mark.parametrize("filter_", ["bilinear", "bicubic"])
def test_torchvision_tensor(tool, random, filter_):
    different = total = 0
    for number, (size, to) in enumerate(SIZES + random_sizes(random, 15)):
        pixels = pictures.noise(*size, 3, seed=number)
        across, down = torch_weights(filter_, size[0], to[0]), torch_weights(filter_, size[1], to[1])
        exact = numpy.einsum("yh,hwc,xw->yxc", down, pixels.astype(numpy.float64), across, optimize=True)
        expected = numpy.clip(numpy.rint(exact), 0, 255)
        ours = tool.resize(pixels, to, filter_, "torch")
        levels = numpy.abs(ours - expected)
        assert levels.max() <= 1, (size, to)
        different += int((levels > 0).sum())
        total += levels.size
    assert different <= 1e-4 * total  # float32 sums beside halves


def test_torchvision_tensor_is_near_pillow(tool):
    pixels = pictures.smooth(640, 480)
    ours = tool.resize(pixels, (224, 224), "bilinear", "torch").astype(int)
    assert numpy.abs(ours - pillow_resized(pixels, (224, 224), "bilinear")).max() <= 1


def test_tensorflow_bilinear_is_half_pixel_interpolation(tool, random):
    """OpenCV's INTER_LINEAR of float32 is the same function."""
    for number, (size, to) in enumerate(SIZES + random_sizes(random, 15)):
        pixels = pictures.noise(*size, 3, seed=number)
        theirs = cv2.resize(pixels.astype(numpy.float32), to, interpolation=cv2.INTER_LINEAR).reshape(to[1], to[0], 3)
        ours = tool.resize(pixels, to, "bilinear", "tensorflow")
        assert numpy.abs(ours - theirs).max() < 0.02, (size, to)


def test_tensorflow_bicubic_is_keys_cubic(tool, random):
    """Growing, Pillow's bicubic of floats is the same function; TensorFlow's weights come in steps of 1/1024."""
    for size, to in [((40, 30), (224, 224)), ((7, 9), (50, 31)), ((100, 100), (101, 300))]:
        pixels = pictures.noise(*size, 1, seed=size[0])
        theirs = Image.fromarray(pixels[:, :, 0].astype(numpy.float32), "F").resize(to, Image.BICUBIC)
        ours = tool.resize(pixels, to, "bicubic", "tensorflow")[:, :, 0]
        assert numpy.abs(ours - numpy.asarray(theirs)).max() < 0.6, (size, to)


def test_tensorflow_nearest_takes_the_middle(tool):
    pixels = pictures.noise(10, 1, 1)
    ours = tool.resize(pixels, (4, 1), "nearest", "tensorflow")[0, :, 0]
    assert ours.tolist() == [pixels[0, int((i + 0.5) * 2.5), 0] for i in range(4)]
