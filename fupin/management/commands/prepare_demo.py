"""`manage.py prepare_demo`: tables, regions, catalogue and demo data, as far as they are missing.

One process instead of four: most of a second start is Python's imports.
"""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from fupin.demo.places import SCALES


class Command(BaseCommand):
    help = "准备演示站：建表，载入区划、物品目录和演示数据；已经有的不再载入。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", choices=list(SCALES), default="small")

    def handle(self, *, scale: str, **options: Any) -> None:
        said = {"stdout": self.stdout, "stderr": self.stderr}
        call_command("migrate", verbosity=0, **said)
        call_command("load_regions", if_empty=True, **said)
        call_command("load_catalogue", **said)
        call_command("seed_demo", scale=scale, if_empty=True, **said)
