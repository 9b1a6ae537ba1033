"""Plants a month from a table such as planted_month.csv, in bulk: who held what, what they handed in.

`place` is q (祁东县) or h (衡南县) with township and village number, or `qt03` for a township. `days` says when the
post is held, as first..last: a bare last day means ended early on the day after, with = it was appointed until then;
nothing means since January; `moved` is a post that the merge of villages makes. Rows with one `person` are one
person. `work` are needs as day, kind and what became of them; a full date or an hour where it matters.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from accounts.models import Appointment, Region, User
from donors.models import CharityAccount, Pledge
from fupin.lib.clock import ZONE
from grid.models import ExcludedNeed, ZeroReport
from needs.models import Household, Need, NeedReview
from tests import factories

COUNTIES = {"q": factories.QIDONG, "h": factories.HENGNAN}
ROLES = {"v": "village_officer", "m": "township_manager"}
STATUS = {"ok": "fulfilled", "returned": "returned", "withdrawn": "withdrawn", "paid": "published"}
SINCE = date(2026, 1, 1)
_WORK = re.compile(r"(?P<on>\S+) (?P<kind>\w+)(?P<more>.*)")


@dataclass
class Row:
    """One line of the table with what was planted for it."""

    case: str
    place: str
    role: str
    days: str
    person: str
    work: str
    wanted: tuple[str, ...]
    month: date
    post: Appointment | None = None


@dataclass
class Planted:
    """Everything that waits to be written in bulk."""

    needs: list[Need] = field(default_factory=list)
    homes: list[Household] = field(default_factory=list)
    own: list[tuple[Need, User]] = field(default_factory=list)
    excluded: list[Need] = field(default_factory=list)
    paid: list[Need] = field(default_factory=list)
    zero: list[ZeroReport] = field(default_factory=list)


def read(name: str, month: date) -> list[Row]:
    """The rows of a table beside this module."""
    with Path(__file__).with_name(name).open(encoding="utf-8") as file:
        return [
            Row(
                *(line[key] for key in ("case", "place", "role", "days", "person", "work")),
                tuple(line[key] for key in ("expected", "submitted", "on_time", "confirmed", "met", "fen")),
                month,
            )
            for line in csv.DictReader(file)
        ]


def code(place: str) -> int:
    """The region's code of a place of the table."""
    found = re.fullmatch(r"([qh])(t?)([0-9]{2})([0-9]{2})?", place)
    assert found, place
    return COUNTIES[found[1]] + (100 + int(found[3])) * 1000 + int(found[4] or 0)


