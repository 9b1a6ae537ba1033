from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GridConfig(AppConfig):
    name = "grid"
    verbose_name = "网格与办公"

    def ready(self) -> None:
        from grid.services.schedule import follow
        from needs.signals import monitoring_set

        monitoring_set.connect(follow, dispatch_uid="grid.services.schedule.follow")
        post_migrate.connect(_seed_calendar, sender=self)


def _seed_calendar(**_: Any) -> None:
    """After each migration, so that a newer `chinesecalendar` brings its years along."""
    from django.db import connection

    from grid.models import CalendarDay
    from grid.services.calendar import seed

    if CalendarDay._meta.db_table in connection.introspection.table_names():
        seed()
