"""The project: settings, urls and the processes around the five rooms."""

from fupin.celery import app as celery_app

__all__ = ["celery_app"]
