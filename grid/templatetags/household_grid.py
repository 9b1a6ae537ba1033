"""A household's grid, visits and clue on its page in the office."""

from typing import Any

from django import template

from accounts.enums import Verb
from accounts.permissions import grants
from grid.models import GridHousehold
from grid.permissions import may_visit
from grid.queries.clues import visible_to
from needs.models import Household

register = template.Library()
MOST_CLUES = 5


@register.inclusion_tag("grid/visits/of_household.html", takes_context=True)
def household_grid(context: dict[str, Any], household: Household) -> dict[str, Any]:
    """Its grid, when it was last looked at, its open clues, and the button that reports one. Two queries."""
    user = context["request"].user
    home = GridHousehold.objects.filter(household=household).select_related("grid").first()
    clues = list(visible_to(user).filter(household=household, closed_at=None)[:MOST_CLUES])
    may_report = grants(user).allow(Verb.COLLECT, household.region_id) or bool(home and may_visit(user, home))
    return {
        "household": household,
        "home": home,
        "clues": clues,
        "may_report": may_report and not household.closed_at,
    }
