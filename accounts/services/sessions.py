"""Ending sessions: a person's own on every device, those of a closed account, and what has run out."""

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.services import appointments, audit, sweeping
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, NotAllowed


def end_everywhere(*, actor: User | None, user: User) -> None:
    """End every session and API key of `user` at once (A-12).

    People do it for themselves; `actor=None` is an operator's command. Raises NotAllowed for anybody else.
    """
    if actor is not None and actor.pk != user.pk:
        raise NotAllowed("只能退出自己的账号。")
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
        audit.record(actor=actor, action="account.sessions_end", obj=user)
    user.refresh_from_db(fields=["auth_epoch"])


def close_account(*, user: User, reason: str) -> None:
    """Close an account by an operator's command: posts, sessions and API keys end, nobody enters again.

    What the person gave and wrote stays. Raises Conflict where it is closed already.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if not locked.is_active:
            raise Conflict("这个账号已经停用。")
        for post in locked.appointments.filter(ended_at=None).select_related("region").order_by("pk"):
            appointments.end(actor=None, appointment=post, reason=reason)
        User.objects.filter(pk=user.pk).update(is_active=False)
        end_everywhere(actor=None, user=locked)
        audit.record(actor=None, action="account.close", obj=locked, reason=reason)


def reopen_account(*, user: User, reason: str) -> None:
    """Let a person enter again; posts are given anew. Raises Conflict where the account is open."""
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            raise Conflict("这个账号没有停用。")
        audit.record(actor=None, action="account.reopen", obj=user, reason=reason)


def forget_expired() -> int:
    """Delete sessions that ran out; returns how many. What is too much for one sweep waits for the next."""
    return sweeping.delete_first(Session.objects.filter(expire_date__lt=now()).order_by("expire_date"))
