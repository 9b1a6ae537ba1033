"""Who works where in the demo: the posts of every county, township and village it uses."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from accounts.enums import Role
from accounts.models import Region, User
from accounts.services import appointments
from donors.models import CharityAccount
from fupin.demo.people import People
from fupin.demo.places import HENGNAN, QIDONG, Scale, is_whole, towns, villages
from fupin.lib.clock import today
from needs.models import Household

_accounts = itertools.count(1)
# One licence ends a month from now, so that its county is warned.
LICENSED = {HENGNAN: 160}


@dataclass
class Village:
    """A village, its officer and its households; `whole` ones are part of a county used in full."""

    region: Region
    officer: User
    town: "Town"
    whole: bool = False
    households: list[Household] = field(default_factory=list)


@dataclass
class Town:
    region: Region
    manager: User
    county: "County"
    villages: list[Village] = field(default_factory=list)


@dataclass
class County:
    region: Region
    admin: User
    deputies: tuple[User, User]
    charity: User
    towns: list[Town] = field(default_factory=list)

    def villages(self) -> Iterator[Village]:
        return (village for town in self.towns for village in town.villages)


class Casting:
    """Makes people and gives them their posts, each by the one who may appoint it."""

    def __init__(self, people: People) -> None:
        self.people = people

    def person(self, *, phone: str = "", name: str = "", nickname: str = "") -> User:
        """An account; invented name and number where none is given."""
        return User.objects.create_user(
            phone or self.people.phone(), name=name or self.people.name(), nickname=nickname
        )

    def officer(self, role: Role, region: Region, by: User | None, person: User | None = None) -> User:
        """Somebody in this post, appointed by `by` (None: the system administrator)."""
        person = person or self.person()
        appointments.appoint(actor=by, user=person, role=role, region=region)
        return person

    def county(self, region: Region, office: User, scale: Scale, named: dict[str, User]) -> County:
        """A county's officers down to the villages; `named` are the personas that hold its posts, by role."""
        admin = self.officer(Role.COUNTY_ADMIN, region, office, named.get(Role.COUNTY_ADMIN))
        charity = self.officer(Role.CHARITY_FINANCE, region, admin, named.get(Role.CHARITY_FINANCE))
        first, second = (self.officer(Role.COUNTY_ADMIN, region, office) for _ in range(2))
        _charity_account(region)
        county = County(region, admin, (first, second), charity)
        home = named if region.code == QIDONG else {}
        county.towns = [self._town(town, county, scale, home) for town in towns(region, scale)[:1]]
        county.towns += [self._town(town, county, scale, {}) for town in towns(region, scale)[1:]]
        return county

    def _town(self, region: Region, county: County, scale: Scale, named: dict[str, User]) -> Town:
        manager = self.officer(Role.TOWNSHIP_MANAGER, region, county.admin, named.get(Role.TOWNSHIP_MANAGER))
        town = Town(region, manager, county)
        whole = is_whole(county.region, scale)
        for place in villages(region, scale.whole_villages if whole else scale.villages):
            known = named.get(Role.VILLAGE_OFFICER) if not town.villages else None
            officer = self.officer(Role.VILLAGE_OFFICER, place, county.admin, known)
            town.villages.append(Village(place, officer, town, whole))
        return town


def _charity_account(region: Region) -> CharityAccount:
    number = next(_accounts)
    return CharityAccount.objects.create(
        region=region,
        charity=f"{region.name}慈善会（演示）",
        bank=f"演示银行{region.name}支行",
        number=f"6200000000{number:06d}",
        licence=f"演示字第 {number:04d} 号",
        licence_from=date(2020, 1, 1),
        licence_to=today() + timedelta(days=LICENSED.get(region.code, 5 * 365)),
    )
