"""Clues at the village: reported in one tap, verified by a review meeting (宿州规范 第十二、十三条).

REQUIREMENTS 81-85; `judging` goes on from here. Lock order: the clue, its household, its clocks.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import grants
from fupin.lib.clock import day_of, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from grid import lifecycle
from grid.clue_enums import ClueSource, MeetingKind, NoticeKind, Problem
from grid.models import Clue, GridMember, ReviewMeeting
from grid.permissions import own_grids
from grid.queries.grids import grid_of, members_of
from grid.services import notices
from grid.services.clue_steps import locked, move, need_words, start_clock, tell, write
from needs.household_enums import Monitored
from needs.models import Household


@dataclass(frozen=True, slots=True)
class Meeting:
    """What the form says of the review meeting; `grid_people` are ids of GridMember."""

    kind: str
    held_on: date
    place: str
    present: int
    agreed: int
    against: int
    abstained: int
    minutes: str
    grid_people: frozenset[int] = field(default_factory=frozenset)


def report_clue(
    *,
    actor: User,
    source: str,
    problem: str,
    situation: str,
    household: Household | None = None,
    region: Region | None = None,
    name: str = "",
    phone: str = "",
    department: str = "",
    filled_by: str = "",
) -> Clue:
    """Write a clue down and start the village's two days (第十二、十三条).

    A household in the register, or a `name` in a village. A household whose clue is open already gets a further
    entry on that clue, which is returned. Raises NotAllowed, InvalidInput.
    """
    words = need_words(situation, "situation")
    village = household.region if household else region
    if village is None or village.level != Level.VILLAGE:
        raise InvalidInput(fields={"village": ["请选择到村（社区）。"]})
    if not (household or name.strip()):
        raise InvalidInput(fields={"name": ["请填写户主姓名。"]})
    if source not in ClueSource.values or problem not in Problem.values:
        raise InvalidInput(fields={"problem": ["请选择主要困难。"]})
    _ensure_may_report(actor, source, household, village)
    if household and household.closed_at:
        raise Conflict("这户已经销户。")
    with transaction.atomic():
        if household:
            Household.objects.select_for_update(no_key=True, of=("self",)).get(pk=household.pk)
            known = Clue.objects.filter(household=household, closed_at=None).first()
            if known:
                return _again(locked(known), actor, source, words)
        clue = Clue.objects.create(
            region=village,
            household=household,
            name=household.name if household else name.strip(),
            phone=phone or None,
            source=source,
            department=department[:20],
            filled_by=filled_by,
            problem=problem,
            situation=words[:1000],
            reported_by=actor,
        )
        start_clock(clue)
        label = ClueSource(source).label
        write(clue, "report", label, actor=actor, source="", changes={"source": source, "problem": problem})
    return clue


def verify(
    *,
    actor: User,
    clue: Clue,
    finding: str,
    meeting: Meeting,
    monitored: str,
    household: Household | None = None,
    remark: str = "",
) -> Clue:
    """The village's check and review meeting found it true: the notice goes up at once (第十三条).

    Raises InvalidInput where the grid's leader or a member was missing at the meeting, for votes that do not add up,
    or where most did not agree; Conflict without a registered household.
    """
    words = need_words(finding, "finding", 8)
    if monitored not in Monitored.values:
        raise InvalidInput(fields={"monitored": ["请选择拟纳入的类别。"]})
    with transaction.atomic():
        clue = locked(clue)
        row = lifecycle.step(actor, clue, "verify")
        _bind(clue, household)
        if meeting.agreed * 2 <= meeting.present:
            raise InvalidInput(fields={"agreed": ["同意的没有过半，请按“不通过”上报。"]})
        _hold_meeting(clue, meeting, actor)
        clue.monitored = monitored
        move(clue, row, actor=actor, note=words, monitored=monitored)
        notices.post(actor=actor, clue=clue, kind=NoticeKind.REVIEW, remark=remark, votes=meeting.agreed)
        tell(clue, "村里已核实评议，正在公示。", "verify")
    return clue


def deny(
    *, actor: User, clue: Clue, finding: str, meeting: Meeting, household: Household | None = None
) -> Clue:
    """The village found it not so; the township decides whether it ends there."""
    words = need_words(finding, "finding", 8)
    with transaction.atomic():
        clue = locked(clue)
        row = lifecycle.step(actor, clue, "deny")
        _bind(clue, household)
        _hold_meeting(clue, meeting, actor)
        clue.monitored = ""
        return move(clue, row, actor=actor, note=words)


def withdraw(*, actor: User, clue: Clue, note: str = "") -> Clue:
    """The reporter takes it back before the village decided."""
    with transaction.atomic():
        clue = locked(clue)
        return move(clue, lifecycle.step(actor, clue, "withdraw"), actor=actor, note=note.strip())


def needed_at(clue: Clue, household: Household | None = None) -> list[GridMember]:
    """The leader and members of the household's grid, who must be at the meeting; empty without a grid."""
    home = household or clue.household
    grid = grid_of(home) if home else None
    return members_of(grid) if grid else []


