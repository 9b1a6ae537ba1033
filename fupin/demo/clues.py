"""Clues of the demo village, one at every step: late, in public, with an objection, judged, helped, cleared."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from accounts.enums import Role
from accounts.models import User
from fupin.demo.cast import Casting, County, Village
from fupin.demo.pictures import picture
from fupin.lib.clock import shifted, today
from grid.clue_enums import MeasureKind
from grid.models import Clue, Grid, GridMember
from grid.queries.grids import grid_of, leader_of
from grid.services import clue_files, clues, grids, judging, measures, members, notices
from grid.services.clues import Meeting
from grid.services.grids import GridInput
from grid.services.members import MemberInput
from needs.models import Household

STORIES = (
    ("medical", "户主上月突发脑梗住院，自付近四万元，家里没有别的劳动力。"),
    ("income", "在外打工的儿子伤了腿，停工三个月，全家没有收入来源。"),
    ("housing", "连日下雨，西屋后墙开裂，住着两位老人，不敢再住。"),
    ("education", "两个孩子同时上大学，学费和生活费凑不齐。"),
    ("water", "水井发黄有异味，挑水要走两里路。"),
    ("disaster", "鸡舍失火，两百只鸡全没了，还欠着饲料钱。"),
    ("medical", "老人确诊尿毒症，每周透析两次，已经停了农活。"),
    ("other", "户主夫妻离异，留下老人带两个孩子，没有人挣钱。"),
    ("income", "种的果树受了冻，今年没有收成，去年的贷款到期。"),
    ("housing", "邻居反映这户房屋漏雨，去看时已经修好。"),
)


@dataclass(frozen=True, slots=True)
class Team:
    village: Village
    county: County


def tell(casting: Casting, county: County) -> None:
    """Ten households of the first township, the persona's village first, each a step further."""
    villages = {village.region.code: village for village in county.towns[0].villages}
    free = Household.objects.filter(region__in=villages, closed_at=None, monitored="", clues=None)
    own = county.towns[0].villages[0].region.code
    homes = sorted(free.order_by("id"), key=lambda home: (home.region_id != own, home.pk))[: len(STORIES)]
    teams = [Team(villages[home.region_id], county) for home in homes]
    for team, home in zip(teams, homes, strict=True):
        _ensure_grid(casting, team, home)
    ways: tuple[Callable[[Team, Household, int], object], ...] = (
        _late,
        _fresh,
        _objected,
        _to_judge,
        _to_file,
        _helped,
        _cleared,
        _visited,
        _asked_to_clear,
        _refused,
    )
    for number, (way, team, home) in enumerate(zip(ways, teams, homes, strict=False)):
        way(team, home, number)
    judging.end_notices()


def _late(team: Team, home: Household, number: int) -> None:
    with shifted(timedelta(days=-4)):
        _reported(team, home, number)


def _fresh(team: Team, home: Household, number: int) -> None:
    with shifted(timedelta(hours=-2)):
        _reported(team, home, number)


def _objected(team: Team, home: Household, number: int) -> None:
    with shifted(timedelta(days=-2)):
        notice = _verified(team, home, number).notices.get()
        notices.raise_objection(notice=notice, words="这家去年在镇上买了门面，请再核实一下。")


def _to_judge(team: Team, home: Household, number: int) -> None:
    with shifted(timedelta(days=-7)):
        _verified(team, home, number)
    with shifted(timedelta(days=-1)):
        judging.end_notices()


def _to_file(team: Team, home: Household, number: int) -> Clue:
    with shifted(timedelta(days=-9 - 4 * number)):
        made = _verified(team, home, number)
    with shifted(timedelta(days=-2 - 4 * number)):
        judging.end_notices()
        return judging.judge(
            actor=team.village.town.manager,
            clue=made,
            note="医保、民政数据与入户情况一致，符合条件。",
            compared=["医保", "民政"],
            monitored="sudden",
        )


def _filed(team: Team, home: Household, number: int) -> Clue:
    made = _to_file(team, home, number)
    with shifted(timedelta(days=-1 - 4 * number)):
        return judging.put_on_file(actor=team.county.admin, clue=made, note="资料齐全，同意备案。")


def _helped(team: Team, home: Household, number: int) -> None:
    made = _filed(team, home, number)
    with shifted(timedelta(days=-3)):
        posts = measures.departments(made)
        day = today() + timedelta(days=20)
        for post in posts[:1]:
            order = measures.Order(MeasureKind.ALLOWANCE, "办理临时救助", day, post)
            measures.plan(actor=team.county.admin, clue=made, order=order)
        order = measures.Order(MeasureKind.CARE, "村干部结对，帮助恢复养殖", day)
        measures.plan(actor=team.village.officer, clue=made, order=order)
        measures.announce(actor=team.village.officer, clue=made)


