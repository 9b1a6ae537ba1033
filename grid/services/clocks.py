"""Clocks of steps: start, pause, resume, finish. Call them in the transaction of the step they belong to."""

from datetime import date, timedelta

from django.db import connection, transaction

from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.workdays import WorkCalendar
from grid.clock_rules import RULES
from grid.enums import DayUnit
from grid.models import Clock
from grid.queries.calendar import calendar_of, calendars_of

LEAST_WORDS = 4
CALENDAR_LOCK = 7_270_041
"""Any constant; names the lock between counting with the holiday table and changing it."""


def due_day(calendar: WorkCalendar, start: date, days: int, unit: str) -> date:
    """The last day of `days` after `start`, which itself does not count (民法典 第二百零一条).

    Working days end on one: where none is left on a free day, the next worked one is the last.
    """
    if unit != DayUnit.WORKING:
        return start + timedelta(days=days)
    if days or calendar.works(start):
        return calendar.add(start, days)
    return calendar.add(start, 1)


def days_left(calendar: WorkCalendar, day: date, due: date, unit: str) -> int:
    """How many days of this unit are left after `day`; 0 once it is due."""
    return calendar.between(day, due) if unit == DayUnit.WORKING else max((due - day).days, 0)


def start(
    kind: str, *, object_id: int, region: Region, title: str, days: int | None = None, on: date | None = None
) -> Clock:
    """Start the clock of a step, `days` of the rule's own unless given; the running one where it runs already."""
    rule = RULES[kind]
    _settle_calendar()
    running = Clock.objects.filter(kind=kind, object_id=object_id, done_on=None).first()
    if running:
        return running
    begins, length = on or today(), rule.days if days is None else days
    return Clock.objects.create(
        kind=kind,
        object_id=object_id,
        title=title[:80],
        region=region,
        level=rule.level,
        clause=rule.clause,
        unit=rule.unit,
        days=length,
        at_least=rule.at_least,
        started_on=begins,
        counted_from=begins,
        left=length,
        due_on=due_day(calendar_of(region.code), begins, length, rule.unit),
    )


def finish(kind: str, *, object_id: int) -> Clock | None:
    """The step is done today; None where no clock of it runs. A paused one is resumed first, so that no day is lost."""
    clock = _running(kind, object_id)
    if clock is None:
        return None
    if clock.paused_on:
        _go_on(clock)
    clock.done_on = today()
    clock.save()
    return clock


def hold(kind: str, *, object_id: int, why: str) -> None:
    """The platform stops the clock of a step that waits for something else.

    Without effect where none runs, or where it is late already: waiting takes nothing back.
    """
    clock = _running(kind, object_id)
    if clock and not clock.paused_on and clock.due_on >= today():
        _stop(clock, why)


def go_on(kind: str, *, object_id: int) -> None:
    """What the step waited for is settled; without effect where its clock is not stopped."""
    clock = _running(kind, object_id)
    if clock and clock.paused_on:
        _go_on(clock)


def pause(*, actor: User, clock: Clock, why: str) -> Clock:
    """Stop the clock by hand, with a reason; the level above the one on duty may.

    Raises NotAllowed, InvalidInput without a reason, Conflict for a clock that is over, stopped, or late already.
    """
    if len(why.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"why": [f"请写明为什么暂停，至少 {LEAST_WORDS} 个字。"]})
    with transaction.atomic():
        clock = _asked(actor, clock)
        if clock.paused_on:
            raise Conflict("这个时限已经暂停。")
        if clock.due_on < today():
            raise Conflict("已经超期，不能再暂停。")
        if clock.at_least:
            raise Conflict("公示期不能暂停；内容改了会重新公示。")
        _stop(clock, why.strip())
        _record(actor, clock, "clock.pause", why.strip())
    return clock


def resume(*, actor: User, clock: Clock) -> Clock:
    """Let the clock go on with the days that were left. Raises NotAllowed, Conflict where it is not stopped."""
    with transaction.atomic():
        clock = _asked(actor, clock)
        if not clock.paused_on:
            raise Conflict("这个时限没有暂停。")
        _go_on(clock)
        _record(actor, clock, "clock.resume")
    return clock


def recount(county: Region | None = None) -> int:
    """Count the open clocks (of one county) anew after holidays changed; returns how many got another due day or rest.

    Waits for whoever is just counting with the old table, so that no clock is missed.
    """
    _settle_calendar(changed=True)
    clocks = Clock.objects.select_for_update(no_key=True).filter(done_on=None, unit=DayUnit.WORKING)
    if county:
        clocks = clocks.filter(region__gte=county.code, region__lte=county.code_end)
    found = list(clocks.order_by("id"))
    calendars = calendars_of({clock.region_id for clock in found})
    moved = [clock for clock in found if _moves(clock, calendars[clock.region_id])]
    Clock.objects.bulk_update(moved, ["left", "due_on"], batch_size=500)
    return len(moved)


