"""Helpers of households on the spot, and what they did: recorded by the village, confirmed by a second person."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure, grants
from accounts.services import audit, messages
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from needs.household_enums import HelperAnswer, HelpState
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
    """Link a helper to a household. One with an account is asked whether they agree; else the household is told.

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
        if user:
            own = actor.same_person(user)
            helper.answer = HelperAnswer.AGREED if own else HelperAnswer.ASKED
            helper.answered_at = now() if own else None
            helper.save(update_fields=["answer", "answered_at"])
        _record(actor, "household.helper.add", helper, {"kind": helper.kind, "work": helper.work})
        _tell_linked(helper)
    return helper


def respond(*, actor: User, helper: HouseholdHelper, agrees: bool, reason: str = "") -> HouseholdHelper:
    """The named person agrees, and the household is told; or declines, which ends the link today.

    Raises NotAllowed for anybody else, StaleState once it is answered or ended.
    """
    with transaction.atomic():
        _locked(helper.household)
        helper = _living(helper)
        if not _is_helper(actor, helper):
            raise NotAllowed("只有被登记的本人可以答复。")
        if helper.answer != HelperAnswer.ASKED:
            raise StaleState("您已经答复过，请刷新页面。")
        helper.answer = HelperAnswer.AGREED if agrees else HelperAnswer.DECLINED
        helper.answered_at = now()
        if not agrees:
            helper.until = today()
            helper.ended_reason = "本人不同意" + (f"：{reason.strip()[:180]}" if reason.strip() else "")
        helper.save()
        _record(actor, f"household.helper.{helper.answer}", helper, {}, reason=reason)
        _tell_answered(helper)
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
        elif helper.answer == HelperAnswer.ASKED:
            raise Conflict("请先答复：您是不是这户的帮扶人。")
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
        if household.account and household.account_id != actor.pk:
            words = f"登记了一次帮扶：{helper.name}，{act.get_kind_display()}。有没有这回事，请您确认。"
            link = reverse("needs:apply-helper-answer", args=[act.pk])
            messages.notify(user=household.account, text=words, dedup_key=f"help:{act.pk}", link=link)
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
        _tell_decided(act)
    return act


def may_decide(actor: User, act: OfflineHelp) -> bool:
    """Whether this person is a second one: neither recorded nor gave the help, and has a say there."""
    home = act.helper.household
    second = not actor.same_person(act.recorded_by) and not _is_helper(actor, act.helper)
    return second and (home.account_id == actor.pk or grants(actor).allow(Verb.COLLECT, home.region_id))


def _tell_linked(helper: HouseholdHelper) -> None:
    """Ask the named person; who agreed already, or has no account, is named to the household."""
    if helper.user and helper.answer == HelperAnswer.ASKED:
        words = (
            f"{helper.household.region.name}把您登记为{helper.household.masked_name}家的"
            f"{helper.get_kind_display()}。是您的话请同意，不是的话可以不同意。"
        )
        link = reverse("needs:helping-record", args=[helper.pk])
        messages.notify(user=helper.user, text=words, dedup_key=f"helper:{helper.pk}:asked", link=link)
    else:
        _tell_household(helper)


def _tell_household(helper: HouseholdHelper) -> None:
    account = helper.household.account
    if account:
        words = f"{helper.name}（{helper.get_kind_display()}）是您家的帮扶人。"
        link = reverse("needs:apply-helpers")
        messages.notify(user=account, text=words, dedup_key=f"helper:{helper.pk}:named", link=link)


def _tell_answered(helper: HouseholdHelper) -> None:
    if helper.answer == HelperAnswer.AGREED:
        _tell_household(helper)
        return
    words = f"{helper.name}不同意登记为{helper.household.name}家的帮扶人，登记已结束。"
    link = reverse("needs:helpers", args=[helper.household_id])
    key = f"helper:{helper.pk}:declined"
    messages.notify(user=helper.recorded_by, text=words, dedup_key=key, link=link)


def _tell_decided(act: OfflineHelp) -> None:
    """Whoever recorded it and the helper hear what the second person said."""
    said = "已确认" if act.state == HelpState.CONFIRMED else f"被认为不属实：{act.decision}"
    words = f"您登记的线下帮扶（{act.day:%Y-%m-%d} {act.get_kind_display()}）{said}。"
    link = reverse("needs:helpers", args=[act.helper.household_id])
    if act.helper.user_id == act.recorded_by_id:
        link = reverse("needs:helping-record", args=[act.helper_id])
    messages.notify(user=act.recorded_by, text=words, dedup_key=f"help:{act.pk}:decided", link=link)


def _is_helper(actor: User, helper: HouseholdHelper) -> bool:
    return bool(helper.user and actor.same_person(helper.user))


def _locked(household: Household) -> Household:
    rows = Household.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("region", "account").get(pk=household.pk)


def _living(helper: HouseholdHelper) -> HouseholdHelper:
    helper = HouseholdHelper.objects.select_related(
        "user", "recorded_by", "household__region", "household__account"
    ).get(pk=helper.pk)
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
