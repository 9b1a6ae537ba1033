"""Recording a look at a household, asking for a photo, and saying what became of a problem (第十二、十九、二十条)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, StaleState
from fupin.lib.text import contains_personal_data
from grid.enums import Answer, Channel, Point
from grid.models import GridHousehold, Visit
from grid.permissions import ensure_may_visit
from grid.services.schedule import due_of

UNCHANGED: dict[str, str] = {point.value: Answer.SAME.value for point in Point}
BACK = timedelta(days=31)
"""How long ago a visit may lie that is recorded now."""
LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class VisitInput:
    """What the form hands over. `points` are answers by point; one that is left out was not asked about."""

    on: date
    channel: str
    points: Mapping[str, str] = field(default_factory=lambda: dict(UNCHANGED))
    away: bool = False
    note: str = ""
    photo: "ContentFile[bytes] | None" = None


def record(*, actor: User, home: GridHousehold, content: VisitInput) -> Visit:
    """Write down a visit or call; the next one is due a month or a quarter later.

    Raises NotAllowed for who does not look after this household, InvalidInput for a day to come or long gone, a call
    where nobody is said to be away, changes without words, a photo that was asked for and is missing.
    """
    with transaction.atomic():
        home = _locked(home)
        ensure_may_visit(actor, home)
        _check(home, content)
        visit = Visit(
            household=home.household,
            grid=home.grid,
            region=home.region,
            visitor=actor,
            on=content.on,
            channel=content.channel,
            away=content.away,
            points=dict(content.points),
            has_problem=Answer.PROBLEM in content.points.values(),
            note=content.note or None,
        )
        if content.photo:
            visit.photo.save("visit.jpg", content.photo, save=False)
        visit.save()
        _go_on(home, visit)
        audit.record(
            actor=actor,
            action="visit.record",
            obj=visit,
            region_code=visit.region_id,
            changes={"household": visit.household_id, "problem": visit.has_problem},
        )
    return visit


def ask_photo(*, actor: User, home: GridHousehold, of: str) -> None:
    """Ask the next visit for a photo, or no longer with ""; the village or township does."""
    ensure(actor, Verb.VERIFY, home.region_id)
    if contains_personal_data(of):
        raise InvalidInput(fields={"of": ["请不要写手机号、身份证号或银行卡号。"]})
    with transaction.atomic():
        home = _locked(home)
        home.photo_wanted = of
        home.save(update_fields=["photo_wanted"])
        audit.record(actor=actor, action="visit.ask_photo", obj=home.household, region_code=home.region_id)


def settle(*, actor: User, visit: Visit, words: str) -> Visit:
    """Say what became of a problem. Raises NotAllowed without the village's word, InvalidInput, StaleState twice."""
    ensure(actor, Verb.VERIFY, visit.region_id)
    if len(words) < LEAST_WORDS:
        raise InvalidInput(fields={"words": [f"请写清怎样解决的，至少 {LEAST_WORDS} 个字。"]})
    with transaction.atomic():
        visit = Visit.objects.select_for_update(no_key=True, of=("self",)).get(pk=visit.pk)
        if not visit.has_problem:
            raise Conflict("这次走访没有反映问题。")
        if visit.settled_at:
            raise StaleState("这个问题已经登记了解决情况。")
        visit.settled, visit.settled_at, visit.settled_by = words, now(), actor
        visit.save(update_fields=["settled", "settled_at", "settled_by"])
        audit.record(actor=actor, action="visit.settle", obj=visit, region_code=visit.region_id)
    return visit


def _locked(home: GridHousehold) -> GridHousehold:
    found = (
        GridHousehold.objects.select_for_update(no_key=True, of=("self",))
        .select_related("household", "grid", "region")
        .get(pk=home.pk)
    )
    if found.household.closed_at:
        raise Conflict("这户已经销户，不用再走访。")
    return found


def _check(home: GridHousehold, content: VisitInput) -> None:
    errors: dict[str, list[str]] = {}
    if not today() - BACK <= content.on <= today():
        errors["on"] = [f"日期不能晚于今天，也不能早于 {BACK.days} 天前。"]
    if home.monthly and content.channel != Channel.HOME and not content.away:
        errors["away"] = ["风险未消除的监测对象每月要入户；长期不在家才用电话或微信，请勾选。"]
    if not content.points or not set(content.points) <= set(Point.values):
        errors["points"] = ["请至少选择一项看到或问到的情况。"]
    found = set(content.points.values()) - {Answer.SAME.value}
    if found and len(content.note) < LEAST_WORDS:
        errors["note"] = [f"有变化或有问题，请写清是什么，至少 {LEAST_WORDS} 个字。"]
    if contains_personal_data(content.note):
        errors["note"] = ["请不要写手机号、身份证号或银行卡号。"]
    if home.photo_wanted and content.channel == Channel.HOME and not content.photo:
        errors["photo"] = [f"这次入户要拍照：{home.photo_wanted}。"]
    if errors:
        raise InvalidInput(fields=errors)


def _go_on(home: GridHousehold, visit: Visit) -> None:
    """What the row of the household says after the visit; an older one recorded late changes no later date."""
    if home.visited_on is None or visit.on > home.visited_on:
        home.visited_on = visit.on
    day = visit.on.isoformat()
    for point, answer in visit.points.items():
        if answer != Answer.PROBLEM:
            home.confirmed[point] = max(day, home.confirmed.get(point, day))
    if visit.photo:
        home.photo_wanted = ""
    home.monthly, home.due_on = due_of(home, home.household)
    home.save(update_fields=["visited_on", "confirmed", "photo_wanted", "monthly", "due_on"])
