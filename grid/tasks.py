"""Sweeps of the grid room; each finds its own work in the database and may run twice."""

from celery import shared_task

from grid.services import (
    briefs,
    closings,
    figures,
    household_notices,
    judging,
    months,
    questions,
    reconcile,
    recount,
    regions,
    schedule,
    warning_uploads,
    warnings,
)


@shared_task(name="grid.apply_region_changes")
def apply_region_changes() -> int:
    return regions.apply_due()


@shared_task(name="grid.set_visits_due")
def set_visits_due() -> int:
    return schedule.catch_up()


@shared_task(name="grid.end_notices")
def end_notices() -> int:
    return judging.end_notices()


@shared_task(name="grid.print_notices")
def print_notices() -> int:
    return household_notices.run_due()


@shared_task(name="grid.forget_warnings")
def forget_warnings() -> int:
    return warnings.forget_old() + warning_uploads.forget_old()


@shared_task(name="grid.run_register_checks", time_limit=1800)
def run_register_checks() -> int:
    return reconcile.run_waiting() + reconcile.forget_old()


@shared_task(name="grid.close_months")
def close_months() -> int:
    return months.close_due()


@shared_task(name="grid.run_closings", time_limit=1800)
def run_closings() -> int:
    return closings.run_waiting()


@shared_task(name="grid.make_briefs", time_limit=600)
def make_briefs() -> int:
    return briefs.make_due()


@shared_task(name="grid.refresh_figures", time_limit=1800)
def refresh_figures() -> int:
    return figures.refresh()


@shared_task(name="grid.recount_figures", time_limit=3600)
def recount_figures() -> int:
    return recount.recount_due()


@shared_task(name="grid.ask_questions", time_limit=600)
def ask_questions() -> int:
    return questions.ask_due()
