"""Photos from outside become new pictures of their pixels: no position, no camera number, no hidden payload.

Decoding happens in a short-lived process with limits on memory (512 MB), CPU (10 s) and writing (nothing),
because decoders are where hostile files do harm; it costs about a tenth of a second. Some files just under the
pixel limit (lossless with transparency) need more memory than that and are refused as too large.
"""

import subprocess
import sys
from pathlib import Path
from typing import Protocol

from django.core.exceptions import ValidationError

from fupin.lib import reencode_worker

MAX_BYTES = 8 * 1024 * 1024
MAX_SIDE = 1600
_WALL_SECONDS = 20
_WORKER = Path(reencode_worker.__file__)

_REASONS = {
    reencode_worker.FORMAT: ("请上传 JPG、PNG 或 WEBP 格式的照片。", "photo_format"),
    reencode_worker.TOO_LARGE: ("照片的尺寸太大，请缩小后再上传，或直接用手机重新拍一张。", "photo_pixels"),
    reencode_worker.ANIMATED: ("不能上传动图，请换一张普通照片。", "photo_animated"),
}


class Readable(Protocol):
    """An uploaded or opened file."""

    def read(self, size: int = ..., /) -> bytes: ...
    def seek(self, offset: int, /) -> object: ...


def reencode(file: Readable, *, max_side: int = MAX_SIDE, max_bytes: int = MAX_BYTES) -> bytes:
    """JPEG of a JPEG, PNG or WEBP (told by content, not by name), upright, at most `max_side` pixels a side.

    Raises `ValidationError` for more than `max_bytes`, other formats, animations, more than 40 megapixels or
    12 000 a side, and for damaged files.
    """
    file.seek(0)
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        limit = max_bytes // (1024 * 1024)
        raise ValidationError(f"照片不能超过 {limit} MB，请压缩后再上传。", code="photo_bytes")
    if not data:
        raise ValidationError("这张照片是空的，请重新选择。", code="photo_empty")
    command = [sys.executable, "-I", str(_WORKER), str(max_side)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_WALL_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise _broken() from error
    if done.returncode == 0 and done.stdout:
        return done.stdout
    if done.returncode in _REASONS:
        message, code = _REASONS[done.returncode]
        raise ValidationError(message, code=code)
    raise _broken()


def _broken() -> ValidationError:
    return ValidationError("这张照片打不开，可能已经损坏，请换一张或重新拍摄。", code="photo_broken")
