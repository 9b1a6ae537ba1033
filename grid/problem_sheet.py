"""The county's digest of reported problems as an official sheet (REQUIREMENTS 69)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from accounts.enums import Level
from accounts.models import Region
from fupin.lib.clock import day_of, today
from fupin.lib.official_sheets import Column, write_form
from grid.models import Problem
from grid.problem_enums import ProblemKind, ProblemState

COLUMNS = (
    Column("上报日期", 12, whole=True),
    Column("地区", 20),
    Column("上报人", 10),
    Column("类别", 12),
    Column("问题", 26),
    Column("说明", 50),
    Column("状态", 10),
    Column("现在由谁办理", 12),
    Column("答复", 50),
    Column("答复日期", 12, whole=True),
)


def write(target: Path, *, county: Region, days: tuple[date, date], rows: Sequence[Problem]) -> None:
    """Write the rows under the county's name; the foot counts kinds and what is unsolved."""
    kinds = Counter(row.kind for row in rows)
    unsolved = sum(row.state != ProblemState.ANSWERED for row in rows)
    counts = "，".join(f"{ProblemKind(kind).label} {kinds[kind]} 个" for kind in ProblemKind.values)
    write_form(
        target,
        title=f"{county.name}不能解决的技术性、政策性问题汇总表",
        note=f"上报日期：{days[0]:%Y-%m-%d} 至 {days[1]:%Y-%m-%d}　导出日期：{today():%Y-%m-%d}",
        columns=COLUMNS,
        rows=_cells(rows),
        foot=f"合计 {len(rows)} 个：{counts}；没有答复的 {unsolved} 个。",
    )


def _cells(rows: Sequence[Problem]) -> Iterator[list[str]]:
    for row in rows:
        place = row.region.name
        if row.region.level > Level.COUNTY and row.region.parent:
            place = f"{row.region.parent.name} {place}"
        yield [
            f"{day_of(row.reported_at):%Y-%m-%d}",
            place,
            row.reported_by.get_full_name(),
            row.get_kind_display(),
            row.title,
            row.text,
            row.get_state_display(),
            "" if row.answered_at else row.get_level_display(),
            row.answer,
            f"{day_of(row.answered_at):%Y-%m-%d}" if row.answered_at else "",
        ]
