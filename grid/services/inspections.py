"""Inspections: a random draw that anybody can repeat, findings, putting right until a day, circulars (第二十八条)."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from accounts.enums import Role
from accounts.models import Appointment, Region, User
from accounts.services import audit, messages
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from fupin.lib.text import contains_personal_data
from grid.models import Circular, Inspection, InspectionItem, ItemState, Subject, Way
from grid.models.inspection import population_hash
from grid.queries.inspections import MOST, drawn, may_answer, may_inspect, population

MOST_DRAWN = 200
LEAST_WORDS = 4
LONGEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class DrawInput:
    """What a form hands over."""

    subject: str
    way: str
    topic: str
    count: int


def pick(ids: Sequence[int], seed: str, count: int) -> list[int]:
    """`count` of the ids: those whose SHA-256 of "seed:id" is smallest. The same seed always picks the same."""
    ordered = sorted(ids, key=lambda pk: hashlib.sha256(f"{seed}:{pk}".encode()).hexdigest())
    return sorted(ordered[:count])


def draw(*, actor: User, region: Region, content: DrawInput) -> Inspection:
    """Draw by chance; the seed is made here and kept with the list drawn from. Every draw stays on record.

    Raises NotAllowed outside one's range, InvalidInput for words that mean nothing, Conflict where there is nothing
    to draw from or more than 50 000.
    """
    _ensure_inspects(actor, region.code)
    if content.subject not in Subject.values or content.way not in Way.values:
        raise InvalidInput(fields={"subject": ["请选择检查什么、怎样检查。"]})
    if not 1 <= content.count <= MOST_DRAWN:
        raise InvalidInput(fields={"count": [f"一次抽 1 到 {MOST_DRAWN} 个。"]})
    _no_numbers("topic", content.topic)
    with transaction.atomic():
        ids = population(region, content.subject)
        if not ids:
            raise Conflict("这里现在没有可以抽的。")
        if len(ids) > MOST:
            raise Conflict("范围太大，请选择一个县或乡镇。")
        made = Inspection.objects.create(
            region=region,
            subject=content.subject,
            way=content.way,
            topic=content.topic,
            wanted=content.count,
            seed=secrets.token_hex(16),
            population=ids,
            population_hash=population_hash(ids),
            drawn_by=actor,
            drawn_at=now(),
        )
        picked = drawn(made.subject, pick(ids, made.seed, content.count))
        InspectionItem.objects.bulk_create(
            InspectionItem(inspection=made, object_id=pk, title=title[:120], region_id=code)
            for pk, (title, code) in sorted(picked.items())
        )
        changes = {"of": len(ids), "drawn": len(picked), "seed": made.seed, "hash": made.population_hash}
        audit.record(
            actor=actor, action="inspection.draw", obj=made, region_code=region.code, changes=changes
        )
    return made


def check(
    *, actor: User, item: InspectionItem, fine: bool, finding: str = "", due_on: date | None = None
) -> InspectionItem:
    """Write down what was found; a problem names the day until which it is put right, and the place is told.

    Raises NotAllowed, Conflict about oneself, InvalidInput without words or a day within 60, StaleState when done.
    """
    if not fine and len(finding) < LEAST_WORDS:
        raise InvalidInput(fields={"finding": [f"请写明发现什么问题，至少 {LEAST_WORDS} 个字。"]})
    if not fine and (due_on is None or not today() <= due_on <= today() + LONGEST):
        raise InvalidInput(fields={"due_on": ["请填写 60 天以内的整改期限。"]})
    _no_numbers("finding", finding)
    with transaction.atomic():
        item = _locked(item, ItemState.WAITING)
        _ensure_inspects(actor, item.inspection.region_id)
        if item.inspection.subject == Subject.OFFICERS:
            post = Appointment.objects.select_related("user").get(pk=item.object_id)
            if actor.same_person(post.user):
                raise Conflict("抽到的是您自己，要由别的同志检查。")
        item.state = ItemState.FINE if fine else ItemState.PROBLEM
        item.finding, item.due_on = finding, None if fine else due_on
        item.checked_by, item.checked_at = actor, now()
        item.closed_at = now() if fine else None
        item.save()
        _record(actor, item, "inspection.check", {"state": item.state})
        if not fine:
            _tell_place(item)
    return item


def rectify(*, actor: User, item: InspectionItem, answer: str) -> InspectionItem:
    """The place says how it put it right. Raises NotAllowed elsewhere, InvalidInput without words, StaleState."""
    if len(answer) < LEAST_WORDS:
        raise InvalidInput(fields={"answer": [f"请写明怎样整改的，至少 {LEAST_WORDS} 个字。"]})
    _no_numbers("answer", answer)
    with transaction.atomic():
        item = _locked(item, ItemState.PROBLEM)
        if not may_answer(actor, item):
            raise NotAllowed("由问题所在的乡镇或村登记整改。")
        item.state, item.answer = ItemState.RECTIFIED, answer
        item.answered_by, item.answered_at = actor, now()
        item.save()
        _record(actor, item, "inspection.rectify", {})
    return item


def accept(*, actor: User, item: InspectionItem) -> InspectionItem:
    """It is put right. Raises NotAllowed, Conflict for one's own answer, StaleState."""
    with transaction.atomic():
        item = _answered(actor, item)
        item.state, item.closed_at = ItemState.ACCEPTED, now()
        item.save()
        _record(actor, item, "inspection.accept", {})
    return item


