"""The tables that come out of the same records: 月度排查表, 走访台账, 摸排台账 (宿州 第十、十九、二十条; B5)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from accounts.enums import Verb
from accounts.models import Region, User
from accounts.permissions import grants
from fupin.lib.clock import day_of, month_of, today
from fupin.lib.errors import Conflict
from fupin.lib.official_sheets import Column
from fupin.lib.secret import Secret
from grid.enums import Answer, Channel, Point, words_of
from grid.models import Grid, GridHousehold, MonthSheet, Visit
from grid.permissions import own_grids
from grid.queries import visits as visit_queries
from grid.queries.grids import leader_id
from grid.services.schedule import period_end
from needs.household_enums import Monitored, Risk

LIMIT, ASKED_FROM = 3_000, 25
_POINTS = [Column(point.label, 9) for point in Point]
MONTH = (
    Column("序号", 5), Column("户主", 12, whole=True), Column("监测情况", 14), Column("走访日期", 11, whole=True),
    Column("方式", 8), Column("走访人", 12, whole=True), *_POINTS, Column("情况说明", 30),
)  # fmt: skip
LEDGER = (
    Column("日期", 11, whole=True), Column("村（社区）", 14), Column("网格", 14), Column("户主", 12, whole=True),
    Column("方式", 8), Column("走访人", 12, whole=True), *_POINTS, Column("情况说明", 30),
)  # fmt: skip
PROBLEMS = (
    Column("序号", 5), Column("网格员姓名", 12, whole=True), Column("网格", 20), Column("户主", 12, whole=True),
    Column("反馈的具体问题", 44), Column("登记时间", 11, whole=True), Column("问题解决情况", 44),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table for XLSX and for paper: every cell is text."""

    title: str
    note: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    foot: str = ""
    facts: dict[str, int] = field(default_factory=dict)


def month_table(grid: Grid, month: date) -> Table:
    """《村组网格长月度排查表》: one line a household of the grid, with its last visit of the month."""
    visits = [_Seen(*row) for row in visit_queries.in_month(grid.pk, month).values_list(*_SEEN)]
    last = {visit.home: visit for visit in visits}
    homes = {visit.home: visit.household for visit in visits}
    there = grid.homes.filter(since__lte=period_end(month, monthly=True), household__closed_at=None)
    homes |= {row[0]: row[1:] for row in there.values_list("household_id", *_HOUSEHOLD)}
    leader = leader_id(grid)
    people = User.objects.only("name", "nickname", "phone").in_bulk(
        {visit.visitor for visit in visits} | {leader}
    )
    names = {pk: person.get_full_name() for pk, person in people.items()}
    rows = [
        _month_line(number, homes[pk], last.get(pk), names)
        for number, pk in enumerate(sorted(homes), start=1)
    ]
    facts = {"homes": len(homes), "visited": len(last), "problems": sum(visit.problem for visit in visits)}
    place = f"{grid.village.parent.name if grid.village.parent else ''}{grid.village.name}"
    return Table(
        title="村组网格长月度排查表",
        note=f"{place} {grid.name}    {month.year}年{month.month}月    共 {facts['homes']} 户，"
        f"已走访 {facts['visited']} 户，发现问题 {facts['problems']} 件",
        columns=MONTH,
        rows=rows,
        foot=f"网格长：{names[leader] if leader else '　　　　'}　　签字：　　　　　　　　日期：",
        facts=facts,
    )


def ledger(visits: QuerySet[Visit], region: Region, month: date) -> Table:
    """走访台账 of a month. Raises Conflict above LIMIT lines."""
    end = period_end(month, monthly=True)
    found = list(visits.filter(on__gte=month, on__lte=end).order_by("on", "id")[: LIMIT + 1])
    _bounded(found)
    rows = [
        [
            f"{visit.on:%Y-%m-%d}",
            visit.region.name,
            visit.grid.name,
            visit.household.name,
            *_found(visit.channel, visit.visitor.get_full_name(), visit.points, visit.note),
        ]
        for visit in found
    ]
    note = f"{region.name}    {month.year}年{month.month}月    共 {len(rows)} 次"
    return Table("走访台账", note, LEDGER, rows)