def _visited(team: Team, home: Household, number: int) -> None:
    made = _noticed(team, home, number, days_ago=8)
    with shifted(timedelta(days=-2)):
        judging.visit(actor=team.village.town.manager, clue=made, note="收入来源不一致，安排两人入户再看。")


def _refused(team: Team, home: Household, number: int) -> None:
    made = _noticed(team, home, number, days_ago=12)
    with shifted(timedelta(days=-6)):
        judging.dismiss(actor=team.village.town.manager, clue=made, note="房屋已经修好，没有返贫风险。")


def _noticed(team: Team, home: Household, number: int, *, days_ago: int) -> Clue:
    """Verified so long ago, its notice over six days later."""
    with shifted(timedelta(days=-days_ago)):
        made = _verified(team, home, number)
    with shifted(timedelta(days=6 - days_ago)):
        judging.end_notices()
    return made


def _asked_to_clear(team: Team, home: Household, number: int) -> None:
    made = _settled(team, home, number)
    with shifted(timedelta(days=-1)):
        judging.recheck(actor=team.village.officer, clue=made, note="救助和报销都已到账，收入恢复")


def _cleared(team: Team, home: Household, number: int) -> None:
    made = _settled(team, home, number)
    village, town = team.village.officer, team.village.town.manager
    with shifted(timedelta(days=-3)):
        made = judging.recheck(actor=village, clue=made, note="费用已基本报销，有低保和亲属照料")
        judging.clear(actor=town, clue=made, note="入户复核属实，风险消除。")


def _settled(team: Team, home: Household, number: int) -> Clue:
    """Helped, and every measure done and announced."""
    made = _filed(team, home, number)
    village = team.village.officer
    with shifted(timedelta(days=-4)):
        order = measures.Order(MeasureKind.INSURANCE, "办理大病救助", today() + timedelta(days=10))
        one = measures.plan(actor=village, clue=made, order=order)
        measures.act(actor=village, measure=one, action="done", words="报销和救助款已到账")
        measures.announce(actor=village, clue=made)
    return made


def _reported(team: Team, home: Household, number: int) -> Clue:
    """The grid's leader tells what is seen, first of all."""
    problem, words = STORIES[number % len(STORIES)]
    place = grid_of(home)
    leader = leader_of(place) if place else None
    by = User.objects.get(pk=leader.post.user_id) if leader else team.village.officer
    return clues.report_clue(actor=by, household=home, source="grid", problem=problem, situation=words)


def _verified(team: Team, home: Household, number: int) -> Clue:
    made = _reported(team, home, number)
    people = GridMember.objects.serving().filter(grid__homes__household=home)
    meeting = Meeting(
        kind="delegates",
        held_on=today(),
        place="村委会会议室",
        present=15,
        agreed=14,
        against=0,
        abstained=1,
        minutes="会议听取入户核实情况，逐项评议收入、支出、住房和饮水，同意纳入。",
        grid_people=frozenset(people.values_list("pk", flat=True)),
    )
    for kind, drawing, words in (("check", "house", "房屋和院子"), ("meeting", "desk", "评议会签到桌")):
        clue_files.add(
            actor=team.village.officer, clue=made, kind=kind, jpeg=picture(drawing, home.pk), words=words
        )
    return clues.verify(
        actor=team.village.officer,
        clue=made,
        finding="两人入户，看了票据和住房，情况属实。",
        meeting=meeting,
        monitored="sudden",
    )


def _ensure_grid(casting: Casting, team: Team, home: Household) -> None:
    """A leader for the household's grid, where the demo's grids have none."""
    place = grid_of(home) or _own_grid(team)
    if grid_of(home) is None:
        grids.place(actor=team.village.officer, grid=place, households=[home.pk])
    if leader_of(place) is None:
        with shifted(timedelta(days=-60)):
            leader = casting.officer(Role.GRID_LEADER, team.village.region, team.county.admin)
            post = leader.appointments.select_related("user").get()
            members.add(
                actor=team.village.officer, grid=place, post=post, content=MemberInput("party", duty="走访")
            )


def _own_grid(team: Team) -> Grid:
    village = team.village.region
    found = Grid.objects.standing().filter(village=village).order_by("number").first()
    return found or grids.make(actor=team.village.officer, village=village, content=GridInput("第一村民小组"))
