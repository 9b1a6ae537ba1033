"""Waking a worker after commit. Only a hint: beat sweeps what a lost message would have woken (DESIGN 8)."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def after_commit(task_name: str) -> None:
    """Ask a worker to run this sweep once the present transaction is committed; never fails the request."""
    transaction.on_commit(partial(_send, task_name), robust=True)


def _send(task_name: str) -> None:
    try:
        current_app.send_task(task_name, retry=False)
    except Exception as error:
        logger.warning("could not wake %s: %s", task_name, type(error).__name__)
