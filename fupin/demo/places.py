"""Which real places the demo uses. Codes are the national ones; villages come from the loaded divisions."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from accounts.enums import Level
from accounts.models import Region
from accounts.regions import subtree_end

HENGYANG, QIDONG, HENGNAN = 430400000000, 430426000000, 430422000000
HOME_TOWN = 430426102000
CITIES = {
    HENGYANG: ("祁东县", "衡南县", "耒阳市"),
    420100000000: ("黄陂区", "新洲区", "江夏区"),
    510900000000: ("射洪市", "蓬溪县", "大英县"),
    341300000000: ("砀山县", "萧县", "灵璧县"),
    500000000000: ("城口县", "巫溪县", "酉阳土家族苗族自治县"),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to make: townships a county, villages a township, households a village, and needs a household.

    `whole` is a county or city of which every township is used, with `whole_villages` villages each.
    """

    towns: int = 2
    villages: int = 2
    households: int = 4
    needs: float = 1.0
    whole: int = 0
    whole_villages: int = 0
    whole_households: int = 0
    whole_needs: float = 0.4


SCALES = {
    "small": Scale(),
    "county": Scale(whole=QIDONG, whole_villages=13, whole_households=16),
    "city": Scale(whole=HENGYANG, whole_villages=8, whole_households=16),
}


def counties(city: int, scale: Scale) -> list[Region]:
    """The counties of this city that the demo uses, 祁东县 always first among its own."""
    level = Level.PROVINCE if city % 10**10 == 0 else Level.CITY
    below = Region.objects.filter(
        code__range=(city, subtree_end(city, level)), level=Level.COUNTY
    ).select_related("parent")
    if scale.whole == city:
        return sorted(below, key=lambda county: (county.code != QIDONG, county.code))
    named = {county.name: county for county in below}
    return [named[name] for name in CITIES[city]]


def is_whole(county: Region, scale: Scale) -> bool:
    """Whether every township of this county is used."""
    return scale.whole in {county.code, county.parent_id}


def towns(county: Region, scale: Scale) -> list[Region]:
    """The townships used in a county: tagged ones and those of the country before the streets of the town."""
    found = sorted(
        _below(county),
        key=lambda town: (town.code != HOME_TOWN, not town.tags, town.name.endswith("街道"), town.code),
    )
    usable = [town for town in found if town.villages_below]  # type: ignore[attr-defined]
    return usable if is_whole(county, scale) else usable[: scale.towns]


def villages(town: Region, limit: int) -> list[Region]:
    """The villages used in a township: tagged ones first, villages before residents' committees."""
    found = town.children.filter(level=Level.VILLAGE)
    return sorted(found, key=lambda place: (not place.tags, "居" in place.name, place.code))[:limit]


def _below(county: Region) -> QuerySet[Region]:
    return county.children.filter(level=Level.TOWNSHIP).annotate(villages_below=Count("children"))
