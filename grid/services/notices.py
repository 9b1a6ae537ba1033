"""Public notices: put up from a whitelist, edited only by starting anew, gone the day after their last (P-15, Q-11)."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from accounts.enums import Verb
from accounts.models import Appointment, User
from accounts.permissions import ROLE_VERBS, ensure
from accounts.services import audit, messages
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotVisible
from grid.clue_enums import ClueState, NoticeKind, ObjectionState
from grid.models import Clue, Notice, Objection
from grid.notice_text import names_of, pairs, refusal
from grid.services import clocks
from grid.services.clue_steps import locked, need_words, write

DAYS = 5
"""第十三条: 公示时间不少于5天. The day it goes up does not count."""
EDITED_IN = {
    NoticeKind.REVIEW: ClueState.NOTICE,
    NoticeKind.DECISION: ClueState.REVIEWING,
    NoticeKind.MEASURES: ClueState.HELPING,
}
"""The state in which a notice may still be changed: later the next step rests on what was read."""
OBJECTED = "有异议，等核实答复"


def post(
    *,
    actor: User,
    clue: Clue,
    kind: str,
    remark: str = "",
    votes: int | None = None,
    extra: Sequence[tuple[str, str]] = (),
) -> Notice:
    """Put a notice up for five days, in the caller's transaction. `extra` are further pairs of label and value.

    Raises InvalidInput where the remark or one of the pairs leaks.
    """
    more = [("评议结果", f"同意 {votes} 票")] if votes is not None else list(extra)
    names = names_of(clue)
    words = next(filter(None, (refusal(text, names) for text in (remark, *(value for _, value in more)))), "")
    if words:
        raise InvalidInput(words, fields={"remark": [words]})
    notice = Notice.objects.create(
        clue=clue,
        region=clue.region,
        kind=kind,
        content=pairs(clue, kind, extra=more),
        remark=remark.strip(),
        starts_on=today(),
        ends_on=today() + timedelta(days=DAYS),
        posted_by=actor,
    )
    changes = {"kind": kind, "until": str(notice.ends_on)}
    audit.record(actor=actor, action="notice.post", obj=notice, region_code=clue.region_id, changes=changes)
    return notice


def edit(*, actor: User, notice: Notice, remark: str, why: str) -> Notice:
    """Change what is public: the old notice comes down, a new one begins its full time (Q-11).

    Raises NotAllowed, InvalidInput for a remark that leaks, Conflict for a notice that is down already or whose clue
    moved on.
    """
    why = need_words(why, "why")
    with transaction.atomic():
        clue = locked(notice.clue)
        ensure(actor, Verb.VERIFY, clue.region_id)
        old = Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
        if old.taken_down_at or old.ends_on < today():
            raise Conflict("这份公示已经结束。")
        if not editable(old, clue):
            raise Conflict(f"这条线索现在是“{ClueState(clue.state).label}”，这份公示不能再改。")
        _down(old, f"内容修改，重新公示：{why}")
        kept = [(label, value) for label, value in old.content[len(pairs(clue, old.kind)) :]]
        new = post(actor=actor, clue=clue, kind=old.kind, remark=remark, extra=kept)
        if old.kind == NoticeKind.REVIEW:
            clocks.finish("clue.notice", object_id=clue.pk)
            clocks.start(
                "clue.notice", object_id=clue.pk, region=clue.region, title=f"{clue.name}户：重新公示"
            )
        write(clue, "renotice", "修改公示，重新计时", actor=actor, source=clue.state, note=why)
    return new


def editable(notice: Notice, clue: Clue) -> bool:
    """Whether a standing notice may be changed now: while its clue has not moved on from it."""
    return notice.taken_down_at is None and EDITED_IN[NoticeKind(notice.kind)] == clue.state


def raise_objection(*, notice: Notice, words: str, phone: str = "") -> Objection:
    """Anybody's word against a notice that is up; the township is told. Raises NotVisible once it is down."""
    text = need_words(words, "words", 8)
    with transaction.atomic():
        clue = locked(notice.clue)
        if not Notice.objects.standing().filter(pk=notice.pk).exists():
            raise NotVisible()
        made = Objection.objects.create(notice=notice, words=text[:1000], phone=phone or None)
        write(clue, "objection", "收到异议", actor=None, source=clue.state, note=text[:1000])
        _tell_township(clue, made)
    return made


