"""Entering by phone and code. Registering is entering for the first time, so no answer tells who exists."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import LoginCode, User
from accounts.models.user import phone_index
from accounts.services import audit, limits, messages
from fupin.lib.clock import now
from fupin.lib.errors import InvalidInput
from fupin.lib.text import canonical_phone

LIFETIME = timedelta(minutes=5)
MAX_TRIES = 3
ALONE = "请勿告诉他人，工作人员不会索要验证码。"
AT_DESK = "您正在乡镇窗口开通家庭账号才读给工作人员，不在窗口请不要告诉任何人。"
WRONG = "验证码不正确或已失效，请核对后重新输入，或重新获取。"


def send_code(*, phone: str, binding: str = "", address: str = "", at_desk: bool = False) -> None:
    """Send a fresh six-digit code to `phone` (canonical or not); earlier codes of that phone die.

    `binding` ties the code to the asking browser, `address` is the client's network for the limits
    (1 per minute, 3 per hour and 5 per day a number; 20 per hour a network; a budget per day for all).
    `at_desk` is for a person who stands at a township's desk and reads the code out there: other words.
    Raises ValidationError on a bad number, TooMany over a limit.
    """
    index, phone = phone_index(phone), canonical_phone(phone)
    limits.take("sms:all", limit=settings.SMS_DAILY_BUDGET, seconds=86_400)
    if address:
        limits.take(f"sms:net:{address}", limit=settings.SMS_NETWORK_HOURLY, seconds=3600)
    for limit, seconds in ((1, 60), (3, 3600), (5, 86_400)):
        limits.take(f"sms:phone:{index}", limit=limit, seconds=seconds)
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        LoginCode.objects.filter(phone_index=index, used_at=None).update(tries=MAX_TRIES)
        row = LoginCode.objects.create(
            phone_index=index, binding=binding, code_hash=make_password(code), expires_at=now() + LIFETIME
        )
        message = messages.queue_sms(
            phone=phone,
            text=f"【{settings.SITE_NAME}】验证码 {code}，5 分钟内有效。{AT_DESK if at_desk else ALONE}",
            code=code,
            dedup_key=f"login:{row.pk}",
        )
    messages.deliver(message.pk)


def enter(*, phone: str, code: str, binding: str = "") -> User:
    """The person behind this phone once the code is right; makes the account on the first visit.

    Raises InvalidInput for a wrong, used, outdated or foreign code; every guess uses up one of three tries.
    """
    return _redeem(phone, code, binding, "account.enter")


def prove(*, phone: str, code: str, binding: str = "") -> User:
    """The person who holds this phone, without entering; makes the account when there is none.

    Raises what `enter` raises.
    """
    return _redeem(phone, code, binding, "account.prove")


def _redeem(phone: str, code: str, binding: str, action: str) -> User:
    index = phone_index(phone)
    row = LoginCode.objects.filter(phone_index=index).order_by("-id").first()
    if row is None or not _right(row, code, binding):
        raise InvalidInput(WRONG, fields={"code": [WRONG]})
    with transaction.atomic():
        used = LoginCode.objects.filter(pk=row.pk, used_at=None).update(used_at=now())
        if not used:
            raise InvalidInput(WRONG, fields={"code": [WRONG]})
        user = _account(phone, index)
        audit.record(actor=user, action=action, obj=user)
    return user


def _right(row: LoginCode, code: str, binding: str) -> bool:
    """Spend a try first, compare afterwards: parallel guesses cannot share a try (THREATS A-06)."""
    spent = LoginCode.objects.filter(
        pk=row.pk, used_at=None, tries__lt=MAX_TRIES, expires_at__gt=now()
    ).update(tries=F("tries") + 1)
    same_asker = secrets.compare_digest(row.binding, binding)
    return check_password(code, row.code_hash) and bool(spent) and same_asker


def _account(phone: str, index: str) -> User:
    user = User.objects.filter(phone_index=index).first()
    if user is None:
        try:
            with transaction.atomic():
                user = User.objects.create_user(phone)
        except IntegrityError:
            user = User.objects.get(phone_index=index)
    if not user.is_active:
        raise InvalidInput(WRONG, fields={"code": [WRONG]})
    return user
