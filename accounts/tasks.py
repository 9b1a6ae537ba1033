"""Sweeps of the accounts room; each finds its own work in the database and may run twice."""

from celery import shared_task

from accounts.services import audit, limits, messages, sessions, submissions


@shared_task(name="accounts.send_messages")
def send_messages() -> int:
    return messages.deliver_due()


@shared_task(name="accounts.seal_audit")
def seal_audit() -> int:
    return audit.seal()


@shared_task(name="accounts.forget_submissions")
def forget_submissions() -> int:
    return submissions.forget_old()


@shared_task(name="accounts.forget_sessions")
def forget_sessions() -> int:
    return sessions.forget_expired()


@shared_task(name="accounts.forget_counts")
def forget_counts() -> int:
    return limits.forget_old()
