"""Which regions a visitor's filter names: a place, words that begin its name, a key area; and what they share."""

from accounts.enums import Level
from accounts.models import Region

NAMED = 20


def named_by(region: Region | None, words: str, area: str) -> list[Region] | None:
    """The regions of a filter, none inside another; None for the whole country, empty where nothing fits."""
    found = [region] if region else None
    if words:
        found = common(found, named(words))
    if area:
        found = common(found, tagged(area))
    return found


def tagged(area: str) -> list[Region]:
    """The key areas of one tag; `exclude(tags=[])` is what the partial index holds."""
    return list(Region.objects.exclude(tags=[]).filter(tags__contains=[area]).order_by("code"))


def named(words: str) -> list[Region]:
    """Counties, townships and villages whose name begins with these words, the larger first; NAMED at most."""
    levels = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
    found = Region.objects.filter(name__startswith=words, level__in=levels)
    return list(found.order_by("level", "code")[:NAMED])


def common(known: list[Region] | None, others: list[Region]) -> list[Region]:
    """What both hold, the narrower of each pair; without `known`, the outermost of the others."""
    if known is None:
        return [one for one in others if not any(two != one and holds(two, one) for two in others)]
    pairs = [(one, two) for one in known for two in others]
    found = {two.code: two for one, two in pairs if holds(one, two)}
    found |= {one.code: one for one, two in pairs if holds(two, one)}
    return list(found.values())


def holds(outer: Region, inner: Region) -> bool:
    """Whether `inner` is `outer` or lies in it."""
    return outer.code <= inner.code <= outer.code_end and outer.level <= inner.level
