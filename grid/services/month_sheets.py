"""Handing in 《村组网格长月度排查表》: the leader's name under the month's visits (第十条, REQUIREMENTS 79)."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services import audit
from fupin.lib.clock import month_of, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from fupin.lib.text import contains_personal_data
from grid.models import Grid, MonthSheet
from grid.permissions import may_lead
from grid.queries.sheets import month_table


def file(*, actor: User, grid: Grid, month: date, remark: str = "") -> MonthSheet:
    """Hand in the table of the present or the last month.

    Raises NotAllowed for who neither serves in the grid nor arranges it, InvalidInput for another month,
    Conflict where it was handed in.
    """
    if not may_lead(actor, grid):
        raise NotAllowed("月度排查表由网格长填报。")
    present = month_of(today())
    if month not in (present, month_of(present - timedelta(days=1))):
        raise InvalidInput("只能填报本月和上月的排查表。")
    facts = month_table(grid, month).facts
    if contains_personal_data(remark):
        raise InvalidInput(fields={"remark": ["请不要写手机号、身份证号或银行卡号。"]})
    try:
        with transaction.atomic():
            sheet = MonthSheet.objects.create(grid=grid, month=month, remark=remark, filed_by=actor, **facts)
            audit.record(
                actor=actor,
                action="month_sheet.file",
                obj=sheet,
                region_code=grid.village_id,
                changes={"month": f"{month:%Y-%m}", **facts},
            )
    except IntegrityError as error:
        raise Conflict("这个月的排查表已经上报。") from error
    return sheet
