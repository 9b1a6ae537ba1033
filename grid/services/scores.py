"""村级量化评分、评定等次: the county's method, the sheet from closed months, objections, the decision (103, 58)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction

from accounts.enums import Level, Role, Verb
from accounts.models import Appointment, Region, User
from accounts.permissions import ensure
from accounts.services import audit, messages
from fupin.lib.clock import add_months, day_of, now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from fupin.lib.money import yuan
from fupin.lib.official_sheets import Column, write_form
from grid.models import ClosedMonth, ScoreItem, ScoreMethod, ScoreRow, ScoreSheet
from grid.queries import scores as queries

OBJECTION_DAYS = 5
"""A sheet stands open for so many days before the county may decide it."""
LEAST_WORDS = 4
COLUMNS = (
    Column("乡镇、村", 26),
    *(Column(label, 12, whole=True) for label in ScoreItem.labels),
    Column("得分", 9, whole=True),
    Column("等次", 9, whole=True),
    Column("奖励（元）", 12, whole=True),
    Column("乡镇意见", 20),
    Column("村里异议和答复", 26),
)
SAID = 2
"""So many of the last columns are what was said to a row."""


@dataclass(frozen=True, slots=True)
class MethodInput:
    """A method as typed; amounts in fen, `valid_from` the first day of a month."""

    valid_from: date
    weights: Mapping[str, int]
    grades: Sequence[tuple[int, str]]
    need_fen: int
    evaluation_fen: int
    clause: str


def set_method(*, actor: User, county: Region, content: MethodInput) -> ScoreMethod:
    """Lay down how a county scores from a month on; sheets that were drawn up keep theirs.

    Raises NotAllowed, InvalidInput for weights that do not make 100 or grades out of order, Conflict for a month
    that has a method.
    """
    ensure(actor, Verb.APPROVE, county.code)
    least = [points for points, _ in content.grades]
    if county.level != Level.COUNTY or content.valid_from.day != 1:
        raise InvalidInput("评分细则由县里规定，从一个月的第一天起。")
    if set(content.weights) - set(ScoreItem.values) or sum(content.weights.values()) != 100:
        raise InvalidInput("各项权重加起来要正好是 100。")
    if least != sorted(set(least), reverse=True) or least[-1] != 0:
        raise InvalidInput("等次的分数线要从高到低。")
    with transaction.atomic():
        made, fresh = ScoreMethod.objects.get_or_create(
            region=county,
            valid_from=content.valid_from,
            defaults={
                "weights": dict(content.weights),
                "grades": [list(row) for row in content.grades],
                "need_fen": content.need_fen,
                "evaluation_fen": content.evaluation_fen,
                "clause": content.clause,
                "made_by": actor,
            },
        )
        if not fresh:
            raise Conflict("这个月份已经有评分细则，请从以后的月份起。")
        changes = {"from": f"{content.valid_from:%Y-%m}", "weights": made.weights}
        audit.record(actor=actor, action="score.method", obj=made, region_code=county.code, changes=changes)
    return made


def draw_up(*, actor: User, county: Region, first: date, last: date) -> ScoreSheet:
    """Score every village from the closed months `first` to `last` (first days), once; the villages are told.

    Raises NotAllowed, InvalidInput where a month is not closed or no method holds, Conflict for a second sheet.
    """
    ensure(actor, Verb.APPROVE, county.code)
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True).get(pk=county.pk)
        if ScoreSheet.objects.filter(region=county, first=first, last=last).exists():
            raise Conflict("这个时段已经有评分表。")
        closed = _months(county, first, last)
        method = (
            ScoreMethod.objects.filter(region=county, valid_from__lte=last).order_by("-valid_from").first()
        )
        if method is None:
            raise InvalidInput("还没有对这个时段规定评分细则。")
        numbers = queries.numbers_of(closed)
        if not numbers:
            raise InvalidInput("这个时段没有对村规定任务，没有可评分的记录。")
        sheet = ScoreSheet.objects.create(
            region=county, first=first, last=last, method=method, drawn_by=actor,
            inputs_hash=_hash(method, closed, numbers),
        )  # fmt: skip
        ScoreRow.objects.bulk_create(_row(sheet, code, row) for code, row in numbers.items())
        audit.record(
            actor=actor, action="score.draw", obj=sheet, region_code=county.code,
            changes={"period": str(sheet), "hash": sheet.inputs_hash, "villages": len(numbers)},
        )  # fmt: skip
        _tell(sheet, f"{sheet.period}村级评分已经算出，{OBJECTION_DAYS} 天内可以提出异议。", "drawn")
    return sheet


def _months(county: Region, first: date, last: date) -> list[ClosedMonth]:
    wanted, month = [], first
    while month <= last:
        wanted.append(month)
        month = add_months(month, 1)
    found = ClosedMonth.objects.filter(region=county, month__in=wanted).order_by("month")
    closed = {row.month: row for row in found}
    missing = [f"{month:%Y-%m}" for month in wanted if month not in closed]
    if missing:
        raise InvalidInput(f"还有月份没有结账：{'、'.join(missing)}。")
    return [closed[month] for month in wanted]


def _row(sheet: ScoreSheet, code: int, numbers: dict[str, int]) -> ScoreRow:
    method = sheet.method
    scored = queries.score(numbers, method.weights, method.grades)
    return ScoreRow(
        sheet=sheet, region_id=code, numbers=numbers, parts=scored.parts, score=scored.score,
        grade=scored.grade, reward_fen=queries.reward(numbers, method),
    )  # fmt: skip


def _hash(method: ScoreMethod, closed: Sequence[ClosedMonth], numbers: dict[int, dict[str, int]]) -> str:
    parts = [
        method.pk, method.weights, method.grades, method.need_fen, method.evaluation_fen,
        [row.inputs_hash for row in closed], numbers,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def comment(*, actor: User, row: ScoreRow, note: str) -> ScoreRow:
    """The township's word on one of its villages. Raises NotAllowed, InvalidInput, StaleState once decided."""
    ensure(actor, Verb.CHECK, row.region_id)
    return _say(actor, row, "comment", note)


