"""Change reports: a village hands them in, the township decides, and what it accepts is done at once."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.models.user import phone_index
from accounts.permissions import ensure
from accounts.services import audit, messages
from fupin.lib.clock import now
from fupin.lib.crypto import blind_index
from fupin.lib.errors import Conflict, InvalidInput, StaleState
from fupin.lib.text import contains_personal_data
from needs import household_lifecycle
from needs.enums import Evidence
from needs.household_enums import Relation, ReportKind, ReportState
from needs.models import Household, HouseholdReport
from needs.services import consents
from needs.services.household_flags import refresh
from needs.services.households import HouseholdInput, enrol, refuse_officers_phone
from needs.services.members import listed

CHANGEABLE = ("name", "id_number", "members", "cause", "focus", "phone", "address", "situation")
SECRET = ("id_number", "phone", "address", "situation")
NEW, ENDING = (ReportKind.ADD, ReportKind.MISSED), (ReportKind.CLOSE, ReportKind.FALSE)
Changes = dict[str, list[Any]]


def report_correction(
    *, actor: User, household: Household, wanted: Mapping[str, Any], reason: str
) -> HouseholdReport:
    """信息更正: hand in new values by field (CHANGEABLE); what equals the present value is left out.

    Raises NotAllowed, InvalidInput where nothing changes or the reason is missing.
    """
    changes = {
        name: [_plain(household, name), value]
        for name, value in wanted.items()
        if name in CHANGEABLE and value not in ("", None) and not _same(value, _plain(household, name))
    }
    if not changes:
        raise InvalidInput("没有要更正的内容，请至少改一项。")
    if "phone" in changes:
        refuse_officers_phone(changes["phone"][1])
    return _hand_in(actor, household.region, ReportKind.CORRECT, reason, household=household, changes=changes)


def report_ending(*, actor: User, household: Household, kind: str, reason: str) -> HouseholdReport:
    """销户, or 卡内有假: the household should leave the register. Raises NotAllowed, InvalidInput."""
    if kind not in ENDING:
        raise InvalidInput(fields={"kind": ["请选择报告的类型。"]})
    return _hand_in(actor, household.region, kind, reason, household=household)


def report_new(
    *, actor: User, region: Region, kind: str, content: HouseholdInput, evidence: str, reason: str
) -> HouseholdReport:
    """新增, or 卡外有贫: a household that should be in the register, with its own application and consent."""
    if kind not in NEW:
        raise InvalidInput(fields={"kind": ["请选择报告的类型。"]})
    if evidence not in consents.PAPER:
        raise InvalidInput(fields={"evidence": ["请选择申请和同意是怎样取得的。"]})
    if region.level != Level.VILLAGE:
        raise InvalidInput(fields={"village": ["请选择到村（社区）。"]})
    if content.phone:
        refuse_officers_phone(content.phone)
    values = {name: getattr(content, name) for name in CHANGEABLE} | {"focus": list(content.focus)}
    changes = {name: ["", value] for name, value in values.items() if value}
    return _hand_in(actor, region, kind, reason, changes=changes, evidence=evidence)


def report_leaving(
    *, actor: User, household: Household, evidence: str = "", reason: str = ""
) -> HouseholdReport:
    """The household takes back its consent to be registered (THREATS L-04), which is a 销户 for the township to decide.

    Its needs stop being public at once; with the 销户 all its consents end. The household says so itself and needs
    no reason; an officer who collects there hands in its word. Raises NotAllowed, InvalidInput without evidence or
    reason, Conflict where it has left or asked already.
    """
    evidence = consents.checked_evidence(actor, household, evidence)
    if evidence == Evidence.OWN_ACCOUNT:
        reason = "本户自己提出，不再登记。"
    with transaction.atomic():
        if consents.in_force(household):
            consents.withdraw(actor=actor, household=household, evidence=evidence, reason=reason)
        household = Household.objects.select_for_update(no_key=True, of=("self",)).get(pk=household.pk)
        if leaving(household):
            raise Conflict("已经提交过，正在等乡镇决定。")
        kind = ReportKind.CLOSE
        return _write(actor, household.region, kind, reason, household=household, evidence=evidence)


def leaving(household: Household) -> HouseholdReport | None:
    """The household's own wish to leave the register that waits for the township."""
    wishes = household.reports.filter(kind=ReportKind.CLOSE, state=ReportState.OPEN).exclude(evidence="")
    return wishes.order_by("id").first()


def accept(*, actor: User, report: HouseholdReport, comment: str = "") -> HouseholdReport:
    """Do what the report asks for, in this transaction.

    Raises NotAllowed, Conflict for one's own report or a person registered elsewhere, StaleState where the household
    changed since.
    """
    try:
        with transaction.atomic():
            # The needs' locks come before everything above them.
            needs = consents.locked_needs(report.household) if report.household else []
            report = _decided(actor, report, "accept", comment)
            if report.kind in NEW:
                report.household = _enrol(report)
                report.save(update_fields=["household"])
            elif report.household and report.kind in ENDING:
                consents.stop_publishing(needs)
                _end_consents(report.household, report)
                Household.objects.filter(pk=report.household.pk).update(closed_at=now())
                refresh([report.household.pk])
            elif report.household:
                _correct(report.household, changes_of(report))
    except IntegrityError as error:
        raise Conflict("这户的信息需要县级人工核对，请联系县级管理员。") from error
    return report


