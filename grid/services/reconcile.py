"""账账相符: the provincial register beside ours, decided line by line (宿州规范第二十二条; REQUIREMENTS 100)."""

import json
import logging
import tempfile
from pathlib import Path

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
from grid.models import CheckState, DifferenceKind, RegisterCheck, RegisterDifference, Ruling
from grid.register_compare import CONTEXT, compare
from needs.household_enums import ReportKind
from needs.imports import columns
from needs.models import HouseholdReport
from needs.services import household_reports

logger = logging.getLogger(__name__)
TASK = "grid.run_register_checks"
REQUIRED = (("village", "村"), ("name", "户主姓名"))


def upload(*, actor: User, county: Region, file_name: str, source: reading.Readable) -> RegisterCheck:
    """Take the file in and hand it to the workers; nothing of our register changes.

    Raises NotAllowed outside one's county, InvalidInput for a bad file or missing columns, Conflict while one runs.
    """
    ensure(actor, Verb.APPROVE, county.code)
    if county.level != Level.COUNTY:
        raise InvalidInput("省平台的名单按县核对。")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        reading.to_rows(source, path)
        header_line, header = columns.find_header(reading.first_rows(path, columns.HEADER_WITHIN))
        headings = columns.headings(header)
        mapping = columns.guess(headings)
        missing = [label for key, label in REQUIRED if key not in mapping]
        if missing:
            raise reading.refused(f"没有找到“{'”和“'.join(missing)}”列，请核对表头。")
        data = path.read_bytes()
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True).get(pk=county.pk)
        if RegisterCheck.objects.filter(county=county, state=CheckState.RUNNING).exists():
            raise Conflict("本县有一份名单正在核对，请等它完成。")
        made = RegisterCheck(
            county=county,
            actor=actor,
            file_name=Path(file_name).name[:120] or "名单",
            header_line=header_line,
            headings=headings,
            mapping=mapping,
            created_at=now(),
        )
        sealed = ContentFile(crypto.seal(data, context=CONTEXT))
        made.rows_file.save("rows.csv", sealed, save=False)
        made.save()
        audit.record(actor=actor, action="register.upload", obj=made, region_code=county.code)
        wake.after_commit(TASK)
    return made


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


def _compare(check: RegisterCheck) -> None:
    with check.rows_file.open("rb") as sealed:
        result = compare(check, crypto.unseal(sealed.read(), context=CONTEXT))
    check.state = CheckState.DONE
    check.lines, check.equal, check.unlisted = result.lines, result.equal, result.unlisted
    audit.record(
        actor=check.actor,
        action="register.check",
        obj=check,
        region_code=check.county_id,
        changes={"lines": result.lines, "equal": result.equal, "differences": result.found},
    )


def rule(*, actor: User, difference: RegisterDifference, ruling: str, note: str = "") -> RegisterDifference:
    """Decide whose entry is right. Theirs becomes a change report that the township decides on.

    Raises NotAllowed outside the county, InvalidInput for numbers in the note, StaleState when decided, and what
    `household_reports` raises (a closed household, say).
    """
    if ruling not in Ruling.values:
        raise InvalidInput(fields={"ruling": ["请选择哪边的对。"]})
    if contains_personal_data(note):
        raise InvalidInput(fields={"note": ["请不要写电话、证件号和卡号。"]})
    with transaction.atomic():
        rows = RegisterDifference.objects.select_for_update(no_key=True, of=("self",))
        difference = rows.select_related("check_of", "household__region").get(pk=difference.pk)
        ensure(actor, Verb.APPROVE, difference.check_of.county_id)
        if difference.ruling or difference.kind == DifferenceKind.UNREADABLE:
            raise StaleState("这一条已经定过，或者要先改名单。")
        if ruling == Ruling.THEIRS:
            difference.report = _report(actor, difference, note)
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


def _report(actor: User, difference: RegisterDifference, note: str) -> HouseholdReport | None:
    """The change report of what the province knows better; None where the village has to act itself."""
    why = f"与省平台核对（第 {difference.check_of_id} 次）：{note or '以省平台登记为准'}"
    home = difference.household
    if home is None:
        return None
    if difference.kind == DifferenceKind.MISSING_THERE:
        return household_reports.report_ending(actor=actor, household=home, kind=ReportKind.CLOSE, reason=why)
    fields = json.loads(difference.fields.open()) if difference.fields else {}
    wanted = {name: theirs for name, (_, theirs) in fields.items() if name in household_reports.CHANGEABLE}
    if not wanted:
        return None
    return household_reports.report_correction(actor=actor, household=home, wanted=wanted, reason=why)
