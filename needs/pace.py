"""Whether help keeps up with the needs of a county, and what waits until it does (REQUIREMENTS 60)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet

from fupin.lib.clock import ZONE, today
from needs.enums import Focus, Status
from needs.models import Need, PublicationPace

WINDOW_DAYS = 90
"""Needs first public within so many days before the rule's own days are looked at."""
LEAST = 10
"""Fewer needs than this say nothing about a county: nothing is held back."""


@dataclass(frozen=True, slots=True)
class Lag:
    """Needs public for long enough, and how many of these nobody helps today."""

    published: int
    unhelped: int

    @property
    def percent(self) -> int:
        """Rounded down, so that a limit is exceeded only by what is really above it."""
        return self.unhelped * 100 // self.published if self.published else 0

    def exceeds(self, limit: int) -> bool:
        return self.published >= LEAST and self.unhelped * 100 > limit * self.published


@dataclass(frozen=True, slots=True)
class State:
    """The county's rule of the day, with its numbers where it sets a limit."""

    rule: PublicationPace | None
    lag: Lag | None

    @property
    def holds(self) -> bool:
        """Whether routine new needs wait their turn now."""
        rule = self.rule
        return bool(rule and rule.percent and self.lag and self.lag.exceeds(rule.percent))

    @property
    def words(self) -> str:
        """The numbers in one sentence; "" without a limit."""
        if not (self.rule and self.rule.percent and self.lag):
            return ""
        return (
            f"近 {WINDOW_DAYS} 天里公开满 {self.rule.after_days} 天的求助有 {self.lag.published} 条，其中 "
            f"{self.lag.unhelped} 条还没有人认领（{self.lag.percent}%，上限 {self.rule.percent}%）"
        )

    @property
    def note(self) -> str:
        """Why routine needs wait now and how long the way is; "" while nothing waits."""
        if not self.holds or self.rule is None:
            return ""
        return f"{self.words}。新的一般求助按先后公开，每天 {self.rule.per_day} 条。"


def rule_of(county: int, day: date | None = None) -> PublicationPace | None:
    """The rule of a county (12 digits) on a day, today by default."""
    rules = PublicationPace.objects.filter(county=county, valid_from__lte=day or today())
    return rules.order_by("-valid_from").first()


def lag_of(county: int, after_days: int) -> Lag:
    """The numbers of a county (12 digits); what was taken back or down does not count."""
    last = _start(today() - timedelta(days=after_days - 1))
    old = Need.objects.filter(
        county=county // 10**6, published_at__gte=last - timedelta(days=WINDOW_DAYS), published_at__lt=last
    ).exclude(status__in=(Status.RETURNED, Status.WITHDRAWN))
    unhelped = Count("pk", filter=Q(status=Status.PUBLISHED, progress__helpers=0))
    return Lag(**old.aggregate(published=Count("pk"), unhelped=unhelped))


def state_of(county: int) -> State:
    """Two queries; one where the county sets no limit."""
    rule = rule_of(county)
    return State(rule, lag_of(county, rule.after_days) if rule and rule.percent else None)


def holds_back(need: Need) -> bool:
    """Whether this approved need has to wait for its turn."""
    state = state_of(need.county * 10**6)
    return state.holds and state.rule is not None and is_routine(need, state.rule)


def is_routine(need: Need, rule: PublicationPace) -> bool:
    """False for kinds that the county exempts, after a disaster, in a campaign and for what was public before."""
    struck = bool(need.household and Focus.DISASTER in need.household.focus)
    return not (struck or need.kind in rule.exempt or need.campaign_id or need.published_at)


def queue_of(county: int) -> QuerySet[Need]:
    """What waits in a county (12 digits), in the order in which it will be public."""
    waiting = Need.objects.filter(status=Status.CHECKED, queued_at__isnull=False, county=county // 10**6)
    return waiting.order_by("queued_at", "id")


def place_of(need: Need) -> int:
    """Its place in the queue, from 1."""
    ahead = Q(queued_at__lt=need.queued_at) | Q(queued_at=need.queued_at, pk__lt=need.pk)
    return queue_of(need.county * 10**6).filter(ahead).count() + 1


def released_today(county: int) -> int:
    """How many the queue let through since midnight in China."""
    fresh = Need.objects.filter(county=county // 10**6, published_at__gte=_start(today()))
    return fresh.filter(queued_at__isnull=False).count()


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
