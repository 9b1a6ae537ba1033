"""Helpers of households on the spot, and what they did: recorded by the village, confirmed by a second person."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure, grants
from accounts.services import audit
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, StaleState
from needs.household_enums import HelpState
from needs.models import Household, HouseholdHelper, OfflineHelp

MOST = 20
"""Living helpers of one household at a time."""


@dataclass(frozen=True, slots=True)
class HelperInput:
    """A helper as typed; `phone` finds the account, if there is one."""

    name: str
    kind: str
    work: str
    since: date
    unit: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class HelpInput:
    """What was done; `amount_fen` as the helper tells it."""

    day: date
    kind: str
    words: str
    amount_fen: int | None = None


def add(*, actor: User, household: Household, content: HelperInput) -> HouseholdHelper:
    """Link a helper to a household.

    Raises NotAllowed outside one's range, Conflict for a closed household, a second link and over 20 helpers,
    InvalidInput for a day ahead.
    """
    _not_ahead("since", content.since)
    with transaction.atomic():
        household = _locked(household)
        ensure(actor, Verb.COLLECT, household.region_id)
        if household.closed_at:
            raise Conflict("这户已经销户，不能再登记帮扶人。")
        living = household.helpers.filter(until=None)
        if living.count() >= MOST:
            raise Conflict(f"一户最多登记 {MOST} 位帮扶人。")
        if living.filter(name=content.name, unit=content.unit, work=content.work).exists():
            raise Conflict("这位帮扶人已经登记在这户。")
        user = User.objects.by_phone(content.phone) if content.phone else None
        if user and user.pk == household.account_id:
            raise InvalidInput(fields={"phone": ["这是本户自己的手机号，请核对。"]})
        helper = HouseholdHelper.objects.create(
            household=household, user=user, name=content.name, unit=content.unit, kind=content.kind,
            work=content.work, since=content.since, recorded_by=actor,
        )  # fmt: skip
        _record(actor, "household.helper.add", helper, {"kind": helper.kind, "work": helper.work})
    return helper


def end(*, actor: User, helper: HouseholdHelper, reason: str) -> HouseholdHelper:
    """End a link today. Raises NotAllowed, InvalidInput without a reason, StaleState when it has ended."""
    if len(reason.strip()) < 4:
        raise InvalidInput(fields={"reason": ["请写明结束的原因，至少 4 个字。"]})
    with transaction.atomic():
        household = _locked(helper.household)
        ensure(actor, Verb.COLLECT, household.region_id)
        helper = _living(helper)
        helper.until, helper.ended_reason = today(), reason.strip()[:200]
        helper.save(update_fields=["until", "ended_reason"])
        _record(actor, "household.helper.end", helper, {"until": str(helper.until)}, reason=reason)
    return helper


def record(*, actor: User, helper: HouseholdHelper, content: HelpInput) -> OfflineHelp:
    """Write down help given on the spot: an officer who collects there, or the helper.

    Raises NotAllowed for anybody else, StaleState when the link has ended, InvalidInput for a day outside it.
    """
    _not_ahead("day", content.day)
    with transaction.atomic():
        household = _locked(helper.household)
        helper = _living(helper)
        if not _is_helper(actor, helper):
            ensure(actor, Verb.COLLECT, household.region_id)
        if content.day < helper.since:
            raise InvalidInput(fields={"day": ["这一天还没有开始帮扶，请核对日期。"]})
        act = OfflineHelp.objects.create(
            helper=helper, day=content.day, kind=content.kind, words=content.words,
            amount_fen=content.amount_fen, recorded_by=actor,
        )  # fmt: skip
        _record(
            actor,
            "household.help.record",
            helper,
            {"help": act.pk, "kind": act.kind, "day": str(act.day), "amount_fen": act.amount_fen},
        )
    return act


def decide(*, actor: User, act: OfflineHelp, state: str, comment: str = "") -> OfflineHelp:
    """Say that recorded help happened, or did not: the household itself, or an officer who collects there.

    Raises NotAllowed for anybody else, Conflict for who recorded or gave it, InvalidInput for a refusal without
    a reason, StaleState once it is decided.
    """
    if state not in (HelpState.CONFIRMED, HelpState.REFUSED):
        raise InvalidInput(fields={"state": ["请选择是否属实。"]})
    if state == HelpState.REFUSED and len(comment.strip()) < 4:
        raise InvalidInput(fields={"comment": ["不属实的，请写明情况，至少 4 个字。"]})
    with transaction.atomic():
        rows = OfflineHelp.objects.select_for_update(no_key=True, of=("self",))
        act = rows.select_related("helper__household", "helper__user", "recorded_by").get(pk=act.pk)
        home = act.helper.household
        if home.account_id != actor.pk:
            ensure(actor, Verb.COLLECT, home.region_id)
        if not may_decide(actor, act):
            raise Conflict("自己登记或者自己做的帮扶不能自己确认，请本户或者另一位工作人员确认。")
        if act.state != HelpState.OPEN:
            raise StaleState("这次帮扶已经有人确认过，请刷新页面。")
        act.state, act.decision = state, comment.strip()[:200]
        act.decided_by, act.decided_at = actor, now()
        act.save(update_fields=["state", "decision", "decided_by", "decided_at"])
        _record(actor, f"household.help.{state}", act.helper, {"help": act.pk}, reason=comment)
    return act


def may_decide(actor: User, act: OfflineHelp) -> bool:
    """Whether this person is a second one: neither recorded nor gave the help, and has a say there."""
    home = act.helper.household
    second = not actor.same_person(act.recorded_by) and not _is_helper(actor, act.helper)
    return second and (home.account_id == actor.pk or grants(actor).allow(Verb.COLLECT, home.region_id))


def _is_helper(actor: User, helper: HouseholdHelper) -> bool:
    return bool(helper.user and actor.same_person(helper.user))


def _locked(household: Household) -> Household:
    return Household.objects.select_for_update(no_key=True, of=("self",)).get(pk=household.pk)


def _living(helper: HouseholdHelper) -> HouseholdHelper:
    helper = HouseholdHelper.objects.select_related("user", "household").get(pk=helper.pk)
    if helper.until:
        raise StaleState("这位帮扶人已经结束帮扶，请刷新页面。")
    return helper


def _not_ahead(field: str, day: date) -> None:
    if day > today():
        raise InvalidInput(fields={field: ["日期不能晚于今天。"]})


def _record(
    actor: User, action: str, helper: HouseholdHelper, changes: dict[str, object], reason: str = ""
) -> None:
    audit.record(
        actor=actor,
        action=action,
        obj=helper.household,
        region_code=helper.household.region_id,
        changes={"helper": helper.pk, **changes},
        reason=reason,
    )
