"""The QR code of the check page, drawn the same way every time."""

from functools import lru_cache

import segno
from PIL import Image

QUIET_ZONE = 4
"""Empty modules on every side; phones need them to find the code."""

# A fixed mask saves scoring all eight, the larger part of the time; every reader copes with each of them.
_MASK = 3


@lru_cache(maxsize=64)
def qr_matrix(url: str) -> tuple[bytes, ...]:
    """Return the modules row by row, 1 is dark, quiet zone included. Error level M, not raised when there is room."""
    code = segno.make_qr(url, error="m", boost_error=False, mask=_MASK)
    side = bytes(QUIET_ZONE)
    rows = [side + bytes(row) + side for row in code.matrix]
    empty = [bytes(len(rows[0]))] * QUIET_ZONE
    return (*empty, *rows, *empty)


def qr_image(url: str, side: int) -> Image.Image:
    """Return the code as a grey image (0 dark, 255 light) of at most `side` pixels, each module the same whole pixels.

    Raises ValueError when `side` is too small to give every module two pixels.
    """
    matrix = qr_matrix(url)
    scale = side // len(matrix)
    if scale < 2:
        raise ValueError("the QR code needs a larger side")
    small = Image.frombytes("L", (len(matrix),) * 2, b"".join(matrix)).point([255, 0] + [0] * 254)
    return small.resize((len(matrix) * scale,) * 2, Image.Resampling.NEAREST)
