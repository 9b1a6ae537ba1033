"""Scoring villages by their closed months: the pure function, what it is fed, and who reads the sheets."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Role, Verb
from accounts.models import Appointment
from accounts.permissions import grants
from fupin.lib.clock import add_months
from grid.models import ClosedMonth, ScoreItem, ScoreMethod, ScoreRow, ScoreSheet

NOT_GRADED = "不评定"
HUNDRED = 100 * 100
COUNTED = ("posts", "met", "submitted", "on_time", "confirmed")
FIGURES = (
    "due", "kept", "visits_due", "visits_kept", "reported", "upheld", "confirmed_gifts", "problems",
)  # fmt: skip
RULES: dict[str, str] = {
    ScoreItem.MET: "完成当月任务（或签了零报告）的岗位数，除以有任务的岗位数。",
    ScoreItem.ON_TIME: "规定日期前上报的计数求助，除以全部计数求助。",
    ScoreItem.UPHELD: "上报的求助里，结账时没有被退回、撤回、县级核实后不计的，除以上报总数。",
    ScoreItem.CONFIRMED: "计数求助里已经完整收到帮助的，除以全部计数求助。",
    ScoreItem.VISITS: "风险未消除的监测对象每月一次，其他户每季度一次；当期内有走访或电话联系记录的户，除以应走访的户。"
    "纳入网格或发生风险不满 14 天的，当期不算。",
    ScoreItem.CLOCKS: "当月到期的时限里按期办结的，除以到期总数；暂停的不算。",
    ScoreItem.SOUND: "确认收到的帮助里没有反映问题的，除以确认收到总数。",
}
"""How each item's share is counted, as the method and every sheet print it."""
MOST_REWARDS = 12
READS = (Verb.VERIFY, Verb.CHECK, Verb.APPROVE, Verb.REPORT)


@dataclass(frozen=True, slots=True)
class Scored:
    """`parts` in hundredths of a percent by item, `score` in hundredths of a point; None without anything to score."""

    parts: dict[str, int]
    score: int | None
    grade: str


def score(
    numbers: Mapping[str, int], weights: Mapping[str, int], grades: Sequence[tuple[int, str]]
) -> Scored:
    """Score what a village's months hold. An item with nothing to score is left out, the others carry its weight.

    `grades` are (least points, name), best first. Shares never exceed one, so that nobody gains by numbers alone.
    """
    shares = {item: share for item, share in _shares(numbers) if weights.get(item)}
    whole = sum(weights[item] for item in shares)
    parts = {item: _rounded(share * HUNDRED) for item, share in shares.items()}
    if not whole:
        return Scored(parts, None, NOT_GRADED)
    points = sum((weights[item] * share for item, share in shares.items()), Fraction()) / whole
    total = _rounded(points * HUNDRED)
    return Scored(parts, total, next(name for least, name in grades if total >= least * 100))


def _shares(numbers: Mapping[str, int]) -> Iterable[tuple[str, Fraction]]:
    have = Counter(numbers)
    pairs = (
        (ScoreItem.MET, have["met"], have["posts"]),
        (ScoreItem.ON_TIME, have["on_time"], have["submitted"]),
        (ScoreItem.UPHELD, have["upheld"], have["reported"]),
        (ScoreItem.CONFIRMED, have["confirmed"], have["submitted"]),
        (ScoreItem.VISITS, have["visits_kept"], have["visits_due"]),
        (ScoreItem.CLOCKS, have["kept"], have["due"]),
        (ScoreItem.SOUND, have["confirmed_gifts"] - have["problems"], have["confirmed_gifts"]),
    )
    for item, part, whole in pairs:
        if whole:
            yield item.value, min(Fraction(max(part, 0), whole), Fraction(1))


def _rounded(value: Fraction) -> int:
    """To the nearest whole, halves up."""
    return int(value + Fraction(1, 2))


def reward(numbers: Mapping[str, int], method: ScoreMethod) -> int:
    """Fen for counted needs and for deliveries whose receipt was evaluated."""
    needs, evaluated = numbers.get("submitted", 0), numbers.get("confirmed_gifts", 0)
    return needs * method.need_fen + evaluated * method.evaluation_fen


def numbers_of(months: Iterable[ClosedMonth]) -> dict[int, dict[str, int]]:
    """What these closed months hold, summed by village; villages without a post that was asked for are left out."""
    sums: dict[int, Counter[str]] = {}
    for closed in months:
        figures = closed.report.get("figures", {})
        for code, counted in closed.report["places"].items():
            if int(code) % 1000:
                row = sums.setdefault(int(code), Counter())
                row.update({name: counted.get(name, 0) for name in COUNTED})
                row.update({name: figures.get(code, {}).get(name, 0) for name in FIGURES})
    return {code: dict(sorted(row.items())) for code, row in sorted(sums.items())}


def rows_seen_by(user: Any) -> QuerySet[ScoreRow]:
    """The villages where this person works, checks, decides or reads figures."""
    held, seen = grants(user), Q(pk__in=())
    for verb in READS:
        seen |= held.q(verb, "region")
    return ScoreRow.objects.filter(seen).select_related("region__parent").order_by("region_id")


def own_rewards(user: Any) -> list[ScoreRow]:
    """What the villages earned where this person is info-officer and was in the sheet's time, newest first."""
    posts = list(Appointment.objects.filter(user=user, role=Role.VILLAGE_OFFICER, ended_at=None))
    rows = rows_seen_by(user).filter(region__in=[post.region_id for post in posts])
    newest = rows.select_related("region__parent", "sheet__method").order_by("-sheet__first", "-id")
    return [row for row in newest[:MOST_REWARDS] if any(_held(post, row) for post in posts)]


def _held(post: Appointment, row: ScoreRow) -> bool:
    begun = post.starts_on < add_months(row.sheet.last, 1)
    return begun and post.region_id == row.region_id and (not post.ends_on or post.ends_on >= row.sheet.first)


def sheets_seen_by(user: Any) -> QuerySet[ScoreSheet]:
    """The sheets with such a village."""
    seen = rows_seen_by(user).order_by().values("sheet")
    return ScoreSheet.objects.filter(pk__in=seen).select_related("region", "method", "drawn_by", "decided_by")
