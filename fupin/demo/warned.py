"""Warnings of the demo county: a list of the education department and one of the health insurance, partly verified."""

import csv
import io
from datetime import timedelta

from stdnum.cn import ric

from accounts.enums import Role
from accounts.models import User
from fupin.demo.cast import Casting, County
from fupin.lib.clock import shifted
from fupin.lib.crypto import blind_index
from grid.models import RiskWarning
from grid.queries.warnings import desks_of
from grid.services import warnings
from needs.models import Household

NOTES = (
    ("cleared", "入户看过，医疗费报销后自付不多，家里能承担。"),
    ("confirmed", "入户核实，主要劳动力住院，收入明显下降，建议纳入监测。"),
)


def tell(casting: Casting, county: County, department: User) -> None:
    """The persona's department is education; a colleague of the insurance uploaded some days earlier."""
    with shifted(timedelta(days=-60)):
        colleague = casting.officer(Role.DEPARTMENT_OFFICER, county.region, county.admin)
    for officer, name in ((department, "education"), (colleague, "insurance")):
        warnings.set_department(actor=county.admin, post=officer.appointments.get(), department=name)
    homes = _with_numbers(county)
    with shifted(timedelta(days=-6)):
        _upload(colleague, "一个季度内自付医药费超过 1 万元", homes[:3], "自付医药费 1.6 万元")
    answered = RiskWarning.objects.filter(state="sent").select_related("batch").order_by("id")[:2]
    with shifted(timedelta(days=-4)):
        for row, (verdict, note) in zip(answered, NOTES, strict=False):
            code = row.batch.township_id if row.batch else 0
            town = next(town for town in county.towns if town.region.code == code)
            warnings.verify(actor=town.manager, warning=row, verdict=verdict, note=note)
    _upload(department, "开学后没有到校报到的学生", homes[1:4], "秋季学期没有到校，原因不明")


def _with_numbers(county: County) -> list[tuple[Household, str]]:
    """Some households of the first township whose head's ID number is known, synthetic as all of the demo."""
    found = []
    town = county.towns[0].region
    rows = Household.objects.filter(
        region__gte=town.code, region__lte=town.code_end, id_index=None, closed_at=None
    )
    for serial, home in enumerate(rows.order_by("id")[:4], start=1):
        number = _number(serial)
        home.id_number, home.id_index = number, blind_index(number, kind="id")
        home.save(update_fields=["id_number", "id_index"])
        found.append((home, number))
    return found


def _number(serial: int) -> str:
    """A well-formed ID number of a place code nobody is given."""
    stem = f"430000{1950 + serial % 40}0101{serial:03d}"
    return stem + ric.calc_check_digit(stem + "0")


def _upload(officer: User, topic: str, homes: list[tuple[Household, str]], why: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("姓名", "身份证号", "预警原因"))
    writer.writerows((home.name, number, why) for home, number in homes)
    writer.writerow(("周外地", _number(99), why))
    desk = desks_of(officer)[0]
    source = io.BytesIO(text.getvalue().encode())
    warnings.upload(actor=officer, desk=desk, topic=topic, file_name=f"{topic[:10]}.csv", source=source)