def answer(*, actor: User, objection: Objection, upheld: bool, words: str) -> Objection:
    """The township's finding; the last answer lets the clue go on. The answer is read by whoever has the number.

    Raises NotAllowed, InvalidInput for words that leak, Conflict where it is answered.
    """
    text = need_words(words, "answer")
    with transaction.atomic():
        clue = locked(objection.notice.clue)
        ensure(actor, Verb.CHECK, clue.region_id)
        refused = refusal(text, names_of(clue))
        if refused:
            raise InvalidInput(fields={"answer": [refused]})
        objection = Objection.objects.select_for_update(no_key=True).get(pk=objection.pk)
        if objection.state != ObjectionState.OPEN:
            raise Conflict("这条异议已经答复。")
        objection.state = ObjectionState.UPHELD if upheld else ObjectionState.REFUTED
        objection.answer, objection.answered_by, objection.answered_at = text[:300], actor, now()
        objection.save()
        label = f"异议答复：{objection.get_state_display()}"
        write(clue, "answer", label, actor=actor, source=clue.state, note=text)
        if not _open(clue):
            clocks.go_on("clue.judge", object_id=clue.pk)
    return objection


def hold_while_open(clue: Clue) -> None:
    """The township's clock waits while an objection is open."""
    if _open(clue):
        clocks.hold("clue.judge", object_id=clue.pk, why=OBJECTED)


def over(limit: int) -> list[int]:
    """Notices whose last day is past and that still stand in the table as up."""
    rows = Notice.objects.filter(taken_down_at=None, ends_on__lt=today()).order_by("ends_on", "id")
    return list(rows.values_list("pk", flat=True)[:limit])


def clue_of(pk: int) -> int:
    return int(Notice.objects.values_list("clue_id", flat=True).get(pk=pk))


def end(pk: int, clue: Clue) -> bool:
    """Mark one as down for good, under its clue's lock; True where it was the review's."""
    notice = Notice.objects.select_for_update(no_key=True).get(pk=pk, clue=clue)
    if notice.taken_down_at:
        return False
    _down(notice, "公示期满")
    return notice.kind == NoticeKind.REVIEW


def take_down(clue: Clue, why: str, *, kind: str = "") -> None:
    """Take the clue's notices down at once, all or of one kind."""
    rows = Notice.objects.select_for_update(no_key=True).filter(clue=clue, taken_down_at=None)
    for notice in rows.filter(kind=kind) if kind else rows:
        _down(notice, why)


def _down(notice: Notice, why: str) -> None:
    notice.taken_down_at, notice.why_down = now(), why[:120]
    notice.save(update_fields=["taken_down_at", "why_down"])
    audit.record(actor=None, action="notice.down", obj=notice, region_code=notice.region_id, reason=why)


def _open(clue: Clue) -> bool:
    return Objection.objects.filter(notice__clue=clue, state=ObjectionState.OPEN).exists()


def _tell_township(clue: Clue, objection: Objection) -> None:
    roles = [role for role, verbs in ROLE_VERBS.items() if Verb.CHECK in verbs]
    posts = Appointment.objects.active().filter(region=clue.region.parent_id, role__in=roles)
    for post_ in posts.select_related("user")[:10]:
        messages.notify(
            user=post_.user,
            text=f"线索 {clue.number} 的公示收到一条异议，请核实答复。",
            dedup_key=f"objection:{objection.pk}:{post_.user_id}",
            link=clue.get_absolute_url(),
        )
