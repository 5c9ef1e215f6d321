"""Decoding against Pillow: files that Pillow wrote, and files that are broken."""
import io
import struct

import numpy
import pytest
from PIL import Image

from handler import pictures
from handler.image_tool import Refused

SIZES = [(64, 48), (37, 53), (1, 1), (17, 1), (8, 8), (3, 200)]


def compare(tool, data, mode="RGB", **more):
    ours, _ = tool.decode(data, **more)
    theirs = numpy.asarray(pictures.opened(data).convert(mode))
    if mode == "RGB":
        ours = pictures.as_rgb(ours)
    assert ours.shape == theirs.shape
    assert numpy.array_equal(ours, theirs), f"{numpy.abs(ours.astype(int) - theirs).max()} levels, {(ours != theirs).mean():.2%} of values"


@pytest.mark.parametrize("options", [{"quality": 90, "subsampling": 0}, {"quality": 75}, {"quality": 60, "subsampling": 1}, {"quality": 30, "progressive": True},
                                     {"quality": 95, "optimize": True}, {"quality": 80, "restart_marker_blocks": 4}], ids=str)
@pytest.mark.parametrize("make", [pictures.smooth, pictures.noise])
@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg(tool, options, make, channels):
    for size in SIZES:
        compare(tool, pictures.saved(pictures.pil_image(make(*size, channels)), "JPEG", **options))


def test_jpeg_kept_as_rgb(tool):
    compare(tool, pictures.saved(pictures.pil_image(pictures.smooth(64, 48)), "JPEG", keep_rgb=True))


def test_jpeg_cmyk(tool):
    for size in SIZES:
        compare(tool, pictures.saved(Image.frombytes("CMYK", size, pictures.noise(*size, 4).tobytes()), "JPEG", quality=95))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png(tool, channels):
    for size in SIZES:
        image = pictures.pil_image(pictures.noise(*size, channels))
        compare(tool, pictures.saved(image, "PNG"), image.mode if channels == 4 else "RGB")


@pytest.mark.parametrize("colors, bits", [(2, 1), (3, 2), (4, 2), (11, 4), (16, 4), (17, 8), (200, 8), (256, 8)])
@pytest.mark.parametrize("transparency", [None, 1, b"\x00\x80\xff"])
def test_png_palette(tool, colors, bits, transparency):
    image = pictures.pil_image(pictures.smooth(61, 43)).quantize(colors)
    more = {} if transparency is None else {"transparency": transparency}
    compare(tool, pictures.saved(image, "PNG", bits=bits, **more))