def object_to(*, actor: User, row: ScoreRow, note: str) -> ScoreRow:
    """The village officer objects to the own village's row; raises likewise."""
    posts = Appointment.objects.active().filter(user=actor, role=Role.VILLAGE_OFFICER, region=row.region_id)
    if not posts.exists():
        raise NotAllowed("只有本村的信息员可以提出异议。")
    return _say(actor, row, "objection", note)


def answer(*, actor: User, row: ScoreRow, note: str) -> ScoreRow:
    """The county answers an objection; raises likewise, InvalidInput where nobody objected."""
    ensure(actor, Verb.APPROVE, row.region_id)
    if not row.objection:
        raise InvalidInput("这个村没有提出异议。")
    return _say(actor, row, "answer", note)


def _say(actor: User, row: ScoreRow, field: str, note: str) -> ScoreRow:
    words = note.strip()[:300]
    if len(words) < LEAST_WORDS:
        raise InvalidInput(fields={"note": [f"请写明，至少 {LEAST_WORDS} 个字。"]})
    with transaction.atomic():
        sheet = ScoreSheet.objects.select_for_update(no_key=True).get(pk=row.sheet_id)
        if sheet.decided_at:
            raise StaleState("县里已经评定。")
        setattr(row, field, words)
        row.save(update_fields=[field])
        audit.record(actor=actor, action=f"score.{field}", obj=row, region_code=row.region_id, reason=words)
    return row


