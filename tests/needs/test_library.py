"""The library of needs and projects by cause of poverty, kind, place and state (社会扶贫项目库, REQUIREMENTS 27)."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from accounts.enums import Role
from accounts.models import AuditEntry, Region
from fupin.lib.errors import Conflict
from needs import library
from needs.library import PROJECT, Asked
from needs.services import drafts, library_sheet, review
from needs.services.drafts import ItemInput
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/office/needs/library/"


def home(people, name, cause):
    made = factories.household(people.village, name=name)
    type(made).objects.filter(pk=made.pk).update(cause=cause)
    made.refresh_from_db()
    return made


@pytest.fixture
def stock(people):
    """Three needs of two households, a project of the village, and a draft that is not in the library."""
    factories.charity_account()
    ill, school = home(people, "王病困", "illness"), home(people, "李学困", "schooling")
    medical = factories.published_need(people, ill, kind="medical", title="化疗路费")
    books = factories.published_need(people, school, title="住校生被褥", items=[ItemInput("棉被", "床", 2)])
    waiting = drafts.create_draft(
        actor=people.village, household=school, content=factories.content(title="初三补课的书")
    )
    review.submit(actor=people.village, need=waiting)
    village = Region.objects.get(code=factories.VILLAGE)
    project = drafts.create_draft(
        actor=people.village,
        region=village,
        content=factories.content(
            kind="industry", subject="village", title="黄花菜烘干房", target_fen=5_000_00
        ),
    )
    review.submit(actor=people.village, need=project)
    drafts.create_draft(actor=people.village, household=ill, content=factories.content(title="还没写完"))
    return {"medical": medical, "books": books, "waiting": waiting, "project": project}


def asked(**more):
    return Asked(Region.objects.get(code=factories.QIDONG), **more)


def titles(person, **more):
    return {need.title for need in library.found(person, asked(**more))}


def test_library_is_found_by_cause_kind_place_and_state(people, stock):
    whole = {"化疗路费", "住校生被褥", "初三补课的书", "黄花菜烘干房"}
    assert titles(people.county) == whole
    assert titles(people.county, cause="schooling") == {"住校生被褥", "初三补课的书"}
    assert titles(people.county, cause=PROJECT) == {"黄花菜烘干房"}
    assert titles(people.county, kind="medical") == {"化疗路费"}
    assert titles(people.county, state="coming") == {"初三补课的书", "黄花菜烘干房"}
    assert titles(people.county, cause="schooling", state="open") == {"住校生被褥"}
    elsewhere = Asked(Region.objects.get(code=factories.VILLAGE_2))
    assert not library.found(people.county, elsewhere).exists()


def test_sums_and_the_table_of_cause_by_kind_are_those_of_the_rows(people, stock):
    factories.money_pledge(factories.user("王好心"), stock["medical"], 300_00)
    rows = library.found(people.county, asked())
    total = library.sums(rows)
    assert (total.needs, total.households) == (4, 2)
    assert (total.target_fen, total.pledged_fen, total.delivered_fen) == (7_000_00, 300_00, 0)
    lines = library.table(rows)
    assert dict(lines) == {
        PROJECT: {"industry": 1},
        "illness": {"medical": 1},
        "schooling": {"education": 2},
    }
    assert sum(sum(counts.values()) for _, counts in lines) == total.needs


def test_scope_is_the_posts_own_and_readers_of_figures_see_public_needs_without_names(
    people, other_county, stock, as_user
):
    leader = factories.officer(Role.LEADER, factories.QIDONG)
    assert titles(leader) == {"化疗路费", "住校生被褥"}
    assert titles(other_county.county) == set()
    page = as_user(leader).get(URL).content.decode()
    assert "王病困" not in page
    assert "王**" in page
    assert "王病困" in as_user(people.county).get(URL).content.decode()
    assert as_user(other_county.county).get(f"{URL}?region={factories.QIDONG}").status_code == 404
    assert as_user(people.charity).get(URL).status_code == 403
    assert as_user(factories.user()).get(URL).status_code == 404


def test_page_filters_and_says_what_to_do_when_nothing_is_found(people, stock, as_user):
    browser = as_user(people.county)
    page = browser.get(f"{URL}?cause=illness&kind=medical").content.decode()
    assert "化疗路费" in page
    assert "住校生被褥" not in page
    assert "库里没有这样的需求" in browser.get(f"{URL}?kind=produce").content.decode()
    assert browser.get(f"{URL}?cause=laziness").status_code == 404
    assert "需求和项目库" in browser.get("/office/").content.decode()


def test_a_city_chooses_a_county_first(people, stock, as_user):
    city = as_user(factories.officer(Role.CITY_OFFICE, factories.HENGYANG))
    page = city.get(URL).content.decode()
    assert "请先选择一个县" in page
    assert "化疗路费" not in page
    assert city.get("/office/needs/library.xlsx").status_code == 404
    assert "化疗路费" in city.get(f"{URL}?region={factories.QIDONG}").content.decode()


def test_sheet_holds_the_filtered_rows_with_masked_names_and_is_recorded(people, stock, as_user):
    answer = as_user(people.county).get(
        f"/office/needs/library.xlsx?region={factories.QIDONG}&cause=schooling"
    )
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert "祁东县" in sheet[0][0]
    assert [line[5] for line in sheet[3:5]] == ["初三补课的书", "住校生被褥"]
    text = str(sheet)
    assert "李**" in text
    assert "李学困" not in text
    assert "合计 2 条，涉及 1 户" in text
    entry = AuditEntry.objects.get(action="library.export")
    assert (entry.actor, entry.changes["rows"], entry.changes["cause"]) == (people.county, 2, "schooling")


def test_sheet_that_would_be_too_long_is_refused_and_says_how_to_narrow_it(
    people, stock, as_user, monkeypatch, tmp_path
):
    monkeypatch.setattr(library_sheet, "MOST_ROWS", 1)
    with pytest.raises(Conflict):
        library_sheet.export(actor=people.county, asked=asked(), target=tmp_path / "library.xlsx")
    answer = as_user(people.county).get("/office/needs/library.xlsx")
    assert answer.status_code == 409
    assert "请选择乡镇、类别或致贫原因" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="library.export").exists()


def test_page_asks_as_often_for_many_needs_as_for_few(people, stock, as_user):
    counts = []
    for more in (0, 2):
        for _ in range(more):
            factories.published_need(people, factories.household(people.village))
        browser = as_user(people.county)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            browser.get(URL)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