def problems(visits: QuerySet[Visit], region: Region) -> Table:
    """摸排台账: who reported what, when, and what became of it (第十九条). Raises Conflict above LIMIT lines."""
    found = list(visits.order_by("-id")[: LIMIT + 1])
    _bounded(found)
    rows = [
        [
            str(number), visit.visitor.get_full_name(), f"{visit.region.name} {visit.grid.name}",
            visit.household.name, told(visit), f"{day_of(visit.recorded_at):%Y-%m-%d}", settled(visit),
        ]
        for number, visit in enumerate(found, start=1)
    ]  # fmt: skip
    day = today()
    note = f"{region.name}    {day.year}年{day.month}月{day.day}日    共 {len(rows)} 件"
    return Table("网格摸排台账", note, PROBLEMS, rows)


def told(visit: Visit) -> str:
    """What was found, and the words about it."""
    wrong = [point.label for point in Point if visit.points.get(point) in (Answer.PROBLEM, Answer.CHANGED)]
    note = visit.note.open() if visit.note else ""
    return f"{'、'.join(wrong)}：{note}" if wrong else note


def settled(visit: Visit) -> str:
    """What became of a problem, with its day."""
    if visit.settled is None or visit.settled_at is None:
        return "还没有解决"
    return f"{visit.settled.open()}（{day_of(visit.settled_at):%Y-%m-%d}）"


def filed(grid: Grid, month: date) -> MonthSheet | None:
    """The table of this month as it was handed in."""
    return MonthSheet.objects.filter(grid=grid, month=month).select_related("filed_by").first()


def expected_month() -> date:
    """The month whose tables should be in: the last one, from the 25th on the present one."""
    day = today()
    return month_of(day) if day.day >= ASKED_FROM else month_of(day.replace(day=1) - timedelta(days=1))


def unfiled_for(user: Any) -> QuerySet[Grid]:
    """Grids with households whose table of that month is not in: the own ones, and those of the own villages."""
    month = expected_month()
    villages = {row.low for row in grants(user).of(Verb.VERIFY) if row.low == row.high}
    rows = Grid.objects.standing().filter(Q(pk__in=own_grids(user)) | Q(village__in=villages))
    homes = GridHousehold.objects.filter(since__lte=period_end(month, monthly=True)).values("grid")
    handed = MonthSheet.objects.filter(month=month).values("grid")
    found = rows.filter(pk__in=homes).exclude(pk__in=handed)
    return found.select_related("village__parent").order_by("village", "number")


def _month_line(
    number: int, home: tuple[Any, ...], visit: "_Seen | None", names: dict[int, str]
) -> list[str]:
    name, monitored, risk = home
    watched = f"{Monitored(monitored).label}，{Risk(risk).label}" if monitored else "一般户"
    if visit is None:
        return [str(number), name, watched, "没有走访", *[""] * (2 + len(Point)), ""]
    found = _found(visit.channel, names[visit.visitor], visit.points, visit.note)
    return [str(number), name, watched, f"{visit.on:%Y-%m-%d}", *found]


class _Seen(NamedTuple):
    """A visit of a month as its table needs it, without the objects around it; `household` are its _HOUSEHOLD."""

    home: int
    on: date
    channel: str
    points: dict[str, str]
    problem: bool
    note: Secret | None
    visitor: int
    name: str
    monitored: str
    risk: str

    @property
    def household(self) -> tuple[str, str, str]:
        return self.name, self.monitored, self.risk


_HOUSEHOLD = ("household__name", "household__monitored", "household__risk")
_SEEN = ("household_id", "on", "channel", "points", "has_problem", "note", "visitor_id", *_HOUSEHOLD)


def _found(channel: str, visitor: str, points: dict[str, str], note: Secret | None) -> list[str]:
    answers = (words_of(points, point) for point in Point)
    return [str(Channel(channel).label), visitor, *answers, note.open() if note else ""]


def _bounded(found: Sequence[Visit]) -> None:
    if len(found) > LIMIT:
        raise Conflict(f"一次最多导出 {LIMIT} 行，请先选择一个乡镇或村。")