def refuse(*, actor: User, report: HouseholdReport, comment: str) -> HouseholdReport:
    """Say no, and why. Raises InvalidInput without a reason, else what `accept` raises."""
    if len(comment.strip()) < 4:
        raise InvalidInput(fields={"comment": ["请写明为什么不同意，至少 4 个字。"]})
    with transaction.atomic():
        return _decided(actor, report, "refuse", comment)


def withdraw(*, actor: User, report: HouseholdReport) -> HouseholdReport:
    """The reporter takes it back before anybody decided."""
    with transaction.atomic():
        return _decided(actor, report, "withdraw", "")


def changes_of(report: HouseholdReport) -> Changes:
    """What the report wants by field, old and new; for those who apply it and for masked display."""
    return json.loads(report.changes.open()) if report.changes else {}


def _hand_in(
    actor: User,
    region: Region,
    kind: str,
    reason: str,
    *,
    household: Household | None = None,
    changes: Changes | None = None,
    evidence: str = "",
) -> HouseholdReport:
    ensure(actor, Verb.COLLECT, region.code)
    return _write(actor, region, kind, reason, household=household, changes=changes, evidence=evidence)


def _write(
    actor: User,
    region: Region,
    kind: str,
    reason: str,
    *,
    household: Household | None,
    changes: Changes | None = None,
    evidence: str = "",
) -> HouseholdReport:
    if len(reason.strip()) < 4:
        raise InvalidInput(fields={"reason": ["请写明情况，至少 4 个字。"]})
    if contains_personal_data(reason):
        raise InvalidInput(fields={"reason": ["请不要在这里写手机号、身份证号或银行卡号。"]})
    if household and Household.objects.filter(pk=household.pk, closed_at__isnull=False).exists():
        raise Conflict("这户已经销户。")
    with transaction.atomic():
        report = HouseholdReport.objects.create(
            region=region,
            household=household,
            kind=kind,
            reason=reason.strip()[:500],
            changes=json.dumps(changes, ensure_ascii=False) if changes else None,
            evidence=evidence,
            reported_by=actor,
        )
        _record(actor, report, "household.report", fields=sorted(changes or {}))
    return report


def _decided(actor: User, report: HouseholdReport, action: str, comment: str) -> HouseholdReport:
    rows = HouseholdReport.objects.select_for_update(no_key=True, of=("self",))
    report = rows.select_related("household", "region", "reported_by").get(pk=report.pk)
    row = household_lifecycle.step(
        "report", action, report.state, actor=actor, code=report.region_id, author=report.reported_by
    )
    report.state, report.decision = row.target, comment.strip()[:200]
    report.decided_by, report.decided_at = actor, now()
    report.save()
    _record(actor, report, f"household.report.{action}")
    if action != "withdraw":
        messages.notify(
            user=report.reported_by,
            text=f"您提交的“{report.get_kind_display()}”报告：{ReportState(report.state).label}。{report.decision}",
            dedup_key=f"household-report:{report.pk}",
            link="/apply/consent/" if _is_own(report) else "/office/households/reports/",
        )
    return report


def _record(actor: User, report: HouseholdReport, action: str, fields: list[str] | None = None) -> None:
    changes = {"kind": report.kind, "household": report.household_id, "fields": fields or []}
    audit.record(actor=actor, action=action, obj=report, region_code=report.region_id, changes=changes)


def _enrol(report: HouseholdReport) -> Household:
    values = {name: new for name, (_, new) in changes_of(report).items()}
    return enrol(
        recorder=report.reported_by,
        region=report.region,
        content=HouseholdInput(**values),
        evidence=report.evidence,
    )


def _is_own(report: HouseholdReport) -> bool:
    return bool(report.household and report.household.account_id == report.reported_by_id)


def _end_consents(household: Household, report: HouseholdReport) -> None:
    """Where the household itself wanted to leave, nothing it agreed to stays in force."""
    if report.evidence:
        household.consents.filter(withdrawn_at=None).update(
            withdrawn_at=now(),
            withdrawn_by=report.reported_by,
            withdraw_evidence=report.evidence,
            withdraw_reason=report.reason[:200],
        )


def _correct(household: Household, changes: Changes) -> None:
    household = Household.objects.select_for_update(no_key=True, of=("self",)).get(pk=household.pk)
    if any(_plain(household, name) != old for name, (old, _) in changes.items()):
        raise StaleState("这户的信息在报告之后又改过，请不同意这份报告，请村里重新报。")
    for name, (_, new) in changes.items():
        setattr(household, name, new)
    if "phone" in changes:
        household.phone_index = phone_index(changes["phone"][1])
    if "id_number" in changes:
        household.id_index = blind_index(changes["id_number"][1], kind="id")
    if household.members < listed(household):
        raise Conflict(f"登记的成员有 {listed(household)} 人，家庭人口不能更少。")
    household.save()
    refresh([household.pk])
    household.people.filter(relation=Relation.HEAD).update(name=household.name)


def _same(new: Any, old: Any) -> bool:
    """Groups are the same in whatever order they stand."""
    return set(new) == set(old) if isinstance(new, list) else bool(new == old)


def _plain(household: Household, name: str) -> Any:
    """The present value for comparing; a secret's plaintext stays inside encrypted JSON."""
    value = getattr(household, name)
    return (value.open() if value else "") if name in SECRET else value
