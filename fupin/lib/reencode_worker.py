"""Decodes one untrusted picture in a process of its own: bytes in on stdin, a clean JPEG out on stdout.

Started by `fupin.lib.images` as a plain script. It imports Pillow only, so that it starts fast and holds no
secret, and limits itself before it looks at the first byte. The exit code says what was wrong.
"""

import io
import resource
import sys

from PIL import Image, ImageOps, UnidentifiedImageError

BROKEN, FORMAT, TOO_LARGE, ANIMATED = 10, 11, 12, 13
MAX_PIXELS = 40_000_000
MAX_EDGE = 12_000
MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 10
QUALITY = 85


def limit() -> None:
    """No more memory, time or files than one honest photo needs (macOS has no limit of address space)."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform != "darwin":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def refusal(image: Image.Image) -> int:
    """0, or why this header is not worth decoding."""
    if max(image.size) > MAX_EDGE or image.width * image.height > MAX_PIXELS:
        return TOO_LARGE
    # Many phones append a depth or brightness picture to a JPEG (MPO); its first frame is the photo.
    if image.format != "MPO" and getattr(image, "n_frames", 1) != 1:
        return ANIMATED
    return 0


def clean(image: Image.Image, max_side: int) -> bytes:
    """JPEG of the upright pixels alone, shrunk to `max_side`, transparent parts white."""
    image.draft("RGB", (max_side, max_side))
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((max_side, max_side), reducing_gap=2.0)
    upright = ImageOps.exif_transpose(image)
    bare = Image.new("RGB", upright.size, "white")
    bare.paste(upright, mask=upright if upright.mode == "RGBA" else None)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def main(max_side: int) -> int:
    limit()
    try:
        with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=("JPEG", "PNG", "WEBP")) as image:
            if refused := refusal(image):
                return refused
            sys.stdout.buffer.write(clean(image, max_side))
    except UnidentifiedImageError:
        return FORMAT
    except (Image.DecompressionBombError, MemoryError):
        return TOO_LARGE
    except Exception:  # decoders fail in many ways on hostile bytes; all mean the same here
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
