"""What a comparison found as sheets: the differences, and our register in the layout of the provincial file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from accounts.models import Region
from fupin.lib.official_sheets import Column, write_form
from grid.models import RegisterCheck, RegisterDifference
from grid.queries.reconcile import differences_of
from grid.register_compare import LABELS, shown
from needs.enums import Focus
from needs.imports import sheets
from needs.models import Household

COLUMNS = (
    Column("类别", 12),
    Column("名单行号", 9),
    Column("乡镇", 12),
    Column("村（社区）", 14),
    Column("户主姓名", 10, whole=True),
    Column("哪里不同（本地 → 省平台）", 60),
    Column("结论", 12),
    Column("说明", 24),
    Column("更正报告", 14),
)


def places_of(county: Region) -> dict[int, str]:
    """The names of the county's villages, for many differences at once."""
    rows = Region.objects.filter(code__range=(county.code, county.code_end), level=5)
    return dict(rows.values_list("code", "name"))


def fields_of(difference: RegisterDifference, places: dict[int, str]) -> list[tuple[str, str, str]]:
    """Label, ours and theirs of each differing field, masked."""
    stored: dict[str, list[Any]] = json.loads(difference.fields.open()) if difference.fields else {}
    return [
        (LABELS[name], shown(name, ours, places), shown(name, theirs, places))
        for name, (ours, theirs) in stored.items()
        if name in LABELS
    ]


def write_differences(check: RegisterCheck, target: Path, by: str) -> int:
    """The differences with the decisions, masked; returns how many."""
    return write_form(
        target,
        title=f"{check.county.name}与省平台核对差异清单",
        note=f"核对日期：{check.created_at:%Y-%m-%d}　名单 {check.lines} 行，一致 {check.equal} 户　导出人：{by}",
        columns=COLUMNS,
        rows=_rows(check),
    )


def _rows(check: RegisterCheck) -> Iterator[list[str]]:
    places = places_of(check.county)
    for row in differences_of(check).order_by("kind", "id").iterator(2_000):
        words = "；".join(f"{label}：{ours} → {theirs}" for label, ours, theirs in fields_of(row, places))
        yield [
            row.get_kind_display(),
            str(row.line or ""),
            row.region.parent.name if row.region and row.region.parent else "",
            row.region.name if row.region else "",
            row.name.open() if row.name else "",
            row.problem or words,
            row.get_ruling_display(),
            row.note,
            row.report.get_state_display() if row.report else "",
        ]


def write_layout(check: RegisterCheck, target: Path) -> int:
    """Our register under the headings of the provincial file, in its order of columns; numbers masked."""
    homes = Household.objects.filter(
        region__gte=check.county_id, region__lte=check.county.code_end, closed_at=None
    ).select_related("region__parent")
    return sheets.write_sheet(
        target,
        check.headings,
        ((_cells(check, home), ()) for home in homes.order_by("region_id", "id").iterator(2_000)),
    )


def _cells(check: RegisterCheck, home: Household) -> list[str]:
    labels = dict(Focus.choices)
    values = {
        "township": home.region.parent.name if home.region.parent else "",
        "village": home.region.name,
        "name": home.name,
        "id_number": home.id_number.masked if home.id_number else "",
        "phone": home.phone.masked if home.phone else "",
        "members": str(home.members),
        "cause": str(home.get_cause_display()),
        "focus": "，".join(str(labels[group]) for group in home.focus if group in labels),
        "address": home.address.masked if home.address else "",
    }
    by_column = {number: values.get(key, "") for key, number in check.mapping.items()}
    return [by_column.get(number, "") for number in range(len(check.headings))]
