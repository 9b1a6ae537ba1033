"""What the forms ask of a county's officers: what lies open, which fields nobody fills in, who complained (B16)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from accounts.models import Region
from fupin.lib.clock import today
from grid.assignment_enums import AssignmentState
from grid.models import Assignment, Clock, GridHousehold, InspectionItem, ItemState, Problem, RiskWarning
from grid.problem_enums import ProblemKind, ProblemState
from grid.queries.quotas import bounds, last_of
from needs.enums import Kind, Status
from needs.kinds import FIELDS
from needs.models import Need

SELDOM = 5
"""Percent: a field that is filled in less often is shown as hardly used."""
LEAST_FORMS = 5
"""Of fewer filled-in forms no share is taken."""


@dataclass(frozen=True, slots=True)
class Optional:
    """A form's optional fields: label -> the SQL condition that it is filled in, over `table` (alias f)."""

    form: str
    table: str
    region: str
    at: str
    fields: dict[str, str]


_TEXT = "f.{0} <> ''"
_THERE = "f.{0} IS NOT NULL"
_LIST = "cardinality(f.{0}) > 0"
FORMS = (
    Optional(
        "登记家庭",
        "needs_household f",
        "f.region_id",
        "f.created_at",
        {
            "联系电话": _THERE.format("phone"),
            "户主身份证号": _THERE.format("id_number"),
            "详细住址": _THERE.format("address"),
            "重点情况": _LIST.format("focus"),
            "家庭情况": _THERE.format("situation"),
        },
    ),
    Optional(
        "家庭成员",
        "needs_householdmember f JOIN needs_household h ON h.id = f.household_id",
        "h.region_id",
        "f.created_at",
        {
            "身份证号": _THERE.format("id_number"),
            "监护人": _TEXT.format("guardian"),
            "在校情况": _TEXT.format("stage"),
            "病情": _THERE.format("illness"),
            "留守": "f.left_behind",
            "残疾类别和等级": _TEXT.format("disability"),
            "残疾人证号": _THERE.format("certificate"),
            "需要的辅具和服务": _LIST.format("needs"),
        },
    ),
    Optional(
        "走访记录",
        "grid_visit f",
        "f.region_id",
        "f.recorded_at",
        {"情况说明": _THERE.format("note"), "照片": _TEXT.format("photo")},
    ),
    Optional("上报线索", "grid_clue f", "f.region_id", "f.reported_at", {"联系电话": _THERE.format("phone")}),
    Optional(
        "会议和培训",
        "grid_activity f",
        "f.region_id",
        "f.created_at",
        {"地点": _TEXT.format("place"), "其他参加人": _TEXT.format("guests")},
    ),
)


@dataclass(frozen=True, slots=True)
class Usage:
    """One optional field: how many of the forms of the period carry it."""

    form: str
    label: str
    filled: int
    total: int

    @property
    def percent(self) -> int:
        return (200 * self.filled + self.total) // (2 * self.total) if self.total else 0

    @property
    def is_unused(self) -> bool:
        return self.total >= LEAST_FORMS and self.percent < SELDOM


@dataclass(frozen=True, slots=True)
class Open:
    """A kind of form or duty that waits: how many, how many of them past their day."""

    label: str
    count: int
    late: int
    url: str


def usage(region: Region, since: date, until: date) -> list[Usage]:
    """Every optional field of the forms filed in these months (first days, both count), least used first."""
    span = {
        "low": region.code,
        "high": region.code_end,
        "since": bounds(since)[0],
        "until": bounds(until)[1],
    }
    found = [*_usage(span), *_kinds(span)]
    return sorted(found, key=lambda row: (row.percent, -row.total, row.form, row.label))


