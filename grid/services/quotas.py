"""Quota rules and subsidy rates, zero reports, needs that do not count, and the appraisal chain."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.enums import Level, Verb
from accounts.models import Appointment, Region, User
from accounts.permissions import ensure
from accounts.services import audit, messages
from fupin.lib.clock import month_of, now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.models import ClosedMonth, ExcludedNeed, QuotaResult, QuotaRule, SubsidyRate, ZeroReport
from grid.queries.quotas import last_of
from grid.quota_enums import POOR_VILLAGE, Appraised
from needs.models import Need

LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class RuleInput:
    """A rule as typed; `valid_from` is the first day of a month."""

    role: str
    villages: str
    kinds: Sequence[str]
    kinds_everywhere: Sequence[str]
    at_start: int
    monthly: int
    monthly_most: int | None
    due_day: int
    valid_from: date
    clause: str


@dataclass(frozen=True, slots=True)
class RateInput:
    """A rate as typed; `fen` for a whole month."""

    name: str
    role: str
    fen: int
    basis: str
    valid_from: date
    clause: str


def set_rule(*, actor: User, region: Region, rule: RuleInput) -> QuotaRule:
    """A new rule for a county or a city, from a month that no county has closed.

    Raises NotAllowed, InvalidInput for another level or a closed month.
    """
    fields = {name: getattr(rule, name) for name in RuleInput.__slots__}
    with transaction.atomic():
        _ensure_open(actor, region, rule.valid_from)
        made = QuotaRule.objects.create(region=region, made_by=actor, **fields)
        changes = {"role": rule.role, "monthly": rule.monthly, "from": f"{rule.valid_from:%Y-%m}"}
        audit.record(actor=actor, action="quota.rule", obj=made, region_code=region.code, changes=changes)
        return made


def set_rate(*, actor: User, region: Region, rate: RateInput) -> SubsidyRate:
    """A new subsidy rate, likewise."""
    fields = {name: getattr(rate, name) for name in RateInput.__slots__}
    with transaction.atomic():
        _ensure_open(actor, region, rate.valid_from)
        made = SubsidyRate.objects.create(region=region, made_by=actor, **fields)
        changes = {"role": rate.role, "fen": rate.fen, "from": f"{rate.valid_from:%Y-%m}"}
        audit.record(actor=actor, action="quota.rate", obj=made, region_code=region.code, changes=changes)
        return made


def end(*, actor: User, row: QuotaRule | SubsidyRate, month: date) -> QuotaRule | SubsidyRate:
    """Let a rule or a rate end with `month`, the last one it holds for. Raises like `set_rule`."""
    model: Any = type(row)
    with transaction.atomic():
        locked = (
            model.objects.select_for_update(no_key=True, of=("self",)).select_related("region").get(pk=row.pk)
        )
        _ensure_open(actor, locked.region, last_of(month))
        if locked.valid_to:
            raise StaleState("这一条已经定了截止月份。")
        if last_of(month) < locked.valid_from:
            raise InvalidInput(fields={"month": ["截止月份不能早于开始月份。"]})
        locked.valid_to = last_of(month)
        locked.save(update_fields=["valid_to"])
        changes = {"to": f"{month:%Y-%m}"}
        audit.record(
            actor=actor, action="quota.end", obj=locked, region_code=locked.region_id, changes=changes
        )
        return locked


def _ensure_open(actor: User, region: Region, day: date) -> None:
    ensure(actor, Verb.APPOINT, region.code)
    if region.level not in (Level.PROVINCE, Level.CITY, Level.COUNTY):
        raise InvalidInput("任务和补贴标准由县或市规定。")
    inside = {"region__gte": region.code, "region__lte": region.code_end}
    if ClosedMonth.objects.filter(month__gte=month_of(day), **inside).exists():
        raise InvalidInput(fields={"month": ["这个月份已经结账，请选择以后的月份。"]})


def mark_poor(*, actor: User, county: Region, villages: Collection[int]) -> int:
    """Say which villages of a county, or of one of its townships, are poor villages; returns how many marks changed.

    Months that are closed stay; those that are open count by the marks of the day on which they are closed. Villages
    that were merged keep their mark.
    """
    with transaction.atomic():
        ensure(actor, Verb.APPOINT, county.code)
        inside = Region.objects.select_for_update(no_key=True).filter(
            code__gte=county.code, code__lte=county.code_end, level=Level.VILLAGE, valid_to=None
        )
        changed = [
            _marked(village)
            for village in inside.order_by("code")
            if (POOR_VILLAGE in village.tags) is not (village.code in villages)
        ]
        Region.objects.bulk_update(changed, ["tags"], batch_size=500)
        codes = [village.code for village in changed]
        audit.record(
            actor=actor, action="quota.poor", obj=county, region_code=county.code, changes={"changed": codes}
        )
        return len(changed)


def _marked(village: Region) -> Region:
    """With the mark where it had none, and the other way round."""
    others = [tag for tag in village.tags if tag != POOR_VILLAGE]
    village.tags = others if POOR_VILLAGE in village.tags else [*others, POOR_VILLAGE]
    return village


def sign_zero(*, actor: User, post: Appointment, month: date, reason: str) -> ZeroReport:
    """Sign that there was nothing to report; it satisfies the month (B1).

    Raises NotAllowed for somebody else's post, InvalidInput for too few words or a month to come or closed.
    """
    if post.user_id != actor.pk:
        raise NotAllowed("零报告由本人签。")
    if len(reason.strip()) < LEAST_WORDS:
        raise InvalidInput(
            fields={"reason": [f"请写明原因，至少 {LEAST_WORDS} 个字，例如：走访了 32 户，没有新的困难。"]}
        )
    if month > today() or last_of(month) < post.starts_on:
        raise InvalidInput("只能签已经开始的月份。")
    with transaction.atomic():
        county = post.region_id // 10**6 * 10**6
        # Closing holds this row, too: a report is inside the month or refused.
        Region.objects.select_for_update(no_key=True).get(pk=county)
        if ClosedMonth.objects.filter(region=county, month=month).exists():
            raise InvalidInput("这个月已经结账，不能再签。")
        report, fresh = ZeroReport.objects.get_or_create(
            appointment=post, month=month, defaults={"reason": reason.strip()[:300], "signed_at": now()}
        )
        if fresh:
            changes = {"month": f"{month:%Y-%m}"}
            audit.record(
                actor=actor, action="quota.zero", obj=report, region_code=post.region_id, changes=changes,
                reason=report.reason,
            )  # fmt: skip
        return report


def exclude(*, actor: User, need: Need, reason: str) -> ExcludedNeed:
    """The county finds that a need shall not count. Raises NotAllowed, InvalidInput, Conflict on one's own need."""
    if len(reason.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"reason": [f"请写明原因，至少 {LEAST_WORDS} 个字。"]})
    with transaction.atomic():
        ensure(actor, Verb.APPROVE, need.region_id)
        if actor.same_person(need.created_by):
            raise Conflict("自己写的求助要由别的同志认定。")
        found, fresh = ExcludedNeed.objects.get_or_create(
            need=need, defaults={"reason": reason.strip()[:300], "decided_by": actor, "decided_at": now()}
        )
        if fresh:
            audit.record(
                actor=actor, action="quota.exclude", obj=need, region_code=need.region_id, reason=found.reason
            )
            _tell(
                need.created_by,
                f"求助“{need.title}”经县级核实不计入任务数：{found.reason}",
                f"exclude:{need.pk}",
            )
        return found


