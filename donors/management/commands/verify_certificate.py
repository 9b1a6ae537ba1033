from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from donors.certificates import Statement, canonical_bytes, read_statement, signing
from donors.services.certificates import signing_key

FIELDS = (
    ("number", "编号"),
    ("version", "版本"),
    ("donor", "爱心人士"),
    ("recipient", "帮助对象"),
    ("content", "帮助内容"),
    ("charity", "接收善款"),
    ("county_name", "开具地"),
    ("issued_on", "开具日期"),
    ("site", "平台"),
)


class Command(BaseCommand):
    """Needs no database and no network; exit code 0 genuine, 1 not genuine, 2 could not be read."""

    help = "离线核验证书文件（PNG、PDF 或 JSON）的电子签名，打印签名里的内容，请与纸面对照。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="证书文件")
        parser.add_argument("--key", help="开具平台公布的公钥；不写就用本平台的")

    def handle(self, *, file: Path, key: str | None, **options: Any) -> None:
        try:
            statement = read_statement(file.read_bytes())
            canonical_bytes(statement.payload)
        except (OSError, ValueError) as error:
            raise CommandError("这个文件里没有可以核验的证书。", returncode=2) from error
        public = key or signing.public_key_text(signing_key())
        if not signing.verify(statement.payload, statement.signature, public):
            raise CommandError("没有通过核验：签名与内容不符，或者不是这个平台开具的。", returncode=1)
        self._tell(statement)

    def _tell(self, statement: Statement) -> None:
        self.stdout.write("签名有效。请逐项与证书对照；是否已撤销，要到网上核验页查看。")
        for name, label in FIELDS:
            if value := getattr(statement.payload, name):
                self.stdout.write(f"{label}：{value}")
