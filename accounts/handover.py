"""What every room declares for a handover: the open work of a post, in `<app>/handover.py` (REQUIREMENTS 95, B13).

`open_work(post)` lists it, `move(post, actor=, successor=)` hands over what belongs to the person, and
`unattended()` is a filter over posts annotated by `with_reach` whose holder's own work is still open.
"""

from dataclasses import dataclass, field

from django.db.models import BigIntegerField, Case, F, QuerySet, Value, When

from accounts.enums import Level
from accounts.models import Appointment
from accounts.regions import subtree_end

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of open work. `moves`: it is the person's own; all else is done by region and stays where it is."""

    title: str
    count: int
    rows: list[tuple[str, str]] = field(default_factory=list)
    """Words and address of the first ones."""
    moves: bool = False


def with_reach(posts: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Annotate `reach`: the last code of the post's subtree."""
    spans = [When(region__level=level, then=Value(subtree_end(0, level))) for level in Level]
    return posts.annotate(reach=F("region_id") + Case(*spans, output_field=BigIntegerField()))
