"""The library of needs and projects as an official sheet; names masked, scope applied, recorded (REQUIREMENTS 27)."""

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.services import audit
from fupin.lib.clock import day_of, today
from fupin.lib.errors import Conflict
from fupin.lib.money import yuan_display
from fupin.lib.official_sheets import Column, write_form
from needs import library
from needs.enums import Form
from needs.library import CAUSES, PROJECT, STATES, Asked
from needs.models import Need

MOST_ROWS = 5_000
COLUMNS = (
    Column("编号", 8, whole=True),
    Column("地区", 22),
    Column("对象", 14),
    Column("致贫原因", 12),
    Column("类别", 10),
    Column("需求或项目", 30),
    Column("方式", 12),
    Column("状态", 10),
    Column("需要资金", 12, whole=True),
    Column("已认领", 12, whole=True),
    Column("已送达", 12, whole=True),
    Column("提出日期", 12, whole=True),
)


def export(*, actor: User, asked: Asked, target: Path) -> int:
    """Write what this person may list under the filter; returns how many rows.

    Names are masked for everybody. Raises Conflict above MOST_ROWS.
    """
    rows = library.found(actor, asked).order_by("-id")
    if rows[: MOST_ROWS + 1].count() > MOST_ROWS:
        raise Conflict(f"一次最多导出 {MOST_ROWS} 条，请选择乡镇、类别或致贫原因。")
    with transaction.atomic():
        total = library.sums(rows)
        count = write_form(
            target,
            title=f"{asked.region.name}社会扶贫需求和项目库",
            note=f"{_filter_words(asked)}　导出日期：{today():%Y-%m-%d}",
            columns=COLUMNS,
            rows=_cells(rows),
            foot=f"合计 {total.needs} 条，涉及 {total.households} 户；需要资金 {yuan_display(total.target_fen)}，"
            f"已认领 {yuan_display(total.pledged_fen)}，已送达 {yuan_display(total.delivered_fen)}。",
        )
        audit.record(
            actor=actor,
            action="library.export",
            obj=asked.region,
            region_code=asked.region.code,
            changes={"rows": count, "cause": asked.cause, "kind": asked.kind, "state": asked.state},
        )
    return count


def _filter_words(asked: Asked) -> str:
    cause = dict(CAUSES).get(asked.cause, "全部致贫原因")
    kind = Need(kind=asked.kind).get_kind_display() if asked.kind else "全部类别"
    return f"{cause}，{kind}，{STATES[asked.state][0]}"


def _cells(rows: QuerySet[Need]) -> Iterator[list[str]]:
    for need in rows.iterator(1_000):
        parent = f"{need.region.parent.name} " if need.region.parent else ""
        yield [
            str(need.pk),
            f"{parent}{need.region.name}",
            need.recipient,
            need.household.get_cause_display() if need.household else dict(CAUSES)[PROJECT],
            need.get_kind_display(),
            need.title,
            "、".join(Form(form).label for form in need.forms),
            need.get_status_display(),
            yuan_display(need.progress.target_fen),
            yuan_display(need.progress.pledged_fen),
            yuan_display(need.progress.delivered_fen),
            f"{day_of(need.submitted_at):%Y-%m-%d}" if need.submitted_at else "",
        ]
