"""Two counties with three years of rows in every state, and the figures as plain Python counts them: the oracle."""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.enums import DonorKind, Role
from accounts.models import Appointment, AuditEntry, Region, User
from accounts.services import audit
from donors.models import CharityAccount, Pledge
from fupin.lib.clock import ZONE, day_of, month_of, today
from grid.burden import ACTIONS
from grid.clock_rules import RULES
from grid.models import Clock
from grid.queries.figures import MONTHS_SHOWN
from needs.enums import Kind, Status
from needs.models import Household, HouseholdHelper, Need, NeedProgress, NeedReview
from tests import factories

VILLAGES = (factories.VILLAGE, factories.VILLAGE_2, factories.VILLAGE_OTHER)
PLACES = [row[0] for row in factories.TREE]
LATEST_MONTHS = MONTHS_SHOWN * 3
NEED_STATES = [status for status in Status if status != Status.SUBMITTED]
PLEDGE_STATES = {
    "money": ["pledged", "paid", "received", "delivered", "confirmed", "lapsed", "cancelled", "refunded"],
    "goods": ["pledged", "shipped", "confirmed", "lapsed", "cancelled"],
    "service": ["pledged", "confirmed", "lapsed"],
}
_keys = itertools.count()


@dataclass
class World:
    """What the oracle counts; asked anew from the database each time."""

    months: list[date]


def make(seed: int, *, needs: int = 160) -> World:
    """Rows straight into the tables: the figures look at rows, not at how they came."""
    rng = random.Random(seed)
    factories.regions()
    officers = [factories.user(f"信息员{number}") for number in range(6)]
    donors = [_donor(rng, number) for number in range(12)]
    _posts(rng, officers)
    homes = [_household(rng, officers[0]) for _ in range(60)]
    account = factories.charity_account()
    for _ in range(needs):
        _need(rng, rng.choice(homes), officers[0], donors, account)
    for number in range(40):
        _clock(rng, number)
    _filed(rng, officers)
    for number, home in enumerate(homes[:6]):
        HouseholdHelper.objects.create(
            household=home, name="帮扶人", kind="responsible", work="person", since=today(),
            until=today() if number % 2 else None, recorded_by=officers[0],
        )  # fmt: skip
    this = month_of(today())
    first = this - timedelta(days=40 * 31)
    days = (month_of(first + timedelta(days=31 * number)) for number in range(43))
    return World(sorted(set(days)))


def _moment(rng: random.Random) -> datetime:
    """Any time of the last three years, often just before or after a month begins in China."""
    day = today() - timedelta(days=rng.randrange(3 * 365))
    if rng.random() < 0.3:
        edge = datetime.combine(month_of(day), datetime.min.time(), ZONE)
        return edge + timedelta(seconds=rng.choice((-1, 0, 1)))
    return datetime.combine(day, datetime.min.time(), ZONE) + timedelta(minutes=rng.randrange(1440))


def _donor(rng: random.Random, number: int) -> User:
    kind = rng.choice(["", *DonorKind.values])
    county = rng.choice([factories.QIDONG, factories.HENGNAN, None]) if kind == "public_employee" else None
    return factories.user(f"爱心人士{number}", donor_kind=kind, work_county_id=county)


def _posts(rng: random.Random, officers: list[User]) -> None:
    for place, role in ((code, Role.VILLAGE_OFFICER) for code in VILLAGES):
        for officer in officers:
            starts = day_of(_moment(rng))
            ends = rng.choice([None, starts + timedelta(days=rng.randrange(400))])
            ended = rng.choice([None, _moment(rng)])
            Appointment.objects.create(
                user=officer, region_id=place, role=role, starts_on=starts, ends_on=ends,
                ended_at=ended or (_moment(rng) if officer.pk % 2 else None), created_at=_moment(rng),
            )  # fmt: skip


def _household(rng: random.Random, officer: User) -> Household:
    return Household.objects.create(
        region_id=rng.choice(VILLAGES), name="张某", cause="illness", registered_by=officer,
        created_at=_moment(rng), closed_at=rng.choice([None, None, None, _moment(rng)]),
    )  # fmt: skip


