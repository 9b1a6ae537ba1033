"""The charts of a dashboard, each with its table; a bar leads one level down, a number to its rows."""

from typing import Any

from accounts.enums import Side
from fupin.lib.clock import add_months, month_of, today
from fupin.lib.money import yuan_display
from grid import charts
from grid.burden import MINUTES
from grid.charts import Bar, Several
from grid.figure_totals import Board, percent
from grid.queries.figure_rows import KINDS, SIDES
from grid.views.figure_words import NOTHING, Shown, cell, down, table

BANDS = ((0, "本月和上月公开"), (2, "等了 2 至 3 个月"), (4, "等了 4 至 6 个月"), (7, "等了 7 个月以上"))
"""How many months ago an open need became public, and the band's words."""


def figures_shown(board: Board, shown: Shown) -> list[dict[str, Any]]:
    """The charts, each with its table: `{chart, table}`; nothing where there is nothing to draw."""
    made = [_rates(board, shown), _months(board, shown), _kinds(board, shown), _sides(board, shown)]
    made += [_waiting(board, shown), *([] if shown.is_public else [_burden(board, shown)])]
    return [one for one in made if one["table"]["rows"]]


def _rates(board: Board, shown: Shown) -> dict[str, Any]:
    places = [place for place in board.children if place.rate is not None]
    places.sort(key=lambda place: -(place.rate or 0))
    texts = _texts([(place.published, place.matched) for place in places], shown)
    target, bars, rows = board.own.target, [], []
    for place, (published, matched, rate) in zip(places, texts, strict=True):
        value = None if rate in NOTHING else place.rate
        bars.append(Bar(place.region.name, value, rate, shown.place_url(place.region)))
        cells = [
            cell(published, shown.rows_url("published", place.region)),
            cell(matched, shown.rows_url("matched", place.region)),
        ]
        rows.append([down(place.region, shown), *cells, cell(rate)])
    chart = charts.ranked("各地对接率", bars, target=target, target_text=f"目标 {target}%", full=100)
    return {"chart": chart, "table": table("各地对接率", ["地区", "公开求助", "已对接", "对接率"], rows)}


def _texts(counted: list[tuple[int, int]], shown: Shown) -> list[tuple[str, str, str]]:
    """Published, matched and the rate of each, as they are written; what is hidden follows from no sum."""
    published = shown.counts([one for one, _ in counted])
    matched = shown.counts([other for _, other in counted])
    return [
        (published[n], matched[n], shown.rate(other, one, published[n], matched[n]))
        for n, (one, other) in enumerate(counted)
    ]


def _months(board: Board, shown: Shown) -> dict[str, Any]:
    counted = [(sums.sum("need", "published"), sums.sum("need", "matched")) for _, sums in board.series]
    gifts = shown.counts([sums.sum("gift", "gifts") for _, sums in board.series])
    target, bars, rows = board.own.target, [], []
    for n, (published, matched, rate) in enumerate(_texts(counted, shown)):
        day, value = board.series[n][0], percent(counted[n][1], counted[n][0])
        hidden = rate in NOTHING
        bars.append(Bar(f"{day:%y-%m}", None if hidden else value, "—" if hidden else rate))
        rows.append([cell(f"{day:%Y-%m}"), cell(published), cell(matched), cell(gifts[n]), cell(rate)])
    chart = charts.series("各月公开的求助现在的对接率", bars, target=target, target_text=f"目标 {target}%")
    heads = ["月份", "公开求助", "已对接", "爱心认领", "对接率"]
    drawn = any(bar.value is not None for bar in bars)
    return {"chart": chart, "table": table("近十二个月", heads, rows if drawn else [])}


