"""A brief on exactly one A4 page."""

from typing import Any

from fupin.lib import typeset
from grid import charts
from grid.charts import Bar, Chart
from grid.models import Brief
from grid.report_words import rate

TEMPLATE = "grid/print/brief.typ"


def chart(brief: Brief, *, paper: bool = False) -> Chart | None:
    """The match rate of the last months; None where no month had a published need."""
    bars = [
        Bar(f"{int(month[5:])}月", 100 * matched / published if published else None, rate(matched, published))
        for month, published, matched in brief.series
    ]
    if not any(bar.value is not None for bar in bars):
        return None
    goal: dict[str, Any] = {"target": brief.target, "target_text": f"目标 {brief.target}%"}
    width = charts.PAPER if paper else charts.NARROW
    return charts.series("各月对接率", bars, width=width, **goal)


def pdf(brief: Brief) -> bytes:
    return typeset.pdf(TEMPLATE, data(brief))


def data(brief: Brief) -> dict[str, Any]:
    """What the Typst template reads."""
    drawn = chart(brief, paper=True)
    return {
        "region": brief.region.name,
        "month": f"{brief.month.year}年{brief.month.month}月",
        "tiles": brief.tiles,
        "chart": drawn.file if drawn else "",
        "sentences": brief.sentences,
        "attention": brief.attention,
        "dated": f"{brief.dated.year}年{brief.dated.month}月{brief.dated.day}日",
    }
