from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.commands import person
from accounts.tokens import token_of


class Command(BaseCommand):
    help = "打印一个账号的接口密钥（请求头 Authorization: Token …），并写入审计记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("phone", help="账号的手机号")

    def handle(self, *, phone: str, **options: Any) -> None:
        self.stdout.write(token_of(person(phone), actor=None))
