"""The tiles of a dashboard: the figures of the region itself, by subject."""

from datetime import date
from typing import Any

from fupin.lib.clock import today
from grid.burden import minutes
from grid.figure_totals import MATCH_TARGET, Board, Place, matching_days, waiting_days
from grid.views.figure_words import HIDDEN, NOTHING, SMALL, Shown


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
    url = shown.rows_url(what, place.region) if what and value not in NOTHING else ""
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
            f"{shown.count(sums('village', 'covered'))} 户有爱心人士、帮扶人、结对或帮扶措施",
        ),
    ]
    if shown.month:
        new = sums("household", "households")
        tiles.insert(1, _tile(shown, place, "households", "新登记", shown.count(new), unit="户"))
    return tiles


def _needs(place: Place, shown: Shown, month: date | None) -> list[dict[str, str]]:
    return [*_matched(place, shown), *_waiting(place, shown)]


def _matched(place: Place, shown: Shown) -> list[dict[str, str]]:
    sums, published = place.totals.sum, place.published
    asked, promised = sums("need", "asked_fen"), sums("need", "promised_fen")
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
    ]


def _waiting(place: Place, shown: Shown) -> list[dict[str, str]]:
    sums = place.totals.sum
    waited, matching = waiting_days(place.totals, today()), matching_days(place.totals)
    neglected, asking = sums("village", "neglected"), sums("village", "asking")
    return [
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
        _tile(shown, place, "gifts", "爱心认领", shown.count(gifts), _balance(place, shown), "笔"),
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


def _balance(place: Place, shown: Shown) -> str:
    """供需 in words: gifts for each need, and whether the money promised covers what is asked (REQUIREMENTS 60)."""
    if not place.published:
        return ""
    each = shown.each(place.totals.sum("gift", "gifts"), place.published)
    share = place.money_rate or 0
    words = "求助多、帮助少" if share < MATCH_TARGET else "供需大致平衡" if share < 90 else "帮助充足"
    return words if each == HIDDEN else f"每条求助 {each} 笔，{words}"


def _work(place: Place, shown: Shown) -> list[dict[str, str]]:
    sums = place.totals.sum
    kept, late, running = (sums("clock", name) for name in ("kept", "late", "running"))
    officers, forms = sums("+post", "posts"), sums("form", "forms")
    spent = minutes(place.totals.parts("form", "forms"))
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
        each = shown.each(spent, officers, digits=0)
        note = f"共 {shown.count(forms)} 件，人均 {shown.each(forms, officers)} 件" if officers else ""
        tiles.append(_tile(shown, place, "forms", "人均填报用时", each, note, "分钟"))
    else:
        note = f"约 {spent / 60:,.0f} 小时；人均用时请选月份看"
        tiles.append(_tile(shown, place, "forms", "填报的事项", shown.count(forms), note, "件"))
    return tiles
