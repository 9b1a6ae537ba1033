"""A leader's page on one month: figures first, then plain sentences, all from the frozen numbers."""

from dataclasses import dataclass

from fupin.lib.money import yuan_display
from grid import report_words as words
from grid.queries.reports import Report

Tile = list[str]
"""Label, figure, unit, note."""


@dataclass(frozen=True, slots=True)
class Written:
    tiles: list[Tile]
    sentences: list[str]
    attention: list[str]


def write(report: Report) -> Written:
    """Six figures at most, the month in sentences, and what needs attention."""
    return Written(
        tiles=_tiles(report),
        sentences=[
            *words.overview(report),
            *words.money(report),
            *words.duties(report),
            *words.clocks(report),
        ],
        attention=words.attention(report),
    )


def _tiles(report: Report) -> list[Tile]:
    own, before = report.own, report.before
    duty = [
        "任务完成",
        words.rate(own["submitted"], own["expected"]),
        "",
        f"{own['submitted']} / {own['expected']} 条",
    ]
    if not report.complete:
        return [duty]
    past = {name: before[name] if before else None for name in ("households", "published", "received")}
    clocks = f"{own['kept']} / {own['due']} 件" if own["due"] else "没有到期的时限"
    matched = f"目标 {report.target}%" if own["published"] else "没有新公开的求助"
    return [
        ["登记家庭", str(own["households"]), "户", words.change(own["households"], past["households"], "户")],
        ["公开求助", str(own["published"]), "条", words.change(own["published"], past["published"], "条")],
        ["对接率", words.rate(own["matched"], own["published"]), "", matched],
        [
            "到账善款",
            yuan_display(own["received"]),
            "元",
            words.money_change(own["received"], past["received"]),
        ],
        ["按时办结", words.rate(own["kept"], own["due"]), "", clocks],
        duty,
    ]
