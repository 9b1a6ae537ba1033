"""What a month asks of each post and what it brought: pure functions over rows, so that a table can check them.

Days and months are those of China. Days on duty are inclusive; the day on which a post is ended early belongs to
the successor (THREATS Q-07).
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from fupin.lib.money import split_fen
from grid.quota_enums import Basis, Skip, Villages


@dataclass(frozen=True, slots=True)
class Post:
    """A post as far as a month needs it; `last` is the last day that counts, None while it goes on."""

    pk: int
    user: int
    role: str
    low: int
    high: int
    first: date
    last: date | None

    def covers(self, code: int) -> bool:
        return self.low <= code <= self.high


@dataclass(frozen=True, slots=True)
class Rule:
    """A quota rule as far as a month needs it."""

    pk: int
    role: str
    villages: str
    kinds: frozenset[str]
    kinds_everywhere: frozenset[str]
    at_start: int
    monthly: int
    due_day: int
    valid_from: date

    def asks_for(self, kind: str, *, poor: bool) -> bool:
        """Whether a need of this kind from a poor or another village counts."""
        return kind in self.kinds_everywhere or (kind in self.kinds and self.holds_in(poor=poor))

    def holds_in(self, *, poor: bool) -> bool:
        return self.villages == Villages.ALL or (self.villages == Villages.POOR) is poor


@dataclass(frozen=True, slots=True)
class Handed:
    """A need first handed in on `day`, by whom, and why it does not count ("" where it does)."""

    pk: int
    region: int
    kind: str
    day: date
    officer: int | None
    skip: str
    confirmed: bool


@dataclass(slots=True)
class Tally:
    """One post under one rule in one month."""

    post: Post
    rule: Rule
    expected: int
    zero_report: bool = False
    on_time: int = 0
    confirmed: int = 0
    needs: list[int] = field(default_factory=list)

    @property
    def submitted(self) -> int:
        return len(self.needs)


@dataclass(frozen=True, slots=True)
class Rate:
    """A subsidy rate as far as a month needs it; `fen` for a whole month."""

    pk: int
    role: str
    fen: int
    basis: str


@dataclass(frozen=True, slots=True)
class Share:
    """What one post earns of one rate: `base` fen for the days, `fen` for the part of the work that was done.

    `asked` and `done` are needs over all posts of the person under this rate; a zero report counts as done.
    """

    post: int
    rate: int
    days: int
    asked: int
    done: int
    base: int
    fen: int


def days_in(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def duty_days(post: Post, month: date) -> set[int]:
    """The days of the month (1 to 31) on which the post was held."""
    end = month + timedelta(days=days_in(month) - 1)
    first, last = max(post.first, month), min(post.last or end, end)
    return set(range(first.day, last.day + 1)) if first <= last else set()


def by_days(number: int, days: int, month: date) -> int:
    """A month's number for `days` of its days, halves rounded up."""
    return (2 * number * days + days_in(month)) // (2 * days_in(month))


def tallies(
    month: date,
    *,
    posts: Sequence[Post],
    rules: Sequence[Rule],
    handed: Iterable[Handed],
    poor: frozenset[int],
    started: Mapping[tuple[str, int], date],
    zero: frozenset[int],
) -> tuple[list[Tally], dict[int, str]]:
    """Every post under every rule that holds for it, and of each need that does not count the reason.

    `poor`: codes of the poor villages. `started`: since when a region has a post of a role. `zero`: posts with a
    signed zero report.
    """
    table = {
        (post.pk, rule.pk): Tally(post, rule, _expected(post, rule, month, started), post.pk in zero)
        for post in posts
        for rule in rules
        if rule.role == post.role and _concerns(rule, post, poor)
    }
    theirs: dict[int, list[Post]] = defaultdict(list)
    for post in sorted(posts, key=lambda one: (one.high - one.low, one.pk)):
        theirs[post.user].append(post)
    skipped: dict[int, str] = {}
    for need in handed:
        tally = need.skip or _tally_of(need, theirs, rules, table, poor)
        if isinstance(tally, str):
            skipped[need.pk] = tally
            continue
        tally.needs.append(need.pk)
        tally.on_time += need.day.day <= tally.rule.due_day
        tally.confirmed += need.confirmed
    return [table[key] for key in sorted(table)], skipped


