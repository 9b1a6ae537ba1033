"""Sweeps of the needs room; each finds its own work in the database and may run twice."""

from celery import shared_task

from needs.services import household_import, household_import_run, publication


@shared_task(name="needs.publish_due")
def publish_due() -> int:
    return publication.publish_due() + publication.release_queues()


@shared_task(name="needs.run_imports", time_limit=1800)
def run_imports() -> int:
    return household_import_run.run_waiting()


@shared_task(name="needs.forget_import_files")
def forget_import_files() -> int:
    return household_import.forget_old_files()
