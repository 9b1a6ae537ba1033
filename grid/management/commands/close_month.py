"""`manage.py close_month 2026-10 [--region CODE]`: quota results and subsidy statements of a month (CONTRACT)."""

import re
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Region
from fupin.lib.errors import FupinError
from fupin.lib.money import yuan
from grid.models import ClosedMonth
from grid.services import months

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


class Command(BaseCommand):
    help = "Close a month: quota results and subsidy statements. Running it again prints the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="such as 2026-10")
        parser.add_argument("--region", type=int, help="code of a county, or of a city for all its counties")

    def handle(self, *args: Any, **options: Any) -> None:
        found = _MONTH.fullmatch(options["month"])
        if not found:
            raise CommandError("the month is written like 2026-10")
        month = date(int(found[1]), int(found[2]), 1)
        counties = months.counties_in(_region(options["region"]))
        failed = [county for county in counties if not self._close(county, month)]
        if failed:
            raise CommandError(f"{len(failed)} of {len(counties)} counties were not closed")

    def _close(self, county: Region, month: date) -> bool:
        try:
            self.stdout.write(_line(months.close(county, month)))
        except FupinError as error:
            self.stderr.write(f"{county.code} {county.name}: {error}")
            return False
        return True


def _region(code: int | None) -> Region | None:
    if code is None:
        return None
    region = Region.objects.filter(code=code).first()
    if region is None:
        raise CommandError(f"there is no region {code}")
    return region


def _line(closed: ClosedMonth) -> str:
    figures = months.totals(closed)
    numbers = f"{figures['posts']} 人次，应报 {figures['expected']}，计数 {figures['submitted']}"
    head = f"{closed.region_id} {closed.region.name} {closed.month:%Y-%m}"
    return f"{head}: {numbers}，补贴 {yuan(figures['fen'])} 元 {closed.inputs_hash}"
