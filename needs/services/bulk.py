"""Checking several routine needs at once: each was opened by this person, each succeeds or fails on its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from accounts.permissions import grants
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, FupinError, InvalidInput
from needs import lifecycle
from needs.models import Need, NeedOpening, NeedReview
from needs.office_queries import VERB_OF
from needs.queries import in_office
from needs.services import progress, review

MOST = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one chosen need; `problem` is empty where it was done."""

    need: Need
    problem: str


def note_opening(*, actor: User, need: Need) -> None:
    """Remember that this officer opened a need that waits at a gate of theirs."""
    verb = VERB_OF.get(need.status)
    if verb and grants(actor).allow(verb, need.region_id):
        NeedOpening.objects.update_or_create(need=need, user=actor, defaults={"at": now()})


def check_many(*, actor: User, ids: Iterable[int], comment: str = "") -> list[Result]:
    """Pass the township's check for each of at most 20 needs; ids out of the actor's range are left out.

    Raises InvalidInput where none or too many are chosen. A need that is not routine, was not opened by the actor
    since it came to this gate, or moved on, is refused by itself with the reason in `Result.problem`.
    """
    chosen = sorted(set(ids))
    if not 1 <= len(chosen) <= MOST:
        raise InvalidInput(f"请选择 1 到 {MOST} 条求助。", code="none_chosen" if not chosen else "too_many")
    needs = in_office(actor).filter(pk__in=chosen).order_by("id")  # who locks several needs does it by id
    return [Result(need, _check_one(actor, need, comment)) for need in needs]


def why_single(needs: Iterable[Need]) -> dict[int, str]:
    """By id, why a need has to be looked at by itself (REQUIREMENTS B2); empty for a routine one."""
    needs = list(needs)
    returned = NeedReview.objects.filter(need__in=needs, action__in=lifecycle.SENT_BACK)
    homes = {need.household_id for need in needs if need.household_id}
    helped = Need.objects.filter(household__in=homes, published_at__isnull=False)
    sent_back = set(returned.values_list("need_id", flat=True))
    known = set(helped.values_list("household_id", flat=True))
    return {need.pk: _why(need, need.pk in sent_back, need.household_id in known) for need in needs}


def _why(need: Need, sent_back: bool, known: bool) -> str:
    if need.flags:
        return "带有系统提示，要逐条写明核对结果"
    if need.household_id is None:
        return "村、县或合作社的求助，要单独检查"
    if sent_back:
        return "退回过，要对照修改的内容单独检查"
    return "" if known else "这户第一次求助，要单独检查"


def _check_one(actor: User, need: Need, comment: str) -> str:
    try:
        with transaction.atomic():
            progress.lock(need.pk)
            need = Need.objects.select_related("household", "region").get(pk=need.pk)
            lifecycle.step(actor, need, "check")
            if not _opened(actor, need):
                raise Conflict("您还没有打开看过这一条，请看过再办")
            if reason := why_single([need])[need.pk]:
                raise Conflict(reason)
            review.check(actor=actor, need=need, comment=comment)
    except FupinError as error:
        return error.message
    return ""


def _opened(actor: User, need: Need) -> bool:
    return NeedOpening.objects.filter(need=need, user=actor, at__gte=need.waiting_since).exists()


def opened_of(actor: User, needs: Iterable[Need]) -> set[int]:
    """Which of these needs this officer opened since each came to its gate."""
    found = dict(NeedOpening.objects.filter(user=actor, need__in=list(needs)).values_list("need_id", "at"))
    return {
        need.pk
        for need in needs
        if need.pk in found and need.waiting_since and found[need.pk] >= need.waiting_since
    }
