"""A charity's bank statement: read, looked at, confirmed once; then workers match its lines (REQUIREMENTS B11)."""

import hashlib
import json
import re
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

from django.db import IntegrityError, transaction

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit, wake
from donors.account_queries import numbers_of
from donors.enums import Direction, StatementState
from donors.models import CharityAccount, Statement, StatementLine
from donors.statements import reading, references
from fupin.lib.clock import now
from fupin.lib.errors import Conflict
from fupin.lib.money import yuan_display
from fupin.lib.sheet_reading import MAX_BYTES, Readable, read_rows, refused, to_rows

TASK = "donors.match_statements"
_LONG_NUMBER = re.compile(r"(F[PKH])?[0-9][0-9 -]{5,}[0-9]", re.IGNORECASE)


def upload(*, actor: User, account: CharityAccount, file_name: str, source: Readable) -> Statement:
    """Read a file into a preview; the same file again is the statement it became the first time.

    Raises NotAllowed outside one's accounts, InvalidInput for a bad, truncated or wrong file.
    """
    ensure(actor, Verb.RECONCILE, account.region_id)
    data = source.read(MAX_BYTES + 1)
    digest = hashlib.sha256(data).hexdigest()
    known = _known(account, digest)
    if known:
        return known
    parsed = _parsed(data)
    if parsed.account and not any(reading.fits(parsed.account, one) for one in numbers_of(account)):
        raise refused(
            f"这份流水是尾号 {parsed.account[-4:]} 的账户的，您选的账户尾号是 {account.number[-4:]}。没有导入。"
        )
    try:
        with transaction.atomic():
            return _keep(actor, account, file_name, digest, parsed)
    except IntegrityError:
        known = _known(account, digest)
        if known is None:
            raise
        return known


def lines_of(statement: Statement) -> list[reading.Line]:
    """The lines of a statement that is not confirmed yet."""
    if statement.content is None:
        return []
    return [
        reading.Line(
            **{**row, "day": date.fromisoformat(row["day"]), "direction": Direction(row["direction"])}
        )
        for row in json.loads(statement.content.open())
    ]


def confirm(*, actor: User, statement: Statement) -> Statement:
    """Take the lines in, each once whatever files bring it, and wake the workers. Raises Conflict when it is over."""
    with transaction.atomic():
        statement = _locked(actor, statement)
        lines = lines_of(statement)
        before = statement.account.lines.count()
        StatementLine.objects.bulk_create(_rows(statement, lines), batch_size=1000, ignore_conflicts=True)
        statement.new_lines = statement.account.lines.count() - before
        statement.state, statement.content = StatementState.RUNNING, None
        statement.actor, statement.confirmed_at = actor, now()
        statement.save()
        _record(statement, actor, "import", {"lines": len(lines), "new": statement.new_lines})
        wake.after_commit(TASK)
    return statement


def discard(*, actor: User, statement: Statement) -> Statement:
    """Forget an unconfirmed file. Raises Conflict when it is over."""
    with transaction.atomic():
        statement = _locked(actor, statement)
        statement.state, statement.content = StatementState.DISCARDED, None
        statement.save(update_fields=["state", "content"])
        _record(statement, actor, "discard", {})
    return statement


def _parsed(data: bytes) -> reading.Parsed:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        to_rows(_Bytes(data), path)
        return reading.parse(read_rows(path))


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, size: int = -1, /) -> bytes:
        return self.data[:size] if size >= 0 else self.data


def _keep(
    actor: User, account: CharityAccount, file_name: str, digest: str, parsed: reading.Parsed
) -> Statement:
    rows = [
        {name: getattr(line, name) for name in reading.Line.__slots__} | {"day": line.day.isoformat()}
        for line in parsed.lines
    ]
    statement = Statement.objects.create(
        account=account,
        actor=actor,
        file_name=Path(file_name).name[:120] or "流水",
        sha256=digest,
        content=json.dumps(rows, ensure_ascii=False),
        warnings=_warnings(account, parsed),
        total_lines=len(parsed.lines),
        first_on=parsed.lines[0].day,
        last_on=parsed.lines[-1].day,
        opening_fen=parsed.opening,
        closing_fen=parsed.closing,
    )
    _record(statement, actor, "upload", {"lines": len(rows)})
    return statement


def _warnings(account: CharityAccount, parsed: reading.Parsed) -> list[str]:
    found = []
    if not parsed.account:
        found.append("文件里没有写账号，请核对是不是这个账户的流水。")
    if not parsed.directed and all(line.direction == Direction.IN for line in parsed.lines):
        found.append("文件里没有写收入还是支出，全部按收入读。里面有支出的，请放弃，重新下载带收支的明细。")
    last = (
        account.statements.filter(
            state__in=(StatementState.RUNNING, StatementState.DONE), last_on__lt=parsed.lines[0].day
        )
        .order_by("-last_on", "-id")
        .first()
    )
    if last and last.closing_fen is not None and parsed.opening not in (None, last.closing_fen):
        found.append(
            f"上一份流水到 {last.last_on:%Y-%m-%d} 的余额是 {yuan_display(last.closing_fen)} 元，"
            f"这一份从 {yuan_display(parsed.opening or 0)} 元开始：中间少了一段流水，请补导。"
        )
    return found


def _rows(statement: Statement, lines: list[reading.Line]) -> list[StatementLine]:
    seen: Counter[str] = Counter()
    rows = []
    for line in lines:
        mark = _mark(line)
        seen[mark] += 1
        rows.append(
            StatementLine(
                account=statement.account,
                statement=statement,
                number=line.number,
                booked_on=line.day,
                direction=line.direction,
                amount_fen=line.fen,
                balance_fen=line.balance,
                counterparty=_printable(line.name)[:60],
                memo=_LONG_NUMBER.sub(_masked, _printable(line.memo))[:200],
                serial=_printable(line.serial),
                references=references.readings(line.memo),
                fingerprint=hashlib.sha256(f"{mark}|{seen[mark]}".encode()).hexdigest(),
            )
        )
    return rows


def _mark(line: reading.Line) -> str:
    """What is the same for one movement in every file: its serial number, else the balance after it, else the words;
    equal ones are counted, so that two gifts of one amount on one day stay two."""
    own = line.serial or (str(line.balance) if line.balance is not None else f"{line.name} {line.memo}")
    return f"{line.day}|{line.direction}|{line.fen}|{own}"


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()


def _masked(match: re.Match[str]) -> str:
    """Phone, card and ID numbers of senders stay out of plain text; a transfer reference is none of them."""
    return match[0] if match[1] else f"****{match[0][-4:]}"


def _known(account: CharityAccount, digest: str) -> Statement | None:
    kept = account.statements.filter(sha256=digest)
    return kept.exclude(state=StatementState.DISCARDED).first()


def _locked(actor: User, statement: Statement) -> Statement:
    statement = (
        Statement.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=statement.pk)
    )
    ensure(actor, Verb.RECONCILE, statement.account.region_id)
    if statement.state != StatementState.PREVIEW:
        raise Conflict("这份流水已经办理过了。")
    return statement


def _record(statement: Statement, actor: User, what: str, changes: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        action=f"statement.{what}",
        obj=statement,
        region_code=statement.account.region_id,
        changes=changes,
    )