def include(*, actor: User, need: Need, reason: str) -> None:
    """Take an exclusion back: the need counts again, in a closed month by the next month's adjustment.

    Raises NotAllowed, InvalidInput for too few words, StaleState where it was not excluded, Conflict on one's own
    need.
    """
    if len(reason.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"reason": [f"请写明原因，至少 {LEAST_WORDS} 个字。"]})
    with transaction.atomic():
        ensure(actor, Verb.APPROVE, need.region_id)
        if actor.same_person(need.created_by):
            raise Conflict("自己写的求助要由别的同志认定。")
        found = ExcludedNeed.objects.select_for_update().filter(need=need).first()
        if found is None:
            raise StaleState("这条求助没有被排除。")
        found.delete()
        audit.record(
            actor=actor,
            action="quota.include",
            obj=need,
            region_code=need.region_id,
            reason=reason.strip()[:300],
        )
        _tell(
            need.created_by,
            f"求助“{need.title}”经复查重新计入任务数。",
            f"include:{need.pk}:{now():%Y%m%d%H%M%S}",
        )


def object_to(*, actor: User, result: QuotaResult, note: str) -> QuotaResult:
    """The officer objects to their own result, until the county has decided."""
    if result.appointment.user_id != actor.pk:
        raise NotAllowed("只能对自己的结果提出异议。")
    if len(note.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"note": [f"请写明哪里不对，至少 {LEAST_WORDS} 个字。"]})
    with transaction.atomic():
        result = _locked(result)
        if result.status == Appraised.DECIDED:
            raise StaleState("县里已经审定。")
        result.objection, result.objected_at = note.strip()[:300], now()
        result.save(update_fields=["objection", "objected_at"])
        _record(actor, result, "quota.object", result.objection)
        return result


