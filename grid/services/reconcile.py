"""账账相符: the provincial register beside ours, decided line by line (宿州规范第二十二条; REQUIREMENTS 100)."""

import json
import logging
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit, wake
from fupin.lib import crypto
from fupin.lib import sheet_reading as reading
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput, StaleState
from fupin.lib.text import contains_personal_data
from grid import register_compare
from grid.models import CheckState, DifferenceKind, RegisterCheck, RegisterDifference, Ruling
from grid.register_compare import CONTEXT
from needs.enums import Cause
from needs.household_enums import ReportKind
from needs.imports import columns
from needs.models import HouseholdReport
from needs.services import household_reports
from needs.services.households import HouseholdInput

logger = logging.getLogger(__name__)
TASK = "grid.run_register_checks"
KEPT = timedelta(days=7)
"""How long an upload stays whose columns nobody chooses."""


def upload(*, actor: User, county: Region, file_name: str, source: reading.Readable) -> RegisterCheck:
    """Take the file in and guess its columns; an earlier one whose columns nobody chose makes way for it.

    Raises NotAllowed outside one's county, InvalidInput for a bad file, Conflict while one runs.
    """
    ensure(actor, Verb.APPROVE, county.code)
    if county.level != Level.COUNTY:
        raise InvalidInput("省平台的名单按县核对。")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        reading.to_rows(source, path)
        header_line, header = columns.find_header(reading.first_rows(path, columns.HEADER_WITHIN))
        headings = columns.headings(header)
        data = path.read_bytes()
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True).get(pk=county.pk)
        if RegisterCheck.objects.filter(county=county, state=CheckState.RUNNING).exists():
            raise Conflict("本县有一份名单正在核对，请等它完成。")
        waiting = RegisterCheck.objects.filter(county=county, state=CheckState.UPLOADED)
        for earlier in waiting.select_for_update(no_key=True, of=("self",)).order_by("id"):
            _cancel(earlier)
        made = RegisterCheck(
            county=county,
            actor=actor,
            file_name=Path(file_name).name[:120] or "名单",
            header_line=header_line,
            headings=headings,
            mapping=columns.guess(headings, _remembered(county)),
            created_at=now(),
        )
        sealed = ContentFile(crypto.seal(data, context=CONTEXT))
        made.rows_file.save("rows.csv", sealed, save=False)
        made.save()
        audit.record(actor=actor, action="register.upload", obj=made, region_code=county.code)
    return made


def start(*, actor: User, check: RegisterCheck, mapping: Mapping[str, int]) -> RegisterCheck:
    """Say which column is what and hand the file to the workers; nothing of our register changes.

    Raises NotAllowed outside one's county, InvalidInput beside a column that is missing or used twice, StaleState
    where it was started or given up.
    """
    with transaction.atomic():
        check = _uploaded(actor, check)
        check.mapping, check.state = columns.checked(mapping, check.headings), CheckState.RUNNING
        check.save(update_fields=["mapping", "state"])
        wake.after_commit(TASK)
    return check


def preview(check: RegisterCheck) -> list[tuple[list[str], str]]:
    """The first lines of an upload as they are, each with what cannot be read in it."""
    with check.rows_file.open("rb") as sealed:
        return register_compare.preview(check, crypto.unseal(sealed.read(), context=CONTEXT))


def cancel(*, actor: User, check: RegisterCheck) -> RegisterCheck:
    """Give a file up before it is compared. Raises NotAllowed, StaleState."""
    with transaction.atomic():
        check = _uploaded(actor, check)
        _cancel(check)
        audit.record(actor=actor, action="register.cancel", obj=check, region_code=check.county_id)
    return check


def forget_old() -> int:
    """Give up the uploads whose columns nobody chose within KEPT; returns how many."""
    old = RegisterCheck.objects.filter(state=CheckState.UPLOADED, created_at__lt=now() - KEPT)
    with transaction.atomic():
        rows = list(old.select_for_update(no_key=True, skip_locked=True, of=("self",)).order_by("id")[:100])
        for check in rows:
            _cancel(check)
    return len(rows)


def run_waiting() -> int:
    """Compare every file that waits; returns how many this worker finished. Safe to run twice at once."""
    waiting = RegisterCheck.objects.filter(state=CheckState.RUNNING).order_by("id")
    return sum(run(pk) for pk in list(waiting.values_list("pk", flat=True)))


def run(pk: int) -> bool:
    """Compare one file and delete it; all differences or none. False when another worker has it or it is done."""
    with transaction.atomic():
        rows = RegisterCheck.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        check = rows.select_related("county", "actor").filter(pk=pk, state=CheckState.RUNNING).first()
        if check is None:
            return False
        try:
            with transaction.atomic():
                _compare(check)
        except (DatabaseError, OSError, ValueError) as error:
            logger.warning("register check %s failed: %s", pk, type(error).__name__)
            check.state, check.problem = CheckState.FAILED, "没有核对完，请重新上传。"
        check.finished_at = now()
        file, check.rows_file.name = check.rows_file.name, ""
        check.save()
        if file:
            transaction.on_commit(lambda: check.rows_file.storage.delete(file))
    return True


