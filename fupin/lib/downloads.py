"""Files as answers: the right type and name, for the asker alone."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


def download(data: bytes, name: str, *, inline: bool = False) -> HttpResponse:
    """`data` as the file `name`, whose ending says its type; never kept by a cache. `inline`: shown, not saved.

    Raises `KeyError` for an ending that is not in `TYPES`.
    """
    answer = HttpResponse(data, content_type=TYPES[name.rpartition(".")[2]])
    answer["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer
