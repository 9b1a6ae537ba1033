"""《网格员和包保农户登记表》: who looks after whom, with the day each point was last confirmed (第二十二条; B5)."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import Region
from fupin.lib.clock import today
from fupin.lib.errors import Conflict
from fupin.lib.official_sheets import Column
from grid.enums import Point
from grid.models import GridHousehold, GridMember
from grid.queries.sheets import LIMIT, Table
from needs.household_enums import Monitored, Risk

HOMES = (
    Column("序号", 5), Column("村（社区）", 12), Column("网格", 12), Column("网格长", 10, whole=True),
    Column("网格员", 14), Column("户主", 10, whole=True), Column("人口", 5), Column("监测情况", 12),
    Column("上次走访", 11, whole=True), *(Column(f"{point.label}最近确认", 11, whole=True) for point in Point),
    Column("下次走访前", 11, whole=True),
)  # fmt: skip


def home_ledger(homes: QuerySet[GridHousehold], region: Region) -> Table:
    """One line a household; everything but the names comes from its visits. Raises Conflict above LIMIT lines."""
    found = list(homes.order_by("region_id", "grid_id", "household_id")[: LIMIT + 1])
    if len(found) > LIMIT:
        raise Conflict(f"一次最多导出 {LIMIT} 行，请先选择一个乡镇或村。")
    leaders, members = _people({home.grid_id for home in found})
    rows = [
        [
            str(number), home.region.name, home.grid.name, leaders.get(home.grid_id, ""),
            members.get(home.grid_id, ""), home.household.name, str(home.household.members), _watched(home),
            f"{home.visited_on:%Y-%m-%d}" if home.visited_on else "还没有",
            *(home.confirmed.get(point.value, "") for point in Point), f"{home.due_on:%Y-%m-%d}",
        ]
        for number, home in enumerate(found, start=1)
    ]  # fmt: skip
    day = today()
    note = f"{region.name}    {day.year}年{day.month}月{day.day}日    共 {len(rows)} 户"
    return Table("网格员和包保农户登记表", note, HOMES, rows)


def _watched(home: GridHousehold) -> str:
    family = home.household
    if not family.monitored:
        return "一般户"
    return f"{Monitored(family.monitored).label}，{Risk(family.risk).label}"


def _people(grids: Iterable[int]) -> tuple[dict[int, str], dict[int, str]]:
    """The names of each grid's leader and of its members; one query."""
    leaders: dict[int, list[str]] = defaultdict(list)
    members: dict[int, list[str]] = defaultdict(list)
    rows = GridMember.objects.serving().filter(grid__in=grids).select_related("post__user").order_by("id")
    for row in rows:
        (leaders if row.is_leader else members)[row.grid_id].append(row.post.user.get_full_name())
    return (
        {grid: "、".join(names) for grid, names in leaders.items()},
        {grid: "、".join(names) for grid, names in members.items()},
    )
