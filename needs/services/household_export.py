"""The register as a sheet with the columns of the import and the watch; numbers masked, scope applied, recorded."""

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from accounts.enums import Verb
from accounts.models import Region, User
from accounts.permissions import Grants, grants
from accounts.services import audit
from fupin.lib.errors import Conflict
from needs.enums import Focus
from needs.imports import columns, sheets
from needs.models import Household
from needs.office_queries import households_listed_for, within

LIMIT = 50_000
EXTRA = ("监测类别", "风险状态")
_CHUNK = 2_000


def export(*, actor: User, region: Region | None, target: Path) -> int:
    """Write the households that this person may list to `target` as XLSX; returns how many.

    Names are whole where the person collects, else masked; ID numbers, phones and addresses always are.
    Raises Conflict above LIMIT households.
    """
    homes = households_listed_for(actor).filter(within(region)).order_by("region_id", "id")
    if homes[: LIMIT + 1].count() > LIMIT:
        raise Conflict(f"一次最多导出 {LIMIT // 10_000} 万户，请先选择一个乡镇或村。")
    with transaction.atomic():
        count = sheets.write_sheet(
            target, [*(column.label for column in columns.COLUMNS), *EXTRA], _rows(homes, grants(actor))
        )
        audit.record(
            actor=actor,
            action="household.export",
            obj=actor,
            region_code=region.code if region else None,
            changes={"rows": count},
        )
    return count


def _rows(homes: QuerySet[Household], held: Grants) -> Iterator[sheets.Marked]:
    labels = dict(Focus.choices)
    for home in homes.iterator(_CHUNK):
        own = held.allow(Verb.COLLECT, home.region_id)
        cells = {
            "township": home.region.parent.name if home.region.parent else "",
            "village": home.region.name,
            "name": home.name if own else home.masked_name,
            "id_number": home.id_number.masked if home.id_number else "",
            "phone": home.phone.masked if home.phone else "",
            "members": str(home.members),
            "cause": home.get_cause_display(),
            "focus": "，".join(labels[group] for group in home.focus if group in labels),
            "address": home.address.masked if home.address else "",
        }
        watch = (
            (home.get_monitored_display(), home.get_risk_display()) if own and home.monitored else ("", "")
        )
        yield [*(cells[column.key] for column in columns.COLUMNS), *watch], ()