def test_png_one_bit(tool):
    compare(tool, pictures.saved(pictures.pil_image(pictures.noise(61, 43, 1)).convert("1"), "PNG"))


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_png_gray_of_few_bits(tool, random, bits):
    rows = b"".join(b"\0" + random.bytes(10) for _ in range(9))
    compare(tool, pictures.raw_png(80 // bits - 1, 9, bits, 0, rows))


@pytest.mark.parametrize("color, samples", [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_png_16_bits(tool, random, color, samples):
    rows = b"".join(b"\0" + random.bytes(2 * samples * 13) for _ in range(7))
    compare(tool, pictures.raw_png(13, 7, 16, color, rows))


def test_png_16_bits_of_gray_may_keep_the_upper_byte(tool):
    values = numpy.arange(0, 65536, 257, dtype=">u2")
    data = pictures.raw_png(256, 1, 16, 0, b"\0" + values.tobytes())
    compare(tool, data)
    ours, _ = tool.decode(data, gray16_keeps_upper_byte=True)
    assert ours[0, :, 0].tolist() == list(range(256))


def test_png_index_beyond_the_palette(tool):
    palette = pictures.chunk(b"PLTE", bytes(range(1, 10)))
    compare(tool, pictures.raw_png(6, 1, 8, 3, b"\0" + bytes([0, 1, 2, 3, 200, 255]), palette))


def test_png_interlaced(tool):
    """Pillow writes none: Adam7 passes of a picture of 8 x 8 gray pixels."""
    pixels = numpy.arange(64, dtype=numpy.uint8).reshape(8, 8)
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b"".join(b"\0" + row.tobytes() for y, x, dy, dx in passes for row in pixels[y::dy, x::dx])
    data = pictures.raw_png(8, 8, 8, 0, rows, interlace=1)
    compare(tool, data)
    assert tool.decode(data)[0][:, :, 0].tolist() == pixels.tolist()


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 80}, {"quality": 20, "method": 6}], ids=str)
@pytest.mark.parametrize("channels", [3, 4])
def test_webp(tool, options, channels):
    for size in SIZES:
        for make in (pictures.smooth, pictures.noise):
            image = pictures.pil_image(make(*size, channels))
            compare(tool, pictures.saved(image, "WEBP", exact=True, **options), image.mode)


def test_webp_animation_gives_its_first_frame(tool):
    frames = [pictures.pil_image(pictures.smooth(40, 30, 3, seed)) for seed in range(3)]
    compare(tool, pictures.saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_bmp(tool, mode):
    for size in SIZES:
        image = pictures.pil_image(pictures.noise(*size, 4 if mode == "RGBA" else 3))
        compare(tool, pictures.saved(image.quantize(60) if mode == "P" else image.convert(mode), "BMP"))


MASKS = {(32, 40): [(0xFF0000, 0xFF00, 0xFF), (0xFF000000, 0xFF0000, 0xFF00), (0xFF000000, 0xFF00, 0xFF)],
         (32, 108): [(0xFF, 0xFF00, 0xFF0000, 0xFF000000), (0xFF0000, 0xFF00, 0xFF, 0xFF000000), (0xFF000000, 0xFF0000, 0xFF00, 0xFF), (0, 0, 0, 0)],
         (24, 40): [(0xFF0000, 0xFF00, 0xFF)], (16, 40): [(0xF800, 0x7E0, 0x1F), (0x7C00, 0x3E0, 0x1F)], (16, 56): [(0xF800, 0x7E0, 0x1F, 0)]}


@pytest.mark.parametrize("bits, size, masks", [(bits, size, masks) for (bits, size), several in MASKS.items() for masks in several])
def test_bmp_masks(tool, random, bits, size, masks):
    stride = (13 * bits + 31) // 32 * 4
    data = pictures.bmp(13, 5, bits, random.bytes(stride * 5), 3, masks=struct.pack(f"<{len(masks)}I", *masks), size=size)
    compare(tool, data)


@pytest.mark.parametrize("bits", [16, 24, 32])
@pytest.mark.parametrize("height", [5, -5])
def test_bmp_without_masks(tool, random, bits, height):
    compare(tool, pictures.bmp(13, height, bits, random.bytes((13 * bits + 31) // 32 * 4 * 5)))


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_bmp_palette(tool, random, bits):
    compare(tool, pictures.bmp(21, 6, bits, random.bytes((21 * bits + 31) // 32 * 4 * 6), palette=random.bytes(4 << bits)))


def test_bmp_run_lengths(tool, random):
    palette = random.bytes(1024)
    pixels = bytes([5, 7, 0, 3, 1, 2, 3, 0, 0, 0, 9, 4, 0, 0, 2, 6, 0, 2, 3, 1, 4, 8, 0, 0, 9, 1, 0, 1])
    compare(tool, pictures.bmp(9, 5, 8, pixels, 1, palette))
    compare(tool, pictures.bmp(9, 5, 4, bytes([5, 0x71, 0, 4, 0x12, 0x34, 0, 0, 9, 0x45, 0, 0, 9, 0x12, 0, 0, 9, 0x34, 0, 0, 9, 0x56, 0, 1]), 2, palette[:64]))


def test_bmp_of_os2(tool, random):
    head = struct.pack("<IHHHH", 12, 7, 3, 1, 24)
    compare(tool, b"BM" + struct.pack("<IHHI", 0, 0, 0, 26) + head + random.bytes(24 * 3))


@pytest.mark.parametrize("colors", [2, 5, 256])
@pytest.mark.parametrize("interlace", [0, 1])
def test_gif(tool, colors, interlace):
    for size in SIZES:
        compare(tool, pictures.saved(pictures.pil_image(pictures.noise(*size)).quantize(colors), "GIF", interlace=interlace))


def test_gif_gray_and_animated(tool):
    compare(tool, pictures.saved(pictures.pil_image(pictures.smooth(40, 30, 1)), "GIF"))
    frames = [pictures.pil_image(pictures.smooth(40, 30, 3, seed)).quantize(50) for seed in range(3)]
    compare(tool, pictures.saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))


@pytest.mark.parametrize("transparent", [None, 3])
@pytest.mark.parametrize("canvas, place, size", [((6, 5), (0, 0), (6, 5)), ((6, 5), (2, 1), (3, 2)), ((4, 4), (3, 3), (5, 2)), ((1, 1), (0, 0), (4, 4)),
                                                 ((3, 3), (10, 10), (2, 2))])
def test_gif_frame_and_canvas(tool, canvas, place, size, transparent):
    compare(tool, pictures.gif(canvas, place, size, transparent))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_read(tool, kind, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    data = pictures.saved(pictures.pil_image(pictures.smooth(20, 10)), kind, exif=exif)
    assert tool.decode(data)[1] == orientation


WHOLE = {"JPEG": {}, "progressive": {"progressive": True}, "PNG": {}, "WEBP": {}, "lossless": {"lossless": True}, "BMP": {}, "GIF": {}}


@pytest.mark.parametrize("kind", WHOLE)
def test_truncated_files_are_refused(tool, kind):
    name = {"progressive": "JPEG", "lossless": "WEBP"}.get(kind, kind)
    data = pictures.saved(pictures.pil_image(pictures.smooth(80, 60)), name, **WHOLE[kind])
    for length in sorted({*range(0, 40), *range(40, len(data) - 16, max(1, len(data) // 60))}):
        with pytest.raises(Refused):
            tool.decode(data[:length])
    for length in range(len(data) - 16, len(data)):  # the last bytes may be of no use to a decoder
        try:
            tool.decode(data[:length])
        except Refused as refused:
            assert str(refused)
    tool.decode(data)


def test_truncated_jpeg_says_so(tool):
    data = pictures.saved(pictures.pil_image(pictures.smooth(80, 60)), "JPEG")
    with pytest.raises(Refused, match="JPEG: Premature end of JPEG file"):
        tool.decode(data[:len(data) // 2])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
def test_damaged_files_end_well(tool, random, kind):
    data = bytearray(pictures.saved(pictures.pil_image(pictures.smooth(50, 40)), kind))
    for _ in range(300):
        damaged = bytearray(data)
        for at in random.integers(0, len(data), 3):
            damaged[at] = random.integers(0, 256)
        try:
            tool.decode(bytes(damaged))
        except Refused as refused:
            assert str(refused)
    tool.decode(bytes(data))


def test_wrong_crc(tool):
    data = bytearray(pictures.saved(pictures.pil_image(pictures.smooth(50, 40)), "PNG"))
    data[-16] ^= 1  # in the CRC of IDAT
    with pytest.raises(Refused, match="PNG: IDAT: CRC error"):
        tool.decode(bytes(data))


@pytest.mark.parametrize("width, height", [(50_000, 50_000), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1)])
def test_claimed_sizes_cost_nothing(tool, width, height):
    with pytest.raises(Refused, match=f"{width}x{height} pixels"):
        tool.decode(pictures.raw_png(width, height, 8, 2, b""))
    with pytest.raises(Refused, match=f"{width}x{height} pixels"):
        tool.decode(pictures.bmp(width, height, 24, b""))


def test_png_bomb(tool):
    with pytest.raises(Refused, match="max_pixels"):
        tool.decode(pictures.raw_png(30_000, 30_000, 1, 0, bytes(3751 * 30_000)))


def test_unknown_kinds_are_named(tool):
    for data in [b"II*\0hello", b"<svg/>", b"\0" * 20]:
        with pytest.raises(Refused, match="JPEG, PNG, WebP, BMP, GIF"):
            tool.decode(data)
    with pytest.raises(Refused, match="no bytes"):
        tool.decode(b"")


def test_opens_with_pillow_what_it_was_made_of():
    """The BMP and GIF that are written by hand above are files."""
    assert Image.open(io.BytesIO(pictures.gif((6, 5), (2, 1), (3, 2)))).size == (6, 5)
