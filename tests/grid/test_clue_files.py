"""Photos and scans of a case: real uploads, encrypted where they lie, seen in scope, part of the pack."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.enums import Role
from accounts.models import AuditEntry, User
from fupin.demo.pictures import picture
from fupin.lib.errors import Conflict, NotAllowed
from grid.models import Clue, ClueFile
from grid.models.clue_file import MOST_FILES
from grid.queries.grids import grid_of
from grid.services import clue_files as service
from grid.services import clues
from tests import factories
from tests.grid.days import BEFORE, on

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
DAY = date(2026, 9, 28)


@pytest.fixture
def people(db: None) -> factories.Staff:
    with on(BEFORE):
        return factories.staff()


@pytest.fixture
def clue(people: factories.Staff) -> Clue:
    with on(DAY):
        return factories.clue(people, factories.household(people.village, name="张三丰"))


def photo(variant: int = 1) -> SimpleUploadedFile:
    """A photo with a position in it, under a telling name."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.open(io.BytesIO(picture("house", variant))).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("张三丰身份证.jpg", out.getvalue(), "image/jpeg")


def files_on_disk() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_an_uploaded_photo_is_made_anew_encrypted_and_shown_to_officers_in_scope(
    people: factories.Staff, other_county: factories.Staff, clue: Clue, as_user: As
) -> None:
    url = f"/office/clues/{clue.pk}/files/add/"
    with on(DAY):
        village = as_user(people.village)
        given = {"kind": "check", "photo": photo(), "words": "房屋裂缝"}
        answer = village.post(url, given)
        assert (answer.status_code, answer["Location"]) == (302, f"/office/clues/{clue.pk}/#files")
        row = clue.files.get()
        shown = village.get(row.get_absolute_url())
        assert "房屋裂缝" in village.get(f"/office/clues/{clue.pk}/").content.decode()
        assert as_user(people.township).get(row.get_absolute_url()).status_code == 200
        leader = grid_of(clue.household).members.get().post.user  # type: ignore[arg-type, union-attr]
        assert as_user(leader).get(row.get_absolute_url()).status_code == 403
        assert as_user(other_county.village).get(row.get_absolute_url()).status_code == 404
        assert Client().get(row.get_absolute_url()).status_code == 302
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Cache-Control"] == "private, no-store"
    assert hashlib.sha256(shown.content).hexdigest() == row.sha256
    assert not Image.open(io.BytesIO(shown.content)).getexif()
    (lying,) = files_on_disk()
    assert "张三丰" not in lying.name
    assert shown.content[:200] not in lying.read_bytes()
    with pytest.raises(OSError, match="cannot identify"):
        Image.open(lying)
    assert AuditEntry.objects.get(action="clue.file").changes == {"kind": "check", "sha256": row.sha256}


