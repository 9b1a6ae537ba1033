"""A monthly report as blocks in the order of an official document; page, PDF, Word and XLSX all show these."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.enums import Level
from fupin.lib.money import yuan_display
from grid import charts, report_words
from grid.charts import Bar, Chart, Several
from grid.queries.reports import Line, Report
from grid.report_words import BELOW, rate
from needs.enums import Kind

NUMERALS = "一二三四五六七八九十"
MOST_BARS = 12
"""Bars on paper; the table below has every place."""


Link = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    codes: tuple[int, ...] = ()
    """The places of the rows, where they are places."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart on paper, the same for a phone, and its caption."""

    paper: Chart
    narrow: Chart
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    sentences: tuple[str, ...]
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """An official document: who issues it, 文号, title, 主送机关, sections, day."""

    issuer: str
    number: str
    title_lines: tuple[str, str]
    addressee: str
    lead: str
    sections: tuple[Section, ...]
    dated: str
    note: str

    @property
    def title(self) -> str:
        return "".join(self.title_lines)


def document(report: Report, link: Link = lambda code: "") -> Document:
    """The report of one region and month, made of nothing but its frozen numbers.

    `link` gives the address of the report of a place below, for the bars on a page.
    """
    month = f"{report.month.year}年{report.month.month}月"
    return Document(
        issuer=f"{report.name}{settings.SITE_NAME}管理办公室",
        number=f"{stem(report.name)}扶帮办〔{report.month.year}〕{report.month.month}号",
        title_lines=(f"关于{report.name}{month}", f"{settings.SITE_NAME}工作情况的报告"),
        addressee=addressee(report),
        lead=f"现将{report.name}{month}工作情况报告如下。数字取自结账记录，结账以后不再改动。",
        sections=tuple(numbered(_sections(report, link))),
        dated=f"{report.dated.year}年{report.dated.month}月{report.dated.day}日",
        note=f"结账校验：{'、'.join(value[:16] for value in report.hashes[:3])}"
        + (f"等 {len(report.hashes)} 项" if len(report.hashes) > 3 else ""),
    )


def stem(name: str) -> str:
    """祁东县 -> 祁东, as a document's number begins; a name of one character keeps its suffix."""
    for suffix in (
        "街道办事处",
        "村民委员会",
        "居民委员会",
        "街道",
        "自治县",
        "地区",
        "县",
        "市",
        "区",
        "镇",
        "乡",
        "村",
    ):
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name


def addressee(report: Report) -> str:
    """主送机关: the party committee and government of a county or above, below it the office above."""
    level = report.region.level
    if level <= Level.COUNTY:
        own = "自治县" if report.name.endswith("自治县") else report.name[-1]
        return f"{report.name}委、{own}人民政府："
    above = report.region.parent.name if report.region.parent else ""
    office = f"{settings.SITE_NAME}管理办公室" if level == Level.TOWNSHIP else "人民政府（办事处）"
    return f"{above}{office}："


def numbered(sections: Sequence[Section]) -> list[Section]:
    """With 一、二、三 before their headings."""
    return [
        Section(f"{NUMERALS[number]}、{one.heading}", one.sentences, one.pictures, one.tables)
        for number, one in enumerate(sections)
    ]


def _sections(report: Report, link: Link) -> list[Section]:
    words = report_words
    told = [*words.overview(report), *(words.silence(report) if report.region.level < Level.VILLAGE else [])]
    sections = [Section("总体情况", tuple(told), *rates(report, link))]
    if report.complete:
        sections.append(Section("善款和送达", tuple(words.money(report))))
        if report.kinds:
            sections.append(Section("各类求助", ("按求助的类型分：",), *kinds(report)))
    sections.append(Section("信息员任务", tuple(words.duties(report)), *duties(report)))
    if report.complete:
        sections.append(Section("办理时限", tuple(words.clocks(report))))
    sections.append(Section("补贴", tuple(words.pay(report))))
    sections.append(Section("需要关注", tuple(words.attention(report))))
    return sections


