"""What the lists of the grid room show of a thing (`components/inbox_row.html`)."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from accounts.enums import Level
from accounts.models import Region
from fupin.lib.clock import ZONE, day_of, today
from fupin.lib.inbox import SOON_DAYS, since, waiting_urgency
from fupin.lib.money import yuan
from grid.assignment_enums import AssignmentState
from grid.clock_rules import RULES
from grid.clue_enums import ClueState
from grid.models import Assignment, AssignmentStep, Clock, Problem, ProblemStep, Question, SubsidyObjection
from grid.problem_enums import ProblemState
from grid.question_enums import Answer


def place_of(region: Region) -> str:
    """A village with its township, a township with its county ("金桥镇 云丰村"); a county by its name alone."""
    return (
        f"{region.parent.name} {region.name}"
        if region.level > Level.COUNTY and region.parent
        else region.name
    )


def step_told(step: AssignmentStep | ProblemStep, label: str = "") -> dict[str, Any]:
    """A dated step as `components/timeline.html` shows it, with another label where one is given."""
    return {
        "label": label or step.label,
        "at": f"{step.at.astimezone(ZONE):%Y-%m-%d %H:%M}",
        "actor": step.actor.get_full_name(),
        "note": step.note,
        "state": "done",
    }


def assignment_row(part: Assignment) -> dict[str, Any]:
    """A task or a part of one."""
    is_open, left = part.state == AssignmentState.OPEN, (part.due_on - today()).days
    owner = part.owner.user.get_full_name() if part.owner else "空缺"
    due = part.state_words if part.is_late or not is_open else f"还有 {left} 天" if left else "今天到期"
    return {
        "url": part.get_absolute_url(),
        "what": f"工作任务，责任人 {owner}",
        "title": part.title,
        "place": place_of(part.region),
        "reason": f"已完成 {part.progress}" if part.amount is not None else "",
        "due": due,
        "urgency": "" if not is_open else "late" if left < 0 else "soon" if left <= SOON_DAYS else "",
        "icon": "clipboard-document-check",
    }


def clock_row(clock: Clock, words: str, urgency: str) -> dict[str, Any]:
    return {
        "url": reverse("grid:clock", args=[clock.pk]),
        "what": f"{RULES[clock.kind].label}（{Level(clock.level).label}办理）",
        "title": clock.title,
        "place": place_of(clock.region),
        "reason": f"{clock.days} 个{clock.get_unit_display()}",
        "due": words,
        "urgency": urgency,
        "icon": "clock",
    }


def clue_row(clue: Any) -> dict[str, Any]:
    """A clue with the `due_on` and `paused_on` of its running clock (`grid.queries.clues`)."""
    due, urgency = f"{day_of(clue.reported_at):%m-%d} 上报", ""
    if clue.due_on and clue.state != ClueState.NOTICE:
        late, soon = clue.due_on < today(), clue.due_on <= today() + timedelta(days=1)
        urgency = "" if clue.paused_on else "late" if late else "soon" if soon else ""
        due = "计时暂停" if clue.paused_on else f"{clue.due_on:%m-%d} {'已到期' if late else '前办结'}"
    elif clue.due_on:
        due = f"公示到 {clue.due_on:%m-%d}"
    who = clue.household.name if clue.household else f"{clue.name}（还没有登记）"
    return {
        "url": clue.get_absolute_url(),
        "what": clue.get_state_display(),
        "title": f"{who}：{clue.get_problem_display()}",
        "place": place_of(clue.region),
        "reason": clue.get_source_display(),
        "due": due,
        "urgency": urgency,
        "icon": "magnifying-glass",
    }


def order_row(measure: Any) -> dict[str, Any]:
    """A work order of a department's officer."""
    region, home = measure.clue.region, measure.clue.household
    late, soon = measure.due_on < today(), measure.due_on <= today() + timedelta(days=2)
    return {
        "url": measure.get_absolute_url(),
        "what": measure.get_state_display(),
        "title": f"{home.name if home else measure.clue.name}户：{measure.words}",
        "place": f"{region.parent.name} {region.name}" if region.parent else region.name,
        "reason": measure.get_kind_display(),
        "due": f"{measure.due_on:%m-%d} {'已到期' if late else '前落实'}",
        "urgency": "" if measure.closed_at else "late" if late else "soon" if soon else "",
        "icon": "clipboard-document-list",
    }


def objection_row(row: SubsidyObjection) -> dict[str, Any]:
    """An officer's objection to a line of the subsidy statement."""
    line = row.line
    return {
        "url": reverse("grid:subsidy", args=[line.pk]),
        "what": "补贴异议已答复" if row.answered_at else "补贴异议，等县里答复",
        "title": f"{line.appointment.user.get_full_name()} {line.month:%Y-%m} {line.rate.name} {yuan(line.fen)} 元",
        "place": line.appointment.region.name,
        "reason": row.text[:40],
        "due": f"{row.answered_at:%m-%d} 答复" if row.answered_at else since(row.made_at),
        "urgency": "" if row.answered_at else waiting_urgency(row.made_at),
        "icon": "banknotes",
    }


def question_row(row: Question) -> dict[str, Any]:
    """Something in the records that the county should look at."""
    is_open = row.answer == Answer.OPEN
    return {
        "url": row.get_absolute_url(),
        "what": row.get_kind_display()
        if is_open
        else f"{row.get_kind_display()}：{row.get_answer_display()}",
        "title": row.facts,
        "place": row.region.name,
        "reason": row.reason[:40],
        "due": since(row.found_at) if row.answered_at is None else f"{row.answered_at:%m-%d} 答复",
        "urgency": waiting_urgency(row.found_at) if is_open else "",
        "icon": "question-mark-circle",
    }


def problem_row(row: Problem) -> dict[str, Any]:
    """A technical or policy problem that an officer reported."""
    unsolved = row.state != ProblemState.ANSWERED
    return {
        "url": row.get_absolute_url(),
        "what": f"{row.get_kind_display()}，{row.get_level_display()}{'办理' if unsolved else '已答复'}",
        "title": row.title,
        "place": place_of(row.region),
        "reason": f"{row.reported_by.get_full_name()} {day_of(row.reported_at):%m-%d} 上报",
        "due": since(row.reported_at) if row.answered_at is None else f"{day_of(row.answered_at):%m-%d} 答复",
        "urgency": waiting_urgency(row.reported_at) if unsolved else "",
        "icon": "lifebuoy",
    }
