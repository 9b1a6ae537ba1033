"""A unit's yearly summary as an official document: the blocks of a monthly report over a whole year."""

from datetime import date

from django.conf import settings

from accounts.enums import Level
from fupin.lib.money import yuan_display
from grid import charts, report_blocks, report_words
from grid.charts import Several
from grid.queries.year_reports import YearReport
from grid.report_blocks import Document, Link, Picture, Section, Table, stem
from grid.report_words import BELOW, against, rate

NUMBER = 13
"""The yearly report follows the twelve monthly ones."""


def document(found: YearReport, link: Link = lambda code: "") -> Document:
    """The yearly report of one region, made of nothing but the numbers of its closed months.

    `link` gives the address of the yearly report of a place below, for the bars on a page.
    """
    report, year = found.report, found.year
    return Document(
        issuer=f"{report.name}{settings.SITE_NAME}管理办公室",
        number=f"{stem(report.name)}扶帮办〔{year}〕{NUMBER}号",
        title_lines=(f"关于{report.name}{year}年", f"{settings.SITE_NAME}工作完成情况的报告"),
        addressee=report_blocks.addressee(report),
        lead=f"现将{report.name}{year}年工作完成情况报告如下。数字是{_which(found)}结账记录之和，结账以后不再改动。",
        sections=tuple(report_blocks.numbered(_sections(found, link))),
        dated=f"{report.dated.year}年{report.dated.month}月{report.dated.day}日",
        note=f"根据 {len(report.hashes)} 份结账记录汇总",
    )


def _which(found: YearReport) -> str:
    """`1 月至 12 月`, or the months one by one where some are missing between them."""
    numbers = [month.month for month, _ in found.months]
    if numbers == list(range(numbers[0], numbers[-1] + 1)) and len(numbers) > 1:
        return f" {numbers[0]} 月至 {numbers[-1]} 月"
    return f" {'、'.join(str(number) for number in numbers)} 月"


def _sections(found: YearReport, link: Link) -> list[Section]:
    report, own = found.report, found.report.own
    pictures, tables = report_blocks.rates(report, link)
    sections = [Section("总体情况", tuple(_overview(found)), pictures, (*tables, _needs_by_month(found)))]
    if report.complete:
        money = (
            f"认领善款 {yuan_display(own['promised'])} 元，到账 {yuan_display(own['received'])} 元，"
            f"拨付 {yuan_display(own['delivered'])} 元。",
            f"确认收到 {own['confirmed_gifts']} 次，其中反映有问题 {own['problems']} 次。",
        )
        sections.append(Section("善款和送达", money))
        if report.kinds:
            sections.append(Section("各类求助", ("按求助的类型分：",), *report_blocks.kinds(report)))
    sections.append(Section("信息员任务", tuple(_duties(found)), *_duty_blocks(found)))
    if report.complete:
        late = own["due"] - own["kept"]
        kept = f"按时办结 {own['kept']} 件（{rate(own['kept'], own['due'])}）"
        told = f"全年到期 {own['due']} 件，{kept}，超过时限 {late} 件。"
        sections.append(Section("办理时限", (told if own["due"] else "全年没有到期的办理时限。",)))
    sections.append(Section("补贴", (f"全年补贴合计 {yuan_display(own['fen'])} 元。",)))
    return sections


def _overview(found: YearReport) -> list[str]:
    report, own = found.report, found.report.own
    if not report.complete:
        return [report_words.UNKEPT.replace("本月", "有的月份")]
    told = [f"到 {report.month.month} 月末登记困难家庭 {own['households']} 户。"]
    told.append(
        f"全年公开求助 {own['published']} 条，已对接 {own['matched']} 条，"
        f"{against(own['matched'], own['published'], report.target)}。"
    )
    if report.region.level < Level.COUNTY and report.missing:
        what = BELOW[report.region.level]
        told.append(f"{report_words.listed(report.missing, what)} {report.month.month} 月还没有结账。")
    return told


def _needs_by_month(found: YearReport) -> Table:
    heads = ("月份", "登记家庭", "公开求助", "已对接", "对接率", "到账善款（元）")
    rows = (
        (
            _month(month),
            str(line["households"]),
            str(line["published"]),
            str(line["matched"]),
            rate(line["matched"], line["published"]),
            yuan_display(line["received"]),
        )
        for month, line in found.months
    )
    return Table("附表 1　各月求助和善款", heads, tuple(rows))


def _work_by_month(found: YearReport) -> Table:
    names = ("posts", "met", "expected", "submitted", "on_time")
    heads = ("月份", "岗位", "达标岗位", "应报", "计数", "按时", "补贴（元）")
    rows = (
        (_month(month), *(str(line[name]) for name in names), yuan_display(line["fen"]))
        for month, line in found.months
    )
    return Table("附表 2　各月任务和补贴", heads, tuple(rows))


def _month(month: date) -> str:
    return f"{month.month}月"


def _duties(found: YearReport) -> list[str]:
    own = found.report.own
    if not own["posts"]:
        return ["全年没有任务考核的岗位。"]
    return [
        f"按月考核 {own['posts']} 岗次，完成任务 {own['met']} 岗次，占 {rate(own['met'], own['posts'])}。",
        f"应报 {own['expected']} 条，计数 {own['submitted']} 条，按时 {own['on_time']} 条，"
        f"结账时已确认收到 {own['confirmed']} 条。",
    ]


def _duty_blocks(found: YearReport) -> tuple[tuple[Picture, ...], tuple[Table, ...]]:
    """The months' duties as bars, and the table of the places."""
    pictures, tables = report_blocks.duties(found.report)
    names = ("应报", "计数", "按时", "已确认收到")
    rows = [
        Several(
            _month(month),
            tuple(line[name] for name in ("expected", "submitted", "on_time", "confirmed")),
        )
        for month, line in found.months
        if line["posts"]
    ]
    tables = (*tables, _work_by_month(found)) if rows else tables
    if len(rows) < 2:
        return pictures, tables
    caption = "图 4　各月任务完成情况"
    by_month = Picture(
        charts.groups(caption, rows, names, width=charts.PAPER), charts.groups(caption, rows, names), caption
    )
    return (*pictures, by_month), tables
