"""The words of an answer, also inside a sheet, a document or an archive."""

import io
import zipfile
from typing import Any


def text_in(answer: Any) -> str:
    """All text a reader of this answer could find; ZIP containers (XLSX, DOCX) are opened."""
    body = answer.getvalue() if answer.streaming else answer.content
    return _text(body)


def _text(body: bytes) -> str:
    if not body.startswith(b"PK"):
        return body.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "\n".join(_text(archive.read(name)) for name in archive.namelist())
