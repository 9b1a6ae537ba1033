"""What somebody did in a month, by the six tasks (宿州规范第九条: 走访、核查、采集、帮扶、评议、上报).

They are a village's; the township's checks of a clue and of a department's warning count as 核查, too.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from grid.models import Clue, ClueStep, Measure, MonthSheet, ReviewMeeting, RiskWarning, Visit
from grid.queries.quotas import bounds, last_of
from needs.models import Household, Need

CHECKS = ("verify", "deny", "visit", "judge", "dismiss", "spot")


@dataclass(frozen=True, slots=True)
class Done:
    """One task: its name, what counts, how often it was done, and the list where it stands."""

    task: str
    what: str
    count: int
    url: str


def month_of_work(user: Any, month: date) -> list[Done]:
    """This person's own deeds of a month (its first day), task by task; at most ten counts."""
    end = last_of(month)
    begun, over = bounds(month)

    def days(rows: QuerySet[Any], field: str) -> int:
        return rows.filter(**{f"{field}__gte": month, f"{field}__lte": end}).count()

    def hours(rows: QuerySet[Any], field: str) -> int:
        return rows.filter(**{f"{field}__gte": begun, f"{field}__lt": over}).count()

    checked = hours(ClueStep.objects.filter(actor=user, action__in=CHECKS), "at")
    checked += hours(RiskWarning.objects.filter(verified_by=user), "verified_at")
    collected = hours(Household.objects.filter(registered_by=user), "created_at")
    collected += hours(Need.objects.filter(created_by=user), "created_at")
    helped = hours(Measure.objects.filter(made_by=user), "made_at")
    helped += hours(Visit.objects.filter(settled_by=user), "settled_at")
    told = hours(Clue.objects.filter(reported_by=user), "reported_at")
    told += hours(MonthSheet.objects.filter(filed_by=user), "filed_at")
    return [
        Done(
            "走访", "入户、电话走访", days(Visit.objects.filter(visitor=user), "on"), reverse("grid:visits")
        ),
        Done("核查", "核实、研判线索和预警", checked, reverse("grid:clues")),
        Done("采集", "登记家庭、写求助", collected, reverse("grid:office")),
        Done("帮扶", "制定措施、解决问题", helped, reverse("grid:visit-problems")),
        Done(
            "评议",
            "民主评议",
            days(ReviewMeeting.objects.filter(recorded_by=user), "held_on"),
            reverse("grid:clues"),
        ),
        Done("上报", "上报线索和月度排查表", told, reverse("grid:clues")),
    ]
