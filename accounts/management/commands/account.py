from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.commands import person
from accounts.services import sessions
from fupin.lib.errors import FupinError

ACTIONS = ("sign-out", "close", "reopen")


class Command(BaseCommand):
    help = "让一个账号在所有设备上退出（sign-out）、停用（close，职务一并结束）或恢复（reopen），并写入审计记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=ACTIONS)
        parser.add_argument("phone", help="账号的手机号")
        parser.add_argument("--reason", default="", help="原因；停用和恢复时必填")

    def handle(self, *, action: str, phone: str, reason: str, **options: Any) -> None:
        user = person(phone, closed=action == "reopen")
        if action != "sign-out" and not reason.strip():
            raise CommandError("请用 --reason 写明原因。")
        try:
            if action == "sign-out":
                sessions.end_everywhere(actor=None, user=user)
            elif action == "close":
                sessions.close_account(user=user, reason=reason.strip())
            else:
                sessions.reopen_account(user=user, reason=reason.strip())
        except FupinError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("已办理。")
