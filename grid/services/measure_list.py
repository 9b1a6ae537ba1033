"""The county keeps its 政策措施清单: a new measure, other words, out of use and back (第十七条; REQUIREMENTS 90)."""

import secrets
from dataclasses import asdict, replace
from typing import Any

from django.db import IntegrityError, transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from grid.clue_enums import Problem
from grid.measure_defaults import Values
from grid.models import Department, MeasureEntry
from grid.queries.measure_list import MOST, Line, lines

TAKEN = "清单里已经有这个措施，请直接修改。"


def add(*, actor: User, county: Region, values: Values) -> MeasureEntry:
    """A measure of the county's own.

    Raises NotAllowed, InvalidInput for a name that is in the list, Conflict beyond MOST lines.
    """
    if MeasureEntry.objects.filter(county=county).count() >= MOST:
        raise Conflict(f"清单最多 {MOST} 项。")
    return _write(actor, county, secrets.token_hex(5), values, before=None)


def edit(*, actor: User, county: Region, line: Line, values: Values) -> MeasureEntry:
    """Other words for a measure, which also brings it back into use; measures planned before keep theirs.

    Raises NotAllowed, InvalidInput for a name that another measure has.
    """
    return _write(actor, county, line.code, replace(values, active=True), before=line.values)


def retire(*, actor: User, county: Region, line: Line) -> MeasureEntry:
    """No longer offered. Raises NotAllowed, Conflict where it is out of use or the last one."""
    if not line.values.active:
        raise Conflict("这项措施已经停用。")
    if sum(one.values.active for one in lines(county.code)) == 1:
        raise Conflict("清单里至少要有一项在用的措施。")
    return _write(actor, county, line.code, replace(line.values, active=False), before=line.values)


def _write(actor: User, county: Region, code: str, values: Values, before: Values | None) -> MeasureEntry:
    ensure(actor, Verb.APPROVE, county.code)
    if county.level != Level.COUNTY:
        raise InvalidInput("措施清单按县设置，请选择县。")
    if values.department not in ("", *Department.values):
        raise InvalidInput(fields={"department": ["请选择责任部门。"]})
    if not set(values.problems) <= set(Problem.values):
        raise InvalidInput(fields={"problems": ["请选择适用的困难。"]})
    if any(one.values.name == values.name and one.code != code for one in lines(county.code)):
        raise InvalidInput(fields={"name": [TAKEN]})
    columns: dict[str, Any] = {**asdict(values), "problems": list(values.problems)}
    try:
        with transaction.atomic():
            row, _ = MeasureEntry.objects.update_or_create(
                county=county, code=code, defaults={**columns, "changed_by": actor, "changed_at": now()}
            )
            old = asdict(before) if before else dict.fromkeys(columns)
            changes = {
                name: [old[name], value] for name, value in asdict(values).items() if old[name] != value
            }
            action = "measure_list.edit" if before else "measure_list.add"
            audit.record(actor=actor, action=action, obj=row, region_code=county.code, changes=changes)
    except IntegrityError as error:
        raise InvalidInput(fields={"name": [TAKEN]}) from error
    return row
