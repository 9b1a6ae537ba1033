"""Looking for a household by its full name inside one village, as B7 allows: signed in, exact, limited, recorded.

It answers with public needs only. No such name, a name without public needs, and a name that several households of
the village share all read the same, so that nobody can ask who is registered.
"""

from django.db import transaction

from accounts.enums import Level
from accounts.models import Region, User
from accounts.services import audit, limits
from fupin.lib.errors import InvalidInput
from fupin.lib.text import clean_name
from needs import queries
from needs.models import Household, Need

HOURLY, DAILY = 5, 15
SHOWN = 6


def public_needs(*, actor: User, village: Region, name: str) -> list[Need]:
    """The public needs of the one household of this village with exactly this name, newest first; else none.

    Every question counts, 5 an hour and 15 a day, and is recorded with the place and never the name. Raises
    InvalidInput outside a village, ValidationError for a name that is none, TooMany over the limit.
    """
    if village.level != Level.VILLAGE:
        raise InvalidInput("请先选到村（社区），再按姓名找。")
    name = clean_name(name)
    for limit, seconds in ((HOURLY, 3600), (DAILY, 86_400)):
        limits.take(f"name-search:{actor.pk}", limit=limit, seconds=seconds)
    same = list(Household.objects.filter(region=village, name=name).values_list("pk", flat=True)[:2])
    needs = queries.with_card(queries.public().filter(household__in=same)).prefetch_related("items")
    found = list(needs.order_by("-id")[:SHOWN])
    with transaction.atomic():
        audit.record(actor=actor, action="need.search_name", obj=village, region_code=village.code)
    return found if len(same) == 1 else []
