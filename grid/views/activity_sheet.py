"""The ledger of meetings and trainings as a sheet."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.services import audit
from accounts.views.access import officer_page
from fupin.lib.clock import today
from fupin.lib.downloads import download
from fupin.lib.errors import Conflict
from fupin.lib.official_sheets import Column, write_form
from grid.forms.activities import ActivityFilter
from grid.models import Activity
from grid.views.activities import listed

LIMIT = 20_000
COLUMNS = (
    Column("日期", 12, whole=True),
    Column("乡镇（县）", 14),
    Column("村（乡镇、县）", 16),
    Column("类别", 14),
    Column("主题", 28),
    Column("状态", 8),
    Column("应到", 7),
    Column("实到", 7),
    Column("登记人", 10),
    Column("纪要登记", 12),
    Column("纪要", 60),
)


@officer_page(Verb.VIEW, Verb.REPORT)
@require_safe
def export(request: SignedIn) -> HttpResponse:
    """What the list shows, whole; recorded. Raises Conflict above `LIMIT` rows."""
    rows = listed(request.user, ActivityFilter(request.GET)).order_by("region_id", "held_on", "id")
    if rows[: LIMIT + 1].count() > LIMIT:
        raise Conflict(f"一次最多导出 {LIMIT // 10_000} 万条，请先选择年份。")
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        path = Path(folder) / "activities.xlsx"
        count = write_form(
            path,
            title="网格员会议和培训台账",
            note=f"导出日期：{today():%Y-%m-%d}　导出人：{request.user.get_full_name()}",
            columns=COLUMNS,
            rows=_cells(rows),
        )
        audit.record(actor=request.user, action="activity.export", obj=request.user, changes={"rows": count})
        data = path.read_bytes()
    return download(data, "会议和培训台账.xlsx")


def _cells(rows: QuerySet[Activity]) -> Iterator[list[str]]:
    for row in rows.iterator(2_000):
        late = "（补记）" if row.written_up_late else ""
        yield [
            f"{row.held_on:%Y-%m-%d}",
            row.region.parent.name if row.region.parent else "",
            row.region.name,
            row.get_kind_display(),
            row.topic,
            row.get_state_display(),
            str(row.expected) if row.expected else "",
            str(row.present),  # type: ignore[attr-defined]
            row.planned_by.get_full_name(),
            f"{row.closed_at:%Y-%m-%d}{late}" if row.closed_at else "",
            row.minutes,
        ]
