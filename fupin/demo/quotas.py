"""The demo's quotas and subsidies: the city's rules, the county's rate, and the months closed by them."""

from accounts.enums import Role
from accounts.models import Region, User
from fupin.demo.cast import County
from fupin.demo.places import HENGYANG
from fupin.lib.clock import month_of, today
from grid.figure_enums import AreaKind
from grid.models import QuotaResult, SubsidyLine
from grid.quota_enums import Basis, Villages
from grid.services import area_numbers, briefs, months, quotas, subsidies
from grid.services.area_numbers import NumberInput
from grid.services.quotas import RateInput, RuleInput
from needs.enums import Kind

MONTHS_BACK = 3
THREE = [Kind.MEDICAL, Kind.EDUCATION, Kind.HOUSING]
CARE = [Kind.CARE, Kind.SPONSORSHIP]


def tell(county: County, office: User) -> None:
    """Rules since three months, half the villages poor ones, and what the beat would have closed by now."""
    first = month_of(today())
    for _ in range(MONTHS_BACK):
        first = months.before(first)
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
