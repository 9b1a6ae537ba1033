"""Helpers on the spot, what the persona donor follows, the village's station, and 祁东县's pace of publication."""

from datetime import timedelta

from accounts.models import User
from donors.services import follows, stations
from fupin.demo.cast import County
from fupin.demo.pacing import set_rule
from fupin.lib.clock import shifted, today
from needs.models import Household, HouseholdHelper
from needs.services import helpers
from needs.services.helpers import HelperInput, HelpInput


def tell(county: County, donor: User, organisation: User) -> None:
    """A helper who agreed and one who is asked, help that waits for the family and for the township."""
    village = county.towns[0].villages[0]
    own, neighbour = village.households[:2]
    quiet = next(home for home in village.households[2:] if home.account_id is None)
    with shifted(timedelta(days=-12)):
        secretary = _link(
            village.officer, own, HelperInput("向志远", "secretary", "person", today(), "县农业农村局")
        )
        technician = _link(
            village.officer, quiet, HelperInput("阳春生", "technician", "project", today(), "镇农技站")
        )
        team = _link(
            village.officer, neighbour,
            HelperInput("晨光志愿服务队", "unit", "person", today(), "晨光志愿服务队", _phone(organisation)),
        )  # fmt: skip
        helpers.respond(actor=organisation, helper=team, agrees=True)
    with shifted(timedelta(days=-2)):
        words = "送来两袋米、一桶油，看了孩子住校要添的东西。"
        helpers.record(
            actor=village.officer, helper=secretary, content=HelpInput(today(), "goods", words, 230_00)
        )
        words = "到地里看了辣椒苗，教了怎样防疫病。"
        helpers.record(actor=village.officer, helper=technician, content=HelpInput(today(), "project", words))
        words = "陪老人去镇卫生院量了血压，打扫了屋子。"
        helpers.record(actor=organisation, helper=team, content=HelpInput(today(), "service", words))
        content = HelperInput("沈知行", "responsible", "person", today(), phone=_phone(donor))
        _link(village.officer, quiet, content)
        follows.follow(actor=donor, region=village.town.region)
        _station(county)
    set_rule(county, percent=90, after_days=14, per_day=10)


def _station(county: County) -> None:
    """Where parcels of the persona village arrive, and what the county has enough of."""
    village = county.towns[0].villages[0]
    stations.save_station(
        actor=village.officer,
        region=village.region,
        address="村委会一楼服务大厅",
        opening="周一到周五 8:30–17:00",
        pickup_day=5,
    )
    text = "不需要旧衣物，去年的还没有发完。"
    stations.add_notice(actor=county.admin, region=county.region, text=text)


def _link(officer: User, household: Household, content: HelperInput) -> HouseholdHelper:
    return helpers.add(actor=officer, household=household, content=content)


def _phone(user: User) -> str:
    return user.phone.open() if user.phone else ""
