"""`manage.py rebuild_figures [--region CODE]`: the leaders' figures from the rows alone (docs/figures.md)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Region
from grid.services import figures, recount


class Command(BaseCommand):
    help = "Count all figures anew, or compare those of one region with its rows and mend what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", type=int, help="code of a county, a city or a province")

    def handle(self, *args: Any, **options: Any) -> None:
        code = options["region"]
        if code is None:
            self.stdout.write(f"{figures.rebuild()} sums counted")
            return
        region = Region.objects.filter(code=code, level__lte=3).first()
        if region is None:
            raise CommandError(f"there is no county, city or province {code}")
        self.stdout.write(
            f"{region.code} {region.name}: {recount.recount(region)} sums differed and were mended"
        )
