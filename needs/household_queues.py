"""What officers decide about households: the queues in their scope, and each thing as a row of the inbox."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.enums import Verb
from accounts.permissions import grants
from fupin.lib.clock import day_of, now
from fupin.lib.inbox import since, waiting_urgency
from needs.household_enums import ClaimState, FlagState, HelpState, ReportState
from needs.models import Household, HouseholdClaim, HouseholdFlag, HouseholdReport, OfflineHelp
from needs.services.household_reports import changes_of

SHOWN = 20
HOUSEHOLD_DAYS = 7
"""So long only the household's own account is asked about help on the spot; then the officers, too."""


def reports_of(user: Any) -> QuerySet[HouseholdReport]:
    """The reports this officer may read."""
    view = grants(user).q(Verb.VIEW, "region")
    return HouseholdReport.objects.filter(view).select_related(
        "region__parent", "household", "reported_by", "decided_by"
    )


def reports_about(household: Household) -> list[dict[str, Any]]:
    """A household's reports, newest first, as rows."""
    rows = household.reports.select_related("region__parent", "household", "reported_by").order_by("-id")
    return [
        {
            **report_row(row),
            "title": row.get_kind_display(),
            "what": row.get_state_display(),
            "place": row.reason,
            "due": f"{day_of(row.created_at):%Y-%m-%d}",
            "button": "",
        }
        for row in rows[:SHOWN]
    ]


def claims_of(user: Any) -> QuerySet[HouseholdClaim]:
    """The claims this officer decides on."""
    held = grants(user).q(Verb.CHECK, "region")
    rows = HouseholdClaim.objects.filter(held)
    return rows.select_related("region__parent", "household", "claimant", "decided_by")


def flags_of(user: Any) -> QuerySet[HouseholdFlag]:
    """The flags this officer decides on."""
    held = grants(user).q(Verb.APPROVE, "household__region")
    rows = HouseholdFlag.objects.filter(held)
    return rows.select_related("household__region__parent", "other__region__parent", "decided_by")


def reports_waiting(user: Any) -> QuerySet[HouseholdReport]:
    """Reports this township decides on, longest waiting first; one's own wait for a colleague."""
    held = grants(user).q(Verb.CHECK, "region")
    return reports_of(user).filter(held, state=ReportState.OPEN).exclude(reported_by=user).order_by("id")


def claims_waiting(user: Any) -> QuerySet[HouseholdClaim]:
    """Claims that wait for the desk."""
    return claims_of(user).filter(state=ClaimState.OPEN).order_by("id")


def flags_waiting(user: Any) -> QuerySet[HouseholdFlag]:
    """Flags that wait for the county."""
    return flags_of(user).filter(state=FlagState.OPEN).order_by("id")


def help_waiting(user: Any) -> QuerySet[OfflineHelp]:
    """Help on the spot that this officer may confirm as a second person; a household with an account is asked first."""
    asked = Q(helper__household__account=None) | Q(created_at__lte=now() - timedelta(days=HOUSEHOLD_DAYS))
    mine = Q(recorded_by=user) | Q(helper__user=user)
    if user.id_index:
        mine |= Q(recorded_by__id_index=user.id_index) | Q(helper__user__id_index=user.id_index)
    rows = OfflineHelp.objects.filter(
        asked, grants(user).q(Verb.COLLECT, "helper__household__region"), state=HelpState.OPEN
    )
    return _with_help(rows.exclude(mine)).order_by("id")


def help_of(household: Household, user: Any) -> list[dict[str, Any]]:
    """What was recorded as done for a household and waits for its own word, as rows."""
    rows = OfflineHelp.objects.filter(helper__household=household, state=HelpState.OPEN)
    rows = rows.exclude(recorded_by=user).exclude(helper__user=user)
    return [
        {
            **help_row(act),
            "url": reverse("needs:apply-helper-answer", args=[act.pk]),
            "title": act.words,
            "place": f"{act.day.month}月{act.day.day}日",
        }
        for act in _with_help(rows).order_by("id")[:SHOWN]
    ]


def help_row(act: OfflineHelp) -> dict[str, Any]:
    """Recorded help as a row of the inbox."""
    home, open_ = act.helper.household, act.state == HelpState.OPEN
    return {
        "url": reverse("needs:help-decide", args=[home.pk, act.pk]),
        "what": f"{act.helper.name}的线下帮扶：{act.get_kind_display()}",
        "title": home.name,
        "place": f"{home.region.parent or ''} {home.region.name}",
        "reason": f"{act.recorded_by.get_full_name()} 登记",
        "due": since(act.created_at),
        "urgency": waiting_urgency(act.created_at) if open_ else "",
        "icon": "hand-raised",
        "button": "去确认" if open_ else "",
    }


def _with_help(rows: QuerySet[OfflineHelp]) -> QuerySet[OfflineHelp]:
    return rows.select_related("helper__household__region__parent", "recorded_by")


def report_row(row: HouseholdReport) -> dict[str, Any]:
    """A report as a row of the inbox."""
    open_ = row.state == ReportState.OPEN
    return {
        "url": f"/office/households/reports/{row.pk}/",
        "what": row.get_kind_display(),
        "title": row.household.name if row.household else _reported_name(row),
        "place": f"{row.region.parent or ''} {row.region.name}",
        "reason": f"{row.reported_by.get_full_name()} 报告",
        "due": since(row.created_at),
        "urgency": waiting_urgency(row.created_at) if open_ else "",
        "icon": "clipboard-document-list",
        "button": "去决定" if open_ else "",
    }


def _reported_name(row: HouseholdReport) -> str:
    """Whom a report wants to register, who is no household yet."""
    _, name = changes_of(row).get("name", ("", ""))
    return f"{name}（还没有登记）" if name else "还没有登记的家庭"


def claim_row(row: HouseholdClaim) -> dict[str, Any]:
    """A claim as a row of the inbox."""
    open_ = row.state == ClaimState.OPEN
    return {
        "url": f"/office/households/claims/{row.pk}/",
        "what": "认领家庭" if row.household_id else "认领家庭，没有对上登记",
        "title": row.name,
        "place": f"{row.region.parent or ''} {row.region.name}",
        "reason": f"{row.claimant.get_full_name()} 提出",
        "due": since(row.created_at),
        "urgency": waiting_urgency(row.created_at) if open_ else "",
        "icon": "user-plus",
        "button": "去核对" if open_ else "",
    }


def flag_row(row: HouseholdFlag) -> dict[str, Any]:
    """A flag as a row of the inbox."""
    home, open_ = row.household, row.state == FlagState.OPEN
    return {
        "url": f"/office/households/flags/{row.pk}/",
        "what": f"{row.get_kind_display()}，和别的 {row.sharing} 户相同",
        "title": home.name,
        "place": f"{home.region.parent or ''} {home.region.name}",
        "reason": row.get_state_display(),
        "due": since(row.found_at),
        "urgency": waiting_urgency(row.found_at) if open_ else "",
        "icon": "document-duplicate",
        "button": "去核对" if open_ else "",
    }