def regions(rows: Iterable[Row]) -> None:
    """The villages and townships of the table, those named in the work, too."""
    rows = [row for row in rows if row.days != "moved"]
    places = {code(row.place) for row in rows}
    places |= {code(place) for row in rows for place in re.findall(r"@(\w+)", row.work)}
    towns = {place // 1000 * 1000 for place in places}
    made = [
        Region(code=town, name=f"第{town % 10**6}镇", level=4, parent_id=town // 10**6 * 10**6)
        for town in sorted(towns)
    ]
    made += [
        Region(code=one, name=f"第{one % 10**6}村", level=5, parent_id=one // 1000 * 1000)
        for one in sorted(places - towns)
    ]
    Region.objects.bulk_create(made, ignore_conflicts=True)


def posts(rows: Iterable[Row]) -> None:
    """The people and the posts of the rows, but for those that a merge will make."""
    rows = list(rows)
    names = [row.person or f"officer-{number}" for number, row in enumerate(rows)]
    users = User.objects.bulk_create(User(name=name[:30], password="!") for name in dict.fromkeys(names))
    by_name = {user.name: user for user in users}
    held = []
    for name, row in zip(names, rows, strict=True):
        if row.days == "moved":
            continue
        first, ends_on, ended_at = span(row.days, row.month)
        row.post = Appointment(
            user=by_name[name[:30]],
            region_id=code(row.place),
            role=ROLES[row.role],
            starts_on=first,
            ends_on=ends_on,
            ended_at=ended_at,
        )
        held.append(row.post)
    Appointment.objects.bulk_create(held)


def span(days: str, month: date) -> tuple[date, date | None, datetime | None]:
    """First day, appointed last day, and the noon of the day on which it was ended early."""
    first, _, last = days.partition("..")
    start = _day(first, month) if first else SINCE
    if last.startswith("="):
        return start, _day(last[1:], month), None
    if not last:
        return start, None, None
    return start, None, datetime.combine(_day(last, month) + timedelta(1), time(12), ZONE)


def _day(text: str, month: date) -> date:
    return date.fromisoformat(text) if "-" in text else month.replace(day=int(text))


def work(rows: Iterable[Row], writer: User) -> None:
    """What the rows handed in; `writer` stands for everybody whose account does not matter."""
    planted = Planted()
    for row in rows:
        assert row.post, row
        for text in filter(None, row.work.split(";")):
            if text == "zero":
                planted.zero.append(
                    ZeroReport(appointment=row.post, month=row.month, reason="走访了三十户，没有新的困难")
                )
            else:
                _need(planted, row, text, writer)
    Household.objects.bulk_create(planted.homes)
    Need.objects.bulk_create(planted.needs)
    NeedReview.objects.bulk_create(
        NeedReview(
            need=need,
            action="verify",
            actor=officer,
            actor_name="信息员",
            source="submitted",
            target="verified",
            at=need.submitted_at + timedelta(days=2),
        )
        for need, officer in planted.own
    )
    ExcludedNeed.objects.bulk_create(
        ExcludedNeed(need=need, reason="经电话核实不属实", decided_by=writer) for need in planted.excluded
    )
    ZeroReport.objects.bulk_create(planted.zero)
    _pledges(planted.paid, writer)


def _need(planted: Planted, row: Row, text: str, writer: User) -> None:
    found = _WORK.fullmatch(text)
    assert found, text
    assert row.post
    more = found["more"].split()
    place = next((code(word[1:]) for word in more if word.startswith("@")), None)
    last = planted.needs[-1] if planted.needs else None
    home = Household(region_id=place or code(row.place), name="张某", cause="illness", registered_by=writer)
    story = f"第 {len(planted.needs)} 户，{row.place}{found['on']}，家里有困难。"
    if "same" in more and last:
        home = last.household
    else:
        planted.homes.append(home)
    if "copy" in more and last:
        story = last.story.replace("，", "、 ")
    status = next((STATUS[word] for word in more if word in STATUS), "verified")
    moment = _moment(found["on"], row.month)
    need = Need(
        region_id=home.region_id,
        household=home,
        kind=found["kind"],
        forms=["money"],
        title="求助",
        story=story,
        status=status,
        on_behalf="own" not in more,
        created_by=writer if "own" in more else row.post.user,
        submitted_at=moment,
        created_at=moment - timedelta(hours=1),
        published_at=moment if status in ("fulfilled", "published") else None,
    )
    planted.needs.append(need)
    if "own" in more:
        planted.own.append((need, row.post.user))
    if "excluded" in more:
        planted.excluded.append(need)
    if "paid" in more:
        planted.paid.append(need)


def _moment(text: str, month: date) -> datetime:
    day, _, hour = text.partition("T")
    return datetime.combine(_day(day, month), time.fromisoformat(hour or "12:00:00"), ZONE)


def _pledges(needs: list[Need], donor: User) -> None:
    account = CharityAccount.objects.first() or factories.charity_account()
    Pledge.objects.bulk_create(
        Pledge(
            need=need,
            county=need.region_id // 10**6,
            donor=donor,
            form="money",
            status="confirmed",
            outcome="complete",
            amount_fen=20000,
            display="named",
            charity_account=account,
            idempotency_key=f"planted-{number}",
            fingerprint="0" * 64,
            expires_at=need.submitted_at + timedelta(days=3),
        )
        for number, need in enumerate(needs)
    )
