"""Who may what, where. Power comes from appointments; a person's ranges are resolved by one query (DESIGN 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.enums import Level, Role, Verb
from accounts.models import Appointment, User
from accounts.regions import subtree_end
from fupin.lib.errors import NotAllowed

ROLE_VERBS: dict[str, frozenset[Verb]] = {
    Role.VILLAGE_OFFICER: frozenset({Verb.VIEW, Verb.COLLECT, Verb.VERIFY}),
    # Of their own grids' households alone, which the grid room knows (grid/permissions.py): no other page opens.
    Role.GRID_LEADER: frozenset({Verb.VISIT}),
    Role.GRID_MEMBER: frozenset({Verb.VISIT}),
    Role.TOWNSHIP_MANAGER: frozenset({Verb.VIEW, Verb.COLLECT, Verb.VERIFY, Verb.CHECK, Verb.REPORT}),
    Role.COUNTY_ADMIN: frozenset(
        {
            Verb.VIEW,
            Verb.COLLECT,
            Verb.CHECK,
            Verb.APPROVE,
            Verb.APPOINT,
            Verb.REVEAL,
            Verb.DISPATCH,
            Verb.REPORT,
        }
    ),
    Role.COUNTY_MEDIA: frozenset({Verb.VIEW}),
    Role.CITY_OFFICE: frozenset({Verb.APPOINT, Verb.DISPATCH, Verb.REPORT}),
    Role.LEADER: frozenset({Verb.REPORT}),
    Role.CHARITY_FINANCE: frozenset({Verb.RECONCILE}),
    Role.DEPARTMENT_OFFICER: frozenset({Verb.REPORT}),
    Role.INSPECTOR: frozenset({Verb.VIEW, Verb.REPORT}),
    Role.AUDITOR: frozenset({Verb.AUDIT}),
    # 购买社会服务 (REQUIREMENTS 34): technical problems and nothing about households, money or persons.
    Role.CONTRACTOR: frozenset({Verb.ASSIST}),
}

# Where a post may sit. In the four municipalities the city office sits on the province row (DESIGN 4).
_COUNTY_UP = frozenset({Level.COUNTY, Level.CITY, Level.PROVINCE})
_CITY = frozenset({Level.CITY, Level.PROVINCE})
ROLE_LEVELS: dict[str, frozenset[Level]] = {
    Role.VILLAGE_OFFICER: frozenset({Level.VILLAGE}),
    Role.GRID_LEADER: frozenset({Level.VILLAGE}),
    Role.GRID_MEMBER: frozenset({Level.VILLAGE}),
    Role.TOWNSHIP_MANAGER: frozenset({Level.TOWNSHIP}),
    Role.COUNTY_ADMIN: frozenset({Level.COUNTY}),
    Role.COUNTY_MEDIA: frozenset({Level.COUNTY}),
    Role.CITY_OFFICE: _CITY,
    Role.LEADER: _COUNTY_UP | {Level.TOWNSHIP},
    Role.CHARITY_FINANCE: _COUNTY_UP,
    Role.DEPARTMENT_OFFICER: _COUNTY_UP,
    Role.INSPECTOR: _COUNTY_UP,
    Role.AUDITOR: _COUNTY_UP,
    Role.CONTRACTOR: _COUNTY_UP,
}

# 县市区管理中心给予信息管理员权限 (REQUIREMENTS 51); the city appoints the county's own posts and those
# that watch over the county. City offices and auditors are set by the system administrator.
APPOINTS: dict[str, frozenset[Role]] = {
    Role.COUNTY_ADMIN: frozenset(
        {
            Role.VILLAGE_OFFICER,
            Role.GRID_LEADER,
            Role.GRID_MEMBER,
            Role.TOWNSHIP_MANAGER,
            Role.COUNTY_MEDIA,
            Role.CHARITY_FINANCE,
            Role.DEPARTMENT_OFFICER,
            Role.CONTRACTOR,
        }
    ),
    Role.CITY_OFFICE: frozenset({Role.COUNTY_ADMIN, Role.LEADER, Role.INSPECTOR, Role.CONTRACTOR}),
}
# A county names the leaders of its townships (乡站分管领导, REQUIREMENTS 32), never its own.
APPOINTS_BELOW: dict[str, frozenset[Role]] = {Role.COUNTY_ADMIN: frozenset({Role.LEADER})}

ALONE = {
    Role.AUDITOR: "审计员不能同时担任其他职务。",
    Role.CONTRACTOR: "购买服务人员只做购买的服务，不能同时担任其他职务。",
}
"""Roles that nobody holds beside another one, and what is said: 三员分立 (THREATS U-08), and bought service."""
OFFICIAL = frozenset(Verb) - {Verb.ASSIST}
"""The verbs of the administration's own posts."""