def verify(*, actor: User, result: QuotaResult, note: str = "") -> QuotaResult:
    """The township confirms a result of its villages (考核结果经所属街道、乡镇核实); never its own."""
    with transaction.atomic():
        result = _locked(result)
        ensure(actor, Verb.CHECK, result.appointment.region_id)
        _other_person(actor, result)
        if result.status != Appraised.COUNTED:
            raise StaleState("已经核实过了。")
        result.status, result.verified_by, result.verified_note = (
            Appraised.VERIFIED,
            actor,
            note.strip()[:300],
        )
        result.save(update_fields=["status", "verified_by", "verified_note"])
        _record(actor, result, "quota.verify", result.verified_note)
        return result


def decide(*, actor: User, result: QuotaResult, note: str = "") -> QuotaResult:
    """The county decides; with an objection it answers in words. The officer is told."""
    with transaction.atomic():
        result = _locked(result)
        ensure(actor, Verb.APPROVE, result.appointment.region_id)
        _other_person(actor, result)
        if result.status != Appraised.VERIFIED:
            raise StaleState("要先由乡镇核实。" if result.status == Appraised.COUNTED else "已经审定过了。")
        if result.verified_by and actor.same_person(result.verified_by):
            raise Conflict("核实和审定要由不同的人办理。")
        if result.objection and len(note.strip()) < LEAST_WORDS:
            raise InvalidInput(fields={"note": [f"对方有异议，请答复，至少 {LEAST_WORDS} 个字。"]})
        result.status, result.decided_by, result.decided_note = Appraised.DECIDED, actor, note.strip()[:300]
        result.save(update_fields=["status", "decided_by", "decided_note"])
        _record(actor, result, "quota.decide", result.decided_note)
        words = f"{result.closed.month:%Y 年 %m 月}的任务考核已审定。{result.decided_note}"
        _tell(result.appointment.user, words, f"appraised:{result.pk}")
        return result


def _locked(result: QuotaResult) -> QuotaResult:
    rows = QuotaResult.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("closed", "appointment__user", "verified_by").get(pk=result.pk)


def _other_person(actor: User, result: QuotaResult) -> None:
    if actor.same_person(result.appointment.user):
        raise Conflict("自己的考核要由别的同志办理。")


def _record(actor: User, result: QuotaResult, action: str, reason: str) -> None:
    audit.record(
        actor=actor, action=action, obj=result, region_code=result.appointment.region_id, reason=reason
    )


def _tell(user: User, text: str, key: str) -> None:
    messages.notify(user=user, text=text, dedup_key=f"quota:{key}", link="/office/quotas/")
