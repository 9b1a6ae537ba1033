"""Tasks given, divided down to a named holder, reported from below (工作任务分解，责任落实到人; REQUIREMENTS 9).

Lock order: the whole task; whoever changes any part of it waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import Appointment, Region, User
from accounts.services import audit, messages
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from fupin.lib.text import contains_personal_data
from grid.assignment_enums import ABOVE, GIVER, LIFECYCLE, OWNER, AssignmentState, Step
from grid.models import Assignment, AssignmentStep
from grid.queries import assignments as queries

LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Given:
    """A task as typed; `amount` None where words alone tell it."""

    title: str
    text: str
    amount: int | None
    unit: str
    due_on: date


def give(*, actor: User, post: Appointment, content: Given) -> Assignment:
    """A new task for one's own area, to be divided from there.

    Raises NotAllowed for another's post or a village's, InvalidInput for too few words, personal numbers, a day that
    is past or an amount without its unit.
    """
    if post.pk not in {own.pk for own in queries.own_posts(actor)} or not queries.manages(actor, post.region):
        raise NotAllowed("任务由乡镇、县和市布置。")
    _check(content)
    with transaction.atomic():
        made = Assignment.objects.create(
            title=content.title.strip()[:60],
            text=content.text.strip()[:1000],
            region=post.region,
            owner=post,
            amount=content.amount,
            unit=content.unit.strip()[:8] if content.amount is not None else "",
            due_on=content.due_on,
            made_by=actor,
        )
        _record(made, actor, "give", "布置任务")
        return made


def divide(*, actor: User, part: Assignment, amounts: Mapping[int, int | None], due_on: date) -> int:
    """Divide a part among the places below it, by code; returns how many parts. Holders are named and told.

    Raises NotAllowed, StaleState where it is over or divided, InvalidInput unless the amounts sum to the whole, for
    an unknown place, or a due day that is past or later than its own.
    """
    with transaction.atomic():
        part = _locked(part)
        if not queries.manages(actor, part.region):
            raise NotAllowed("任务由本级和上级的同志分解。")
        if part.state != AssignmentState.OPEN or part.divided:
            raise StaleState("这项任务已经分解过，或者已经办结。")
        if part.done:
            raise Conflict("已经登记过进度，不能再分解。")
        if not today() <= due_on <= part.due_on:
            raise InvalidInput(fields={"due_on": [f"期限在今天到 {part.due_on:%Y-%m-%d} 之间。"]})
        places = _places(part, amounts)
        made = _create(actor, part, places, amounts, due_on)
        part.divided = True
        part.save(update_fields=["divided"])
        _record(part, actor, "divide", f"分解到 {len(made)} 个地方")
        for one in made:
            _record(one, actor, "receive", "分到任务")
            if one.owner:
                _tell(one, one.owner.user, "given", f"分给您一项任务，{one.due_on:%m-%d} 前完成")
        return len(made)


def act(*, actor: User, part: Assignment, action: str, note: str = "", done: int | None = None) -> Assignment:
    """Report progress, finish, send back, or cancel the whole task.

    `done` is how much is done altogether. Raises NotAllowed, StaleState, InvalidInput for a number beyond the part's,
    one that is missing, or too few words where a reason is due.
    """
    with transaction.atomic():
        part = _locked(part)
        step = _step(actor, part, action)
        note = _words(note, needed=step.by != OWNER or (part.amount is None))
        if action in ("report", "finish"):
            part.done = _done(part, done, whole=action == "finish")
        if action == "cancel":
            _cancel(part)
        elif action in ("finish", "reopen"):
            part.state = AssignmentState.DONE if action == "finish" else AssignmentState.OPEN
            part.closed_at = now() if action == "finish" else None
        if action != "cancel":
            part.save(update_fields=["done", "state", "closed_at"])
            _carry_up(part)
        _record(part, actor, action, step.label, note)
        if action == "reopen":
            queries.name_owners([part])
            if part.holder:
                _tell(part, part.holder.user, f"reopen{now():%H%M%S}", f"任务退回重办：{note}")
        return part


def hand_to(*, actor: User, part: Assignment, post: Appointment) -> Assignment:
    """Name another holder of the place's post as the owner. Raises NotAllowed, InvalidInput, StaleState when over."""
    with transaction.atomic():
        part = _locked(part)
        if not queries.manages(actor, part.region):
            raise NotAllowed("责任人由本级和上级的同志确定。")
        if part.state != AssignmentState.OPEN:
            raise StaleState("这项任务已经办结。")
        if post.pk not in {one.pk for one in queries.holders([part.region]).get(part.region_id, [])}:
            raise InvalidInput(fields={"owner": ["请选择这里在岗的人。"]})
        part.owner = post
        part.save(update_fields=["owner"])
        _record(part, actor, "hand", f"责任人：{post.user.get_full_name()}"[:30])
        _tell(part, post.user, f"hand{post.pk}", "这项任务由您负责")
        return part


def steps_for(actor: User, part: Assignment) -> list[Step]:
    """The steps this person may take now; the buttons of the page."""
    return [row for row in LIFECYCLE if _fits(part, row) and _may(actor, part, row)]


def _step(actor: User, part: Assignment, action: str) -> Step:
    rows = [row for row in LIFECYCLE if row.action == action]
    if not any(_may(actor, part, row) for row in rows):
        raise NotAllowed("这一步由负责的同志或上级办理。")
    for row in rows:
        if _fits(part, row):
            return row
    raise StaleState(f"这项任务现在是“{part.get_state_display()}”，不能办这一步。")


