"""The demo's quotas and subsidies: the city's rules, the county's rate, and the months closed by them."""

from datetime import date

from accounts.enums import Role
from accounts.models import Region, User
from fupin.demo.cast import County
from fupin.demo.places import HENGYANG
from fupin.lib.clock import add_months, month_of, today
from grid.figure_enums import AreaKind
from grid.forms.scores import DEFAULT_WEIGHTS
from grid.models import QuotaResult, SubsidyLine
from grid.quota_enums import Basis, Villages
from grid.services import area_numbers, briefs, months, quotas, scores, subsidies
from grid.services.area_numbers import NumberInput
from grid.services.quotas import RateInput, RuleInput
from grid.services.scores import MethodInput
from needs.enums import Kind

MONTHS_BACK = 3
THREE = [Kind.MEDICAL, Kind.EDUCATION, Kind.HOUSING]
GRADES = [(90, "优秀"), (75, "良好"), (60, "合格"), (0, "不合格")]
CARE = [Kind.CARE, Kind.SPONSORSHIP]


def tell(county: County, office: User) -> None:
    """Rules since three months or more, half the villages poor ones, closed months, a quarter's scores."""
    first, quarter = first_months(county.region)
    city = Region.objects.get(pk=HENGYANG)
    clause = "衡扶发〔2017〕7号 三（二）"
    village = RuleInput(
        Role.VILLAGE_OFFICER, Villages.POOR, THREE, CARE, at_start=20, monthly=2, monthly_most=5, due_day=25,
        valid_from=first, clause=clause,
    )  # fmt: skip
    township = RuleInput(
        Role.TOWNSHIP_MANAGER, Villages.OTHER, THREE, CARE, at_start=0, monthly=10, monthly_most=None, due_day=25,
        valid_from=first, clause=clause,
    )  # fmt: skip
    for rule in (village, township):
        quotas.set_rule(actor=office, region=city, rule=rule)
    rate = RateInput("通信费补贴", Role.VILLAGE_OFFICER, 50_00, Basis.WORK, first, "武扶组办〔2018〕10号 二4")
    quotas.set_rate(actor=county.admin, region=county.region, rate=rate)
    codes = sorted(village.region.code for village in county.villages())
    quotas.mark_poor(actor=county.admin, county=county.region, villages=codes[::2])
    month = first
    while months.closes_on(county.region, month) <= today():
        months.close(county.region, month)
        month = months.after(month)
    _appraised(county)
    numbers = (
        NumberInput(AreaKind.POOR_HOMES, 40, first, "祁东县建档立卡和监测对象名册（演示）"),
        NumberInput(AreaKind.MATCH_RATE, 35, first, "衡扶发〔2017〕7号 二"),
    )
    for number in numbers:
        area_numbers.set_number(actor=county.admin, region=county.region, content=number)
    briefs.make_due()
    _score(county, first, quarter)


def first_months(county: Region) -> tuple[date, date]:
    """Since when there are rules, and the first month of the last quarter whose months are all closed."""
    quarter = month_of(today()).replace(month=(today().month - 1) // 3 * 3 + 1)
    while months.closes_on(county, add_months(quarter, 2)) > today():
        quarter = add_months(quarter, -3)
    return min(quarter, add_months(month_of(today()), -MONTHS_BACK)), quarter


def _score(county: County, first: date, quarter: date) -> None:
    """The county's villages of that quarter, still open to what villages and townships say."""
    method = MethodInput(first, DEFAULT_WEIGHTS, GRADES, 2_00, 50, "祁东县网格化管理实绩评价细则第五条")
    scores.set_method(actor=county.admin, county=county.region, content=method)
    sheet = scores.draw_up(
        actor=county.admin, county=county.region, first=quarter, last=add_months(quarter, 2)
    )
    village = county.towns[0].villages[0]
    row = sheet.rows.get(region=village.region)
    said = f"{add_months(quarter, 2).month} 月有一条是重复上报后撤回的，请复核。"
    scores.object_to(actor=village.officer, row=row, note=said)
    scores.comment(actor=village.town.manager, row=row, note="情况属实，村里当天就撤回了。")


def _appraised(county: County) -> None:
    """The first village's officer contests an amount and a count; the township verifies what it finds right."""
    village = next(county.villages())
    lines = SubsidyLine.objects.filter(appointment__user=village.officer).order_by("-month")
    short = next((line for line in lines if line.done < line.asked), None)
    if short:
        text = "那个月住院十二天，由邻村代走访，走访记录都在，请核一下。"
        subsidies.contest(actor=village.officer, line=short, text=text)
    results = QuotaResult.objects.filter(closed__region=county.region).order_by("-closed__month", "pk")
    own = results.filter(appointment__user=village.officer, zero_report=False).first()
    if own:
        quotas.object_to(
            actor=village.officer, result=own, note="有一条求助是上月底交的，网络不好，第二天才传上来。"
        )
    others = results.filter(appointment__region__parent=village.town.region).exclude(
        appointment__user=village.officer
    )
    for result in others.exclude(appointment__user=village.town.manager)[:3]:
        quotas.verify(actor=village.town.manager, result=result, note="对照走访记录，属实。")
