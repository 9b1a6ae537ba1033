"""What a dashboard shows: tiles, charts and tables of one board; numbers open to rows, bars lead one level down."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.enums import Level, Side
from accounts.models import Region
from fupin.lib.clock import add_months, month_of, today
from fupin.lib.money import yuan_display
from grid import charts
from grid.burden import MINUTES
from grid.charts import Bar, Several
from grid.queries import figures as queries
from grid.queries.figure_rows import KINDS, SIDES
from grid.queries.figures import Board, Place, Totals, percent

SMALL = 5
"""Public pages hide counts of people and needs from 1 to 4."""
HIDDEN = "少于 5"
BANDS = ((0, "本月和上月公开"), (2, "等了 2 至 3 个月"), (4, "等了 4 至 6 个月"), (7, "等了 7 个月以上"))
REST = "本级和已撤并的村"
Table = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """How numbers are written: for the office with links to rows, for the public without and small ones hidden."""

    month: date | None
    place_url: Callable[[Region], str]
    is_public: bool = False

    def rows_url(self, what: str, region: Region, part: str = "") -> str:
        """Where a figure opens to its rows; "" on public pages."""
        if self.is_public:
            return ""
        asked = {"what": what, "region": region.code, "month": f"{self.month:%Y-%m}" if self.month else ""}
        query = urlencode({name: value for name, value in {**asked, "part": part}.items() if value})
        return f"{reverse('grid:figure-rows')}?{query}"

    def hides(self, count: int) -> bool:
        return self.is_public and 0 < count < SMALL

    def count(self, number: int) -> str:
        return HIDDEN if self.hides(number) else f"{number:,}"

    def share(self, part: int, whole: int) -> str:
        """A percentage of counts; hidden where it would give a small count away."""
        rate = percent(part, whole)
        if rate is None:
            return "—"
        return HIDDEN if self.hides(part) or self.hides(whole) else f"{rate:g}%"

    def money(self, fen: int, behind: int = SMALL) -> str:
        """Yuan; hidden where fewer than five gifts or needs are `behind` it."""
        return HIDDEN if self.hides(behind) else yuan_display(fen)


def tiles(board: Board, shown: Shown) -> list[dict[str, Any]]:
    """The figures of the region itself, by subject."""
    own = board.own
    return [
        {"title": "家庭", "tiles": _homes(own, shown)},
        {"title": "求助", "tiles": _needs(own, shown, board.month)},
        {"title": "帮助", "tiles": _gifts(own, shown)},
        {"title": "办理", "tiles": _work(own, shown)},
    ]


def _tile(
    shown: Shown, place: Place, what: str, label: str, value: str, note: str = "", unit: str = ""
) -> dict[str, str]:
    hidden = value in (HIDDEN, "—")
    url = shown.rows_url(what, place.region) if what and value not in ("0", HIDDEN, "—") else ""
    return {"label": label, "value": value, "note": note, "unit": "" if hidden else unit, "url": url}


def _homes(place: Place, shown: Shown) -> list[dict[str, str]]:
    sums = place.totals.sum
    homes, all_homes = sums("+household", "households"), sums("village", "homes")
    rate = "还没有填应登记户数"
    if place.poor_homes:
        rate = f"登记率 {shown.share(homes, place.poor_homes)}，应登记 {place.poor_homes:,} 户"
    tiles = [
        _tile(shown, place, "registered", "登记家庭", shown.count(homes), rate, "户"),
        _tile(
            shown,
            place,
            "",
            "使用率",
            shown.share(sums("village", "used"), all_homes),
            f"{shown.count(sums('village', 'used'))} 户提过求助",
        ),
        _tile(
            shown,
            place,
            "",
            "有人帮或有措施",
            shown.share(sums("village", "covered"), all_homes),
            f"{shown.count(sums('village', 'covered'))} 户有爱心人士、结对或帮扶措施",
        ),
    ]
    if shown.month:
        new = sums("household", "households")
        tiles.insert(1, _tile(shown, place, "households", "新登记", shown.count(new), unit="户"))
    return tiles


def _needs(place: Place, shown: Shown, month: date | None) -> list[dict[str, str]]:
    sums, published = place.totals.sum, place.published
    waited = queries.waiting_days(place.totals, today())
    matching = queries.matching_days(place.totals)
    asked, promised = sums("need", "asked_fen"), sums("need", "promised_fen")
    neglected, asking = sums("village", "neglected"), sums("village", "asking")
    return [
        _tile(shown, place, "published", "公开求助", shown.count(published), unit="条"),
        _tile(
            shown,
            place,
            "matched",
            "对接率",
            shown.share(place.matched, published),
            f"已对接 {shown.count(place.matched)} 条，目标 {place.target}%",
        ),
        _tile(
            shown,
            place,
            "",
            "按金额对接",
            shown.share(promised, asked) if published >= SMALL or not shown.is_public else HIDDEN,
            f"求助 {shown.money(asked, published)} 元，认领 {shown.money(promised, published)} 元",
        ),
        _tile(
            shown,
            place,
            "open",
            "还在求助",
            shown.count(sums("need", "open")),
            f"平均等了 {waited:g} 天" if waited is not None else "",
            "条",
        ),
        _tile(
            shown,
            place,
            "fulfilled",
            "已圆满",
            shown.count(sums("need", "fulfilled")),
            f"从公开到对接平均 {matching:g} 天" if matching is not None else "",
            "条",
        ),
        _tile(
            shown,
            place,
            "neglected",
            "没有人帮过的村",
            shown.count(neglected),
            f"有求助的村 {shown.count(asking)} 个",
            "个",
        ),
    ]


def _gifts(place: Place, shown: Shown) -> list[dict[str, str]]:
    sums = place.totals.sum
    gifts, donors = sums("gift", "gifts"), sums("gift", "donors")
    return [
        _tile(shown, place, "gifts", "爱心认领", shown.count(gifts), _balance(place.totals), "笔"),
        _tile(shown, place, "donors", "新来的爱心人士", shown.count(donors), "第一次帮助这个县", "人"),
        _tile(
            shown,
            place,
            "arrived_fen",
            "到账善款",
            shown.money(sums("gift", "arrived_fen"), gifts),
            f"认领 {shown.money(sums('gift', 'gift_fen'), gifts)} 元",
            "元",
        ),
        _tile(
            shown,
            place,
            "passed_fen",
            "已拨付",
            shown.money(sums("gift", "passed_fen"), gifts),
            f"退回 {shown.money(sums('gift', 'refunded_fen'), gifts)} 元",
            "元",
        ),
        _tile(shown, place, "confirmed", "确认收到", shown.count(sums("gift", "confirmed")), unit="笔"),
        _tile(shown, place, "problems", "收到有问题", shown.count(sums("gift", "problems")), unit="笔"),
    ]


def _balance(totals: Totals) -> str:
    """供需 in words: gifts for each need, and whether the money promised covers what is asked (REQUIREMENTS 60)."""
    published = totals.sum("need", "published")
    if not published:
        return ""
    each = totals.sum("gift", "gifts") / published
    share = percent(totals.sum("need", "promised_fen"), totals.sum("need", "asked_fen")) or 0
    words = "求助多、帮助少" if share < queries.MATCH_TARGET else "供需大致平衡" if share < 90 else "帮助充足"
    return f"每条求助 {each:.1f} 笔，{words}"


def _work(place: Place, shown: Shown) -> list[dict[str, str]]:
    sums = place.totals.sum
    kept, late, running = (sums("clock", name) for name in ("kept", "late", "running"))
    officers = sums("+post", "posts")
    minutes = sum(MINUTES[part][1] * count for part, count in place.totals.parts("form", "forms").items())
    tiles = [
        _tile(shown, place, "posts", "在岗人员", shown.count(officers), unit="人"),
        _tile(
            shown,
            place,
            "kept",
            "按时办结率",
            shown.share(kept, kept + late),
            f"按时 {shown.count(kept)}，超期 {shown.count(late)}，未办结 {shown.count(running)}",
        ),
    ]
    if shown.month:
        each = f"{minutes / officers:.0f}" if officers else "—"
        forms = sums("form", "forms")
        note = f"共 {shown.count(forms)} 件，人均 {forms / officers:.1f} 件" if officers else ""
        tiles.append(_tile(shown, place, "forms", "人均填报用时", each, note, "分钟"))
    else:
        forms = sums("form", "forms")
        note = f"约 {minutes / 60:,.0f} 小时；人均用时请选月份看"
        tiles.append(_tile(shown, place, "forms", "填报的事项", shown.count(forms), note, "件"))
    return tiles


def figures_shown(board: Board, shown: Shown) -> list[dict[str, Any]]:
    """The charts, each with its table: `{chart, table}`; nothing where there is nothing to draw."""
    made = [_rates(board, shown), _months(board, shown), _kinds(board, shown), _sides(board, shown)]
    made += [_waiting(board, shown), *([] if shown.is_public else [_burden(board, shown)])]
    return [one for one in made if one["table"]["rows"]]


def _rates(board: Board, shown: Shown) -> dict[str, Any]:
    places = [place for place in board.children if place.rate is not None]
    places.sort(key=lambda place: -(place.rate or 0))
    bars = [
        Bar(
            place.region.name,
            None if shown.hides(place.matched) or shown.hides(place.published) else place.rate,
            shown.share(place.matched, place.published),
            shown.place_url(place.region),
        )
        for place in places
    ]
    target = board.own.target
    chart = charts.ranked("各地对接率", bars, target=target, target_text=f"目标 {target}%", full=100)
    rows = [
        [
            _down(place.region, shown),
            _cell(shown.count(place.published), shown.rows_url("published", place.region)),
            _cell(shown.count(place.matched), shown.rows_url("matched", place.region)),
            _cell(shown.share(place.matched, place.published)),
        ]
        for place in places
    ]
    return {"chart": chart, "table": _table("各地对接率", ["地区", "公开求助", "已对接", "对接率"], rows)}


def _months(board: Board, shown: Shown) -> dict[str, Any]:
    bars, rows = [], []
    for day, totals in board.series:
        published, matched = totals.sum("need", "published"), totals.sum("need", "matched")
        gifts, text = totals.sum("gift", "gifts"), shown.share(matched, published)
        rate = None if text in (HIDDEN, "—") else percent(matched, published)
        bars.append(Bar(f"{day:%y-%m}", rate, text if rate is not None else "—"))
        counts = [_cell(shown.count(number)) for number in (published, matched, gifts)]
        rows.append([_cell(f"{day:%Y-%m}"), *counts, _cell(text)])
    target = board.own.target
    chart = charts.series("各月公开的求助现在的对接率", bars, target=target, target_text=f"目标 {target}%")
    if all(bar.value is None for bar in bars):
        rows = []
    heads = ["月份", "公开求助", "已对接", "爱心认领", "对接率"]
    return {"chart": chart, "table": _table("近十二个月", heads, rows)}


def _kinds(board: Board, shown: Shown) -> dict[str, Any]:
    place, totals = board.own, board.own.totals
    published, matched = totals.parts("need", "published"), totals.parts("need", "matched")
    ranked = sorted(published.items(), key=lambda row: (-row[1], row[0]))
    bars = [
        Bar(
            KINDS[kind],
            None if shown.hides(count) else count,
            shown.count(count),
            shown.rows_url("published", place.region, kind),
        )
        for kind, count in ranked
    ]
    rows = [
        [
            _cell(KINDS[kind]),
            _cell(shown.count(count), shown.rows_url("published", place.region, kind)),
            _cell(shown.count(matched.get(kind, 0)), shown.rows_url("matched", place.region, kind)),
            _cell(shown.share(matched.get(kind, 0), count)),
        ]
        for kind, count in ranked
    ]
    chart = charts.ranked("求助的类别", bars)
    return {"chart": chart, "table": _table("求助的类别", ["类别", "公开求助", "已对接", "对接率"], rows)}


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
            _cell(shown.count(value), shown.rows_url("gifts", place.region, side))
            for side, value in zip(Side.values, values, strict=True)
        ]
        society = _cell(yuan_display(fen.get(Side.SOCIETY, 0)))
        rows.append([_cell(place.region.name) if is_own else _down(place.region, shown), *cells, society])
    chart = charts.shares("谁在帮忙", bars, names)
    return {"chart": chart, "table": _table("谁在帮忙（笔）", ["地区", *names, "社会到账（元）"], rows)}


def _waiting(board: Board, shown: Shown) -> dict[str, Any]:
    """How long the open needs have waited, by the months in which they were published; of all time only."""
    if board.month:
        return {"table": {"rows": []}}
    this = month_of(today())
    recent = {day: totals.sum("need", "open") for day, totals in board.series}
    edges = [*(start for start, _ in BANDS[1:]), None]
    counted, rows, bars = 0, [], []
    for (start, label), end in zip(BANDS, edges, strict=True):
        if end is None:
            count = board.own.totals.sum("need", "open") - counted
        else:
            count = sum(recent.get(add_months(this, -back), 0) for back in range(start, end))
        counted += count
        bars.append(Bar(label, None if shown.hides(count) else count, shown.count(count)))
        rows.append([_cell(label), _cell(shown.count(count))])
    if not counted:
        rows = []
    return {
        "chart": charts.ranked("还在求助的等了多久", bars),
        "table": _table("还在求助的", ["公开时间", "条"], rows),
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
            _cell(MINUTES[part][0]),
            _cell(f"{count:,}", shown.rows_url("forms", place.region, part)),
            _cell(MINUTES[part][1]),
            _cell(f"{count * MINUTES[part][1] / 60:,.1f}"),
        ]
        for part, count in ranked
    ]
    heads = ["事项", "件数", "每件约（分钟）", "合计（小时）"]
    return {"chart": charts.ranked("填报用时", bars), "table": _table("填报用时", heads, rows)}


PLACE_HEADS = (
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


def places(board: Board, shown: Shown) -> Table:
    """One row a child region, then what belongs to none of them; the sum is the region itself."""
    rows = [place_row(place, shown, down=True) for place in board.children if not place.totals.is_empty]
    if rows and not board.rest.is_empty:
        rest = Place(board.region, board.rest, board.own.target)
        row = place_row(rest, shown, down=False)
        rows.append([_cell(REST), *({"value": cell["value"]} for cell in row[1:])])
    if rows:
        rows.append([_cell("合计"), *place_row(board.own, shown, down=False)[1:]])
    return _table("各地数字", PLACE_HEADS, rows)


def empty_places(board: Board, shown: Shown) -> list[dict[str, str]]:
    """The child regions that have no row in the table."""
    return [
        {"label": place.region.name, "url": shown.place_url(place.region)}
        for place in board.children
        if place.totals.is_empty
    ]


def place_row(place: Place, shown: Shown, *, down: bool = False) -> list[dict[str, Any]]:
    sums, region = place.totals.sum, place.region
    counted = (
        ("registered", "+household", "households"),
        ("published", "need", "published"),
        ("matched", "need", "matched"),
    )
    homes, published, matched = (
        _cell(shown.count(sums(source, name)), shown.rows_url(what, region)) for what, source, name in counted
    )
    gifts = sums("gift", "gifts")
    kept, late = sums("clock", "kept"), sums("clock", "late")
    money_rate = shown.share(sums("need", "promised_fen"), sums("need", "asked_fen"))
    return [
        _down(region, shown) if down else _cell(region.name),
        homes,
        published,
        matched,
        _cell(shown.share(place.matched, place.published)),
        _cell(HIDDEN if shown.hides(place.published) else money_rate),
        _cell(shown.count(gifts), shown.rows_url("gifts", region)),
        _cell(shown.money(sums("gift", "arrived_fen"), gifts), shown.rows_url("arrived_fen", region)),
        _cell(shown.count(sums("gift", "confirmed")), shown.rows_url("confirmed", region)),
        _cell(shown.count(sums("gift", "problems")), shown.rows_url("problems", region)),
        _cell(shown.count(sums("village", "neglected")), shown.rows_url("neglected", region)),
        _cell(shown.share(kept, kept + late), shown.rows_url("kept", region)),
    ]


def _down(region: Region, shown: Shown) -> dict[str, Any]:
    return _cell(region.name, shown.place_url(region) if region.level <= Level.VILLAGE else "")


def _cell(value: object, url: str = "") -> dict[str, Any]:
    """A cell; nothing opens to no rows."""
    text = str(value)
    return {"value": text, "url": "" if text in ("0", "—", HIDDEN) else url}


def _table(caption: str, heads: Iterable[str], rows: list[list[dict[str, Any]]]) -> Table:
    first, *others = heads
    columns = [{"label": first}, *({"label": head, "numeric": True} for head in others)]
    return {"caption": caption, "columns": columns, "rows": rows}
