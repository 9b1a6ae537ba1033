"""Issuing, revoking and checking honour certificates. A certificate exists iff the gift arrived (audit I-08)."""

import json
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.enums import Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit, messages
from donors.certificates import signing
from donors.certificates.payload import CertificatePayload, canonical_bytes, from_values
from donors.enums import Display
from donors.models import Certificate, CertificateSeries, Pledge
from donors.services.pledges import CHILD_UNNAMED
from donors.services.wording import gift_in_words, recipient_in_words
from fupin.lib import crypto
from fupin.lib.clock import day_of, now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from needs.enums import Form

_RELATED = ("need__household", "need__cooperative", "need__region", "donor", "charity_account")


def signing_key() -> bytes:
    """The site's Ed25519 private key, derived from the oldest key of FUPIN_KEYS."""
    return signing.derive_signing_key(crypto.oldest_key())


def issue_due(*, limit: int = 200) -> int:
    """Issue every certificate that is earned and not issued yet; returns how many.

    Each in a transaction of its own, on a row nobody else works on: it may run twice, in parallel, or after a crash.
    """
    issued = 0
    for pk in list(
        Pledge.objects.filter(certificate_due=True).order_by("id").values_list("pk", flat=True)[:limit]
    ):
        with transaction.atomic():
            pledge = (
                Pledge.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
                .select_related(*_RELATED)
                .filter(pk=pk, certificate_due=True)
                .first()
            )
            if pledge:
                _issue(pledge)
                issued += 1
    return issued


def revoke(*, actor: User, certificate: Certificate, reason: str) -> Certificate:
    """The county withdraws a certificate whose gift did not arrive after all; the check page then says so.

    Raises NotAllowed for others, InvalidInput without a reason.
    """
    ensure(actor, Verb.APPROVE, _pledge_of(certificate).need.region_id)
    if len(reason.strip()) < 4:
        raise InvalidInput(fields={"reason": ["请写明原因，至少 4 个字，核验页会显示。"]})
    with transaction.atomic():
        take_back(actor=actor, certificate=certificate, reason=reason.strip())
    certificate.refresh_from_db()
    return certificate


def take_back(*, actor: User | None, certificate: Certificate, reason: str) -> None:
    """Revoke as part of a step that its actor may take, a refund for example; in that step's transaction."""
    pledge = _pledge_of(certificate)
    end(certificate, reason)
    audit.record(
        actor=actor,
        action="certificate.revoke",
        obj=certificate,
        region_code=pledge.need.region_id,
        reason=reason,
    )
    messages.notify(
        user=pledge.donor,
        text=f"您对“{pledge.need.title}”的荣誉证书已撤销：{reason[:100]}",
        dedup_key=f"certificate-revoked:{certificate.pk}",
        link=pledge.get_absolute_url(),
    )


def reissue(*, actor: User, certificate: Certificate, display: str) -> Certificate:
    """The donor's next version of a certificate, signed as the donor wishes to be shown now; the number stays.

    The version before it is revoked in the same transaction. Raises NotAllowed for anybody but the donor,
    InvalidInput for an unknown display, Conflict for a certificate that is not valid any more.
    """
    known = _pledge_of(certificate)
    if known.donor_id != actor.pk:
        raise NotAllowed("只有爱心人士本人可以换发自己的证书。")
    if display not in Display.values:
        raise InvalidInput(fields={"display": ["请选择怎样署名。"]})
    with transaction.atomic():
        pledge = (
            Pledge.objects.select_for_update(no_key=True, of=("self",))
            .select_related(*_RELATED)
            .get(pk=known.pk)
        )
        if not end(certificate, "已换发新版，请以新版为准"):
            raise Conflict("这张证书已经失效，请刷新页面看最新的一张。")
        if pledge.guardian and display == Display.NAMED:
            raise InvalidInput(fields={"display": [CHILD_UNNAMED]})
        pledge.display = display
        pledge.save(update_fields=["display"])
        made = _write(pledge, certificate.number, certificate.version + 1)
        audit.record(
            actor=actor,
            action="certificate.reissue",
            obj=made,
            region_code=pledge.need.region_id,
            changes={"version": [certificate.version, made.version], "display": display},
        )
    return made


def end(certificate: Certificate, reason: str) -> bool:
    """Mark a certificate as revoked; False where somebody did before."""
    valid = Certificate.objects.filter(pk=certificate.pk, revoked_at=None)
    return bool(valid.update(revoked_at=now(), revoke_reason=reason[:200]))


def payload_of(certificate: Certificate) -> CertificatePayload:
    """The signed statement of a certificate."""
    return from_values(certificate.payload)


def is_genuine(certificate: Certificate) -> bool:
    """True where the stored statement still carries this site's signature."""
    public = signing.public_key_text(signing_key())
    try:
        return signing.verify(payload_of(certificate), certificate.signature, public)
    except ValueError:  # it is no statement at all
        return False


def check_url(certificate: Certificate) -> str:
    """The address in the QR code."""
    return f"{settings.SITE_URL}{certificate.get_absolute_url()}"


def _issue(pledge: Pledge) -> Certificate:
    certificate = _write(pledge, next_number(pledge.county, today().year), 1)
    Pledge.objects.filter(pk=pledge.pk).update(certificate_due=False)
    audit.record(
        actor=None,
        action="certificate.issue",
        obj=certificate,
        region_code=pledge.need.region_id,
        changes={"pledge": pledge.pk},
    )
    messages.notify(
        user=pledge.donor,
        text=f"您对“{pledge.need.title}”的荣誉证书已经开具，感谢您的帮助。",
        dedup_key=f"certificate:{certificate.pk}",
        link=certificate.get_absolute_url(),
    )
    return certificate


def _write(pledge: Pledge, number: str, version: int) -> Certificate:
    account = pledge.charity_account if pledge.form == Form.MONEY else None
    return sign_and_store(
        number=number,
        version=version,
        donor=pledge.donor_shown,
        recipient=recipient_in_words(pledge.need),
        content=gift_in_words(pledge),
        charity=account.charity if account else "",
        county_name=_county_name(pledge.county),
        of={"pledge": pledge},
    )


def sign_and_store(*, of: dict[str, Any], **words: Any) -> Certificate:
    """Sign these words today and keep them; `of` says whose certificate it is (a pledge, or a donor and a year)."""
    moment, key = now(), signing_key()
    payload = CertificatePayload(
        **words,
        issued_on=day_of(moment),
        site=settings.SITE_NAME,
        key_id=signing.key_id(signing.public_key_text(key)),
    )
    return Certificate.objects.create(
        **of,
        number=payload.number,
        version=payload.version,
        payload=json.loads(canonical_bytes(payload)),
        signature=signing.sign(payload, key),
        issued_at=moment,
    )


def _pledge_of(certificate: Certificate) -> Pledge:
    if certificate.pledge is None:
        raise Conflict("年度证书随每一笔帮助的证书而定，不能单独办理。")
    return certificate.pledge


def next_number(county: int, year: int) -> str:
    """The series row's lock keeps numbers without gaps: it is given back when the transaction fails."""
    CertificateSeries.objects.bulk_create(
        [CertificateSeries(county=county, year=year)], ignore_conflicts=True
    )
    CertificateSeries.objects.filter(county=county, year=year).update(last=F("last") + 1)
    last = CertificateSeries.objects.get(county=county, year=year).last
    return f"FP-{county}-{year}-{last:06d}"


def _county_name(county: int) -> str:
    region = Region.objects.filter(code=county * 10**6).first()
    return region.name if region else ""
