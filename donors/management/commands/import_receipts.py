"""`manage.py import_receipts FILE --account ID`: a charity's bank statement, from the command line; idempotent."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.commands import person
from accounts.enums import Role
from accounts.models import Appointment, User
from donors.enums import StatementState
from donors.models import CharityAccount, Statement
from donors.services import matching, statements
from fupin.lib.errors import FupinError


class Command(BaseCommand):
    help = "导入慈善组织的银行流水（XLSX 或 CSV），按转账编号对上认领。同一份文件导入几次都一样。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="银行流水，XLSX 或 CSV")
        parser.add_argument("--account", type=int, required=True, metavar="ID", help="慈善账户的编号")
        parser.add_argument("--actor", metavar="PHONE", help="由谁办理：手机号；不写就是这个账户的慈善会财务")

    def handle(self, *, file: Path, account: int, actor: str | None, **options: Any) -> None:
        found = CharityAccount.objects.filter(pk=account).first()
        if found is None:
            raise CommandError("没有这个慈善账户。")
        if not file.is_file():
            raise CommandError("没有找到这个文件。")
        try:
            statement = _import(_actor(actor, found), found, file)
        except FupinError as error:
            texts = [text for texts in error.fields.values() for text in texts]
            raise CommandError("".join(texts) or error.message) from error
        states = Counter(statement.lines.values_list("state", flat=True))
        self.stdout.write(
            f"共 {statement.total_lines} 笔，新的 {statement.new_lines} 笔；"
            f"已对上 {states['settled']} 笔，待处理 {states['open']} 笔。"
        )
        for warning in statement.warnings:
            self.stdout.write(warning)


def _import(actor: User, account: CharityAccount, file: Path) -> Statement:
    with file.open("rb") as source:
        statement = statements.upload(actor=actor, account=account, file_name=file.name, source=source)
    if statement.state == StatementState.PREVIEW:
        statement = statements.confirm(actor=actor, statement=statement)
    while matching.match_due():
        pass
    return statement


def _actor(phone: str | None, account: CharityAccount) -> User:
    if phone:
        return person(phone)
    posts = Appointment.objects.active().filter(region=account.region, role=Role.CHARITY_FINANCE)
    post = posts.order_by("id").first()
    if post is None:
        raise CommandError("这个账户所在地还没有慈善会财务。请先任命，或用 --actor 写明由谁办理。")
    return post.user