def _uploaded(actor: User, check: RegisterCheck) -> RegisterCheck:
    ensure(actor, Verb.APPROVE, check.county_id)
    check = RegisterCheck.objects.select_for_update(no_key=True, of=("self",)).get(pk=check.pk)
    if check.state != CheckState.UPLOADED:
        raise StaleState("这份名单已经开始核对或者已经取消。")
    return check


def _cancel(check: RegisterCheck) -> None:
    """The file goes with it."""
    storage, name = check.rows_file.storage, check.rows_file.name
    check.state, check.finished_at, check.rows_file.name = CheckState.CANCELLED, now(), ""
    check.save()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _remembered(county: Region) -> dict[str, str]:
    """The headings that this county chose last, by key."""
    last = RegisterCheck.objects.filter(county=county, state=CheckState.DONE).order_by("-id").first()
    return columns.by_heading(last.mapping, last.headings) if last else {}


def _compare(check: RegisterCheck) -> None:
    with check.rows_file.open("rb") as sealed:
        result = register_compare.compare(check, crypto.unseal(sealed.read(), context=CONTEXT))
    check.state = CheckState.DONE
    check.lines, check.equal, check.unlisted = result.lines, result.equal, result.unlisted
    audit.record(
        actor=check.actor,
        action="register.check",
        obj=check,
        region_code=check.county_id,
        changes={"lines": result.lines, "equal": result.equal, "differences": result.found},
    )


def rule(
    *, actor: User, difference: RegisterDifference, ruling: str, note: str = "", evidence: str = ""
) -> RegisterDifference:
    """Decide whose entry is right. Theirs becomes a change report that the township decides on.

    A household that is missing here is reported as new (新增), for which `evidence` says how it applied and agreed.
    Raises NotAllowed outside the county, InvalidInput for numbers in the note or without evidence, StaleState when
    decided, and what `household_reports` raises (a closed household, say).
    """
    if ruling not in Ruling.values:
        raise InvalidInput(fields={"ruling": ["请选择哪边的对。"]})
    if contains_personal_data(note):
        raise InvalidInput(fields={"note": ["请不要写电话、证件号和卡号。"]})
    with transaction.atomic():
        rows = RegisterDifference.objects.select_for_update(no_key=True, of=("self",))
        difference = rows.select_related("check_of", "household__region", "region").get(pk=difference.pk)
        ensure(actor, Verb.APPROVE, difference.check_of.county_id)
        if difference.ruling or difference.kind == DifferenceKind.UNREADABLE:
            raise StaleState("这一条已经定过，或者要先改名单。")
        if ruling == Ruling.THEIRS:
            difference.report = _report(actor, difference, note, evidence)
        difference.ruling, difference.note = ruling, note[:200]
        difference.ruled_by, difference.ruled_at = actor, now()
        difference.save()
        audit.record(
            actor=actor,
            action="register.rule",
            obj=difference,
            region_code=difference.region_id,
            changes={"ruling": ruling, "kind": difference.kind},
        )
    return difference


def _report(actor: User, difference: RegisterDifference, note: str, evidence: str) -> HouseholdReport | None:
    """The change report of what the province knows better; None where only the village differs."""
    why = f"与省平台核对（第 {difference.check_of_id} 次）：{note or '以省平台登记为准'}"
    home = difference.household
    fields = json.loads(difference.fields.open()) if difference.fields else {}
    if home is None:
        return _new_household(
            actor, difference, {name: theirs for name, (_, theirs) in fields.items()}, why, evidence
        )
    if difference.kind == DifferenceKind.MISSING_THERE:
        return household_reports.report_ending(actor=actor, household=home, kind=ReportKind.CLOSE, reason=why)
    wanted = {name: theirs for name, (_, theirs) in fields.items() if name in household_reports.CHANGEABLE}
    if not wanted:
        return None
    return household_reports.report_correction(actor=actor, household=home, wanted=wanted, reason=why)


def _new_household(
    actor: User, difference: RegisterDifference, theirs: Mapping[str, Any], why: str, evidence: str
) -> HouseholdReport:
    if difference.region is None:
        raise InvalidInput("名单里没有写清是哪个村，请先改名单。")
    content = HouseholdInput(
        name=theirs["name"],
        cause=theirs.get("cause") or Cause.OTHER,
        members=theirs.get("members") or 1,
        phone=theirs.get("phone", ""),
        id_number=theirs.get("id_number", ""),
        focus=theirs.get("focus", ()),
    )
    return household_reports.report_new(
        actor=actor,
        region=difference.region,
        kind=ReportKind.ADD,
        content=content,
        evidence=evidence,
        reason=why,
    )
