"""`manage.py audit`: does everything hold that must always hold? 0 yes, 1 no, 2 could not look."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules

from accounts.invariants import REGISTRY, Invariant, Violation

HOLDS, VIOLATED, COULD_NOT_RUN = 0, 1, 2


class Command(BaseCommand):
    help = "检查数据是否自洽：0 全部成立，1 有违反，2 无法检查。输出不含个人信息。"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        depth = parser.add_mutually_exclusive_group()
        depth.add_argument("--fast", action="store_true", help="只做快速检查（默认）")
        depth.add_argument("--full", action="store_true", help="连同逐行解密、验签、核对文件")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        autodiscover_modules("invariants")
        chosen = [check for check in REGISTRY.values() if check.fast or options["full"]]
        try:
            violations = _look(chosen)
        except Exception as error:  # whatever stops the look must not pass for a violation
            self._cannot(error, options["json"])
        if options["json"]:
            self._print_json(chosen, violations)
        else:
            self._print_lines(chosen, violations)
        if violations:
            sys.exit(VIOLATED)

    def _cannot(self, error: Exception, as_json: bool) -> None:
        reason = type(error).__name__
        text = (
            json.dumps({"ok": None, "error": reason})
            if as_json
            else f"无法检查：{reason}。请看数据库是否在运行。"
        )
        self.stderr.write(text)
        sys.exit(COULD_NOT_RUN)

    def _print_json(self, chosen: list[Invariant], violations: list[Violation]) -> None:
        report = {
            "ok": not violations,
            "checked": [check.id for check in chosen],
            "violations": [asdict(violation) for violation in violations],
        }
        self.stdout.write(json.dumps(report, ensure_ascii=False))

    def _print_lines(self, chosen: list[Invariant], violations: list[Violation]) -> None:
        for found in violations:
            self.stdout.write(
                f"{found.id} {found.table} {found.pk}: expected {found.expected}, actual {found.actual}"
            )
        broken = {found.id for found in violations}
        for check in chosen:
            self.stdout.write(f"{'✗' if check.id in broken else '✓'} {check.id} {check.title}")


def _look(chosen: list[Invariant]) -> list[Violation]:
    """All checks on one snapshot: work going on meanwhile does not look like a violation."""
    with transaction.atomic():
        if not connection.savepoint_ids:  # a test's own transaction has begun already
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = '10min'")
        return [violation for check in chosen for violation in check.violations()]
