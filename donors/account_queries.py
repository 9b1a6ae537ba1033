"""Reads about charity accounts: who sees and proposes what, what waits, and the account as it was on a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.enums import Level, Verb
from accounts.models import Region
from accounts.permissions import grants
from donors.enums import AccountChangeKind, PledgeStatus, ProposalState
from donors.models import AccountChange, CharityAccount, Pledge
from donors.models.account_change import from_json, values_of
from fupin.lib.clock import today

WARN_DAYS = 42
"""How long before its licence ends the county is told: renewing one takes weeks."""
CITY_LEVELS = (Level.CITY, Level.PROVINCE)
PLACES_SHOWN = 60


def concerned(user: Any, field: str = "region") -> Q:
    """The accounts of the places where somebody appoints (the county centre, the city) or reconciles."""
    held = grants(user)
    return held.q(Verb.APPOINT, field) | held.q(Verb.RECONCILE, field)


def accounts_visible_to(user: Any) -> QuerySet[CharityAccount]:
    return CharityAccount.objects.filter(concerned(user)).select_related("region")


def changes_visible_to(user: Any) -> QuerySet[AccountChange]:
    return AccountChange.objects.filter(concerned(user)).select_related(
        "account", "region", "proposed_by", "decided_by"
    )


def changes_waiting(user: Any) -> QuerySet[AccountChange]:
    """Proposals of others that this person may decide about, longest waiting first."""
    mine = grants(user).q(Verb.APPOINT, "region") & ~grants(user).q(Verb.RECONCILE, "region")
    found = changes_visible_to(user).filter(mine, state=ProposalState.PROPOSED)
    return found.exclude(proposed_by=user).order_by("id")


def expiring(user: Any) -> QuerySet[CharityAccount]:
    """Open accounts whose licence has ended or ends within `WARN_DAYS`, first those that end first."""
    soon = Q(closed_at=None, licence_to__lt=today() + timedelta(days=WARN_DAYS))
    return accounts_visible_to(user).filter(soon).order_by("licence_to", "id")


def places_of(user: Any) -> list[Region]:
    """Where this person may propose a new account: the counties and cities of own posts, and a city's counties."""
    held = grants(user)
    codes = {row.low for verb in (Verb.APPOINT, Verb.RECONCILE) for row in held.of(verb)}
    own = Q(pk__in=codes, level__lte=Level.COUNTY)
    below = Q(parent__in=codes, parent__level__in=CITY_LEVELS, level=Level.COUNTY)
    found = Region.objects.filter(own | below, valid_to=None).order_by("level", "code")
    return list(found[:PLACES_SHOWN])


def history(account: CharityAccount) -> list[AccountChange]:
    """The approved changes of an account, oldest first."""
    rows = account.changes.filter(state=ProposalState.APPROVED).select_related("proposed_by", "decided_by")
    return list(rows.order_by("decided_at", "id"))


def version_at(account: CharityAccount, moment: datetime, changes: Sequence[AccountChange]) -> dict[str, Any]:
    """The account's data as it stood at `moment`; `changes` are its approved ones, oldest first."""
    for change in changes:
        if change.before and change.decided_at and change.decided_at > moment:
            return from_json(change.before)
    return values_of(account)


def version_of(pledge: Pledge) -> dict[str, Any] | None:
    """The account that this promise used: as it stood when the transfer was declared or received, else as it is now."""
    account = pledge.charity_account
    if account is None:
        return None
    used = next((step.at for step in pledge.steps.all() if step.action in ("pay", "receive")), None)
    waiting = used is None or pledge.status == PledgeStatus.PLEDGED
    return values_of(account) if waiting else version_at(account, used, _approved(account))  # type: ignore[arg-type]


def moved_since(pledge: Pledge) -> AccountChange | None:
    """The last change of the payee's bank data after this promise was made, while its money is still awaited."""
    account = pledge.charity_account
    if account is None or pledge.status != PledgeStatus.PLEDGED:
        return None
    later = account.changes.filter(
        kind=AccountChangeKind.BANK, state=ProposalState.APPROVED, decided_at__gt=pledge.created_at
    )
    return later.order_by("-decided_at").first()


def numbers_of(account: CharityAccount) -> list[str]:
    """The account's number and those it had before: statements of all of them are its own."""
    earlier = [change.before["number"] for change in history(account) if change.before]
    return list(dict.fromkeys([account.number, *reversed(earlier)]))


def _approved(account: CharityAccount) -> list[AccountChange]:
    """The approved changes, oldest first; from a prefetch where there is one."""
    rows = [row for row in account.changes.all() if row.state == ProposalState.APPROVED and row.decided_at]
    return sorted(rows, key=lambda row: (row.decided_at, row.pk))