def _fits(part: Assignment, row: Step) -> bool:
    given_up = part.parent is not None and part.parent.state == AssignmentState.CANCELLED
    return part.state in row.sources and not given_up and not (row.leaf and part.divided)


def _may(actor: User, part: Assignment, row: Step) -> bool:
    posts = {post.region_id for post in queries.own_posts(actor)}
    if row.by == ABOVE:
        above = part.parent.region_id if part.parent else part.region_id
        return queries.manages(actor, above)
    return part.region_id in posts and (row.by != GIVER or part.root_id is None)


def _check(content: Given) -> None:
    fields = {}
    if len(content.title.strip()) < LEAST_WORDS:
        fields["title"] = [f"请写清楚，至少 {LEAST_WORDS} 个字。"]
    for name in ("title", "text"):
        if contains_personal_data(getattr(content, name)):
            fields[name] = ["不要写手机号、身份证号和银行卡号。"]
    if content.due_on < today():
        fields["due_on"] = ["完成期限不能早于今天。"]
    if content.amount is not None and not content.unit.strip():
        fields["unit"] = ["请写单位，例如：户、条、场。"]
    if fields:
        raise InvalidInput(fields=fields)


def _places(part: Assignment, amounts: Mapping[int, int | None]) -> list[Region]:
    places = [place for place in queries.places_below(part.region) if place.code in amounts]
    if not places or len(places) != len(amounts):
        raise InvalidInput("请选择要分解到的地方。")
    if part.amount is not None:
        total = sum(amounts[place.code] or 0 for place in places)
        if total != part.amount:
            raise InvalidInput(f"各处合计 {total} {part.unit}，应等于 {part.amount} {part.unit}。")
    return places


def _create(
    actor: User, part: Assignment, places: Sequence[Region], amounts: Mapping[int, int | None], due_on: date
) -> list[Assignment]:
    found = queries.holders(places)
    return Assignment.objects.bulk_create(
        Assignment(
            root_id=part.root_id or part.pk,
            parent=part,
            title=part.title,
            text=part.text,
            region=place,
            owner=queries.first_of(found, place.code),
            amount=None if part.amount is None else amounts[place.code] or 0,
            unit=part.unit,
            due_on=due_on,
            made_by=actor,
        )
        for place in places
    )


def _done(part: Assignment, done: int | None, *, whole: bool) -> int:
    if part.amount is None:
        return 0
    if done is None:
        if not whole:
            raise InvalidInput(fields={"done": ["请填已经完成多少。"]})
        return part.amount
    if not 0 <= done <= part.amount:
        raise InvalidInput(fields={"done": [f"应在 0 到 {part.amount} 之间。"]})
    if whole and done < part.amount:
        raise InvalidInput(fields={"done": [f"还差 {part.amount - done} {part.unit}，先登记进度。"]})
    return done


def _carry_up(part: Assignment) -> None:
    """Bring what stands above in line: the sum of its parts, done when all of them are."""
    above = part.parent
    while above:
        rows = list(Assignment.objects.filter(parent=above).values_list("done", "state"))
        above.done = sum(done for done, _ in rows)
        over = all(state == AssignmentState.DONE for _, state in rows)
        above.state = AssignmentState.DONE if over else AssignmentState.OPEN
        above.closed_at = (above.closed_at or now()) if over else None
        above.save(update_fields=["done", "state", "closed_at"])
        above = above.parent


def _cancel(root: Assignment) -> None:
    over = {"state": AssignmentState.CANCELLED, "closed_at": now()}
    open_still = Assignment.objects.filter(state=AssignmentState.OPEN)
    open_still.filter(root=root).update(**over)
    open_still.filter(pk=root.pk).update(**over)
    root.refresh_from_db(fields=["state", "closed_at"])


def _locked(part: Assignment) -> Assignment:
    """The part as it is now, with the whole task held."""
    Assignment.objects.select_for_update(no_key=True).get(pk=part.root_id or part.pk)
    return Assignment.objects.select_related("region", "parent__region", "owner__user").get(pk=part.pk)


def _words(text: str, *, needed: bool) -> str:
    found = text.strip()
    if needed and len(found) < LEAST_WORDS:
        raise InvalidInput(fields={"note": [f"请写清楚，至少 {LEAST_WORDS} 个字。"]})
    if contains_personal_data(found):
        raise InvalidInput(fields={"note": ["不要写手机号、身份证号和银行卡号。"]})
    return found[:300]


def _record(part: Assignment, actor: User, action: str, label: str, note: str = "") -> None:
    AssignmentStep.objects.create(
        assignment=part,
        action=action,
        label=label,
        actor=actor,
        done=part.done,
        level=part.region.level,
        note=note,
    )
    audit.record(
        actor=actor,
        action=f"assignment.{action}",
        obj=part,
        region_code=part.region_id,
        changes={"done": part.done, "state": str(part.state)},
        reason=note,
    )


def _tell(part: Assignment, user: User, key: str, words: str) -> None:
    messages.notify(
        user=user,
        text=f"{part.title}：{words}"[:300],
        dedup_key=f"assignment:{part.pk}:{key}",
        link=part.get_absolute_url(),
    )
