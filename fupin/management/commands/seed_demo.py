"""`manage.py seed_demo`: a believable demo with invented people in real places."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fupin.demo.places import SCALES
from fupin.demo.seed import is_seeded, seed
from fupin.lib.errors import FupinError
from needs.enums import Status


class Command(BaseCommand):
    help = "载入演示数据：真实的地区，虚构的人物。只能在演示和测试模式下使用。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", choices=list(SCALES), default="small")
        parser.add_argument("--if-empty", action="store_true", help="已有演示数据时什么也不做")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and is_seeded():
            return
        began = time.monotonic()
        try:
            made = seed(SCALES[options["scale"]], say=self._say if options["verbosity"] > 1 else _silent)
        except FupinError as error:
            raise CommandError(error.message) from error
        states = "，".join(f"{status.label} {made[status]}" for status in Status if made[status])
        seconds = time.monotonic() - began
        self.stdout.write(f"演示数据已载入（{seconds:.0f} 秒）：{made.total()} 条求助，{states}。")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _silent(line: str) -> None:
    """Say nothing."""
