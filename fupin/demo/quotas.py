"""The demo's quotas and subsidies: the city's rules, the county's rate, and the months closed by them."""

from accounts.enums import Role
from accounts.models import Region, User
from fupin.demo.cast import County
from fupin.demo.places import HENGYANG
from fupin.lib.clock import month_of, today
from grid.quota_enums import Basis, Villages
from grid.services import briefs, months, quotas
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
    briefs.make_due()
