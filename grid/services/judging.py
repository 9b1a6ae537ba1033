"""Clues above the village: judged by the township, filed by the county, the risk cleared in the end.

宿州规范 第十四、十五条; REQUIREMENTS 86-88, 106. Lock order: the clue, its household, its notices, its clocks.
"""

from django.db import transaction

from accounts.models import User
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput
from grid import lifecycle
from grid.clue_enums import ClueState, NoticeKind, ObjectionState
from grid.models import Clue, Objection
from grid.services import measures, notices
from grid.services.clue_steps import locked, move, need_words, tell
from needs.household_enums import Monitored, Risk
from needs.services.household_records import set_monitoring


def visit(*, actor: User, clue: Clue, note: str) -> Clue:
    """The township goes to see for itself: three working days from today (第十四条)."""
    with transaction.atomic():
        clue = locked(clue)
        row = lifecycle.step(actor, clue, "visit")
        return move(clue, row, actor=actor, note=need_words(note))


def judge(*, actor: User, clue: Clue, note: str, compared: list[str], monitored: str) -> Clue:
    """综合研判 passed, with the data comparison it rests on; the decision is announced (第十四条).

    `compared` are the departments whose data were compared, in words. Raises InvalidInput without any, Conflict while
    an objection is open or where the village denied it, so that nothing was shown in public.
    """
    words = need_words(note, least=8)
    if not compared:
        raise InvalidInput(fields={"compared": ["请勾选已比对数据的部门。"]})
    if monitored not in Monitored.values:
        raise InvalidInput(fields={"monitored": ["请选择类别。"]})
    with transaction.atomic():
        clue = locked(clue)
        row = lifecycle.step(actor, clue, "judge")
        _ensure_settled(clue)
        _ensure_noticed(clue)
        if clue.household is None:
            raise Conflict("这户还没有登记，请退回村里登记后再研判。")
        clue.monitored = monitored
        move(clue, row, actor=actor, note=f"已比对：{'、'.join(compared)}。{words}", compared=compared)
        notices.post(actor=actor, clue=clue, kind=NoticeKind.DECISION)
        tell(clue, "乡镇研判通过，已报县里审核。", "judge")
    return clue


def dismiss(*, actor: User, clue: Clue, note: str) -> Clue:
    """Not taken in, and why; the reporter and the household are told."""
    with transaction.atomic():
        clue = locked(clue)
        row = lifecycle.step(actor, clue, "dismiss")
        _ensure_settled(clue)
        move(clue, row, actor=actor, note=need_words(note))
        notices.take_down(clue, "未纳入")
        tell(clue, f"经核实研判，未纳入监测。{note.strip()}", "dismiss")
    return clue


def send_back(*, actor: User, clue: Clue, note: str) -> Clue:
    """The village starts again, with two days and a new notice afterwards."""
    with transaction.atomic():
        clue = locked(clue)
        row = lifecycle.step(actor, clue, "send_back")
        move(clue, row, actor=actor, note=need_words(note))
        notices.take_down(clue, "退回重新核实")
    return clue


def spot(*, actor: User, clue: Clue, note: str) -> Clue:
    """The county's own look (抽查, 现场核查), recorded; nothing moves (第十五条)."""
    with transaction.atomic():
        clue = locked(clue)
        return move(clue, lifecycle.step(actor, clue, "spot"), actor=actor, note=need_words(note))


def put_on_file(*, actor: User, clue: Clue, note: str = "") -> Clue:
    """审核备案: the household is watched from today, its risk open (第十五条)."""
    with transaction.atomic():
        clue = locked(clue)
        row = lifecycle.step(actor, clue, "file")
        clue.filed_on = today()
        _watch(clue, actor, Risk.OPEN)
        move(clue, row, actor=actor, note=note.strip(), filed_on=str(today()))
        tell(clue, "县里已审核备案，纳入监测帮扶。", "file")
    return clue


def give_back(*, actor: User, clue: Clue, note: str) -> Clue:
    """The county returns it to the township."""
    with transaction.atomic():
        clue = locked(clue)
        row = lifecycle.step(actor, clue, "return")
        move(clue, row, actor=actor, note=need_words(note))
        notices.take_down(clue, "县里退回", kind=NoticeKind.DECISION)
    return clue


def recheck(*, actor: User, clue: Clue, note: str) -> Clue:
    """The village asks whether the risk is gone. Raises InvalidInput without what it found."""
    with transaction.atomic():
        clue = locked(clue)
        row = lifecycle.step(actor, clue, "recheck")
        measures.ensure_finished(clue)
        return move(clue, row, actor=actor, note=need_words(note, least=8))


def keep(*, actor: User, clue: Clue, note: str) -> Clue:
    """The risk is still there: help goes on."""
    with transaction.atomic():
        clue = locked(clue)
        return move(clue, lifecycle.step(actor, clue, "keep"), actor=actor, note=need_words(note))


def clear(*, actor: User, clue: Clue, note: str) -> Clue:
    """风险消除: the household stays known, its risk is cleared from today; the clue ends."""
    with transaction.atomic():
        clue = locked(clue)
        row = lifecycle.step(actor, clue, "clear")
        _watch(clue, actor, Risk.CLEARED)
        move(clue, row, actor=actor, note=need_words(note))
        notices.take_down(clue, "风险已消除")
        tell(clue, "经复核，风险已消除。", "clear")
    return clue


def end_notices(*, limit: int = 500) -> int:
    """Take down what was up long enough and hand its clue to the township (P-15); returns how many. A sweep."""
    ended = 0
    for pk in notices.over(limit):
        with transaction.atomic():
            clue = locked(Clue(pk=notices.clue_of(pk)))
            if notices.end(pk, clue) and clue.state == ClueState.NOTICE:
                move(clue, lifecycle.step(None, clue, "end_notice"), actor=None)
                notices.hold_while_open(clue)
            ended += 1
    return ended


def _ensure_noticed(clue: Clue) -> None:
    """What the village denied was never shown in public: it has to be verified before it can be taken in."""
    last = clue.steps.filter(action__in=("verify", "deny")).order_by("-id").first()
    if last is None or last.action != "verify":
        raise Conflict("村里评议没有通过，也没有公示过。要纳入的，请退回村里重新核实评议。")


def _ensure_settled(clue: Clue) -> None:
    if Objection.objects.filter(notice__clue=clue, state=ObjectionState.OPEN).exists():
        raise Conflict("还有异议没有核实答复，请先处理。")


def _watch(clue: Clue, actor: User, risk: str) -> None:
    if clue.household is None:
        raise Conflict("这户还没有登记。")
    set_monitoring(actor=actor, household=clue.household, monitored=clue.monitored, risk=risk, since=today())
