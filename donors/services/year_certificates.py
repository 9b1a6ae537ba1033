"""One certificate for all that arrived of a donor in one year."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Region, User
from accounts.services import audit
from donors.enums import Display
from donors.models import Certificate, Pledge
from donors.models.pledge import shown_as
from donors.services.certificates import end, next_number, sign_and_store
from fupin.lib.clock import ZONE
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.money import yuan_display
from needs.enums import Form

NO_COUNTY = 0
NAMED_COUNTIES = 3


@dataclass(frozen=True, slots=True)
class Year:
    """What arrived in a year (by the dates of the certificates): counts, fen and hours, and where."""

    gifts: tuple[int, int, int] = (0, 0, 0)
    fen: int = 0
    hours: int = 0
    needs: int = 0
    counties: tuple[int, ...] = ()


def year_of(donor: User, year: int) -> Year:
    """Sum up the certified gifts of one donor and one year (Asia/Shanghai)."""
    rows = list(
        Pledge.objects.filter(
            donor=donor,
            certificates__revoked_at=None,
            certificates__issued_at__gte=datetime(year, 1, 1, tzinfo=ZONE),
            certificates__issued_at__lt=datetime(year + 1, 1, 1, tzinfo=ZONE),
        )
        .order_by("id")
        .values_list("form", "amount_fen", "hours", "need_id", "county")
    )
    by_form = [sum(row[0] == form for row in rows) for form in (Form.MONEY, Form.GOODS, Form.SERVICE)]
    return Year(
        gifts=(by_form[0], by_form[1], by_form[2]),
        fen=sum(row[1] for row in rows),
        hours=sum(row[2] for row in rows if row[0] == Form.SERVICE),
        needs=len({row[3] for row in rows}),
        counties=tuple(dict.fromkeys(row[4] for row in rows)),
    )


def years_of(donor: User) -> list[int]:
    """The years in which something of this donor arrived, newest first."""
    moments = Certificate.objects.filter(pledge__donor=donor, revoked_at=None).datetimes("issued_at", "year")
    return sorted((moment.year for moment in moments), reverse=True)


def issue(*, actor: User, year: int, display: str) -> Certificate:
    """The donor's certificate of a year as it stands now; asked again with nothing new it is the same one.

    What was issued before and says something else is replaced by the next version. Raises InvalidInput for an unknown
    display, Conflict where nothing arrived in that year.
    """
    if display not in Display.values:
        raise InvalidInput(fields={"display": ["请选择怎样署名。"]})
    with transaction.atomic():
        donor = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        total = year_of(donor, year)
        if not total.needs:
            raise Conflict(f"{year} 年还没有已经开具的证书，帮助送达后再来。")
        words = {
            "donor": shown_as(donor, display),
            "recipient": _recipients(total),
            "content": _content(year, total),
        }
        last = donor.year_certificates.filter(year=year).order_by("version").last()
        if last and last.revoked_at is None:
            if words.items() <= last.payload.items():
                return last
            end(last, "已换发新版，请以新版为准")
        made = sign_and_store(
            number=last.number if last else next_number(NO_COUNTY, year),
            version=last.version + 1 if last else 1,
            charity="",
            county_name="",
            of={"donor": donor, "year": year},
            **words,
        )
        audit.record(actor=actor, action="certificate.year", obj=made, changes={"year": year})
    return made


def _recipients(total: Year) -> str:
    codes = [county * 10**6 for county in total.counties[:NAMED_COUNTIES]]
    names = Region.objects.in_bulk(codes)
    where = "、".join(names[code].name for code in codes if code in names)
    more = f"等 {len(total.counties)} 个县" if len(total.counties) > NAMED_COUNTIES else ""
    return f"{where}{more}的 {total.needs} 个求助家庭和村"


def _content(year: int, total: Year) -> str:
    money, goods, service = total.gifts
    parts = [
        f"捐款 {money} 次，共人民币 {yuan_display(total.fen)} 元" if money else "",
        f"捐赠物资 {goods} 次" if goods else "",
        f"志愿服务 {service} 次，共 {total.hours} 小时" if service else "",
    ]
    return f"{year} 年度：" + "；".join(part for part in parts if part) + "。以上均已核实送达或到账。"
