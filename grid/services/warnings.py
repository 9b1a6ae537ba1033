"""Departments screen, townships verify, departments are told (宿州规范第十四、十六条; REQUIREMENTS 89)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import islice

from django.db import transaction

from accounts.enums import Role, Verb
from accounts.models import Appointment, Region, User
from accounts.permissions import ensure
from accounts.services import audit, messages
from fupin.lib import crypto, sheet_reading
from fupin.lib.clock import now
from fupin.lib.errors import InvalidInput, NotAllowed, StaleState
from fupin.lib.text import contains_personal_data
from grid.clue_enums import ClueSource, Problem
from grid.models import Department, DepartmentPost, RiskWarning, WarningBatch, WarningList, WarningState
from grid.queries.warnings import CLOCK, desks_of
from grid.services import clocks
from grid.services.clues import report_clue
from grid.warning_sheets import Line, read
from needs.models import Household, HouseholdMember

TOWNSHIP = 1_000
KEPT = timedelta(days=30)
"""How long the names of lines without a household stay, so that the department can look into them."""
LEAST_WORDS = 4
PROBLEM_OF = {
    Department.INSURANCE: Problem.MEDICAL,
    Department.HOUSING: Problem.HOUSING,
    Department.EDUCATION: Problem.EDUCATION,
    Department.WATER: Problem.WATER,
    Department.CIVIL: Problem.INCOME,
    Department.DISABLED: Problem.OTHER,
    Department.LABOUR: Problem.INCOME,
    Department.FARMING: Problem.INCOME,
}
"""What a confirmed warning is a clue of."""
VERDICTS = (WarningState.CONFIRMED, WarningState.CLEARED)
_PIECE = 1_000


def set_department(*, actor: User, post: Appointment, department: str) -> DepartmentPost:
    """Say which department a department officer works for. Raises NotAllowed, InvalidInput for another post."""
    ensure(actor, Verb.APPOINT, post.region_id)
    if department not in Department.values or post.role != Role.DEPARTMENT_OFFICER:
        raise InvalidInput(fields={"department": ["请选择部门。"]})
    with transaction.atomic():
        made, _ = DepartmentPost.objects.update_or_create(
            post=post, defaults={"department": department, "set_by": actor, "set_at": now()}
        )
        audit.record(
            actor=actor,
            action="department.set",
            obj=post,
            region_code=post.region_id,
            changes={"department": department},
        )
    return made


def upload(
    *, actor: User, desk: DepartmentPost, topic: str, file_name: str, source: sheet_reading.Readable
) -> WarningList:
    """Take a list in whose columns have the known names, and send it out.

    Raises NotAllowed for a desk that is not one's own, InvalidInput for a file that cannot be read.
    """
    ensure_may_upload(actor, desk, topic)
    return send_out(actor=actor, desk=desk, topic=topic, file_name=file_name, lines=read(source))


def ensure_may_upload(actor: User, desk: DepartmentPost, topic: str) -> None:
    """Raises NotAllowed for a desk that is not one's own, InvalidInput for numbers of persons in the topic."""
    if desk.pk not in {own.pk for own in desks_of(actor)}:
        raise NotAllowed("只能上传自己部门的名单。")
    if contains_personal_data(topic):
        raise InvalidInput(fields={"topic": ["请不要写电话、证件号和卡号。"]})


def send_out(
    *, actor: User, desk: DepartmentPost, topic: str, file_name: str, lines: Sequence[Line]
) -> WarningList:
    """Match every line by its ID number inside the county and send it to the townships; recorded."""
    county = desk.post.region
    with transaction.atomic():
        made = WarningList.objects.create(
            county=county,
            department=desk.department,
            topic=topic,
            file_name=file_name[-120:] or "名单",
            uploaded_by=actor,
            uploaded_at=now(),
        )
        homes = _homes(county, lines)
        batches = _send(made, homes.values())
        RiskWarning.objects.bulk_create(
            (_row(made, line, homes.get(line.number), batches) for line in lines), batch_size=_PIECE
        )
        changes = {"lines": len(lines), "matched": len(homes), "townships": len(batches)}
        audit.record(actor=actor, action="warning.upload", obj=made, region_code=county.code, changes=changes)
    return made


def verify(*, actor: User, warning: RiskWarning, verdict: str, note: str) -> RiskWarning:
    """Say what the visit found. A confirmed one becomes a clue (第十三条); the last answer stops the batch's clock.

    Raises NotAllowed outside the township, InvalidInput without words or with numbers, StaleState when answered.
    """
    if verdict not in VERDICTS:
        raise InvalidInput(fields={"verdict": ["请选择核实结果。"]})
    if len(note) < LEAST_WORDS:
        raise InvalidInput(fields={"note": [f"请写明核实的情况，至少 {LEAST_WORDS} 个字，会反馈给部门。"]})
    if contains_personal_data(note):
        raise InvalidInput(fields={"note": ["会反馈给部门，请不要写电话、证件号和卡号。"]})
    with transaction.atomic():
        batch = WarningBatch.objects.select_for_update(no_key=True, of=("self",)).select_related(
            "list__uploaded_by", "township"
        ).get(pk=warning.batch_id or 0)  # fmt: skip
        ensure(actor, Verb.CHECK, batch.township_id)
        warning = RiskWarning.objects.select_related("household", "list").get(pk=warning.pk)
        if warning.state != WarningState.SENT:
            raise StaleState("这一条已经核实过。")
        warning.state, warning.note = verdict, note
        if verdict == WarningState.CONFIRMED:
            warning.clue = report_clue(
                actor=actor,
                source=ClueSource.DEPARTMENT,
                problem=PROBLEM_OF[Department(warning.list.department)],
                situation=note,
                household=warning.household,
                department=warning.list.get_department_display(),
            )
        warning.verified_by, warning.verified_at = actor, now()
        warning.save()
        audit.record(
            actor=actor,
            action="warning.verify",
            obj=warning,
            region_code=batch.township_id,
            changes={"verdict": verdict},
        )
        if not batch.rows.filter(state=WarningState.SENT).exists():
            _finish(batch)
    return warning


