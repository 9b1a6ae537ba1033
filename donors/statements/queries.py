"""Reads about bank statements: the charity sees those of its accounts, and what waits for a person."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.enums import Verb
from accounts.permissions import grants
from donors.enums import LineState
from donors.models import CharityAccount, Statement, StatementLine
from fupin.lib.clock import today

OVERDUE_AFTER = 3
"""Working days that a line may wait for a person (THREATS I-10)."""
RELATED = ("account", "statement", "pledge", "payout")


def my_accounts(user: Any) -> QuerySet[CharityAccount]:
    """The accounts whose statements this person reconciles."""
    return CharityAccount.objects.filter(grants(user).q(Verb.RECONCILE, "region")).order_by("id")


def statements_visible_to(user: Any) -> QuerySet[Statement]:
    mine = grants(user).q(Verb.RECONCILE, "account__region")
    return Statement.objects.filter(mine).select_related("account", "actor")


def lines_visible_to(user: Any) -> QuerySet[StatementLine]:
    mine = grants(user).q(Verb.RECONCILE, "account__region")
    return StatementLine.objects.filter(mine).select_related(*RELATED)


def lines_waiting(user: Any) -> QuerySet[StatementLine]:
    """Lines that a person has to decide about, longest waiting first."""
    return lines_visible_to(user).filter(state=LineState.OPEN).order_by("id")


def overdue_before(day: date | None = None, working_days: int = OVERDUE_AFTER) -> date:
    """A line from before this day has waited for more than so many working days (Monday to Friday)."""
    day = day or today()
    while working_days:
        day -= timedelta(days=1)
        working_days -= day.weekday() < 5
    return day
