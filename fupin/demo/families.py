"""The persona village's families: people, a watch, a change report, a claim and a shared phone number."""

from datetime import timedelta

from fupin.demo.cast import Casting, County, Village
from fupin.lib.clock import shifted, today
from needs.models import Household
from needs.services import household_claims, household_records, household_reports, members
from needs.services.members import MemberInput

WATCHED, REPORTED, CLAIMED = 1, 2, 3
"""Which household of the village (by its place in the list) each story is about."""


def tell(casting: Casting, county: County) -> None:
    """Write it two days before the present, when every need has gone its way: a flag would hold one up."""
    village = county.towns[0].villages[0]
    with shifted(timedelta(days=-2)):
        for number, household in enumerate(village.households[:6]):
            _people(casting, village, household, number)
        household_records.set_monitoring(
            actor=village.town.manager,
            household=village.households[WATCHED],
            monitored="marginal",
            risk="open",
            since=today() - timedelta(days=200),
        )
        _report(village)
        _share(casting, county.towns[0].villages[1])
        _claim(casting, village)


def _people(casting: Casting, village: Village, household: Household, number: int) -> None:
    year = today().year
    family = [
        MemberInput(
            name=household.name, relation="head", labour="ordinary", sex="male", birth_year=year - 46
        ),
        MemberInput(
            name=casting.people.name(),
            relation="child",
            labour="none",
            sex="female" if number % 2 else "male",
            birth_year=year - 10 - number,
            guardian=household.name,
            stage="primary" if number < 3 else "junior",
            left_behind=number == 0,
        ),
    ]
    if number % 2 == 0:
        family.append(
            MemberInput(
                name=casting.people.name(),
                relation="parent",
                labour="none",
                sex="female",
                birth_year=year - 72,
                health="chronic",
                illness="高血压，长期服药。",
                disability="physical",
                grade=2,
                needs=("access", "device"),
            )
        )
    for content in family:
        members.add(actor=village.officer, household=household, content=content)


def _report(village: Village) -> None:
    """One that waits for the township."""
    household_reports.report_correction(
        actor=village.officer,
        household=village.households[REPORTED],
        wanted={"members": village.households[REPORTED].members + 1, "cause": "no_labour"},
        reason="上个月添了一口人，主要劳动力外出养伤，请按走访记录更正。",
    )


def _share(casting: Casting, village: Village) -> None:
    """Two households with one phone number: the county has to look."""
    number = f"+86{casting.people.phone()}"
    for household in village.households[:2]:
        report = household_reports.report_correction(
            actor=village.officer, household=household, wanted={"phone": number}, reason="换了新号码"
        )
        household_reports.accept(actor=village.town.manager, report=report, comment="已电话核对")


def _claim(casting: Casting, village: Village) -> None:
    """Somebody wants the log-in of a household without one."""
    household = village.households[CLAIMED]
    if household.account_id is None:
        person = casting.person(name=household.name)
        household_claims.claim(actor=person, region=village.region, name=household.name)
