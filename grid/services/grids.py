"""Dividing a village into grids and placing its households (宿州 第十条, REQUIREMENTS 73, 77)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from accounts.enums import Level
from accounts.models import Region, User
from accounts.services import audit
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.text import contains_personal_data
from grid.models import Grid, GridHousehold
from grid.models.grid import FULL
from grid.permissions import ensure_may_arrange
from grid.services.schedule import due_on
from needs.household_enums import Risk
from needs.models import Household


@dataclass(frozen=True, slots=True)
class GridInput:
    """What the form hands over; everything here is public."""

    name: str
    area: str = ""
    duty_phone: str = ""
    oversize_reason: str = ""


def make(*, actor: User, village: Region, content: GridInput) -> Grid:
    """Add a grid to a village under the next number.

    Raises NotAllowed for who does not arrange there, InvalidInput for a place that is no village in force.
    """
    ensure_may_arrange(actor, village.code)
    if village.level != Level.VILLAGE or village.valid_to:
        raise InvalidInput("网格只能设在现有的村（社区）。")
    _check(content)
    with transaction.atomic():
        _lock_village(village.code)
        last = Grid.objects.filter(village=village).aggregate(last=Max("number"))["last"] or 0
        grid = Grid.objects.create(
            village=village,
            number=last + 1,
            name=content.name,
            area=content.area,
            duty_phone=content.duty_phone,
            oversize_reason=content.oversize_reason,
            made_by=actor,
        )
        audit.record(actor=actor, action="grid.make", obj=grid, region_code=village.code)
    return grid


def amend(*, actor: User, grid: Grid, content: GridInput) -> Grid:
    """Correct what board and notice say of a grid. Raises Conflict where the reason is taken from an oversize grid."""
    ensure_may_arrange(actor, grid.village_id)
    _check(content)
    with transaction.atomic():
        grid = locked(grid.pk)
        if not content.oversize_reason and grid.homes.count() > FULL:
            raise Conflict(
                f"这个网格超过 {FULL} 户，请写明原因，或者先拆分。", fields={"oversize_reason": []}
            )
        for name in ("name", "area", "duty_phone", "oversize_reason"):
            setattr(grid, name, getattr(content, name))
        grid.save()
        audit.record(actor=actor, action="grid.amend", obj=grid, region_code=grid.village_id)
    return grid


def place(*, actor: User, grid: Grid, households: Sequence[int]) -> int:
    """Put households of the same village into the grid, out of whichever they are in; returns how many.

    Raises NotAllowed, InvalidInput for households of elsewhere, Conflict where more than 100 would be in it
    without a written reason (每个网格覆盖农户控制在100户以内).
    """
    ensure_may_arrange(actor, grid.village_id)
    wanted = set(households)
    with transaction.atomic():
        grid = locked(grid.pk)
        found = list(Household.objects.filter(pk__in=wanted, region=grid.village_id, closed_at=None))
        if not wanted or len(found) < len(wanted):
            raise InvalidInput(fields={"households": ["请从本村的名单里选择家庭。"]})
        known = GridHousehold.objects.select_for_update(no_key=True).in_bulk(wanted)
        coming = [home for home in found if home.pk not in known or known[home.pk].grid_id != grid.pk]
        _ensure_room(grid, len(coming))
        moved = [known[home.pk] for home in coming if home.pk in known]
        for row in moved:
            row.grid, row.region, row.placed_by = grid, grid.village, actor
        GridHousehold.objects.bulk_update(moved, ["grid", "region", "placed_by"])
        new = [_new(home, grid, actor) for home in coming if home.pk not in known]
        GridHousehold.objects.bulk_create(new)
        audit.record(
            actor=actor,
            action="grid.place",
            obj=grid,
            region_code=grid.village_id,
            changes={"households": sorted(home.pk for home in coming)},
        )
    return len(coming)


def split(*, actor: User, grid: Grid, content: GridInput, households: Sequence[int]) -> Grid:
    """Divide a grid: the named households go to a new one. Raises InvalidInput unless some go and some stay."""
    ensure_may_arrange(actor, grid.village_id)
    with transaction.atomic():
        inside = set(locked(grid.pk).homes.values_list("household_id", flat=True))
        if not set(households) or not set(households) < inside:
            raise InvalidInput(fields={"households": ["请选择要分出去的家庭，原网格至少留一户。"]})
        made = make(actor=actor, village=grid.village, content=content)
        place(actor=actor, grid=made, households=households)
    return made


def close(*, actor: User, grid: Grid) -> None:
    """Take an empty grid away; its members leave it. Raises Conflict while households are in it."""
    ensure_may_arrange(actor, grid.village_id)
    with transaction.atomic():
        grid = locked(grid.pk)
        if grid.homes.exists():
            raise Conflict("网格里还有家庭，请先调到别的网格。")
        grid.ended_at = now()
        grid.save(update_fields=["ended_at"])
        grid.members.filter(ended_at=None).update(ended_at=now())
        audit.record(actor=actor, action="grid.close", obj=grid, region_code=grid.village_id)


def locked(pk: int) -> Grid:
    """The grid's row, locked. Raises Conflict once it is closed."""
    grid = Grid.objects.select_for_update(of=("self",)).select_related("village").get(pk=pk)
    if grid.ended_at:
        raise Conflict("这个网格已经撤销。")
    return grid


def _ensure_room(grid: Grid, coming: int) -> None:
    size = grid.homes.count() + coming
    if coming and size > FULL and not grid.oversize_reason:
        raise Conflict(
            f"这样会有 {size} 户，一个网格控制在 {FULL} 户以内。请拆分网格，或先写明超过的原因。",
            extra={"size": size},
        )


def _new(home: Household, grid: Grid, actor: User) -> GridHousehold:
    monthly = home.risk == Risk.OPEN
    return GridHousehold(
        household=home,
        grid=grid,
        region=grid.village,
        since=today(),
        monthly=monthly,
        due_on=due_on(since=today(), visited_on=None, risk_since=home.risk_since if monthly else None),
        placed_by=actor,
    )


def _check(content: GridInput) -> None:
    words = "这里会公开，请不要写手机号、身份证号或银行卡号。"
    named = {"name": content.name, "area": content.area}
    if wrong := {name: [words] for name, text in named.items() if contains_personal_data(text)}:
        raise InvalidInput(fields=wrong)


def _lock_village(code: int) -> None:
    """One grid at a time is added to a village, so that each has a number of its own."""
    Region.objects.select_for_update(no_key=True, of=("self",)).get(code=code)
