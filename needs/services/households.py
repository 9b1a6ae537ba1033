"""Registering households and their consents; nothing is published without them (REQUIREMENTS 36, 52, THREATS L-03)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from accounts.enums import Level, Verb
from accounts.models import Appointment, Region, User
from accounts.models.user import phone_index
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import now
from fupin.lib.crypto import blind_index
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.text import canonical_phone
from needs.enums import ConsentKind, Evidence
from needs.models import Consent, Household
from needs.services.household_flags import refresh

CONSENT_TEXT = "2026-11"  # templates/needs/consent_2026-11.html


@dataclass(frozen=True, slots=True)
class HouseholdInput:
    """What a form or the API hands over; shapes are already checked there."""

    name: str
    cause: str
    members: int = 1
    phone: str = ""
    id_number: str = ""
    address: str = ""
    situation: str = ""
    focus: Sequence[str] = field(default_factory=tuple)


def register(
    *, actor: User, region: Region, content: HouseholdInput, evidence: str, account: User | None = None
) -> Household:
    """Register a household in its village with its recorded application and consent to publish.

    An officer who collects there registers for it (`evidence` of paper or a call); with `account=actor` a
    household registers itself. Raises NotAllowed outside one's range, InvalidInput for an officer's own phone
    (宿州 第二十七条) or a region that is no village, Conflict where a person is already registered.
    """
    if account is None or account != actor:
        ensure(actor, Verb.COLLECT, region.code)
        if content.phone:
            refuse_officers_phone(content.phone)
    if region.level != Level.VILLAGE or region.valid_to:
        raise InvalidInput(fields={"region": ["请选择到村（社区）。"]})
    try:
        household = enrol(recorder=actor, region=region, content=content, evidence=evidence, account=account)
    except IntegrityError as error:
        # The same words whoever is registered wherever: no oracle across counties (THREATS P-11).
        raise Conflict("这户的信息需要县级人工核对，请联系县级管理员。") from error
    return household


def enrol(
    *, recorder: User, region: Region, content: HouseholdInput, evidence: str, account: User | None = None
) -> Household:
    """Write a household with its consents and look whom it shares something with; who may is already asked.

    Raises IntegrityError where the person is registered.
    """
    with transaction.atomic():
        household = _create(recorder, region, content, account)
        _record_consents(household, recorder, evidence)
        refresh([household.pk])
        audit.record(actor=recorder, action="household.register", obj=household, region_code=region.code)
    return household


def refuse_officers_phone(phone: str) -> None:
    """Raise InvalidInput for the number of anybody in a post today (宿州 第二十七条, THREATS A-18)."""
    if Appointment.objects.active().filter(user__phone_index=phone_index(phone)).exists():
        raise InvalidInput(fields={"phone": ["不能填写工作人员自己的手机号；没有手机可以留空。"]})


def ensure_may_publish(household: Household | None) -> None:
    """Raise Conflict unless the household's consent to publish is in force; villages and counties need none."""
    if words := why_not_public(household):
        raise Conflict(words)


def why_not_public(household: Household | None) -> str:
    """What stands in the way of this household's needs, in words; "" where nothing does."""
    if household is None:
        return ""
    if household.closed_at:
        return "这户已经销户，不能求助。"
    if not household.consents.filter(kind=ConsentKind.PUBLISH, withdrawn_at=None).exists():
        return "这户现在没有有效的公开同意，求助不能提交。本户愿意公开时，先登记新的同意。"
    return ""


def _create(actor: User, region: Region, content: HouseholdInput, account: User | None) -> Household:
    return Household.objects.create(
        region=region,
        account=account,
        name=content.name,
        cause=content.cause,
        members=content.members,
        focus=list(content.focus),
        phone=canonical_phone(content.phone) if content.phone else None,
        phone_index=phone_index(content.phone) if content.phone else None,
        id_number=content.id_number or None,
        id_index=blind_index(content.id_number, kind="id") if content.id_number else None,
        address=content.address or None,
        situation=content.situation or None,
        registered_by=actor,
    )


def _record_consents(household: Household, actor: User, evidence: str) -> None:
    if evidence not in Evidence.values:
        raise InvalidInput(fields={"evidence": ["请选择申请和同意是怎样取得的。"]})
    Consent.objects.bulk_create(
        Consent(
            household=household,
            kind=kind,
            text_version=CONSENT_TEXT,
            evidence=evidence,
            given_at=now(),
            recorded_by=actor,
        )
        for kind in ConsentKind
    )
