from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.regions import load_regions
from fupin.lib.errors import InvalidInput


class Command(BaseCommand):
    help = "载入全国行政区划。不给文件时载入自带的数据和重点地区标记；文件格式见 docs/regions.md。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE.csv")
        parser.add_argument("--if-empty", action="store_true", help="已有区划时什么也不做")

    def handle(self, *, files: list[Path], if_empty: bool, **options: Any) -> None:
        try:
            report = load_regions(files, if_empty=if_empty)
        except InvalidInput as error:
            raise CommandError(error.message) from error
        if report.skipped:
            self.stdout.write("已有区划数据，没有再次载入。")
            return
        unchanged = report.read - report.inserted - report.updated
        self.stdout.write(
            f"读到 {report.read} 条区划：新增 {report.inserted}，更新 {report.updated}，未变 {unchanged}。"
        )
        if report.merged:
            self.stdout.write(f"另有 {report.merged} 条不是单独的地方，已并入上级。")
        if not files:
            self.stdout.write(f"新加重点地区标记 {report.tagged} 个。")
        for area in report.untagged:
            self.stdout.write(f"没有找到重点地区：{area.path}（{area.tag} 第 {area.number} 号）")