def decide(*, actor: User, sheet: ScoreSheet) -> ScoreSheet:
    """评定等次: from now on nothing on the sheet changes; the villages are told.

    Raises NotAllowed, StaleState when it is decided, Conflict before the days for objections are over or while one is
    not answered.
    """
    ensure(actor, Verb.APPROVE, sheet.region_id)
    with transaction.atomic():
        sheet = ScoreSheet.objects.select_for_update(no_key=True).get(pk=sheet.pk)
        if sheet.decided_at:
            raise StaleState("县里已经评定。")
        if today() < open_until(sheet):
            raise Conflict(f"要等到 {open_until(sheet):%Y-%m-%d}，村里有 {OBJECTION_DAYS} 天时间提出异议。")
        if sheet.rows.filter(answer="").exclude(objection="").exists():
            raise Conflict("还有异议没有答复。")
        sheet.decided_by, sheet.decided_at = actor, now()
        sheet.save(update_fields=["decided_by", "decided_at"])
        audit.record(
            actor=actor, action="score.decide", obj=sheet, region_code=sheet.region_id,
            changes={"period": str(sheet), "hash": sheet.inputs_hash},
        )  # fmt: skip
        _tell(sheet, f"{sheet.period}村级评分已经评定等次。", "decided")
    return sheet


def open_until(sheet: ScoreSheet) -> date:
    """The first day on which it may be decided."""
    return day_of(sheet.drawn_at) + timedelta(days=OBJECTION_DAYS)


def _tell(sheet: ScoreSheet, text: str, key: str) -> None:
    places = sheet.rows.values("region")
    posts = Appointment.objects.active().filter(role=Role.VILLAGE_OFFICER, region__in=places)
    for post in posts.select_related("user"):
        messages.notify(
            user=post.user, text=text, dedup_key=f"score:{sheet.pk}:{key}:{post.pk}",
            link=f"/office/scores/{sheet.pk}/",
        )  # fmt: skip


def write(*, actor: User, sheet: ScoreSheet, rows: Sequence[ScoreRow], target: Path) -> int:
    """The sheet as XLSX, in the order of the villages' codes; returns how many rows. Recorded."""
    state = f"{day_of(sheet.decided_at):%Y-%m-%d} 评定" if sheet.decided_at else "征求意见，尚未评定"
    audit.record(
        actor=actor,
        action="score.export",
        obj=sheet,
        region_code=sheet.region_id,
        changes={"rows": len(rows)},
    )
    return write_form(
        target,
        title=f"{sheet.region.name} {sheet.period}村级工作评分表",
        note=f"{state}；依据：{sheet.method.clause}；校验 {sheet.inputs_hash[:16]}",
        columns=COLUMNS,
        rows=(cells(row) for row in rows),
        foot="\n".join([f"奖励合计 {yuan(sum(row.reward_fen for row in rows))} 元", *rules(sheet.method)]),
    )


def rules(method: ScoreMethod) -> list[str]:
    """What the method scores, each with its points and how its share is counted; and the rates of the reward."""
    weighed = [(item, method.weights.get(item, 0)) for item in ScoreItem]
    return [
        *(f"{item.label}（{points} 分）：{queries.RULES[item]}" for item, points in weighed if points),
        reward_rule(method),
    ]


def reward_rule(method: ScoreMethod) -> str:
    """What a village is rewarded for and with how much, in words (REQUIREMENTS 58)."""
    return (
        f"奖励：每条计数的求助 {yuan(method.need_fen)} 元，"
        f"每次写明结果（完整收到或有什么问题）的送达评价 {yuan(method.evaluation_fen)} 元。"
    )


def cells(row: ScoreRow) -> tuple[str, ...]:
    """One row in words, as page and sheet show it."""
    said = "；".join(text for text in (row.objection, f"答复：{row.answer}" if row.answer else "") if text)
    return (
        f"{row.region.parent or ''} {row.region.name}",
        *(f"{row.parts[item] / 100:.1f}%" if item in row.parts else "—" for item in ScoreItem.values),
        f"{row.score / 100:.2f}" if row.score is not None else "—",
        row.grade,
        yuan(row.reward_fen),
        row.comment,
        said,
    )