@pytest.mark.parametrize(
    "changes",
    [
        {"photo": SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", "image/jpeg")},
        {"photo": SimpleUploadedFile("a.jpg", b"%PDF-1.7", "image/jpeg")},
        {"photo": ""},
        {"kind": ""},
        {"kind": "judgement"},
    ],
)
def test_what_is_no_photo_or_not_ones_own_material_is_refused_with_the_words_kept(
    people: factories.Staff, clue: Clue, as_user: As, changes: dict[str, Any]
) -> None:
    with on(DAY):
        given = {"kind": "check", "photo": photo(), "words": "住院费用清单", **changes}
        answer = as_user(people.village).post(f"/office/clues/{clue.pk}/files/add/", given)
    assert answer.status_code == 400
    assert "住院费用清单" in answer.content.decode()
    assert not ClueFile.objects.exists()
    assert not files_on_disk()


def test_each_level_adds_its_own_material_while_the_clue_is_open(people: factories.Staff, clue: Clue) -> None:
    with on(DAY):
        who = {"check": people.village, "judgement": people.township, "review": people.county}
        for number, (kind, actor) in enumerate(who.items()):
            service.add(actor=actor, clue=clue, kind=kind, jpeg=picture("house", number))
        for kind, actor in (
            ("judgement", people.village),
            ("review", people.township),
            ("check", people.charity),
        ):
            with pytest.raises(NotAllowed):
                service.add(actor=actor, clue=clue, kind=kind, jpeg=picture("house", 9))
        again = service.add(actor=people.village, clue=clue, kind="meeting", jpeg=picture("house", 0))
        assert again.kind == "check", "the same picture is kept once"
        clues.withdraw(actor=people.village, clue=clue)
        with pytest.raises(Conflict):
            service.add(actor=people.village, clue=clue, kind="check", jpeg=picture("house", 9))
    assert clue.files.count() == 3


def test_a_case_takes_only_so_many(people: factories.Staff, clue: Clue) -> None:
    ClueFile.objects.bulk_create(
        ClueFile(clue=clue, kind="check", file="x", sha256=f"{number:064d}", uploaded_by=people.village)
        for number in range(MOST_FILES)
    )
    with on(DAY), pytest.raises(Conflict, match=str(MOST_FILES)):
        service.add(actor=people.village, clue=clue, kind="check", jpeg=picture("house", 1))


def test_a_mistake_is_taken_back_until_the_next_step_and_the_record_stays(
    people: factories.Staff, clue: Clue, as_user: As, django_capture_on_commit_callbacks: Any
) -> None:
    with on(DAY, 13):
        village, url = as_user(people.village), f"/office/clues/{clue.pk}/"
        wrong = service.add(actor=people.village, clue=clue, kind="check", jpeg=picture("house", 1))
        remove = f"{wrong.get_absolute_url()}remove/"
        assert remove in village.get(url).content.decode()
        colleague = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE, "同村同事")
        assert as_user(colleague).post(remove).status_code == 403
        with django_capture_on_commit_callbacks(execute=True):
            assert village.post(remove).status_code == 302
        assert not files_on_disk()
        kept = service.add(actor=people.village, clue=clue, kind="meeting", jpeg=picture("desk", 1))
        place = grid_of(clue.household)  # type: ignore[arg-type]
        assert place
    with on(DAY, 14):
        clues.verify(
            actor=people.village,
            clue=clue,
            finding="入户核实，情况属实。",
            meeting=factories.meeting(place),
            monitored="sudden",
        )
        with pytest.raises(Conflict):
            service.remove(actor=people.village, row=kept)
        assert f"{kept.get_absolute_url()}remove/" not in village.get(url).content.decode()
    actions = AuditEntry.objects.filter(object_type="grid.cluefile").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["clue.file", "clue.file_remove", "clue.file"]


def test_the_pack_holds_the_pictures_and_their_marks(
    people: factories.Staff, clue: Clue, as_user: As
) -> None:
    with on(DAY):
        row = service.add(
            actor=people.village, clue=clue, kind="check", jpeg=picture("house", 1), words="后墙"
        )
        lost = service.add(actor=people.village, clue=clue, kind="meeting", jpeg=picture("desk", 1))
        lost.file.storage.delete(lost.file.name)
        county = as_user(people.county)
        paper = county.get(f"/office/clues/{clue.pk}/pack.pdf").content
        packed = county.get(f"/office/clues/{clue.pk}/pack.zip").content
    archive = zipfile.ZipFile(io.BytesIO(packed))
    inside = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert hashlib.sha256(inside["材料/01-入户核实照片.jpg"]).hexdigest() == row.sha256
    listed = json.loads(inside["材料.json"])
    assert [one[2] for one in listed] == [row.sha256, lost.sha256]
    assert "后墙" in listed[0][1]
    assert "文件已丢失" in listed[1][1]
    lines = [line.split("：")[0] for line in inside["目录.txt"].decode().splitlines()]
    assert sorted(lines) == sorted(inside.keys() - {"目录.txt"})
    assert paper.startswith(b"%PDF")
    assert b"/DCTDecode" in paper, "the photo stands in the PDF"
