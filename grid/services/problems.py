"""Problems that officers cannot solve: reported, answered or passed upward, summed up by county (REQUIREMENTS 69).

「不能解决的技术性、政策性问题，以县（区）为单位统一汇总上报」. Lock order: the problem.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from accounts.enums import Level
from accounts.models import Appointment, Region, User
from accounts.services import audit, messages
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from fupin.lib.text import contains_personal_data
from grid import problem_sheet
from grid.models import Problem, ProblemStep
from grid.problem_enums import LIFECYCLE, REPORT, ProblemKind, ProblemState, Step
from grid.queries import problems as queries

LEAST_WORDS, MOST_ROWS = 4, 5_000


@dataclass(frozen=True, slots=True)
class Report:
    """What a form hands over."""

    kind: str
    title: str
    text: str


def report(*, actor: User, post: Appointment, content: Report) -> Problem:
    """An officer reports from one of the own posts; it lies first with the answering post nearest to that place.

    Raises NotAllowed for another's post or the city office's, InvalidInput for an unknown kind, too few words or
    words that hold a phone or ID number.
    """
    if post.pk not in {own.pk for own in queries.posts_of(actor)}:
        raise NotAllowed("请从您自己的职务上报。")
    if content.kind not in ProblemKind.values:
        raise InvalidInput(fields={"kind": ["请选择类别。"]})
    title, text = _words(content.title, "title"), _words(content.text, "text")
    with transaction.atomic():
        made = Problem.objects.create(
            kind=content.kind,
            title=title[:60],
            text=text[:1000],
            region=post.region,
            reported_by=actor,
            level=queries.first_level(post),
        )
        _record(made, actor, REPORT, "上报", made.level, "")
    return made


def act(*, actor: User, problem: Problem, action: str, words: str) -> Problem:
    """Answer it for good, or pass it to the level above with the reason; the reporter is told of both.

    Raises NotAllowed where it does not lie with the actor, InvalidInput for too few words, Conflict for one's own
    report, StaleState where it was answered or moved on.
    """
    with transaction.atomic():
        problem = (
            Problem.objects.select_for_update(no_key=True, of=("self",))
            .select_related("region", "reported_by")
            .get(pk=problem.pk)
        )
        step, note = _step(actor, problem, action), _words(words, "words")[:1000]
        lay = problem.level
        problem.state = step.target
        if step.target == ProblemState.ANSWERED:
            problem.answer, problem.answered_by, problem.answered_at = note, actor, now()
        else:
            problem.level = queries.next_level(problem.region, lay)
        problem.save(update_fields=["state", "level", "answer", "answered_by", "answered_at"])
        label = step.label if step.target == ProblemState.ANSWERED else f"报{Level(problem.level).label}"
        _record(problem, actor, action, f"{Level(lay).label}{label}", lay, note)
        messages.notify(
            user=problem.reported_by,
            text=f"您上报的问题“{problem.title}”：{Level(lay).label}{label}。{note[:100]}",
            dedup_key=f"problem:{problem.pk}:{action}:{lay}",
            link=problem.get_absolute_url(),
        )
    return problem


def steps_for(actor: User, problem: Problem) -> list[Step]:
    """The steps this person may take now; the buttons of the page."""
    if actor.same_person(problem.reported_by):
        return []
    rows = [row for row in LIFECYCLE if problem.state in row.sources and problem.level in row.levels]
    return rows if queries.handles(actor, problem) else [row for row in rows if _serves(actor, problem, row)]


def write_digest(*, actor: User, county: Region, since: date, until: date, target: Path) -> int:
    """The county's problems of these days as XLSX, recorded; returns how many.

    Raises NotAllowed outside the actor's counties, Conflict above `MOST_ROWS`.
    """
    if not queries.counties_answered(actor).filter(pk=county.pk).exists():
        raise NotAllowed("问题汇总由县级管理员和市级办公室导出。")
    rows = list(queries.in_period(county, since, until)[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        raise Conflict(f"一次最多导出 {MOST_ROWS} 条，请缩短日期。")
    with transaction.atomic():
        problem_sheet.write(target, county=county, days=(since, until), rows=rows)
        audit.record(
            actor=actor,
            action="problem.digest",
            obj=county,
            region_code=county.code,
            changes={"rows": len(rows), "since": str(since), "until": str(until)},
        )
    return len(rows)


def _step(actor: User, problem: Problem, action: str) -> Step:
    if problem.state == ProblemState.ANSWERED:
        raise StaleState("这个问题已经答复。")
    bought = [row for row in LIFECYCLE if row.action == action and _serves(actor, problem, row)]
    if not queries.handles(actor, problem) and not bought:
        words = f"这个问题现在由{Level(problem.level).label}办理。"
        raise StaleState(words) if queries.handled_before(actor, problem) else NotAllowed(words)
    if actor.same_person(problem.reported_by):
        raise Conflict("这是您自己上报的问题，请由别的同志办理。")
    for row in LIFECYCLE:
        if row.action == action and problem.state in row.sources and problem.level in row.levels:
            return row
    raise StaleState("市级没有上级可报，请直接答复。")


def _serves(actor: User, problem: Problem, row: Step) -> bool:
    return row.bought and queries.serves(actor, problem)


def _words(text: str, name: str) -> str:
    found = text.strip()
    if len(found) < LEAST_WORDS:
        raise InvalidInput(fields={name: [f"请写清楚，至少 {LEAST_WORDS} 个字。"]})
    if contains_personal_data(found):
        raise InvalidInput(fields={name: ["不要写手机号、身份证号和银行卡号。"]})
    return found


def _record(problem: Problem, actor: User, action: str, label: str, level: int, note: str) -> None:
    ProblemStep.objects.create(
        problem=problem, action=action, label=label, actor=actor, level=level, note=note
    )
    audit.record(
        actor=actor,
        action=f"problem.{action}",
        obj=problem,
        region_code=problem.region_id,
        changes={"kind": problem.kind, "state": problem.state, "level": int(problem.level)},
        reason=note[:300],
    )