def give_back(*, actor: User, item: InspectionItem, why: str) -> InspectionItem:
    """It is not: the place answers again until the same day. Raises as `accept`, InvalidInput without words."""
    if len(why) < LEAST_WORDS:
        raise InvalidInput(fields={"why": [f"请写明哪里还不合格，至少 {LEAST_WORDS} 个字。"]})
    _no_numbers("why", why)
    with transaction.atomic():
        item = _answered(actor, item)
        item.state = ItemState.PROBLEM
        item.finding = f"{item.finding}　复核：{why}"[-500:]
        item.save()
        _record(actor, item, "inspection.return", {})
        _tell_place(item)
    return item


def issue(
    *, actor: User, inspection: Inspection, title: str, text: str, issuer: str, number: str = ""
) -> Circular:
    """Issue a circular about an inspection: it is told to the townships and not changed any more.

    Raises NotAllowed, InvalidInput for personal numbers, Conflict before anything was checked.
    """
    _ensure_inspects(actor, inspection.region_id)
    for field, words in (("title", title), ("text", text), ("issuer", issuer), ("number", number)):
        _no_numbers(field, words)
    if not inspection.items.exclude(state=ItemState.WAITING).exists():
        raise Conflict("还没有检查结果，不能通报。")
    with transaction.atomic():
        made = Circular.objects.create(
            inspection=inspection,
            region=inspection.region,
            number=number,
            title=title,
            text=text,
            issuer=issuer,
            issued_by=actor,
            issued_at=now(),
        )
        audit.record(actor=actor, action="circular.issue", obj=made, region_code=made.region_id, changes={})
        _tell_townships(made)
    return made


def _answered(actor: User, item: InspectionItem) -> InspectionItem:
    item = _locked(item, ItemState.RECTIFIED)
    _ensure_inspects(actor, item.inspection.region_id)
    if item.answered_by and actor.same_person(item.answered_by):
        raise Conflict("自己登记的整改，要由别的同志复核。")
    return item


def _locked(item: InspectionItem, state: str) -> InspectionItem:
    rows = InspectionItem.objects.select_for_update(no_key=True, of=("self",)).defer("inspection__population")
    item = rows.select_related("inspection", "region", "answered_by").get(pk=item.pk)
    if item.state != state:
        raise StaleState(f"这一条{item.get_state_display()}，不能这样办理。")
    return item


def _tell_place(item: InspectionItem) -> None:
    """The people who answer for the place: of its village, or its township."""
    roles = (Role.VILLAGE_OFFICER, Role.TOWNSHIP_MANAGER)
    codes = {item.region_id, item.region_id // 1000 * 1000}
    for post in Appointment.objects.active().filter(region__in=codes, role__in=roles).select_related("user"):
        messages.notify(
            user=post.user,
            text=f"督查发现一个要整改的问题，请在 {item.due_on:%m-%d} 前整改并登记。",
            dedup_key=f"inspection:{item.pk}:{post.user_id}:{now().isoformat()}",
            link=item.get_absolute_url(),
        )


def _tell_townships(made: Circular) -> None:
    posts = Appointment.objects.active().filter(
        region__gte=made.region_id, region__lte=made.region.code_end, role=Role.TOWNSHIP_MANAGER
    )
    for post in posts.select_related("user")[:500]:
        messages.notify(
            user=post.user,
            text=f"新的通报：{made.title}",
            dedup_key=f"circular:{made.pk}:{post.user_id}",
            link=made.get_absolute_url(),
        )


def _ensure_inspects(actor: User, code: int) -> None:
    if not may_inspect(actor, code):
        raise NotAllowed("这里的督查由督查评估员、县级管理员和市级办公室办理。")


def _no_numbers(field: str, text: str) -> None:
    if contains_personal_data(text):
        raise InvalidInput(fields={field: ["请不要写电话、证件号和卡号。"]})


def _record(actor: User, item: InspectionItem, action: str, changes: dict[str, object]) -> None:
    audit.record(actor=actor, action=action, obj=item, region_code=item.region_id, changes=changes)
