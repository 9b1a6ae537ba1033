"""Plain sentences about a month's numbers, for reports and briefs: exact, and honest where there is nothing to say."""

from collections.abc import Sequence

from fupin.lib.money import yuan_display
from grid.chart_parts import percent
from grid.queries.reports import Line, Report

NAMED = 3
"""So many places a sentence names; the others it counts."""
NOTHING = "没有发现需要特别关注的情况。"
UNKEPT = "本月结账时还没有留存求助、善款和时限的数字，这里只列任务和补贴。"


def change(now: int, before: int | None, unit: str) -> str:
    """`比上月增加 3 条`; where the month before is not known, it says so."""
    if before is None:
        return "上月没有可比的数字"
    if now == before:
        return "与上月持平"
    return f"比上月{'增加' if now > before else '减少'} {abs(now - before)} {unit}"


def money_change(now: int, before: int | None) -> str:
    if before is None or now == before:
        return change(now, before, "元")
    return f"比上月{'增加' if now > before else '减少'} {yuan_display(abs(now - before))} 元"


def rate(part: int, whole: int) -> str:
    """`34%`, or that there is nothing to take a share of."""
    return f"{percent(part, whole)}%" if whole else "—"


def against(part: int, whole: int, target: int) -> str:
    """A match rate laid beside its target, without rounding the comparison."""
    if not whole:
        return "没有公开求助，不计算对接率"
    side = "达到" if part * 100 >= target * whole else "低于"
    return f"对接率 {rate(part, whole)}，{side} {target}% 的目标"


def listed(names: Sequence[str], what: str) -> str:
    """`甲、乙、丙等 5 个乡镇`; up to three are named without a count."""
    if len(names) <= NAMED:
        return "、".join(names)
    return f"{'、'.join(names[:NAMED])}等 {len(names)} 个{what}"


BELOW = {1: "县（市、区）", 2: "县（市、区）", 3: "乡镇（街道）", 4: "村（社区）", 5: "岗位"}


def overview(report: Report) -> list[str]:
    """Households, published needs, the match rate, each beside the month before."""
    own, before = report.own, report.before
    if not report.complete:
        return [UNKEPT]
    sentences = [f"到月末登记困难家庭 {own['households']} 户（{_moved(report, 'households', '户')}）。"]
    if not own["published"]:
        return [*sentences, "本月没有新公开的求助，不计算对接率。"]
    past = (
        f"；上月对接率 {rate(before['matched'], before['published'])}"
        if before and before["published"]
        else ""
    )
    matched = against(own["matched"], own["published"], report.target)
    return [
        *sentences,
        f"本月公开求助 {own['published']} 条（{_moved(report, 'published', '条')}）。",
        f"结账时已对接 {own['matched']} 条，{matched}{past}。",
    ]


EMPTY = ("households", "published", "promised", "received", "delivered", "confirmed_gifts")


def quiet(report: Report) -> list[Line]:
    """The places below of which there is nothing to tell but that."""
    return [row for row in report.below if not any(row[name] for name in EMPTY)]


def silence(report: Report) -> list[str]:
    """How many places a table leaves out, because all their numbers are 0."""
    count, what = len(quiet(report)), BELOW[report.region.level]
    if not report.complete or not count:
        return []
    whole = "各" if count == len(report.below) else f"另有 {count} 个"
    return [f"{whole}{what}没有登记家庭，也没有求助和善款。"]


def money(report: Report) -> list[str]:
    """Promised, received, paid out; what was confirmed and with what problems."""
    own, before = report.own, report.before
    if not report.complete:
        return []
    sentences = ["本月没有善款往来。"]
    if any(own[name] for name in ("promised", "received", "delivered")):
        moved = money_change(own["received"], before["received"] if before else None)
        told = (
            f"认领善款 {yuan_display(own['promised'])} 元",
            f"慈善会到账 {yuan_display(own['received'])} 元（{moved}）",
            f"拨付 {yuan_display(own['delivered'])} 元",
        )
        sentences = [f"本月{'，'.join(told)}。"]
    if not own["confirmed_gifts"]:
        return [*sentences, "本月没有受助方确认收到的记录。"]
    problems = f"其中 {own['problems']} 次反映有问题" if own["problems"] else "都没有反映问题"
    return [*sentences, f"受助方确认收到 {own['confirmed_gifts']} 次，{problems}。"]


def _moved(report: Report, name: str, unit: str) -> str:
    """The change of one number against the month before."""
    return change(report.own[name], report.before[name] if report.before else None, unit)


def duties(report: Report) -> list[str]:
    """What the officers were asked for and handed in."""
    own = report.own
    if not own["posts"]:
        return ["本月没有任务考核的岗位。"]
    met = f"完成任务 {own['met']} 个岗位，占 {rate(own['met'], own['posts'])}"
    return [
        f"考核 {own['posts']} 个岗位，{met}。",
        f"应报 {own['expected']} 条，计数 {own['submitted']} 条，按时 {own['on_time']} 条，"
        f"已确认收到 {own['confirmed']} 条。",
    ]


def clocks(report: Report) -> list[str]:
    own = report.own
    if not report.complete:
        return []
    sentences = ["本月没有到期的办理时限。"]
    if own["due"]:
        late = own["due"] - own["kept"]
        told = f"超过时限 {late} 件" if late else "没有超过时限的"
        kept = f"按时办结 {own['kept']} 件（{rate(own['kept'], own['due'])}）"
        sentences = [f"本月到期 {own['due']} 件，{kept}，{told}。"]
    if own["visits_due"]:
        visited = f"按期走访 {own['visits_kept']} 户（{rate(own['visits_kept'], own['visits_due'])}）"
        sentences.append(f"应走访 {own['visits_due']} 户，{visited}。")
    return sentences


def pay(report: Report) -> list[str]:
    own = report.own
    if not own["fen"] and not own["adjusted"]:
        return ["本月没有补贴发放。"]
    extra = ""
    if own["adjusted"]:
        word = "补发" if own["adjusted"] > 0 else "扣回"
        extra = f"，其中以前月份净{word} {yuan_display(abs(own['adjusted']))} 元"
    return [f"本月补贴合计 {yuan_display(own['fen'])} 元{extra}。"]


def attention(report: Report) -> list[str]:
    """What needs somebody's attention, the places by name; the sentence `NOTHING` where there is nothing."""
    what, own, found = BELOW[report.region.level], report.own, []
    if report.missing:
        found.append(f"{listed(report.missing, what)}还没有结账，数字不在本月之内。")
    if report.complete:
        found += _unhelped(report, what)
    idle = [
        row for row in report.below if row["expected"] and not row["submitted"] and row["met"] < row["posts"]
    ]
    if idle:
        found.append(f"{_named(idle, what)}有任务而没有上报。")
    if own["due"] > own["kept"]:
        found.append(f"{own['due'] - own['kept']} 件事项超过办理时限，请督促办结。")
    if own["problems"]:
        found.append(f"{own['problems']} 次送达反映有问题，请逐件核实。")
    return found or [NOTHING]


def _unhelped(report: Report, what: str) -> list[str]:
    own, found = report.own, []
    if own["published"] and own["matched"] * 100 < report.target * own["published"]:
        found.append(f"对接率 {rate(own['matched'], own['published'])}，没有达到 {report.target}% 的目标。")
    alone = [row for row in report.below if row["published"] and not row["matched"]]
    if alone:
        found.append(f"{_named(alone, what)}公开了求助，还没有一条对接。")
    return found


def _named(rows: Sequence[Line], what: str) -> str:
    return listed([row.name for row in rows], what)
