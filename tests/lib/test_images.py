import io
import struct
import zlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from fupin.lib.images import reencode

MARKER = b"<?php secret marker ?>"


def picture(
    form: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any
) -> io.BytesIO:
    file = io.BytesIO()
    Image.new(mode, size, options.pop("color", None)).save(file, form, **options)
    return file


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def png_header(width: int, height: int) -> io.BytesIO:
    """A tiny PNG that promises a huge picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + body)


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        *[
            ("JPEG", "RGB"),
            ("JPEG", "L"),
            ("JPEG", "CMYK"),
            ("PNG", "RGB"),
            ("PNG", "RGBA"),
            ("PNG", "P"),
            ("PNG", "1"),
        ],
        *[("PNG", "LA"), ("PNG", "I;16"), ("WEBP", "RGB"), ("WEBP", "RGBA")],
    ],
)
def test_every_usual_photo_becomes_a_plain_jpeg(form: str, mode: str) -> None:
    image = opened(reencode(picture(form, mode=mode)))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (60, 40))


def test_large_photos_shrink_and_small_ones_stay() -> None:
    assert opened(reencode(picture(size=(4000, 3000)))).size == (1600, 1200)
    assert opened(reencode(picture(size=(30, 20)), max_side=100)).size == (30, 20)


def test_a_photo_at_the_pixel_limit_fits_into_the_workers_memory() -> None:
    for mode in ("RGBA", "P"):
        assert max(opened(reencode(picture("PNG", size=(8000, 5000), mode=mode))).size) == 1600


def test_a_sideways_photo_is_turned_upright_before_its_metadata_goes() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "camera 12345"
    image = opened(reencode(picture(size=(60, 40), exif=exif)))
    assert image.size == (40, 60)
    assert not image.getexif()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_hidden_in_a_photo_survives(form: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = MARKER.decode()
    exif.get_ifd(0x8825)[1] = "N"
    options: dict[str, Any] = {"exif": exif, "icc_profile": MARKER}
    if form == "JPEG":
        options["comment"] = MARKER
    file = picture(form, **options)
    file.seek(0, io.SEEK_END)
    file.write(MARKER)
    assert MARKER in file.getvalue()
    data = reencode(file)
    assert MARKER not in data
    assert set(opened(data).info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }


def test_transparent_parts_become_white() -> None:
    file = picture("PNG", mode="RGBA", color=(0, 0, 0, 0))
    assert opened(reencode(file)).getpixel((5, 5)) == (255, 255, 255)


def test_a_phone_photo_with_a_second_picture_inside_is_accepted() -> None:
    file = io.BytesIO()
    Image.new("RGB", (60, 40)).save(file, "MPO", save_all=True, append_images=[Image.new("L", (30, 20))])
    assert Image.open(file).format == "MPO"
    assert opened(reencode(file)).size == (60, 40)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7 ",
        b"PK\x03\x04",
        b"\0",
        b"\xff\xd8\xff",
        picture("GIF").getvalue(),
        picture("BMP").getvalue(),
        picture("TIFF").getvalue(),
    ],
)
def test_other_formats_are_refused_whatever_their_name(content: bytes) -> None:
    with pytest.raises(ValidationError, match="JPG、PNG 或 WEBP"):
        reencode(io.BytesIO(content))


@pytest.mark.parametrize("size", [(12_001, 1), (1, 12_001), (8000, 5001), (2**31 - 1, 1), (60_000, 60_000)])
def test_a_small_file_that_promises_a_huge_picture_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValidationError, match="尺寸太大"):
        reencode(png_header(*size))


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_animations_are_refused(form: str) -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    file = io.BytesIO()
    frames[0].save(file, form, save_all=True, append_images=frames[1:])
    with pytest.raises(ValidationError, match="动图"):
        reencode(file)


def test_a_truncated_photo_is_refused() -> None:
    whole = picture("PNG", size=(400, 300)).getvalue()
    with pytest.raises(ValidationError, match="打不开"):
        reencode(io.BytesIO(whole[: len(whole) // 2]))


def test_bytes_are_limited_before_anything_is_decoded() -> None:
    with pytest.raises(ValidationError, match="不能超过 8 MB"):
        reencode(io.BytesIO(b"\xff\xd8\xff" + b"\0" * 8 * 1024 * 1024))
    with pytest.raises(ValidationError, match="空的"):
        reencode(io.BytesIO(b""))
