"""Measures of help and work orders to departments (派单): planned, sent, accepted, done or given back (第十七条).

Lock order: the clue, the measure, its clock.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.enums import Role, Verb
from accounts.models import Appointment, User
from accounts.permissions import ensure
from accounts.services import audit, messages
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.clue_enums import ClueState, MeasureState, NoticeKind
from grid.models import Clue, Measure, Notice
from grid.notice_text import names_of, refusal
from grid.queries.measure_list import in_use
from grid.services import clocks, notices
from grid.services.clue_steps import locked, need_words, tell, title, write

CLOCK = "measure"
# action -> the states it leaves, the state it leads to.
MOVES = {
    "accept": ((MeasureState.SENT,), MeasureState.ACCEPTED),
    "done": ((MeasureState.PLANNED, MeasureState.SENT, MeasureState.ACCEPTED), MeasureState.DONE),
    "give_back": ((MeasureState.SENT, MeasureState.ACCEPTED), MeasureState.RETURNED),
}
WORDS = {"accept": "部门签收", "done": "已落实", "give_back": "部门退回"}


@dataclass(frozen=True, slots=True)
class Order:
    """What a form hands over; `post` is a department officer's, None for what village and township do."""

    kind: str
    words: str
    due_on: date
    post: Appointment | None = None


def departments(clue: Clue) -> list[Appointment]:
    """The department officers of the clue's county, who may be sent an order; 100 at most."""
    posts = Appointment.objects.active().filter(
        role=Role.DEPARTMENT_OFFICER, region=clue.region_id // 10**6 * 10**6
    )
    return list(posts.select_related("user", "region").order_by("unit", "id")[:100])


