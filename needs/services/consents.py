"""Consent to publish: withdrawn by the household or for it, and given again (THREATS L-03, L-04)."""

from django.db import IntegrityError, transaction

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit, messages
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from needs.enums import PUBLIC, ConsentKind, Evidence, Status
from needs.models import Consent, Household, Need, NeedProgress
from needs.services.households import CONSENT_TEXT
from needs.services.review import move_by_system

PAPER = (Evidence.SIGNED_PAPER, Evidence.FINGERPRINT, Evidence.RECORDED_CALL)


def in_force(household: Household) -> bool:
    """Whether the household's needs may be public."""
    return household.consents.filter(kind=ConsentKind.PUBLISH, withdrawn_at=None).exists()


def withdraw(*, actor: User, household: Household, evidence: str = "", reason: str = "") -> int:
    """End the consent to publish: with the commit no need of the household is public; returns how many were.

    The household itself says so and needs no reason; an officer who collects there does it on its word, with the
    evidence and why. What donors promised is settled by their room (`Need.taken_down_at`). Raises NotAllowed,
    InvalidInput without evidence or reason, Conflict where no consent is in force.
    """
    evidence = checked_evidence(actor, household, evidence)
    if evidence != Evidence.OWN_ACCOUNT and len(reason.strip()) < 4:
        raise InvalidInput(fields={"reason": ["请写明本户为什么撤回，至少 4 个字。"]})
    with transaction.atomic():
        needs = locked_needs(household)
        consent = (
            household.consents.select_for_update(no_key=True)
            .filter(kind=ConsentKind.PUBLISH, withdrawn_at=None)
            .first()
        )
        if consent is None:
            raise Conflict("公开同意已经撤回，不用再办。")
        consent.withdrawn_at, consent.withdrawn_by = now(), actor
        consent.withdraw_evidence, consent.withdraw_reason = evidence, reason.strip()[:200]
        consent.save()
        stopped = stop_publishing(needs)
        audit.record(
            actor=actor,
            action="consent.withdraw",
            obj=household,
            region_code=household.region_id,
            changes={"consent": consent.pk, "needs": stopped},
            reason=evidence,
        )
        _tell(household, actor, consent, "已撤回公开同意，您家的求助不再公开。")
    return len(stopped)


def give(*, actor: User, household: Household, evidence: str = "") -> Consent:
    """Record a new consent to the present text. Needs stay where they are: each goes through the gates again.

    Raises NotAllowed, InvalidInput without evidence, Conflict where a consent is in force.
    """
    evidence = checked_evidence(actor, household, evidence)
    try:
        with transaction.atomic():
            consent = Consent.objects.create(
                household=household,
                kind=ConsentKind.PUBLISH,
                text_version=CONSENT_TEXT,
                evidence=evidence,
                given_at=now(),
                recorded_by=actor,
            )
            audit.record(
                actor=actor,
                action="consent.give",
                obj=household,
                region_code=household.region_id,
                changes={"consent": consent.pk, "text": CONSENT_TEXT},
                reason=evidence,
            )
            _tell(household, actor, consent, "已登记公开同意，求助重新审核后可以公开。")
    except IntegrityError as error:
        raise Conflict("已经有有效的公开同意，不用再登记。") from error
    return consent


def stop_publishing(needs: list[Need]) -> list[int]:
    """Take these locked needs off every public page, their photos too; returns the ids of those that were public.

    What was approved for a later date waits for a new approval.
    """
    stopped = []
    for need in needs:
        if need.status in PUBLIC:
            need.photos.update(reviewed_by=None, reviewed_at=None)
            move_by_system(need, "revoke")
            stopped.append(need.pk)
        elif need.status == Status.CHECKED and need.publish_at:
            need.publish_at = need.queued_at = need.campaign = None
            need.save(update_fields=["publish_at", "queued_at", "campaign"])
    return stopped


def checked_evidence(actor: User, household: Household, evidence: str) -> str:
    """The evidence this actor may name; the household's own account is evidence itself.

    Raises NotAllowed, InvalidInput.
    """
    if household.account_id == actor.pk:
        return Evidence.OWN_ACCOUNT
    ensure(actor, Verb.COLLECT, household.region_id)
    if evidence not in PAPER:
        raise InvalidInput(fields={"evidence": ["请选择凭据。"]})
    return evidence


def locked_needs(household: Household) -> list[Need]:
    """Every need of the household, progress rows first: whoever approves or pledges now waits for us."""
    rows = NeedProgress.objects.filter(need__household=household).order_by("need_id")
    list(rows.select_for_update(no_key=True, of=("self",)))
    needs = Need.objects.filter(household=household).order_by("pk")
    return list(needs.select_for_update(no_key=True, of=("self",)).select_related("region", "household"))


def _tell(household: Household, actor: User, consent: Consent, text: str) -> None:
    """Tell the household what an officer did in its name."""
    if household.account and household.account_id != actor.pk:
        key = f"consent:{consent.pk}:{'off' if consent.withdrawn_at else 'on'}"
        messages.notify(user=household.account, text=text, dedup_key=key, link="/apply/consent/")
