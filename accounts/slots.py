"""The posts that every level must have (衡阳方案 三（一）2-4, REQUIREMENTS 32-34), and which of them nobody holds.

扶贫专干 and 信息管理员 of a township are both its managers: the check of what one submits needs the other.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, QuerySet

from accounts.enums import Level, Role
from accounts.models import Appointment, Region

SHOWN_VILLAGES = 60


@dataclass(frozen=True, slots=True)
class Slot:
    """So many holders of a role at each region of a level, under the names the document gives them."""

    level: Level
    role: Role
    count: int
    label: str


SLOTS = (
    Slot(Level.CITY, Role.LEADER, 1, "市办分管领导"),
    Slot(Level.CITY, Role.CITY_OFFICE, 1, "市办专门科室"),
    Slot(Level.COUNTY, Role.LEADER, 1, "县中心分管领导"),
    Slot(Level.COUNTY, Role.COUNTY_ADMIN, 1, "县中心专抓干部"),
    Slot(Level.COUNTY, Role.COUNTY_MEDIA, 1, "县中心媒体管理员"),
    Slot(Level.TOWNSHIP, Role.LEADER, 1, "乡站分管领导"),
    Slot(Level.TOWNSHIP, Role.TOWNSHIP_MANAGER, 2, "乡站扶贫专干、信息管理员"),
    Slot(Level.VILLAGE, Role.VILLAGE_OFFICER, 1, "村信息员"),
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A slot that is not filled at a region."""

    slot: Slot
    region: Region
    held: int

    @property
    def short(self) -> int:
        return self.slot.count - self.held


@dataclass(slots=True)
class Child:
    """A region below with what is vacant in it."""

    region: Region
    missing: list[Missing] = field(default_factory=list)
    villages: int = 0
    vacant: int = 0

    @property
    def short(self) -> int:
        return sum(one.short for one in self.missing)


@dataclass(frozen=True, slots=True)
class Vacancies:
    """What nobody holds at a region and below. `without` are its first villages without an officer."""

    missing: list[Missing]
    children: list[Child]
    villages: int
    vacant: int
    without: list[Region]


def slots_at(level: int) -> list[Slot]:
    """The posts of a level; a municipality (省级) has those of a city."""
    wanted = Level.CITY if level == Level.PROVINCE else level
    return [slot for slot in SLOTS if slot.level == wanted]


def vacancies(region: Region) -> Vacancies:
    """Five queries however large the region is."""
    below = [] if region.level >= Level.TOWNSHIP else list(_below(region))
    held = _held([region.code, *(child.code for child in below)])
    without = villages_without_officer(region)
    children = [Child(child, _missing(child, held)) for child in below]
    if children:
        span = below[0].code_end - below[0].code + 1
        villages = _by_part(_villages(region), "code", span)
        vacant = _by_part(without, "code", span)
        for child in children:
            child.villages = villages[child.region.code // span]
            child.vacant = vacant[child.region.code // span]
        totals = sum(villages.values()), sum(vacant.values())
    else:
        totals = _villages(region).count(), without.count()
    first = list(without.select_related("parent").order_by("code")[:SHOWN_VILLAGES])
    return Vacancies(_missing(region, held), children, *totals, first)


def villages_without_officer(region: Region) -> QuerySet[Region]:
    """Villages in force inside the region where nobody is 信息员 today."""
    posts = Appointment.objects.active().filter(
        role=Role.VILLAGE_OFFICER, region__gte=region.code, region__lte=region.code_end
    )
    return _villages(region).exclude(code__in=posts.values("region"))


def _below(region: Region) -> QuerySet[Region]:
    return Region.objects.filter(
        parent=region, valid_to=None, level__in=(Level.COUNTY, Level.TOWNSHIP)
    ).order_by("code")


def _villages(region: Region) -> QuerySet[Region]:
    return Region.objects.filter(
        code__gte=region.code, code__lte=region.code_end, level=Level.VILLAGE, valid_to=None
    )


def _held(codes: list[int]) -> Counter[tuple[int, str]]:
    rows = Appointment.objects.active().filter(region__in=codes).order_by()
    found = rows.values("region_id", "role").annotate(n=Count("user", distinct=True))
    return Counter({(row["region_id"], row["role"]): row["n"] for row in found})


def _missing(region: Region, held: Counter[tuple[int, str]]) -> list[Missing]:
    return [
        Missing(slot, region, held[region.code, slot.role])
        for slot in slots_at(region.level)
        if held[region.code, slot.role] < slot.count
    ]


def _by_part(rows: QuerySet[Any], column: str, span: int) -> Counter[int]:
    """Counts by the leading digits of the code."""
    part = ExpressionWrapper(F(column) / span, output_field=BigIntegerField())
    grouped = rows.order_by().annotate(part=part).values("part").annotate(n=Count("pk"))
    return Counter({row["part"]: row["n"] for row in grouped})