def _ensure_may_report(actor: User, source: str, household: Household | None, village: Region) -> None:
    held = grants(actor)
    if source == ClueSource.SELF:
        return  # signed in; the page limits how often
    if source == ClueSource.DEPARTMENT:
        allowed = held.allow(Verb.CHECK, village.code) or held.allow(
            Verb.REPORT, village.code // 10**6 * 10**6
        )
    else:
        mine = (
            household
            and household.pk
            and Household.objects.filter(pk=household.pk, in_grid__grid__in=own_grids(actor)).exists()
        )
        new = household is None and held.allow(Verb.VISIT, village.code)
        allowed = bool(mine or new) or held.allow(Verb.COLLECT, village.code)
    if not allowed:
        raise NotAllowed("您不负责这户人家。")


def _again(clue: Clue, actor: User, source: str, words: str) -> Clue:
    write(
        clue, "again", f"又有反映（{ClueSource(source).label}）", actor=actor, source=clue.state, note=words
    )
    return clue


def _bind(clue: Clue, household: Household | None) -> None:
    """Say which registered household the clue is about, where it was reported by name."""
    if clue.household is None:
        if household is None or household.region_id != clue.region_id:
            raise InvalidInput(fields={"household": ["请选择这户；还没有登记的，先登记再核实。"]})
        Household.objects.select_for_update(no_key=True, of=("self",)).get(pk=household.pk)
        if Clue.objects.filter(household=household, closed_at=None).exists():
            raise Conflict("这户已经有在办的线索。")
        clue.household = household


def _hold_meeting(clue: Clue, meeting: Meeting, actor: User) -> None:
    needed = needed_at(clue)
    if not any(one.is_leader for one in needed):
        raise Conflict("这户所在的网格还没有网格长，请先编入网格、配好网格长。")
    missing = [one for one in needed if one.pk not in meeting.grid_people]
    if missing:
        names = "、".join(
            f"{one.post.user.get_full_name()}（{one.post.get_role_display()}）" for one in missing
        )
        raise InvalidInput(fields={"grid_people": [f"网格长和网格员必须参加评议，还缺：{names}。"]})
    if not day_of(clue.reported_at) <= meeting.held_on <= today():
        raise InvalidInput(fields={"held_on": ["开会日期要在上报以后、今天以前。"]})
    if meeting.kind not in MeetingKind.values or meeting.present < len(needed):
        raise InvalidInput(fields={"present": ["到会人数不能少于参加的网格长和网格员。"]})
    if meeting.agreed + meeting.against + meeting.abstained > meeting.present:
        raise InvalidInput(fields={"agreed": ["票数加起来超过了到会人数。"]})
    people = [[one.post_id, one.post.user.get_full_name(), one.post.get_role_display()] for one in needed]
    ReviewMeeting.objects.create(
        clue=clue,
        kind=meeting.kind,
        held_on=meeting.held_on,
        place=meeting.place,
        present=meeting.present,
        agreed=meeting.agreed,
        against=meeting.against,
        abstained=meeting.abstained,
        minutes=need_words(meeting.minutes, "minutes", 8),
        grid_people=people,
        recorded_by=actor,
    )
