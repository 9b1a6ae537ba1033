"""Tasks in words and cells: what their pages and the sheet show."""

from typing import Any

from accounts.enums import Level
from fupin.lib.official_sheets import Column
from grid.models import Assignment
from grid.queries.assignments import Branch
from grid.rows import step_told

COLUMNS = (
    {"label": "地区"},
    {"label": "责任人"},
    {"label": "完成", "numeric": True},
    {"label": "期限"},
    {"label": "状态"},
    {"label": "下面"},
)
SHEET_COLUMNS = (
    Column("地区", 26),
    Column("级别", 8, whole=True),
    Column("责任人", 12, whole=True),
    Column("应完成", 10),
    Column("已完成", 10),
    Column("期限", 12, whole=True),
    Column("状态", 12, whole=True),
)


def _holder(part: Assignment) -> str:
    return part.holder.user.get_full_name() if part.holder else "空缺"


def sheet_rows(top: Assignment, branches: list[Branch]) -> list[list[str]]:
    """任务分解表: every place in the order of the tree, set in by its depth."""
    return [
        [
            "　" * (row.part.region.level - top.region.level) + row.part.region.name,
            Level(row.part.region.level).label,
            _holder(row.part),
            str(row.part.amount) if row.part.amount is not None else "",
            str(row.part.done) if row.part.amount is not None else "",
            f"{row.part.due_on:%Y-%m-%d}",
            row.part.state_words,
        ]
        for row in branches
    ]


def facts(branch: Branch) -> list[dict[str, Any]]:
    part = branch.part
    found = [
        {"term": "地区", "value": part.region.name},
        {"term": "责任人", "value": _holder(part)},
        {"term": "完成期限", "value": f"{part.due_on:%Y-%m-%d}"},
    ]
    if branch.below:
        found.append({"term": "还没办完", "value": f"{branch.leaves} 处"})
        found.append({"term": "超期", "value": f"{branch.late} 处"})
        found.append({"term": "责任人空缺", "value": f"{branch.vacant} 处"})
    return found


def table(branch: Branch) -> dict[str, Any]:
    """The parts one level down; villages have nothing below them to tell of."""
    leaves = branch.part.region.level >= Level.TOWNSHIP
    rows = [place(row) for row in branch.below]
    return {
        "columns": COLUMNS[:-1] if leaves else COLUMNS,
        "rows": [row[:-1] for row in rows] if leaves else rows,
    }


def place(branch: Branch) -> list[dict[str, Any]]:
    part = branch.part
    told = [f"{branch.leaves} 处没办完"] if branch.below and branch.leaves else []
    told += [f"{branch.late} 处超期"] if branch.below and branch.late else []
    told += [f"{branch.vacant} 处空缺"] if branch.below and branch.vacant else []
    open_words = "还没有分解" if part.region.level < Level.VILLAGE and not branch.below else "—"
    return [
        {"value": part.region.name, "url": part.get_absolute_url()},
        {"value": _holder(part)},
        {"value": part.progress},
        {"value": f"{part.due_on:%m-%d}"},
        {"value": part.state_words},
        {"value": "，".join(told) or ("都已办完" if branch.below else open_words)},
    ]


def timeline(part: Assignment) -> list[dict[str, Any]]:
    return [
        step_told(
            step,
            f"{step.label}：{step.done} {part.unit}" if step.action == "report" and part.unit else "",
        )
        for step in part.steps.select_related("actor")[:200]
    ]
