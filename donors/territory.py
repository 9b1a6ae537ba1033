"""What moves in the donors room when villages are merged: who follows the old village follows the new one."""

from collections.abc import Sequence

from django.db.models import Min

from accounts.models import Region
from donors.models import Follow


def move(*, sources: Sequence[int], target: Region) -> int:
    """Put the follows of the villages under `target`, one a person; returns how many. Inside a transaction."""
    old = Follow.objects.filter(region__in=sources)
    known = Follow.objects.filter(region=target).values("user")
    first = old.exclude(user__in=known).order_by().values("user").annotate(first=Min("pk"))
    moved = Follow.objects.filter(pk__in=[row["first"] for row in first]).update(region=target)
    Follow.objects.filter(region__in=sources).delete()
    return moved
