"""Files as answers."""

import pytest

from fupin.lib.downloads import TYPES, download


def test_ending_says_the_type_and_no_cache_keeps_the_file():
    answer = download(b"PK", "通报-3.docx")
    assert answer["Content-Type"] == TYPES["docx"]
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E9%80%9A")
    assert (
        download(b"%PDF", "declare.pdf", inline=True)["Content-Disposition"]
        == 'inline; filename="declare.pdf"'
    )


def test_unknown_ending_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        download(b"", "a.exe")
