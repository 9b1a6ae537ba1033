"""The household's word at the door: a code to its phone, said to the officer or to the donor (B9)."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.services import audit, limits, messages
from donors import lifecycle
from donors.enums import PledgeStatus
from donors.models import DeliveryCode, Pledge
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from needs.enums import Form

LIFETIME = timedelta(minutes=30)
MAX_TRIES = 5
WRONG = "确认码不对或已失效，请核对短信，或重新发送。"


def send(*, actor: User, pledge: Pledge) -> None:
    """Send a fresh code to the household's phone; earlier ones die. For the recipient's officers, and for the donor
    on the day they meet. Raises NotAllowed, Conflict without a phone, TooMany (1 a minute, 6 a day for a pledge)."""
    if not may_send(actor, pledge):
        raise NotAllowed("现在不能给受助家庭发确认码。")
    household = pledge.need.household
    if household is None or household.phone is None:
        raise Conflict("这户没有登记手机，请由见证人在场确认。", code="no_phone")
    for limit, seconds in ((1, 60), (6, 86_400)):
        limits.take(f"delivery-code:{pledge.pk}", limit=limit, seconds=seconds)
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        DeliveryCode.objects.filter(pledge=pledge, used_at=None).update(tries=MAX_TRIES)
        row = DeliveryCode.objects.create(
            pledge=pledge, code_hash=make_password(code), asked_by=actor, expires_at=now() + LIFETIME
        )
        messages.queue_sms(
            phone=household.phone.open(),
            text=f"【{settings.SITE_NAME}】收到帮助后，请把确认码 {code} 告诉送来的人。没有收到请不要说。",
            code=code,
            dedup_key=f"delivery:{row.pk}",
        )
        audit.record(actor=actor, action="pledge.code_sent", obj=pledge, region_code=pledge.need.region_id)


def may_send(actor: User, pledge: Pledge) -> bool:
    """An officer who may confirm here; the donor from the day of the meeting or service on."""
    living = pledge.status not in (PledgeStatus.CANCELLED, PledgeStatus.LAPSED, PledgeStatus.REFUNDED)
    if lifecycle.may(actor, pledge, lifecycle.RECIPIENT):
        household = pledge.need.household
        return living and not (household and household.account_id == actor.pk)
    return pledge.donor_id == actor.pk and at_the_door(pledge)


def at_the_door(pledge: Pledge) -> bool:
    """Whether the donor and the household stand before each other today."""
    day = pledge.service_on if pledge.form == Form.SERVICE else pledge.meet_on
    status = PledgeStatus.PLEDGED if pledge.form == Form.SERVICE else PledgeStatus.SHIPPED
    return pledge.status == status and day is not None and day <= today()


def prove(*, actor: User, pledge: Pledge, code: str) -> None:
    """Note that `actor` was told the code. Spends a try first, outside any other transaction's fate, so that parallel
    guesses cannot share one; the same right code again changes nothing. Raises InvalidInput."""
    row = DeliveryCode.objects.filter(pledge=pledge).order_by("-id").first()
    if row is None:
        raise InvalidInput(WRONG, fields={"code": [WRONG]})
    if row.proved_by_id == actor.pk and check_password(code, row.code_hash):
        return
    spent = DeliveryCode.objects.filter(
        pk=row.pk, used_at=None, proved_by=None, tries__lt=MAX_TRIES, expires_at__gt=now()
    ).update(tries=F("tries") + 1)
    if not check_password(code, row.code_hash) or not spent:
        raise InvalidInput(WRONG, fields={"code": [WRONG]})
    DeliveryCode.objects.filter(pk=row.pk).update(proved_by=actor)


def take(*, actor: User, pledge: Pledge) -> bool:
    """Use up the code that `actor` has proved; False where there is none in force. Runs in the caller's transaction."""
    return bool(
        DeliveryCode.objects.filter(
            pledge=pledge, proved_by=actor, used_at=None, expires_at__gt=now()
        ).update(used_at=now())
    )
