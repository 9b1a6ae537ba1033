"""Adopting a household for a term (结对帮扶): asked by a donor, approved by the township, agreed by the household."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from donors.adoptions import AdoptionMove, adoption_move
from donors.enums import PAIRED, RHYTHM_MONTHS, AdoptionEnd, Display, Rhythm
from donors.models import Adoption
from donors.services import instalments
from donors.services.adoption_moves import move, write_step
from donors.services.pledges import MAX_FEN, MIN_FEN
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from fupin.lib.money import yuan_display
from needs.enums import Evidence, Form, Kind, Status
from needs.models import Need

KINDS = (Kind.SPONSORSHIP, Kind.EDUCATION)
TERMS = (6, 12, 24, 36)
LEAST_WORDS = 4
NOT_FREE = "这条求助已经有人结对，谢谢您的心意。可以直接捐助，或者看看别的求助。"


@dataclass(frozen=True, slots=True)
class AdoptionInput:
    """What a form hands over: fen an instalment, whole months of the term."""

    rhythm: str
    months: int
    amount_fen: int
    first_on: date
    display: str = Display.NAMED
    words: str = ""

    @property
    def count(self) -> int:
        """How many instalments the term has; 0 where it holds none."""
        return self.months // RHYTHM_MONTHS[Rhythm(self.rhythm)] if self.rhythm in Rhythm.values else 0


def may_be_adopted(need: Need) -> bool:
    """A household's public need of sponsorship or schooling that takes money."""
    return bool(
        need.household_id
        and need.kind in KINDS
        and Form.MONEY in need.forms
        and need.status == Status.PUBLISHED
    )


def ask(*, actor: User, need: Need, content: AdoptionInput) -> Adoption:
    """Offer to adopt; nothing is promised before the township and the household have agreed.

    Raises InvalidInput for terms that do not fit, Conflict where the need is taken or not open, NotAllowed for one's
    own household.
    """
    household = need.household
    if household and household.account and actor.same_person(household.account):
        raise NotAllowed("不能和自己家结对。")
    if not may_be_adopted(need):
        raise Conflict("这条求助现在不能结对，可以直接捐助。")
    _check(need, content)
    try:
        with transaction.atomic():
            if Adoption.objects.filter(need=need, status__in=PAIRED).exists():
                raise Conflict(NOT_FREE)
            made = Adoption.objects.create(
                need=need,
                county=need.county,
                donor=actor,
                display=content.display,
                rhythm=content.rhythm,
                months=content.months,
                amount_fen=content.amount_fen,
                first_on=content.first_on,
                words=content.words[:200],
            )
            write_step(made, "ask", actor=actor, by="donor", source="", note=content.words)
    except IntegrityError as error:
        raise Conflict("您已经申请过和这家结对，请在“我的结对”里看进展。") from error
    return made


def take(
    *, actor: User, adoption: Adoption, action: str, note: str = "", evidence: str = "", reason: str = ""
) -> Adoption:
    """One step of the table. An officer who answers for the household names the `evidence`; the office that ends a
    running adoption names the `reason`, and whoever refuses says why (`note`).

    Raises what the table says, InvalidInput for what is missing, Conflict where somebody else was paired meanwhile.
    """
    try:
        with transaction.atomic():
            adoption = locked(adoption.pk)
            row = adoption_move(actor, adoption, action)
            _fill(adoption, row, actor, note.strip(), evidence, reason)
            move(adoption, row, actor=actor, note=note.strip())
            if action == "agree":
                instalments.plan(adoption)
            if action == "resume":
                instalments.shift(adoption)
            return adoption
    except IntegrityError as error:
        raise Conflict(NOT_FREE) from error


def locked(pk: int) -> Adoption:
    """The adoption under its lock, which everybody takes before the need's."""
    rows = Adoption.objects.select_related("need__household__account", "need__region", "donor", "approved_by")
    if "adoption" not in settings.TEST_SKIP_GUARDS:
        rows = rows.select_for_update(no_key=True, of=("self",))
    return rows.get(pk=pk)


def _check(need: Need, content: AdoptionInput) -> None:
    errors: dict[str, list[str]] = {}
    total = content.amount_fen * content.count
    if content.months not in TERMS or not content.count:
        errors["months"] = ["请选择结对多久。"]
    if not MIN_FEN <= content.amount_fen <= MAX_FEN:
        errors["amount"] = [f"每期金额请填 {yuan_display(MIN_FEN)} 元到 {yuan_display(MAX_FEN)} 元。"]
    elif total > need.progress.open_fen:
        left = yuan_display(need.progress.open_fen)
        text = f"{content.count} 期共 {yuan_display(total)} 元，这条求助还差 {left} 元，请减少每期金额或缩短时间。"
        errors["amount"] = [text]
    if not today() <= content.first_on or (content.first_on - today()).days > 180:
        errors["first_on"] = ["请选择今天起半年以内的日期。"]
    if errors:
        raise InvalidInput(fields=errors)


def _fill(adoption: Adoption, row: AdoptionMove, actor: User, note: str, evidence: str, reason: str) -> None:
    """What a step asks for beside its button."""
    household = adoption.need.household
    own = household is not None and household.account_id == actor.pk
    if row.action in ("refuse", "close") and len(note) < LEAST_WORDS:
        raise InvalidInput(fields={"note": [f"请写明原因，至少 {LEAST_WORDS} 个字；对方会看到。"]})
    if row.action == "approve":
        adoption.approved_by = actor
    if row.action == "agree":
        paper = (Evidence.SIGNED_PAPER, Evidence.FINGERPRINT, Evidence.RECORDED_CALL)
        if not own and evidence not in paper:
            raise InvalidInput(fields={"evidence": ["请选择本户是怎样同意的。"]})
        adoption.evidence = Evidence.OWN_ACCOUNT if own else evidence
        adoption.agreed_at = now()
    if row.action == "close":
        if reason not in (AdoptionEnd.GRADUATED, AdoptionEnd.OFFICE):
            raise InvalidInput(fields={"reason": ["请选择为什么结束。"]})
        adoption.ended_for = reason
    if row.action == "end":
        adoption.ended_for = AdoptionEnd.DONOR