def _need(
    rng: random.Random, home: Household, officer: User, donors: list[User], account: CharityAccount
) -> None:
    status, published = rng.choice(NEED_STATES), _moment(rng)
    if status in (Status.DRAFT, Status.VERIFIED, Status.CHECKED):
        published = None  # type: ignore[assignment]
    need = Need.objects.create(
        region_id=home.region_id, household=home, kind=rng.choice(Kind.values), forms=["money"], status=status,
        title="求助", story="求助", created_by=officer, published_at=published,
        submitted_at=published if status != Status.DRAFT else None,
    )  # fmt: skip
    living = 0
    for _ in range(rng.choice([0, 0, 1, 3]) if published else 0):
        living += _pledge(rng, need, rng.choice(donors), account)
    target = rng.randrange(100, 5000) * 100
    NeedProgress.objects.create(
        need=need, target_fen=target, pledged_fen=rng.randrange(target), helpers=living
    )
    if published:
        for _ in range(rng.choice([0, 1, 2])):
            at = published + timedelta(days=rng.randrange(90), minutes=rng.randrange(1440))
            NeedReview.objects.create(
                need=need, action="match", actor_name="系统", source="published", target="matched", at=at
            )


def _pledge(rng: random.Random, need: Need, donor: User, account: CharityAccount) -> bool:
    form = rng.choice(list(PLEDGE_STATES))
    status = rng.choice(PLEDGE_STATES[form])
    money = form == "money"
    made = Pledge.objects.create(
        need=need, county=need.region_id // 10**6, donor=donor, form=form, status=status, display="named",
        amount_fen=rng.randrange(100, 100_000) if money else 0, charity_account=account if money else None,
        outcome=rng.choice(["complete", "problem"]) if status == "confirmed" else "",
        idempotency_key=f"k{next(_keys)}", fingerprint="", created_at=_moment(rng), expires_at=_moment(rng),
    )  # fmt: skip
    return made.status not in ("lapsed", "cancelled", "refunded")


def _clock(rng: random.Random, number: int) -> None:
    due = day_of(_moment(rng))
    kind = rng.choice(list(RULES))
    Clock.objects.create(
        kind=kind, object_id=number, title="线索", region_id=rng.choice(VILLAGES), level=5, clause="第十三条",
        unit="calendar", days=2, at_least=RULES[kind].at_least, started_on=due - timedelta(days=2),
        counted_from=due - timedelta(days=2), left=2, due_on=due,
        done_on=rng.choice([None, due, due - timedelta(days=1), due + timedelta(days=1)]),
    )  # fmt: skip


def _filed(rng: random.Random, officers: list[User]) -> None:
    stranger = factories.user("无职务")
    for _ in range(60):
        AuditEntry.objects.create(
            at=_moment(rng), actor=rng.choice([*officers, stranger, None]), actor_name="某",
            action=rng.choice([*ACTIONS, "message.read"]), object_type="x", object_id="1",
            region_code=rng.choice([*VILLAGES, factories.TOWN, None]),
        )  # fmt: skip
    audit.seal()


def count(what: str, region: Region, month: date | None) -> int:
    """The oracle: one figure of a region and month (None: all time), counted one row after the other."""

    def here(code: int | None) -> bool:
        return code is not None and region.code <= code <= region.code_end

    def now_or(day: Any) -> bool:
        return month is None or month_of(day) == month

    return _COUNTS[what](here, now_or, month)


Here, Then = Callable[[Any], bool], Callable[[Any], bool]


def _needs(states: set[str] | None) -> Any:
    def counted(here: Any, then: Any, month: Any) -> int:
        return sum(
            here(need.region_id) and then(need.published_at) and (states is None or need.status in states)
            for need in Need.objects.all()
            if need.published_at
        )

    return counted


def _gifts(keep: Callable[[Pledge], object], money: bool = False) -> Any:
    def counted(here: Any, then: Any, month: Any) -> int:
        return sum(
            gift.amount_fen if money else 1
            for gift in Pledge.objects.select_related("need", "donor").order_by("pk")
            if here(gift.need.region_id) and then(gift.created_at) and keep(gift)
        )

    return counted


def _first(gift: Pledge) -> bool:
    same = Pledge.objects.filter(donor=gift.donor, county=gift.county).order_by("pk").first()
    return same is not None and same.pk == gift.pk


def _living(gift: Pledge) -> bool:
    return gift.status not in ("lapsed", "cancelled", "refunded")


