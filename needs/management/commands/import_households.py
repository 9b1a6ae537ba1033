"""`manage.py import_households FILE --county CODE`: the register of one county, from the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.commands import person
from accounts.enums import Level, Role
from accounts.models import Appointment, Region, User
from fupin.lib.errors import FupinError
from needs.imports import files
from needs.models import HouseholdImport
from needs.models.household_import import ImportState
from needs.services import household_import, household_import_run


class Command(BaseCommand):
    help = "导入一个县的家庭登记名单（XLSX 或 CSV）。好的行写入，有问题的行另存为一个写明原因的文件。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="名单，XLSX 或 CSV")
        parser.add_argument("--county", type=int, required=True, metavar="CODE", help="县的 12 位代码")
        parser.add_argument("--actor", metavar="PHONE", help="由谁登记：手机号；不写就是这个县的县级管理员")

    def handle(self, *, file: Path, county: int, actor: str | None, **options: Any) -> None:
        region = Region.objects.filter(code=county, valid_to=None, level__lte=Level.COUNTY).first()
        if region is None:
            raise CommandError("没有这个县，请检查 12 位代码，或先运行 load_regions。")
        if not file.is_file():
            raise CommandError("没有找到这个文件。")
        try:
            job = _import(_actor(actor, region), region, file)
        except FupinError as error:
            found = [text for texts in error.fields.values() for text in texts]
            raise CommandError("".join(found) or error.message) from error
        if job.state != ImportState.DONE:
            raise CommandError(job.problem or "没有写入任何数据。")
        self.stdout.write(
            f"新登记 {job.created_rows} 户，更新 {job.updated_rows} 户，"
            f"没有变化 {job.unchanged_rows} 户，退回 {job.refused_rows} 行。"
        )
        if job.error_file:
            target = file.with_name(f"{file.stem}-errors.xlsx")
            target.touch(mode=0o600)
            target.write_bytes(files.read(job.error_file))
            self.stdout.write(f"退回的行和原因：{target}")


def _import(actor: User, county: Region, file: Path) -> HouseholdImport:
    with file.open("rb") as source:
        job = household_import.upload(actor=actor, county=county, file_name=file.name, source=source)
    household_import.set_mapping(actor=actor, job=job, mapping=job.mapping)
    household_import.start(actor=actor, job=job)
    household_import_run.run(job.pk)
    job.refresh_from_db()
    return job


def _actor(phone: str | None, county: Region) -> User:
    if phone:
        return person(phone)
    post = Appointment.objects.active().filter(region=county, role=Role.COUNTY_ADMIN).order_by("id").first()
    if post is None:
        raise CommandError("这个县还没有县级管理员。请先任命，或用 --actor 写明由谁登记。")
    return post.user