def _concerns(rule: Rule, post: Post, poor: frozenset[int]) -> bool:
    """A village's post only under the rules of its village; a higher post under every one of its role."""
    return post.high > post.low or rule.holds_in(poor=post.low in poor)


def _expected(post: Post, rule: Rule, month: date, started: Mapping[tuple[str, int], date]) -> int:
    start = max(rule.valid_from, started.get((post.role, post.low), post.first))
    number = rule.at_start if rule.at_start and start.replace(day=1) == month else rule.monthly
    return by_days(number, len(duty_days(post, month)), month)


def _tally_of(
    need: Handed,
    theirs: Mapping[int, list[Post]],
    rules: Sequence[Rule],
    table: Mapping[tuple[int, int], Tally],
    poor: frozenset[int],
) -> Tally | str:
    """The nearest post that the officer held there on that day, under the first rule that asks for the kind.

    Else why it counts nowhere.
    """
    reason = Skip.NO_POST
    for post in theirs.get(need.officer or 0, ()):
        held = post.first <= need.day and (post.last is None or need.day <= post.last)
        if held and post.covers(need.region):
            reason = Skip.NOT_ASKED
            for rule in rules:
                known = table.get((post.pk, rule.pk))
                if known and rule.asks_for(need.kind, poor=need.region in poor):
                    return known
    return reason


def shares(
    month: date, *, posts: Sequence[Post], rates: Sequence[Rate], work: Mapping[int, tuple[int, int, bool]]
) -> list[Share]:
    """What each post earns. `work`: expected, submitted and zero report by post.

    A person is paid once for a day however many posts of a rate they hold; the holders that follow one another in
    a place share one whole, to the fen.
    """
    return [share for rate in rates for share in _of_rate(month, posts, rate, work)]


def _of_rate(
    month: date, posts: Sequence[Post], rate: Rate, work: Mapping[int, tuple[int, int, bool]]
) -> list[Share]:
    mine = [post for post in posts if post.role == rate.role]
    counted = _paid_days(mine, month)
    persons = _done(mine, work)
    found = []
    for seat in _seats([post for post in mine if counted[post.pk]], month):
        weights = [len(counted[post.pk]) for post in seat]
        bases = split_fen(rate.fen, [*weights, days_in(month) - sum(weights)])
        for post, days, base in zip(seat, weights, bases, strict=False):
            asked, done = persons[post.user]
            fen = base if rate.basis == Basis.DAYS or done == asked else base * done // asked
            found.append(Share(post.pk, rate.pk, days, asked, done, base, fen))
    return sorted(found, key=lambda share: share.post)


def _done(posts: Sequence[Post], work: Mapping[int, tuple[int, int, bool]]) -> dict[int, tuple[int, int]]:
    """What each person was asked for and did, by user."""
    table: dict[int, tuple[int, int]] = {}
    for post in posts:
        expected, submitted, zero = work.get(post.pk, (0, 0, False))
        asked, done = table.get(post.user, (0, 0))
        table[post.user] = asked + expected, done + (expected if zero else min(submitted, expected))
    return table


def _paid_days(posts: Sequence[Post], month: date) -> dict[int, set[int]]:
    """The days of each post, each day of a person for the post with the lowest code only."""
    taken: dict[int, set[int]] = defaultdict(set)
    counted = {}
    for post in sorted(posts, key=lambda one: (one.user, one.low, one.pk)):
        counted[post.pk] = duty_days(post, month) - taken[post.user]
        taken[post.user] |= counted[post.pk]
    return counted


def _seats(posts: Sequence[Post], month: date) -> list[list[Post]]:
    """The holders of one place in rows: who follows another shares a seat, who serves beside another has one."""
    seats: list[list[Post]] = []
    for post in sorted(posts, key=lambda one: (one.low, one.first, one.pk)):
        days = duty_days(post, month)
        for seat in seats:
            if seat[0].low == post.low and not any(days & duty_days(other, month) for other in seat):
                seat.append(post)
                break
        else:
            seats.append([post])
    return seats
