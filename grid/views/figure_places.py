"""The table of the places below a region."""

from typing import Any

from grid.figure_totals import Board, Place
from grid.views.figure_words import NOTHING, Shown, Table, cell, down, table

REST, ALL = "本级和已撤并的村", "合计"
HEADS = (
    "地区",
    "登记家庭",
    "公开求助",
    "已对接",
    "对接率",
    "按金额",
    "爱心认领",
    "到账（元）",
    "确认收到",
    "有问题",
    "没人帮的村",
    "按时办结率",
)
COUNTED = {
    "registered": ("+household", "households"),
    "published": ("need", "published"),
    "matched": ("need", "matched"),
    "gifts": ("gift", "gifts"),
    "confirmed": ("gift", "confirmed"),
    "problems": ("gift", "problems"),
    "neglected": ("village", "neglected"),
}
"""The counts of a row, by the rows they open to."""
Texts = dict[str, str]


def places(board: Board, shown: Shown) -> Table:
    """One row a child region, then what belongs to none of them; the sum is the region itself."""
    parts = [place for place in board.children if not place.totals.is_empty]
    names = [down(place.region, shown) for place in parts]
    if parts and any(board.rest.sum(*of) for of in COUNTED.values()):
        parts.append(Place(board.region, board.rest, board.own.target))
        names.append(cell(REST))
    texts = _texts(parts, shown)
    rows = [
        [name, *_row(place, text, shown, opens=name["value"] != REST)]
        for name, place, text in zip(names, parts, texts, strict=True)
    ]
    if rows:
        rows.append([cell(ALL), *_row(board.own, _texts([board.own], shown)[0], shown)])
    return table("各地数字", HEADS, rows)


def own_row(place: Place, shown: Shown) -> list[dict[str, Any]]:
    """A region alone, as one row of the table."""
    return [cell(place.region.name), *_row(place, _texts([place], shown)[0], shown)]


def empty_places(board: Board, shown: Shown) -> list[dict[str, str]]:
    """The child regions that have no row in the table."""
    return [
        {"label": place.region.name, "url": shown.place_url(place.region)}
        for place in board.children
        if place.totals.is_empty
    ]


def _texts(parts: list[Place], shown: Shown) -> list[Texts]:
    """The counts of each place, column by column, so that no hidden one follows from the others."""
    columns = {what: shown.counts([place.totals.sum(*of) for place in parts]) for what, of in COUNTED.items()}
    return [{what: column[n] for what, column in columns.items()} for n in range(len(parts))]


def _row(place: Place, texts: Texts, shown: Shown, *, opens: bool = True) -> list[dict[str, Any]]:
    sums, region = place.totals.sum, place.region
    counts = {what: cell(text, shown.rows_url(what, region) if opens else "") for what, text in texts.items()}
    kept, late = sums("clock", "kept"), sums("clock", "late")
    gift = texts["gifts"]
    arrived = gift if gift in NOTHING[2:] else shown.money(sums("gift", "arrived_fen"))
    return [
        counts["registered"],
        counts["published"],
        counts["matched"],
        cell(shown.rate(place.matched, place.published, texts["published"], texts["matched"])),
        cell(
            shown.rate(
                sums("need", "promised_fen"), sums("need", "asked_fen"), texts["published"], texts["matched"]
            )
        ),
        counts["gifts"],
        cell(arrived, shown.rows_url("arrived_fen", region) if opens else ""),
        counts["confirmed"],
        counts["problems"],
        counts["neglected"],
        cell(shown.share(kept, kept + late), shown.rows_url("kept", region) if opens else ""),
    ]