def given_by(own: str, level: int) -> frozenset[Role]:
    """The roles that a post of `own` may give at a region of this level inside its area."""
    below = APPOINTS_BELOW.get(own, frozenset()) if level > max(ROLE_LEVELS[own]) else frozenset()
    return APPOINTS.get(own, frozenset()) | below


@dataclass(frozen=True, slots=True)
class Grant:
    """One verb somebody holds on the codes `low`..`high`, through a post of `role`."""

    verb: str
    role: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Grants:
    """Everything a person may do, as ranges of region codes."""

    rows: tuple[Grant, ...]

    def of(self, verb: str) -> Iterator[Grant]:
        return (row for row in self.rows if row.verb == verb)

    def allow(self, verb: str, code: int) -> bool:
        """True where some post covers this region code with this verb."""
        return any(row.low <= code <= row.high for row in self.of(verb))

    def roles_over(self, code: int) -> set[str]:
        return {row.role for row in self.rows if row.low <= code <= row.high}

    @property
    def official(self) -> tuple[Grant, ...]:
        """The rows of the administration's own posts: all but bought service."""
        return tuple(row for row in self.rows if row.verb in OFFICIAL)

    @property
    def roles(self) -> set[str]:
        return {row.role for row in self.rows}

    def q(self, verb: str, field: str) -> Q:
        """A filter on a region-code column; matches nothing where the verb is not held at all."""
        ranges = {(row.low, row.high) for row in self.of(verb)}
        q = Q(pk__in=())
        for low, high in sorted(ranges):
            q |= Q(**{field: low}) if low == high else Q(**{f"{field}__gte": low, f"{field}__lte": high})
        return q


NOBODY = Grants(())


def grants(user: Any) -> Grants:
    """The grants of this person, asked once per request (the user object lives for one request)."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOBODY
    cached: Grants | None = getattr(user, "_grants", None)
    if cached is None:
        cached = user._grants = read_grants(user)
    return cached


def read_grants(user: User) -> Grants:
    """One query: the posts in force today joined to guardian's rows, so that an ended post counts at once."""
    rows = (
        Appointment.objects.active()
        .filter(user=user, region__regionpermission__user=user)
        .values_list("region__regionpermission__permission__codename", "role", "region_id", "region__level")
    )
    return Grants(
        tuple(
            Grant(verb, role, code, subtree_end(code, level))
            for verb, role, code, level in rows
            if verb in ROLE_VERBS[role]
        )
    )


def ensure(actor: User, verb: str, code: int) -> None:
    """Raise NotAllowed unless the actor's posts give `verb` on this region code."""
    if not grants(actor).allow(verb, code):
        raise NotAllowed(f"您在这个地区没有“{Verb(verb).label}”的权限。")


def holds_post(user: Any) -> bool:
    """True for whoever holds any post today, a bought service among them: the office's door opens."""
    return bool(grants(user).rows)


def is_officer(user: Any) -> bool:
    """True for whoever holds a post of the administration today."""
    return bool(grants(user).official)
