"""`manage.py move_clock`: let a running demo stand on another day."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fupin.lib import clock


class Command(BaseCommand):
    help = "让演示站点的时间走到某一刻（北京时间），所有进程一起走；不写时间就回到现在。只能在演示和测试模式下使用。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("moment", nargs="?", help="例如 2026-09-25T09:00")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            clock.move(settings.DATA_DIR, _moment(options["moment"]))
        except (ImproperlyConfigured, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{clock.now().astimezone(clock.ZONE):%Y-%m-%d %H:%M}")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=clock.ZONE) if text else None
