"""政策措施清单: the county changes what can be planned; what was planned keeps its words."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Region, User
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from grid.measure_defaults import DEFAULTS, Values
from grid.models import MeasureEntry
from grid.queries.measure_list import Line, choices_for, in_use, lines
from grid.services import measure_list as service
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
QIDONG = factories.QIDONG


def county() -> Region:
    return Region.objects.get(code=QIDONG)


def line(code: str, place: int = QIDONG) -> Line:
    return next(row for row in lines(place) if row.code == code)


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_a_county_starts_with_the_defaults_and_changes_only_its_own(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    assert [row.code for row in lines(QIDONG)] == list(DEFAULTS)
    service.edit(
        actor=people.county,
        county=county(),
        line=line("water"),
        values=Values("打井、修水管", "water", ("water",)),
    )
    service.add(actor=people.county, county=county(), values=Values("老区专项救助", basis="县发〔2026〕3号"))
    assert line("water").values.name == "打井、修水管"
    assert [row.values.name for row in lines(QIDONG)][-1] == "老区专项救助"
    assert [row.values.name for row in lines(factories.HENGNAN)] == [one.name for one in DEFAULTS.values()]
    edited = AuditEntry.objects.get(action="measure_list.edit")
    assert edited.changes["name"] == [DEFAULTS["water"].name, "打井、修水管"]


def test_what_is_out_of_use_is_not_offered_and_comes_back_by_saving(people: factories.Staff) -> None:
    service.retire(actor=people.county, county=county(), line=line("water"))
    assert "water" not in in_use(QIDONG)
    assert not line("water").values.active
    with pytest.raises(Conflict):
        service.retire(actor=people.county, county=county(), line=line("water"))
    service.edit(actor=people.county, county=county(), line=line("water"), values=line("water").values)
    assert "water" in in_use(QIDONG)


def test_the_last_measure_stays(people: factories.Staff) -> None:
    for code in list(DEFAULTS)[1:]:
        service.retire(actor=people.county, county=county(), line=line(code))
    with pytest.raises(Conflict, match="至少"):
        service.retire(actor=people.county, county=county(), line=line(next(iter(DEFAULTS))))


def test_what_answers_the_risk_stands_first(people: factories.Staff) -> None:
    first, rest = choices_for(QIDONG, "medical")
    assert ("insurance", DEFAULTS["insurance"].name) in first[1]
    assert ("water", DEFAULTS["water"].name) in rest[1]
    for code in list(DEFAULTS):
        if "water" in DEFAULTS[code].problems:
            service.retire(actor=people.county, county=county(), line=line(code))
    assert [label for label, _ in choices_for(QIDONG, "water")] == [rest[0]]


def test_a_name_stands_in_the_list_once_and_others_keep_out(
    people: factories.Staff, other_county: factories.Staff
) -> None:
    name = DEFAULTS["job"].name
    with pytest.raises(InvalidInput):
        service.add(actor=people.county, county=county(), values=Values(name))
    with pytest.raises(InvalidInput):
        service.edit(actor=people.county, county=county(), line=line("water"), values=Values(name))
    for wrong in (Values("甲措施", department="police"), Values("甲措施", problems=("money",))):
        with pytest.raises(InvalidInput):
            service.add(actor=people.county, county=county(), values=wrong)
    for actor in (people.township, people.village, other_county.county):
        with pytest.raises(NotAllowed):
            service.add(actor=actor, county=county(), values=Values("甲措施"))
    assert not MeasureEntry.objects.exists()


def test_the_pages_of_the_county_and_of_those_who_read(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    browser = as_user(people.county)
    new = f"/office/measures/{QIDONG}/new/"
    assert DEFAULTS["job"].name in text_of(browser.get("/office/measures/"))
    sent = {"name": "老区专项救助", "problems": ["income"], "submission_key": str(uuid4())}
    for _ in range(2):
        assert browser.post(new, sent)["Location"] == f"/office/measures/?county={QIDONG}"
    row = MeasureEntry.objects.get()
    assert row.problems == ["income"]
    refused = browser.post(new, {**sent, "basis": "县发〔2026〕3号", "submission_key": str(uuid4())})
    assert refused.status_code == 400
    assert "县发〔2026〕3号" in text_of(refused)
    own = f"/office/measures/{QIDONG}/{row.code}/"
    assert browser.post(own, {"name": "老区救助"}).status_code == 302
    browser.post(f"{own}retire/")
    assert "已停用" in text_of(browser.get("/office/measures/"))
    assert browser.get(f"/office/measures/{QIDONG}/nothing/").status_code == 404
    for reader in (people.village, people.township):
        page = text_of(as_user(reader).get("/office/measures/"))
        assert "老区救助" in page
        assert own not in page
        assert as_user(reader).post(own, {"name": "甲措施"}).status_code == 403
    assert as_user(other_county.county).get(own).status_code == 404
    assert "老区救助" not in text_of(as_user(other_county.county).get("/office/measures/"))


def test_the_list_is_one_query(people: factories.Staff) -> None:
    for number in range(3):
        service.add(actor=people.county, county=county(), values=Values(f"第{number}项"))
    with CaptureQueriesContext(connection) as asked:
        assert len(in_use(QIDONG)) == len(DEFAULTS) + 3
    assert len(asked) == 1
