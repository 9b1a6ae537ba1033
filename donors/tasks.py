"""Sweeps of the donors room; each finds its own work in the database and may run twice."""

from celery import shared_task

from donors.services import (
    callbacks,
    certificates,
    digests,
    instalments,
    matching,
    origins,
    reminders,
    steps,
    taken_down,
)


@shared_task(name="donors.issue_certificates")
def issue_certificates() -> int:
    return certificates.issue_due()


@shared_task(name="donors.remind_pledges")
def remind_pledges() -> int:
    return reminders.remind_due()


@shared_task(name="donors.draw_callbacks")
def draw_callbacks() -> int:
    return callbacks.draw_due()


@shared_task(name="donors.lapse_pledges")
def lapse_pledges() -> int:
    return steps.lapse_due()


@shared_task(name="donors.settle_taken_down")
def settle_taken_down() -> int:
    return taken_down.settle_due()


@shared_task(name="donors.match_statements")
def match_statements() -> int:
    return matching.match_due()


@shared_task(name="donors.send_digests")
def send_digests() -> int:
    return digests.send_due() if digests.is_daytime() else 0


@shared_task(name="donors.make_instalments")
def make_instalments() -> int:
    """Announce, make and end: the three sweeps of adoptions."""
    return instalments.stop_broken() + instalments.remind_due() + instalments.make_due()


@shared_task(name="donors.forget_origins")
def forget_origins() -> int:
    return origins.forget()
