"""Quotas in words and cells: what the pages of a month, an area and one result show."""

from typing import Any

from django.urls import reverse

from fupin.lib.money import yuan
from grid.queries import outcomes
from grid.queries.outcomes import Outcome
from grid.queries.results import Row

COLUMNS = (
    {"label": "岗位"},
    {"label": "应报", "numeric": True},
    {"label": "计数", "numeric": True},
    {"label": "按时", "numeric": True},
    {"label": "已确认收到", "numeric": True},
    {"label": "结果"},
    {"label": "考核"},
    {"label": f"{outcomes.MONTHS} 个月得分", "numeric": True},
)
PAY_COLUMNS = (
    {"label": "月份"},
    {"label": "补贴"},
    {"label": "在岗天数", "numeric": True},
    {"label": "完成", "numeric": True},
    {"label": "金额（元）", "numeric": True},
)
NEED_COLUMNS = ({"label": "求助"}, {"label": "提交"}, {"label": "计数"})


def tiles(rows: list[Row]) -> list[dict[str, Any]]:
    expected, submitted = sum(row.expected for row in rows), sum(row.submitted for row in rows)
    return [
        {"label": "应报", "value": expected, "unit": "条"},
        {"label": "计数", "value": submitted, "unit": "条", "note": _gap(rows)},
        {"label": "按时", "value": sum(row.on_time for row in rows), "unit": "条"},
        {"label": "已确认收到", "value": sum(row.confirmed for row in rows), "unit": "条"},
    ]


def _gap(rows: list[Row]) -> str:
    missing = sum(max(0, row.expected - row.submitted) for row in rows if not row.zero_report)
    return f"还差 {missing} 条" if missing else "已达到"


def _outcome(row: Row) -> str:
    if row.zero_report:
        return "零报告"
    return "已达到" if row.met else f"差 {row.expected - row.submitted} 条"


def post(row: Row, outcome: Outcome | None, *, named: bool = False) -> list[dict[str, Any]]:
    who = f"{row.post.user.get_full_name()} · " if named else ""
    where = f"{row.post.region.name} {row.post.get_role_display()}"
    url = reverse("grid:quota-result", args=[row.result.pk]) if row.result else ""
    return [
        {"value": f"{who}{where}", "url": url},
        {"value": row.expected},
        {"value": row.submitted},
        {"value": row.on_time},
        {"value": row.confirmed},
        {"value": _outcome(row)},
        {"value": row.result.get_status_display() if row.result else "未结账"},
        {"value": _percent(outcome)},
    ]


def paid(line: Any) -> list[dict[str, Any]]:
    name = line.rate.name if line.month == line.closed.month else f"{line.rate.name}（补 {line.month:%Y-%m}）"
    return [
        {"value": f"{line.closed.month:%Y-%m}"},
        {"value": f"{name} · {line.rate.get_basis_display()}"},
        {"value": line.days},
        {"value": f"{line.done}/{line.asked}" if line.asked else "—"},
        {"value": yuan(line.fen)},
    ]


def bars(rows: list[Row]) -> list[dict[str, Any]]:
    """Handed in, on time and confirmed, each against what was asked for."""
    expected = sum(row.expected for row in rows)
    counts = (
        ("计数", sum(row.submitted for row in rows)),
        ("按时", sum(row.on_time for row in rows)),
        ("已确认收到", sum(row.confirmed for row in rows)),
    )
    return [
        {"label": label, "value": min(count, expected), "text": f"{count} / {expected}"}
        for label, count in counts
    ]


def score(outcome: Outcome) -> dict[str, Any] | None:
    """The honest score and how it came about; None without a counted need."""
    if outcome.score is None:
        return None
    return {
        "percent": outcome.score,
        "sum": f"（{outcome.confirmed} − {outcome.void}）÷ {outcome.counted}",
        "months": outcomes.MONTHS,
        "facts": [
            {"term": "计数", "value": f"{outcome.counted} 条"},
            {"term": "属实并收到", "value": f"{outcome.confirmed} 条"},
            {"term": "倒扣", "value": f"{outcome.void} 条（后来退回、撤回或核实不实）"},
            {"term": "还在等", "value": f"{outcome.waiting} 条"},
        ],
    }


def _percent(outcome: Outcome | None) -> str:
    return f"{outcome.score}%" if outcome and outcome.score is not None else "—"


def facts(row: Any) -> list[dict[str, Any]]:
    return [
        {"term": "应报", "value": f"{row.expected} 条"},
        {"term": "计数", "value": f"{row.submitted} 条"},
        {"term": f"按时（{row.rule.due_day} 日前）", "value": f"{row.on_time} 条"},
        {"term": "已确认收到", "value": f"{row.confirmed} 条"},
        {"term": "零报告", "value": "已签" if row.zero_report else "没有"},
        {"term": "依据", "value": row.rule.clause},
    ]