def _kinds(board: Board, shown: Shown) -> dict[str, Any]:
    place, totals = board.own, board.own.totals
    published, matched = totals.parts("need", "published"), totals.parts("need", "matched")
    ranked = sorted(published.items(), key=lambda row: (-row[1], row[0]))
    texts = _texts([(count, matched.get(kind, 0)) for kind, count in ranked], shown)
    bars, rows = [], []
    for (kind, count), (one, other, rate) in zip(ranked, texts, strict=True):
        url = shown.rows_url("published", place.region, kind)
        bars.append(Bar(KINDS[kind], None if one in NOTHING else count, one, url))
        opened = cell(other, shown.rows_url("matched", place.region, kind))
        rows.append([cell(KINDS[kind]), cell(one, url), opened, cell(rate)])
    chart = charts.ranked("求助的类别", bars)
    return {"chart": chart, "table": table("求助的类别", ["类别", "公开求助", "已对接", "对接率"], rows)}


def _sides(board: Board, shown: Shown) -> dict[str, Any]:
    """社会热: whose help it is, here and in the places below (REQUIREMENTS 63)."""
    names = [SIDES[side] for side in Side.values]
    bars, rows = [], []
    for place in [board.own, *board.children]:
        gifts, fen = place.totals.parts("gift", "gifts"), place.totals.parts("gift", "arrived_fen")
        values = tuple(gifts.get(side, 0) for side in Side.values)
        if not sum(values) or any(shown.hides(value) for value in values):
            continue
        is_own = place is board.own
        bars.append(Several(place.region.name, values, "" if is_own else shown.place_url(place.region)))
        cells = [
            cell(shown.count(value), shown.rows_url("gifts", place.region, side))
            for side, value in zip(Side.values, values, strict=True)
        ]
        society = cell(yuan_display(fen.get(Side.SOCIETY, 0)))
        rows.append([cell(place.region.name) if is_own else down(place.region, shown), *cells, society])
    chart = charts.shares("谁在帮忙", bars, names)
    return {"chart": chart, "table": table("谁在帮忙（笔）", ["地区", *names, "社会到账（元）"], rows)}


def _waiting(board: Board, shown: Shown) -> dict[str, Any]:
    """How long the open needs have waited, by the months in which they were published; of all time only."""
    if board.month:
        return {"table": {"rows": []}}
    this = month_of(today())
    recent = {day: totals.sum("need", "open") for day, totals in board.series}
    edges = [*(start for start, _ in BANDS[1:]), None]
    counts: list[int] = []
    for (start, _), end in zip(BANDS, edges, strict=True):
        if end is None:
            counts.append(board.own.totals.sum("need", "open") - sum(counts))
        else:
            counts.append(sum(recent.get(add_months(this, -back), 0) for back in range(start, end)))
    bars, rows = [], []
    for (_, label), count, text in zip(BANDS, counts, shown.counts(counts), strict=True):
        bars.append(Bar(label, None if shown.is_public and text in NOTHING else count, text))
        rows.append([cell(label), cell(text)])
    if not any(counts):
        rows = []
    return {
        "chart": charts.ranked("还在求助的等了多久", bars),
        "table": table("还在求助的", ["公开时间", "条"], rows),
    }


def _burden(board: Board, shown: Shown) -> dict[str, Any]:
    """填报负担: things filed times the minutes of the table (B16)."""
    place = board.own
    spent = {part: count for part, count in place.totals.parts("form", "forms").items() if part in MINUTES}
    ranked = sorted(spent.items(), key=lambda row: -row[1] * MINUTES[row[0]][1])
    bars = [
        Bar(
            MINUTES[part][0],
            count * MINUTES[part][1] / 60,
            f"{count * MINUTES[part][1] / 60:,.1f} 小时",
            shown.rows_url("forms", place.region, part),
        )
        for part, count in ranked
    ]
    rows = [
        [
            cell(MINUTES[part][0]),
            cell(f"{count:,}", shown.rows_url("forms", place.region, part)),
            cell(MINUTES[part][1]),
            cell(f"{count * MINUTES[part][1] / 60:,.1f}"),
        ]
        for part, count in ranked
    ]
    heads = ["事项", "件数", "每件约（分钟）", "合计（小时）"]
    return {"chart": charts.ranked("填报用时", bars), "table": table("填报用时", heads, rows)}
