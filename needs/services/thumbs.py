"""Small renditions of photos for cards: made when first asked for, kept beside the photo, gone with it."""

import io

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from PIL import Image, ImageOps

from needs.models import NeedPhoto

SIZE = (480, 300)
MAX_BYTES = 20_000
QUALITIES = (80, 70, 60, 50, 40, 30, 20)


def small(photo: NeedPhoto) -> bytes:
    """JPEG of the middle of a photo, 480 x 300 pixels and 20 kB at most. Raises FileNotFoundError without its file."""
    storage, name = photo.file.storage, name_of(photo.file.name or "")
    try:
        with storage.open(name) as file:
            kept: bytes = file.read()
            return kept
    except FileNotFoundError:
        made = _draw(photo)
    kept_as = storage.save(name, ContentFile(made))
    if kept_as != name:  # another first visitor was faster
        storage.delete(kept_as)
    return made


def name_of(photo_name: str) -> str:
    """Where the rendition of a photo's file is kept."""
    return f"{photo_name.removesuffix('.jpg')}-s.jpg"


def drop(storage: Storage, photo_name: str) -> None:
    """Delete a photo's file and its rendition."""
    storage.delete(photo_name)
    storage.delete(name_of(photo_name))


def _draw(photo: NeedPhoto) -> bytes:
    """The file was re-encoded by us when it came in, so it is decoded here without a process of its own."""
    with photo.file.open("rb") as file, Image.open(file, formats=["JPEG"]) as image:
        image.draft("RGB", SIZE)
        cut = ImageOps.fit(image.convert("RGB"), SIZE)
    for quality in QUALITIES:
        out = io.BytesIO()
        cut.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= MAX_BYTES:
            break
    return out.getvalue()
