"""What the public reads of a household beside its need: township and age band, nothing nearer (REQUIREMENTS B8).

The village and, with the household's consent, its address are for a donor with a living promise
(`donors.services.stations`). Villages, counties and cooperatives ask in their own name and are shown as they are.
"""

from collections.abc import Sequence

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.enums import Level
from accounts.models import Region
from fupin.lib.clock import today
from needs.enums import Subject
from needs.household_enums import Relation
from needs.kinds import AGE_BANDS
from needs.models import HouseholdMember, Need

_UNTIL = (5, 11, 14, 17, 59, 79)


def shown_path(need: Need, path: Sequence[Region]) -> list[Region]:
    """The regions that the public reads of a need, from the top: a household's path ends at its township."""
    return [region for region in path if need.subject != Subject.HOUSEHOLD or region.level < Level.VILLAGE]


def with_head(needs: QuerySet[Need]) -> QuerySet[Need]:
    """Annotate `head_born`: the year of birth of the household's head, as its list of people says."""
    heads = HouseholdMember.objects.filter(household=OuterRef("household"), relation=Relation.HEAD)
    return needs.annotate(head_born=Subquery(heads.values("birth_year")[:1]))


def age_band(need: Need) -> str:
    """The age band of the household's head in words; empty where nobody wrote it down or no household is helped.

    The need comes from `with_head`; without a list of people the head's own number says it.
    """
    if need.subject != Subject.HOUSEHOLD or need.household is None:
        return ""
    number = need.household.id_number
    year = getattr(need, "head_born", None) or (int(number.open()[6:10]) if number else None)
    if year is None:
        return ""
    age = max(today().year - year, 0)
    return str(AGE_BANDS[sum(age > last for last in _UNTIL)][1])
