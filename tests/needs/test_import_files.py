"""The register's import and files that mean no good; and what is kept of a file, how and for how long."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import xlsxwriter

from accounts.models import Region, User
from fupin.lib import crypto
from fupin.lib import sheet_reading as reading
from fupin.lib.clock import now
from fupin.lib.crypto import DecryptError
from fupin.lib.errors import InvalidInput
from needs.imports import files
from needs.models import HouseholdImport
from needs.models.household_import import ImportState
from needs.services import household_import
from needs.tasks import forget_import_files
from tests import factories
from tests.needs.register_sheets import as_csv, brought_in, own_cells, person, row, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(people: factories.Staff) -> User:
    return people.county


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (reading.MAX_UNPACKED // 50))
    return out.getvalue()


def far_away() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "户主姓名")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda: b"", "没有内容"),
        (lambda: b"x" * (reading.MAX_BYTES + 1), "超过 20 MB"),
        (lambda: b"PK\x03\x04broken", "打不开"),
        (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 100, "旧版 XLS"),
        (lambda: b"\xff\xfe\xff\xff\x80", "文字编码"),
        (bomb, "大得不正常"),
        (far_away, ""),
    ],
)
def test_file_that_is_no_honest_sheet_is_refused_in_words(tmp_path, monkeypatch, data, words):
    content = data()
    monkeypatch.setattr(reading, "MAX_UNPACKED", reading.MAX_UNPACKED // 100)
    with pytest.raises(InvalidInput) as refusal:
        reading.to_rows(io.BytesIO(content), tmp_path / "rows.csv")
    assert words in refusal.value.fields["file"][0]


def test_sizes_that_a_zip_declares_are_not_believed(tmp_path, monkeypatch):
    honest = bomb()
    size = (reading.MAX_UNPACKED // 50).to_bytes(4, "little")
    lying = honest.replace(size, (10).to_bytes(4, "little"))
    assert lying != honest
    monkeypatch.setattr(reading, "MAX_UNPACKED", reading.MAX_UNPACKED // 100)
    with pytest.raises(InvalidInput):
        reading.to_rows(io.BytesIO(lying), tmp_path / "rows.csv")


def test_formulas_come_back_as_harmless_text(county):
    job = brought_in(county, as_csv(row(1, 户主姓名="=HYPERLINK(1)", 家庭住址="@cmd")))
    bad = own_cells(job)[1]
    assert bad[2] == "'=HYPERLINK(1)"
    assert bad[8] == "'@cmd"
    with zipfile.ZipFile(io.BytesIO(files.read(job.error_file))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_files_of_an_import_are_unreadable_on_the_disk(county):
    region = Region.objects.get(code=factories.QIDONG)
    job = household_import.upload(actor=county, county=region, file_name="a", source=io.BytesIO(xlsx(row(1))))
    stored = Path(job.rows_file.path).read_bytes()
    assert "钱测试".encode() not in stored
    assert person(1).encode() not in stored
    assert "钱测试".encode() in files.read(job.rows_file)
    bad = brought_in(county, xlsx(row(1, 手机号="1")))
    assert not Path(bad.error_file.path).read_bytes().startswith(b"PK")
    with pytest.raises(DecryptError):
        crypto.unseal(stored[:-1] + b"x", context=files.CONTEXT)


def test_files_older_than_a_week_are_deleted_and_the_page_says_so(county, as_user):
    region = Region.objects.get(code=factories.QIDONG)
    done, young = (brought_in(county, xlsx(row(1, 手机号="1"))) for _ in range(2))
    left = household_import.upload(
        actor=county, county=region, file_name="a", source=io.BytesIO(xlsx(row(1)))
    )
    paths = [Path(done.error_file.path), Path(left.rows_file.path)]
    old = now() - timedelta(days=8)
    HouseholdImport.objects.filter(pk=done.pk).update(finished_at=old)
    HouseholdImport.objects.filter(pk=left.pk).update(created_at=old)
    assert forget_import_files() == 2
    assert forget_import_files() == 0
    assert not any(path.exists() for path in paths)
    assert Path(young.error_file.path).exists()
    left.refresh_from_db()
    assert left.state == ImportState.CANCELLED
    browser, url = as_user(county), f"/office/households/import/{done.pk}/"
    assert "已经删除" in browser.get(url).content.decode()
    assert browser.get(f"{url}errors.xlsx").status_code == 404