def plan(*, actor: User, clue: Clue, order: Order) -> Measure:
    """Write a measure down; with a department's post it is sent at once (派单), which needs the verb for it.

    Raises NotAllowed, InvalidInput for words that may not be public or a day that is past, StaleState unless the
    household is being helped.
    """
    words = need_words(order.words, "words")
    with transaction.atomic():
        clue = locked(clue)
        ensure(actor, Verb.DISPATCH if order.post else Verb.VERIFY, clue.region_id)
        _ensure_helping(clue)
        refused = refusal(words, names_of(clue))
        if refused:
            raise InvalidInput(fields={"words": [refused]})
        if order.due_on < today():
            raise InvalidInput(fields={"due_on": ["完成期限不能早于今天。"]})
        line = in_use(clue.region_id // 10**6 * 10**6).get(order.kind)
        if line is None:
            raise InvalidInput(fields={"kind": ["请选择措施。"]})
        if order.post and order.post.pk not in {one.pk for one in departments(clue)}:
            raise InvalidInput(fields={"post": ["请选择本县的部门经办人。"]})
        made = Measure.objects.create(
            clue=clue,
            kind=line.code,
            kind_name=line.values.name,
            words=words[:120],
            post=order.post,
            state=MeasureState.SENT if order.post else MeasureState.PLANNED,
            due_on=order.due_on,
            made_by=actor,
        )
        days = (order.due_on - today()).days
        clocks.start(
            CLOCK, object_id=made.pk, region=clue.region, title=f"{title(clue)}：{made.words}", days=days
        )
        label = "派单" if order.post else "制定措施"
        _record(made, clue, actor, "plan", label, f"{made.get_kind_display()}：{made.words}")
        if order.post:
            _tell(made, order.post.user, "sent", f"有一张派单要在 {order.due_on:%m-%d} 前落实。")
    return made


def act(*, actor: User, measure: Measure, action: str, words: str = "") -> Measure:
    """Accept, finish or give back. The department's own officer; for what the village does, its officers.

    Raises NotAllowed, InvalidInput without what was done or why it comes back, StaleState.
    """
    text = words.strip() if action == "accept" else need_words(words, "words")
    with transaction.atomic():
        clue = locked(measure.clue)
        measure = (
            Measure.objects.select_for_update(no_key=True, of=("self",))
            .select_related("post__user")
            .get(pk=measure.pk)
        )
        _ensure_may(actor, measure)
        sources, target = MOVES[action]
        if measure.state not in sources or (measure.post is None and action != "done"):
            raise StaleState(f"这项措施现在是“{measure.get_state_display()}”，不能再做这一步。")
        measure.state, measure.result = target, text[:300] or measure.result
        measure.closed_at = now() if target == MeasureState.DONE else None
        measure.save()
        if target in (MeasureState.DONE, MeasureState.RETURNED):
            clocks.finish(CLOCK, object_id=measure.pk)
        _record(measure, clue, actor, action, WORDS[action], f"{measure.get_kind_display()}：{text}")
        if action == "give_back":
            _tell(measure, measure.made_by, "back", f"派单被退回：{text}", link=clue.get_absolute_url())
        if action == "done":
            tell(clue, f"帮扶措施“{measure.words}”已落实。", f"measure{measure.pk}")
    return measure


def announce(*, actor: User, clue: Clue) -> Notice:
    """Tell the household of its measures and show them in the village (第十七条; REQUIREMENTS 92).

    A second call replaces the notice with the measures of today. Raises NotAllowed, Conflict without any.
    """
    with transaction.atomic():
        clue = locked(clue)
        ensure(actor, Verb.VERIFY, clue.region_id)
        _ensure_helping(clue)
        rows = list(Measure.objects.filter(clue=clue).exclude(state=MeasureState.RETURNED).order_by("id"))
        if not rows:
            raise Conflict("还没有帮扶措施，先制定再公示。")
        notices.take_down(clue, "更新帮扶措施公示", kind=NoticeKind.MEASURES)
        shown = [(row.get_kind_display(), row.words) for row in rows]
        notice = notices.post(actor=actor, clue=clue, kind=NoticeKind.MEASURES, extra=shown)
        words = "；".join(row.words for row in rows)
        write(clue, "announce", "告知并公示帮扶措施", actor=actor, source=clue.state, note=words)
        tell(clue, f"您的帮扶措施：{words}", "announce")
    return notice


def ensure_finished(clue: Clue) -> None:
    """Raise Conflict while a measure is open or none was announced: the risk cannot be looked at again yet."""
    if (
        Measure.objects.filter(clue=clue)
        .exclude(state__in=(MeasureState.DONE, MeasureState.RETURNED))
        .exists()
    ):
        raise Conflict("还有帮扶措施没有落实，先办完再提请复核。")
    if not clue.notices.filter(kind=NoticeKind.MEASURES).exists():
        raise Conflict("帮扶措施还没有告知和公示。")


def _ensure_helping(clue: Clue) -> None:
    if clue.state != ClueState.HELPING:
        raise StaleState(f"这条线索现在是“{ClueState(clue.state).label}”，不能办帮扶措施。")


def _ensure_may(actor: User, measure: Measure) -> None:
    if measure.post is None:
        ensure(actor, Verb.VERIFY, measure.clue.region_id)
    elif not (measure.post.ended_at is None and actor.same_person(measure.post.user)):
        raise NotAllowed("这张派单由部门经办人办理。")


def _record(measure: Measure, clue: Clue, actor: User, action: str, label: str, note: str) -> None:
    write(clue, f"m_{action}"[:10], label, actor=actor, source=clue.state, note=note)
    changes = {"state": measure.state, "kind": measure.kind, "due": str(measure.due_on)}
    audit.record(
        actor=actor, action=f"measure.{action}", obj=measure, region_code=clue.region_id, changes=changes
    )


def _tell(measure: Measure, user: User, key: str, words: str, link: str = "") -> None:
    messages.notify(
        user=user,
        text=f"{measure.get_kind_display()}：{words}",
        dedup_key=f"measure:{measure.pk}:{key}",
        link=link or measure.get_absolute_url(),
    )
