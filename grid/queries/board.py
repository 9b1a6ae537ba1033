"""What the public may read of grids (宿州 第二十一条, REQUIREMENTS 98, 99), as a whitelist; nothing of a household."""

from dataclasses import dataclass, field

from accounts.enums import Role
from accounts.models import Appointment, Region
from accounts.regions import ancestors
from grid.models import Grid, GridMember
from grid.queries import grids as queries

DUTIES = {
    Role.LEADER: "负责本辖区网格化管理，督促落实帮扶。",
    Role.TOWNSHIP_MANAGER: "指导各村网格，综合研判，落实帮扶，解决问题。",
    Role.VILLAGE_OFFICER: "走访核实，采集信息，组织评议，及时上报。",
    Role.GRID_LEADER: "管理本网格，每月排查，及时反映问题。",
    Role.GRID_MEMBER: "入户走访，了解情况，及时反映问题。",
}
MOST_PEOPLE = 6


@dataclass(frozen=True, slots=True)
class Person:
    """One line of board, poster or notice. `photo` is a member's key, 0 without one; `phone` is an office's."""

    name: str
    post: str
    phone: str
    duty: str
    kind: str = ""
    photo: int = 0


@dataclass(slots=True)
class Board:
    """A village's grids and those who answer for them."""

    village: Region
    above: list[tuple[str, Person]] = field(default_factory=list)
    grids: list[tuple[Grid, list[Person]]] = field(default_factory=list)


def board_of(village: Region) -> Board:
    """Everything the board of a village shows; the number of queries does not grow with its grids."""
    posts = queries.answering_for(village.code)
    town = next((code for code in reversed(ancestors(village.code)) if code % 10**6), None)
    people = queries.serving_in(village.code)
    phones = {post.region.level: post.duty_phone for post in reversed(posts) if post.duty_phone}
    above = [
        ("县级包保", _leader(duty.post, DUTIES[Role.LEADER]))
        for duty in (queries.leaders_of(town) if town else [])
    ]
    above += [
        ("乡级" if post.region.level < 5 else "村级", _officer(post, phones)) for post in reversed(posts)
    ]
    grids = [
        (grid, [_member(row, grid.duty_phone or phones.get(5, "")) for row in people.get(grid.pk, [])])
        for grid in queries.grids_in(village.code)
    ]
    return Board(village, above, grids)


def levels_for(board: Board, grid_id: int) -> list[tuple[str, list[Person]]]:
    """The three levels of one household's notice: township, village, grid; a few people each."""
    township = [person for level, person in board.above if level != "村级"]
    village = [person for level, person in board.above if level == "村级"]
    members = next((people for grid, people in board.grids if grid.pk == grid_id), [])
    return [
        ("乡（镇）级", township[:2]),
        ("村级", village[:2]),
        ("村组网格", members[:4]),
    ]


def _leader(post: Appointment, duty: str) -> Person:
    return Person(post.user.get_full_name(), post.unit or post.get_role_display(), post.duty_phone, duty)


def _officer(post: Appointment, phones: dict[int, str]) -> Person:
    return Person(
        post.user.get_full_name(),
        post.unit or f"{post.region.name}{post.get_role_display()}",
        post.duty_phone or phones.get(post.region.level, ""),
        DUTIES.get(Role(post.role), ""),
    )


def _member(member: GridMember, phone: str) -> Person:
    return Person(
        member.post.user.get_full_name(),
        member.post.get_role_display(),
        phone,
        member.duty or DUTIES[Role(member.post.role)],
        kind=member.get_kind_display(),
        photo=member.pk if member.photo else 0,
    )