def open_reasons(*, actor: User, batch: WarningBatch) -> dict[int, str]:
    """Why each person of a batch was named, for the visit; recorded."""
    ensure(actor, Verb.CHECK, batch.township_id)
    with transaction.atomic():
        audit.record(
            actor=actor,
            action="warning.read",
            obj=batch,
            region_code=batch.township_id,
            changes={"field": "reason"},
            reason="预警核实",
        )
    return {row.pk: row.reason.open() if row.reason else "没有写原因" for row in batch.rows.all()}


def forget_old(*, limit: int = 200) -> int:
    """Delete the names and reasons of lines without a household `KEPT` after the upload; returns of how many lists."""
    lists = WarningList.objects.filter(forgotten_at=None, uploaded_at__lt=now() - KEPT).order_by("id")[:limit]
    for made in lists:
        with transaction.atomic():
            left = made.rows.filter(state__in=(WarningState.UNMATCHED, WarningState.UNREADABLE))
            left.update(name=None, reason=None)
            WarningList.objects.filter(pk=made.pk).update(forgotten_at=now())
    return len(lists)


def _homes(county: Region, lines: Sequence[Line]) -> dict[int, Household]:
    """The county's households by line, found by the blind index of the head's or a member's ID number."""
    marks = {crypto.blind_index(line.id_number, kind="id"): line.number for line in lines if line.id_number}
    inside = {"region__gte": county.code, "region__lte": county.code_end}
    found: dict[int, Household] = {}
    pieces = iter(marks)
    while piece := list(islice(pieces, _PIECE)):
        people = HouseholdMember.objects.filter(
            id_index__in=piece, **{f"household__{name}": code for name, code in inside.items()}
        )
        for person in people.select_related("household").order_by("-id"):
            found[marks[person.id_index or ""]] = person.household
        for home in Household.objects.filter(id_index__in=piece, **inside):
            found[marks[home.id_index or ""]] = home
    return {number: home for number, home in found.items() if home.closed_at is None}


def _send(made: WarningList, homes: Iterable[Household]) -> dict[int, WarningBatch]:
    """One batch and one clock of 3 working days for each township named; its managers are told."""
    by_town: dict[int, int] = defaultdict(int)
    for home in homes:
        by_town[home.region_id // TOWNSHIP * TOWNSHIP] += 1
    towns = Region.objects.in_bulk(list(by_town))
    batches = {}
    for code, count in sorted(by_town.items()):
        batch = WarningBatch.objects.create(list=made, township=towns[code], sent_at=now())
        clocks.start(
            CLOCK,
            object_id=batch.pk,
            region=towns[code],
            title=f"{made.get_department_display()}预警 {count} 条：{made.topic}",
        )
        batches[code] = batch
    _tell_townships(batches, by_town)
    return batches


def _tell_townships(batches: dict[int, WarningBatch], counts: dict[int, int]) -> None:
    posts = Appointment.objects.active().filter(region__in=batches, role=Role.TOWNSHIP_MANAGER)
    for post in posts.select_related("user"):
        batch = batches[post.region_id]
        messages.notify(
            user=post.user,
            text=f"{batch.list.get_department_display()}部门有 {counts[post.region_id]} 条预警要在 3 个工作日内核实。",
            dedup_key=f"warning:{batch.pk}:{post.user_id}",
            link=batch.get_absolute_url(),
        )


def _row(
    made: WarningList, line: Line, home: Household | None, batches: dict[int, WarningBatch]
) -> RiskWarning:
    state = WarningState.UNREADABLE if line.problem else WarningState.UNMATCHED
    return RiskWarning(
        list=made,
        line=line.number,
        state=WarningState.SENT if home else state,
        batch=batches[home.region_id // TOWNSHIP * TOWNSHIP] if home else None,
        household=home,
        name=line.name,
        reason=line.reason,
        note=line.problem,
    )


def _finish(batch: WarningBatch) -> None:
    batch.done_at = now()
    batch.save(update_fields=["done_at"])
    clocks.finish(CLOCK, object_id=batch.pk)
    messages.notify(
        user=batch.list.uploaded_by,
        text=f"“{batch.list.topic}”：{batch.township.name}已全部核实，请查看结果。",
        dedup_key=f"warning-done:{batch.pk}",
        link=batch.list.get_absolute_url(),
    )