def rates(report: Report, link: Link) -> tuple[tuple[Picture, ...], tuple[Table, ...]]:
    """The match rate of each place below, with their needs and money."""
    if not report.complete or report.region.level >= Level.VILLAGE or not report.below:
        return (), ()
    what = BELOW[report.region.level]
    asked = [row for row in report.below if row["published"]]
    ranked = sorted(asked, key=lambda row: (-row["matched"] / row["published"], row.code))[:MOST_BARS]
    bars = [
        Bar(
            row.name,
            100 * row["matched"] / row["published"],
            f"{rate(row['matched'], row['published'])}（{row['matched']}/{row['published']}）",
            link(row.code),
        )
        for row in ranked
    ]
    caption = f"图 1　各{what}对接率" + (f"（前 {MOST_BARS} 位）" if len(asked) > MOST_BARS else "")
    pictures = (_ranked(caption, bars, target=report.target),) if bars else ()
    heads = (what, "登记家庭", "公开求助", "已对接", "对接率", "到账善款（元）")
    silent = {row.code for row in report_words.quiet(report)}
    rows = [row for row in report.below if row.code not in silent]
    return pictures, (_places(f"表 1　各{what}求助和善款", heads, rows, _rate_row),) if rows else ()


def _rate_row(row: Line) -> tuple[str, ...]:
    return (
        row.name,
        str(row["households"]),
        str(row["published"]),
        str(row["matched"]),
        rate(row["matched"], row["published"]),
        yuan_display(row["received"]),
    )


def kinds(report: Report) -> tuple[tuple[Picture, ...], tuple[Table, ...]]:
    by_kind = [Line(0, Kind(kind).label, numbers) for kind, numbers in report.kinds.items()]
    rows = sorted(by_kind, key=lambda row: (-row["published"], row.name))
    bars = [Bar(row.name, row["published"], f"{row['published']} 条") for row in rows if row["published"]]
    table = Table(
        "表 2　各类求助",
        ("类型", "公开求助", "已对接", "认领善款（元）", "到账善款（元）"),
        tuple(
            (
                row.name,
                str(row["published"]),
                str(row["matched"]),
                yuan_display(row["promised"]),
                yuan_display(row["received"]),
            )
            for row in rows
        ),
    )
    return ((_ranked("图 2　各类公开求助", bars),) if bars else ()), (table,)


def duties(report: Report) -> tuple[tuple[Picture, ...], tuple[Table, ...]]:
    own = report.own
    if not own["posts"]:
        return (), ()
    what = BELOW[report.region.level]
    whole = [
        Several(report.name, tuple(own[name] for name in ("expected", "submitted", "on_time", "confirmed")))
    ]
    names = ("应报", "计数", "按时", "已确认收到")
    caption = "图 3　任务完成情况"
    picture = Picture(
        charts.groups(caption, whole, names, width=charts.PAPER),
        charts.groups(caption, whole, names),
        caption,
    )
    heads = (what, "岗位", "达标岗位", *names[:3], "已确认", "补贴（元）")
    rows = [row for row in report.below if row["posts"] or row["fen"]]
    return (picture,), (_places(f"表 3　各{what}任务和补贴", heads, rows, _duty_row),)


def _duty_row(row: Line) -> tuple[str, ...]:
    numbers = ("posts", "met", "expected", "submitted", "on_time", "confirmed")
    return (row.name, *(str(row[name]) for name in numbers), yuan_display(row["fen"]))


def _places(
    caption: str,
    heads: tuple[str, ...],
    rows: Sequence[Line],
    cells: Callable[[Line], tuple[str, ...]],
) -> Table:
    return Table(caption, heads, tuple(cells(row) for row in rows), tuple(row.code for row in rows))


def _ranked(caption: str, bars: Sequence[Bar], target: int | None = None) -> Picture:
    goal: dict[str, Any] = {}
    if target is not None:
        goal = {"target": target, "target_text": f"目标 {target}%", "full": 100}
    paper = charts.ranked(caption, bars, width=charts.PAPER, **goal)
    return Picture(paper, charts.ranked(caption, bars, **goal), caption)