def _homes(stock: bool) -> Any:
    def counted(here: Any, then: Any, month: Any) -> int:
        last = month or month_of(today())
        return sum(
            here(home.region_id)
            and home.closed_at is None
            and (month_of(home.created_at) <= last if stock else then(home.created_at))
            for home in Household.objects.all()
        )

    return counted


def _held(here: Any, then: Any, month: date | None) -> int:
    """Posts held on the last day of the month: begun, and their last day not before it."""
    first = month or month_of(today())
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    held = 0
    for post in Appointment.objects.all():
        over = post.ends_on is not None and post.ends_on < last
        early = post.ended_at is not None and day_of(post.ended_at) <= last
        held += here(post.region_id) and post.starts_on <= last and not over and not early
    return held


def _clocks(keep: Callable[[Clock], object]) -> Any:
    def counted(here: Any, then: Any, month: Any) -> int:
        clocks = Clock.objects.filter(at_least=False)
        return sum(here(clock.region_id) and then(clock.due_on) and bool(keep(clock)) for clock in clocks)

    return counted


def _forms(here: Any, then: Any, month: Any) -> int:
    filed = 0
    for entry in AuditEntry.objects.filter(action__in=ACTIONS):
        posts = Appointment.objects.filter(user=entry.actor, created_at__lte=entry.at)
        filed += here(entry.region_code) and then(entry.at) and posts.exists()
    return filed


def _villages(here: Any, *, neglected: bool) -> int:
    found = 0
    for village in Region.objects.filter(level=5, valid_to=None):
        needs = Need.objects.filter(region=village, published_at__isnull=False).select_related("progress")
        helped = any(need.progress.helpers for need in needs)
        found += here(village.code) and bool(needs) and not (neglected and helped)
    return found


def _fen(column: str) -> Any:
    def counted(here: Any, then: Any, month: Any) -> int:
        needs = Need.objects.filter(published_at__isnull=False).select_related("progress")
        return sum(
            getattr(need.progress, column)
            for need in needs
            if here(need.region_id) and then(need.published_at)
        )

    return counted


def _families(keep: Callable[[Household], bool]) -> Any:
    """Households in force today, whatever the month."""

    def counted(here: Any, then: Any, month: Any) -> int:
        return sum(here(home.region_id) and keep(home) for home in Household.objects.filter(closed_at=None))

    return counted


def _asked(home: Household) -> bool:
    return any(need.submitted_at for need in home.needs.all())


def _covered(home: Household) -> bool:
    helped = any(_living(gift) for gift in Pledge.objects.filter(need__household=home))
    return helped or any(helper.until is None for helper in home.helpers.all())


_COUNTS: dict[str, Any] = {
    "asked_fen": _fen("target_fen"),
    "promised_fen": _fen("pledged_fen"),
    "homes": _families(lambda home: True),
    "used": _families(_asked),
    "covered": _families(_covered),
    "published": _needs(None),
    "open": _needs({"published"}),
    "matched": _needs({"matched", "fulfilled"}),
    "fulfilled": _needs({"fulfilled"}),
    "gifts": _gifts(_living),
    "gift_fen": _gifts(_living, money=True),
    "arrived_fen": _gifts(lambda gift: gift.status in ("received", "delivered", "confirmed"), money=True),
    "passed_fen": _gifts(lambda gift: gift.status in ("delivered", "confirmed"), money=True),
    "refunded_fen": _gifts(lambda gift: gift.status == "refunded", money=True),
    "confirmed": _gifts(lambda gift: gift.status == "confirmed" and gift.outcome == "complete"),
    "problems": _gifts(lambda gift: gift.status == "confirmed" and gift.outcome == "problem"),
    "donors": _gifts(_first),
    "households": _homes(stock=False),
    "registered": _homes(stock=True),
    "posts": _held,
    "kept": _clocks(lambda clock: clock.done_on and clock.done_on <= clock.due_on),
    "late": _clocks(lambda clock: clock.done_on and clock.done_on > clock.due_on),
    "running": _clocks(lambda clock: clock.done_on is None),
    "forms": _forms,
    "asking": lambda here, then, month: _villages(here, neglected=False),
    "neglected": lambda here, then, month: _villages(here, neglected=True),
}
