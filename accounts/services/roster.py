"""《信息管理员登记表》 as a sheet (衡阳方案 四（二）, REQUIREMENTS 48): scope applied, numbers by right, recorded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.enums import Verb
from accounts.models import Appointment, Region, User
from accounts.permissions import Grants, grants
from accounts.queries import appointments_seen_by, in_force
from accounts.services import audit
from fupin.lib.clock import today
from fupin.lib.errors import Conflict
from fupin.lib.official_sheets import Column, write_form

LIMIT = 5_000
COLUMNS = (
    Column("序号", 6),
    Column("姓名", 12, whole=True),
    Column("职务", 18),
    Column("乡镇（街道）", 16),
    Column("地区", 18),
    Column("单位及职务", 26),
    Column("来源", 14),
    Column("联系电话", 16, whole=True),
    Column("办公电话", 16, whole=True),
    Column("任职日期", 14, whole=True),
    Column("任期到", 14, whole=True),
)


def listed(actor: User, region: Region) -> QuerySet[Appointment]:
    """The posts in force inside the region that this person may list, from the top level down."""
    inside = appointments_seen_by(actor).filter(region__gte=region.code, region__lte=region.code_end)
    return inside.filter(in_force()).order_by("region__level", "region_id", "role", "id")


def title(region: Region) -> str:
    return f"{region.name}信息管理员登记表"


def export(*, actor: User, region: Region, target: Path) -> int:
    """Write the register of a region to `target`; returns how many posts.

    Phone numbers are whole where the actor may open them (`reveal`), else masked. Raises Conflict above LIMIT.
    """
    posts = listed(actor, region)
    total = posts[: LIMIT + 1].count()
    if total > LIMIT:
        raise Conflict(f"一次最多导出 {LIMIT} 人，请先选择一个县或乡镇。")
    day = today()
    with transaction.atomic():
        count = write_form(
            target,
            title=title(region),
            note=f"填报单位：{region.name}    填报日期：{day.year}年{day.month}月{day.day}日    共 {total} 人",
            columns=COLUMNS,
            rows=_rows(posts, grants(actor)),
            foot="填表人：                审核人：                联系电话：",
        )
        audit.record(
            actor=actor,
            action="appointment.export",
            obj=region,
            region_code=region.code,
            changes={"rows": count, "phones": grants(actor).allow(Verb.REVEAL, region.code)},
        )
    return count


def cells(post: Appointment, *, number: int, open_phone: bool) -> list[str]:
    """One line of the register."""
    phone = post.user.phone
    return [
        str(number),
        post.user.get_full_name(),
        post.get_role_display(),
        post.region.parent.name if post.region.parent and post.region.level == 5 else "",
        post.region.name,
        post.unit,
        post.get_source_display(),
        (phone.open().removeprefix("+86") if open_phone else phone.masked) if phone else "",
        post.duty_phone,
        f"{post.starts_on:%Y-%m-%d}",
        f"{post.ends_on:%Y-%m-%d}" if post.ends_on else "长期",
    ]


def _rows(posts: QuerySet[Appointment, Any], held: Grants) -> Iterator[list[str]]:
    for number, post in enumerate(posts.iterator(500), start=1):
        yield cells(post, number=number, open_phone=held.allow(Verb.REVEAL, post.region_id))