def _moves(clock: Clock, calendar: WorkCalendar) -> bool:
    before = clock.left, clock.due_on
    clock.left = max(clock.days - _used(clock, calendar), 0)
    if not clock.paused_on:
        clock.due_on = due_day(calendar, clock.counted_from, clock.left, clock.unit)
    return (clock.left, clock.due_on) != before


def _used(clock: Clock, calendar: WorkCalendar) -> int:
    """Working days that had run before the pause, or before the last resumption."""
    used, since = 0, clock.started_on
    for begun, ended, _ in clock.pauses:
        used += calendar.between(since, date.fromisoformat(begun))
        since = date.fromisoformat(ended)
    return used + (calendar.between(since, clock.paused_on) if clock.paused_on else 0)


def urgency(clock: Clock, calendar: WorkCalendar) -> str:
    """ "" in time, "soon" (amber) on the last two days of its unit, "late" (red) after the due day."""
    if clock.done_on or clock.at_least or clock.paused_on:
        return ""
    if clock.due_on < today():
        return "late"
    return "soon" if days_left(calendar, today(), clock.due_on, clock.unit) <= 1 else ""


def words(clock: Clock, calendar: WorkCalendar) -> str:
    """Where the clock stands, in a few words."""
    unit = "个工作日" if clock.unit == DayUnit.WORKING else "天"
    if clock.paused_on:
        return f"已暂停，还剩 {clock.left} {unit}"
    if clock.at_least:
        return _lasting(clock)
    if clock.done_on:
        late = _late(clock, calendar, clock.done_on)
        return f"{clock.done_on:%m-%d} 办结" + (f"，超期 {late} {unit}" if late else "")
    if clock.due_on < today():
        return f"超期 {_late(clock, calendar, today())} {unit}"
    left = days_left(calendar, today(), clock.due_on, clock.unit)
    return f"{clock.due_on.month}月{clock.due_on.day}日前" if left else "今天到期"


def _late(clock: Clock, calendar: WorkCalendar, day: date) -> int:
    """Days late on `day`: at least one after the due day, on a free day, too."""
    if day <= clock.due_on:
        return 0
    return max(days_left(calendar, clock.due_on, day, clock.unit), 1)


def _lasting(clock: Clock) -> str:
    """Of a step that must last (公示): never late."""
    if clock.done_on:
        return f"{clock.done_on:%m-%d} 结束"
    over = clock.due_on < today()
    return "已满期" if over else f"到{clock.due_on.month}月{clock.due_on.day}日"


def of_thing(kinds: list[str], object_id: int) -> list[Clock]:
    """Every clock a thing ever had, in the order they were started."""
    return list(Clock.objects.filter(kind__in=kinds, object_id=object_id).order_by("id"))


def shown(clocks: list[Clock]) -> list[tuple[Clock, str, str]]:
    """Each clock with its words and urgency; one query for all their counties."""
    calendars = calendars_of({clock.region_id for clock in clocks})
    return [
        (clock, words(clock, calendars[clock.region_id]), urgency(clock, calendars[clock.region_id]))
        for clock in clocks
    ]


def _settle_calendar(*, changed: bool = False) -> None:
    """Until the transaction ends, who counts days keeps out who changed them; taken before any clock is locked."""
    shared = "" if changed else "_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{shared}(%s)", [CALENDAR_LOCK])


def _running(kind: str, object_id: int) -> Clock | None:
    _settle_calendar()
    rows = Clock.objects.select_for_update(no_key=True)
    return rows.filter(kind=kind, object_id=object_id, done_on=None).first()


def _asked(actor: User, clock: Clock) -> Clock:
    _settle_calendar()
    clock = Clock.objects.select_for_update(no_key=True).get(pk=clock.pk)
    ensure(actor, RULES[clock.kind].pauses, clock.region_id)
    if clock.done_on:
        raise Conflict("这一步已经办结。")
    return clock


def _stop(clock: Clock, why: str) -> None:
    calendar = calendar_of(clock.region_id)
    clock.left = days_left(calendar, today(), clock.due_on, clock.unit)
    clock.paused_on, clock.pause_reason = today(), why[:200]
    clock.counted_from = today()
    clock.save()


def _go_on(clock: Clock) -> None:
    clock.pauses = [*clock.pauses, [str(clock.paused_on), str(today()), clock.pause_reason]]
    clock.paused_on, clock.pause_reason, clock.counted_from = None, "", today()
    clock.due_on = due_day(calendar_of(clock.region_id), today(), clock.left, clock.unit)
    clock.save()


def _record(actor: User, clock: Clock, action: str, reason: str = "") -> None:
    changes = {"kind": clock.kind, "object": clock.object_id, "due": str(clock.due_on)}
    audit.record(
        actor=actor, action=action, obj=clock, region_code=clock.region_id, changes=changes, reason=reason
    )
