"""`manage.py seed_scale --needs N --pledges N --households N --seed S`: a large data set for benches (CONTRACT)."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fupin.demo.scale import Size, seed
from fupin.lib.errors import FupinError


class Command(BaseCommand):
    help = (
        "载入压力测试用的大数据集：真实的地区，编造的行，同样的参数得到同样的数据。只能在演示和测试模式下使用。"
        "金额、件数和账本相符，时间和状态相符；不造：审核记录（只有对接那一步）、认领的步骤、同意书、证书、"
        "审计记录、权限、物资求助、银行流水，manage.py audit 会报告这些缺失。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--needs", type=int, required=True)
        parser.add_argument("--pledges", type=int, required=True, help="不少于求助数")
        parser.add_argument("--households", type=int, required=True)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--no-ledger", action="store_true", help="不造账本的流水，省一半时间")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        size = Size(
            options["needs"],
            options["pledges"],
            options["households"],
            options["seed"],
            ledger=not options["no_ledger"],
        )
        try:
            made = seed(size, say=self._say if options["verbosity"] > 1 else lambda line: None)
        except FupinError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"已载入 {sum(made.values()):,} 行（{time.monotonic() - began:.0f} 秒）。")

    def _say(self, line: str) -> None:
        self.stdout.write(f"{time.strftime('%H:%M:%S')} {line}")
        self.stdout.flush()