def _usage(span: dict[str, Any]) -> list[Usage]:
    found = []
    for form in FORMS:
        counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in form.fields.values())
        total, *filled = _rows(
            f"""SELECT count(*), {counts} FROM {form.table}
                WHERE {form.region} BETWEEN %(low)s AND %(high)s
                  AND {form.at} >= %(since)s AND {form.at} < %(until)s""",  # noqa: S608
            span,
        )[0]
        labels = zip(form.fields, filled, strict=True)
        found += [Usage(form.form, label, count, total) for label, count in labels]
    return found


def _kinds(span: dict[str, Any]) -> list[Usage]:
    """The optional questions of each kind of need, over the needs handed in."""
    rows = _rows(
        """WITH handed AS (
             SELECT n.kind, n.details FROM needs_need n WHERE n.region_id BETWEEN %(low)s AND %(high)s
               AND n.submitted_at >= %(since)s AND n.submitted_at < %(until)s)
           SELECT kind, '' AS key, count(*) FROM handed GROUP BY 1
           UNION ALL
           SELECT kind, d.key, count(*) FROM handed, jsonb_each(handed.details) d
           WHERE d.value NOT IN ('null', '""', '[]') GROUP BY 1, 2""",
        span,
    )
    counted = {(kind, key): count for kind, key, count in rows}
    return [
        Usage(f"求助：{Kind(kind).label}", field.label, counted.get((kind, field.key), 0), counted[kind, ""])
        for kind, fields in FIELDS.items()
        if (kind, "") in counted
        for field in fields
        if not field.required
    ]


def open_forms(region: Region) -> list[Open]:
    """What is begun and not sent, and what was asked for and not done, in this place today; nine counts."""
    day = today()
    needs = Need.objects.filter(_inside(region, "region"))
    clocks = Clock.objects.filter(_inside(region, "region"), done_on=None, paused_on=None, at_least=False)
    visits = GridHousehold.objects.filter(
        _inside(region, "region"), due_on__lte=last_of(day.replace(day=1)), grid__ended_at=None
    )
    warnings = RiskWarning.objects.filter(_inside(region, "batch__township"), state="sent")
    items = InspectionItem.objects.filter(_inside(region, "region"), state=ItemState.PROBLEM)
    parts = Assignment.objects.filter(_inside(region, "region"), state=AssignmentState.OPEN, divided=False)
    problems = Problem.objects.filter(_inside(region, "region")).exclude(state=ProblemState.ANSWERED)
    found = [
        _open("写了没提交的求助", needs.filter(status=Status.DRAFT), "needs:office-needs", "?status=draft"),
        _open(
            "退回后等补充的求助",
            needs.filter(status=Status.RETURNED),
            "needs:office-needs",
            "?status=returned",
        ),
        _open("还在走的时限", clocks, "grid:clocks", late=Q(due_on__lt=day)),
        _open("本月要走访的家庭", visits, "grid:visits", late=Q(due_on__lt=day)),
        _open("部门预警要核实", warnings, "grid:warning-batches"),
        _open("督查问题要整改", items, "grid:inspections", late=Q(due_on__lt=day)),
        _open("工作任务", parts, "grid:assignments", late=Q(due_on__lt=day)),
        _open("上报的问题等答复", problems, "grid:problems", "?show=all"),
    ]
    return [row for row in found if row.count]


def complaints(region: Region, since: date) -> QuerySet[Problem]:
    """What officers of this place said about needless forms since that day, newest first."""
    rows = Problem.objects.filter(_inside(region, "region"), kind=ProblemKind.BURDEN)
    return (
        rows.filter(reported_at__gte=bounds(since)[0])
        .select_related("region__parent", "reported_by")
        .order_by("-id")
    )


def _open(label: str, rows: QuerySet[Any], url: str, query: str = "", *, late: Q | None = None) -> Open:
    counted = rows.aggregate(count=Count("pk"), late=Count("pk", filter=late or Q(pk__in=())))
    return Open(label, counted["count"], counted["late"], reverse(url) + query)


def _inside(region: Region, field: str) -> Q:
    return Q(**{f"{field}__gte": region.code, f"{field}__lte": region.code_end})


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
