"""补贴发放表: the payment sheet of a closed month for the finance office."""

from pathlib import Path

from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from accounts.services import audit
from fupin.lib.money import yuan
from fupin.lib.official_sheets import Column, write_form
from grid.models import ClosedMonth

COLUMNS = (
    Column("序号", 6, whole=True),
    Column("姓名", 12, whole=True),
    Column("乡镇、村", 26),
    Column("职务", 16),
    Column("补贴", 18),
    Column("月份", 10, whole=True),
    Column("在岗天数", 9, whole=True),
    Column("完成/应报", 10, whole=True),
    Column("金额（元）", 12, whole=True),
    Column("签收", 14),
)


def write(*, actor: User, closed: ClosedMonth, target: Path) -> int:
    """Write every line of the month's statements and their sum; returns how many lines. Audited."""
    lines = (
        closed.subsidies.select_related("appointment__user", "appointment__region__parent", "rate")
        .order_by("appointment__region_id", "appointment_id", "month", "pk")
    )  # fmt: skip
    rows = (
        (
            str(number),
            line.appointment.user.get_full_name(),
            f"{line.appointment.region.parent or ''} {line.appointment.region.name}",
            line.appointment.get_role_display(),
            line.rate.name,
            f"{line.month:%Y-%m}",
            str(line.days),
            f"{line.done}/{line.asked}" if line.asked else "",
            yuan(line.fen),
            "",
        )
        for number, line in enumerate(lines, start=1)
    )
    total = closed.subsidies.aggregate(sum=Sum("fen"))["sum"] or 0
    with transaction.atomic():
        audit.record(
            actor=actor, action="month.payments", obj=closed, region_code=closed.region_id,
            changes={"month": f"{closed.month:%Y-%m}"},
        )  # fmt: skip
        return write_form(
            target,
            title=f"{closed.region.name} {closed.month.year} 年 {closed.month.month} 月补贴发放表",
            note=f"按结账记录生成，校验 {closed.inputs_hash[:16]}",
            columns=COLUMNS,
            rows=rows,
            foot=f"合计 {yuan(total)} 元",
        )
