"""How often a campaign's or an officer's link was opened: a number a day, nothing about persons, no cookie.

`?from=c12` names a campaign, `?from=<code>` an officer's referral code (REQUIREMENTS 54). Readers that say they are
machines, people who are signed in and pages fetched ahead do not count; a network counts a bounded number of times.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet, Sum

from accounts.enums import Verb
from accounts.models import Appointment
from accounts.permissions import grants
from accounts.services import limits, referrals
from fupin.lib.clock import now, today
from fupin.lib.crypto import blind_index
from fupin.lib.errors import TooMany
from needs.models import Campaign, SourceCount

PARAMETER = "from"
A_NETWORK, A_DAY = 50, 86_400
"""How often one network counts for one source a day; a village shares one address."""
SHOWN_DAYS = 30
_CAMPAIGN = re.compile(r"c([0-9]{1,9})")
_OFFICER = re.compile(f"[{referrals.ALPHABET}]{{{referrals.LENGTH}}}")
_MACHINE = re.compile(
    r"bot|facebook|crawl|spider|slurp|preview|fetch|curl|wget|python|scan|monitor|headless|http",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Visit:
    """What may be looked at of a request, and is forgotten with it."""

    source: str
    agent: str
    network: str
    ahead: bool = False


def count(visit: Visit) -> bool:
    """Count one opening; False where it does not: an unknown source, a machine, a network that had its share."""
    county = None if _is_machine(visit) else _county_of(visit.source)
    if county is None:
        return False
    # The bucket names no address: a keyed hash, another one each day.
    who = blind_index(f"{today()} {visit.source} {visit.network}", kind="visit")[:24]
    try:
        limits.take(f"visit:{who}", limit=A_NETWORK, seconds=A_DAY)
    except TooMany:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO needs_sourcecount AS s (day, source, county, count) VALUES (%s, %s, %s, 1)
               ON CONFLICT (day, source) DO UPDATE SET count = s.count + 1""",
            [today(), visit.source, county],
        )
    return True


def link(source: str, path: str = "/needs/") -> str:
    """The full address of a page that counts for this source."""
    return f"{settings.SITE_URL}{path}?{PARAMETER}={source}"


def of_campaign(campaign: Campaign) -> str:
    return f"c{campaign.pk}"


def opened(source: str) -> int:
    """How often a source's link was opened in the last 30 days."""
    return _lately().filter(source=source).aggregate(total=Sum("count"))["total"] or 0


def of_counties(user: Any) -> list[dict[str, Any]]:
    """What was opened through which source in the counties where this person approves; most first."""
    mine = Q(pk__in=())
    for grant in grants(user).of(Verb.APPROVE):
        mine |= Q(county__gte=grant.low // 10**6, county__lte=grant.high // 10**6)
    rows = (
        _lately()
        .filter(mine)
        .values("source")
        .annotate(total=Sum("count"))
        .order_by("-total", "source")[:200]
    )
    names = _names([row["source"] for row in rows])
    today_ = dict(SourceCount.objects.filter(mine, day=today()).values_list("source", "count"))
    return [
        {
            "name": names.get(row["source"], "已结束的职务"),
            "total": row["total"],
            "today": today_.get(row["source"], 0),
        }
        for row in rows
    ]


def _lately() -> QuerySet[SourceCount]:
    return SourceCount.objects.filter(day__gt=today() - timedelta(days=SHOWN_DAYS))


def _is_machine(visit: Visit) -> bool:
    return visit.ahead or not visit.agent or bool(_MACHINE.search(visit.agent))


def _county_of(source: str) -> int | None:
    """The county (6 digits) whose source this is; None for what is no source."""
    if named := _CAMPAIGN.fullmatch(source):
        campaign = Campaign.objects.filter(pk=int(named[1]), release_at__lte=now()).first()
        return campaign.region_id // 10**6 if campaign else None
    if not _OFFICER.fullmatch(source):
        return None
    post = _posts([source]).first()
    return post.region_id // 10**6 if post else None


def _posts(codes: list[str]) -> QuerySet[Appointment]:
    """The posts in force of officers with these codes."""
    found = Appointment.objects.active().filter(user__referral_code__in=codes, user__is_active=True)
    return found.select_related("user", "region").order_by("-region__level", "id")


def _names(sources: list[str]) -> dict[str, str]:
    """Campaigns by name, officers by their post: nobody is ranked by name."""
    named = {int(found[1]) for source in sources if (found := _CAMPAIGN.fullmatch(source))}
    names = {f"c{one.pk}": one.name for one in Campaign.objects.filter(pk__in=named)}
    for post in _posts([source for source in sources if _OFFICER.fullmatch(source)]):
        names.setdefault(
            post.user.referral_code or "", f"{post.region.name}{post.get_role_display()}的二维码"
        )
    return names
