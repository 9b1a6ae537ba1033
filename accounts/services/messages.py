"""The outbox: rows written with the business, sent after the commit, swept when something was lost (DESIGN 8)."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from accounts import sms
from accounts.enums import Channel, MessageState
from accounts.models import Message, User
from fupin.lib.clock import now

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 5
LEASE = timedelta(seconds=30)


def queue_sms(*, phone: str, text: str, dedup_key: str, user: User | None = None, code: str = "") -> Message:
    """Put a text message into the outbox; a second call with the same `dedup_key` returns the first row."""
    return _queue(
        dedup_key, channel=Channel.SMS, phone=phone, text=text, user=user, code=code or None, next_at=now()
    )


def notify(*, user: User, text: str, dedup_key: str, link: str = "") -> Message:
    """Put a message into the person's in-site inbox; it needs no sending."""
    moment = now()
    return _queue(
        dedup_key,
        channel=Channel.SITE,
        user=user,
        text=text,
        link=link,
        state=MessageState.SENT,
        next_at=moment,
        sent_at=moment,
    )


def deliver(message_id: int) -> bool:
    """Send one queued message now; True when the provider took it.

    Claims the row by moving `next_at` ahead (the lease), calls the provider outside any transaction, then marks
    it. A failure leaves the row queued with a growing pause; after 5 attempts it is dead and shown to operators.
    """
    claimed = Message.objects.filter(pk=message_id, state=MessageState.QUEUED, next_at__lte=now()).update(
        next_at=now() + LEASE, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    message = Message.objects.get(pk=message_id)
    if message.phone is None or message.text is None:
        raise ValueError(f"message {message_id} has nobody to go to")
    try:
        sms.backend().send(
            to=message.phone.open(),
            text=message.text.open(),
            code=message.code.open() if message.code else None,
            reference=str(message.pk),
        )
    except sms.SendError as error:
        logger.warning("message %s not sent: %s", message.pk, error)
        state = MessageState.DEAD if message.attempts >= MAX_ATTEMPTS else MessageState.QUEUED
        pause = timedelta(seconds=15 * 4 ** (message.attempts - 1))
        Message.objects.filter(pk=message.pk).update(state=state, next_at=now() + pause)
        return False
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENT, sent_at=now())
    return True


def deliver_due(*, limit: int = 200) -> int:
    """Send what is due; returns how many went out."""
    due = Message.objects.filter(state=MessageState.QUEUED, next_at__lte=now()).order_by("next_at")
    return sum(deliver(pk) for pk in due.values_list("pk", flat=True)[:limit])


def _queue(dedup_key: str, **values: object) -> Message:
    with transaction.atomic():
        message, _ = Message.objects.get_or_create(dedup_key=dedup_key, defaults=values)
    return message
