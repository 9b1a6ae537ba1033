"""The dashboard: every region level and month, who reads it, and that every number opens to its rows."""

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from accounts.enums import Role
from accounts.models import Region, User
from donors.models import Pledge
from fupin.lib.clock import month_of, today
from grid.models import AreaNumber
from grid.queries import figures as queries
from grid.services import area_numbers, figures
from grid.services.area_numbers import NumberInput
from needs.models import Need
from tests import factories
from tests.grid import figure_world

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
ROWS = re.compile(r'href="(/dashboard/rows/\?[^"]+)"[^>]*>([^<]*)</a>')
LEVELS = (factories.HUNAN, factories.HENGYANG, factories.QIDONG, factories.TOWN, factories.VILLAGE)


def text_of(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def leader(people: factories.Staff) -> User:
    return factories.officer(Role.LEADER, factories.HENGYANG)


@pytest.fixture
def province(people: factories.Staff) -> User:
    return factories.officer(Role.LEADER, factories.HUNAN)


def world(people: factories.Staff) -> figure_world.World:
    made = figure_world.make(seed=9, needs=80)
    figures.refresh()
    return made


def test_every_level_and_month_asks_under_fifteen_queries(
    people: factories.Staff, province: User, as_user: As
) -> None:
    months = world(people).months
    client = as_user(province)
    for code in LEVELS:
        for month in (None, months[-1], months[-9], months[0]):
            asked = f"?region={code}" + (f"&month={month:%Y-%m}" if month else "")
            with CaptureQueriesContext(connection) as caught:
                answer = client.get(f"/dashboard/{asked}")
            assert answer.status_code == 200
            assert len(caught) < 15, (asked, len(caught), [query["sql"][:90] for query in caught])


def test_every_number_opens_to_as_many_rows(people: factories.Staff, province: User, as_user: As) -> None:
    months = world(people).months
    client, opened = as_user(province), 0
    for code in (factories.HENGYANG, factories.TOWN):
        for month in ("", f"{months[-4]:%Y-%m}"):
            page = text_of(client.get(f"/dashboard/?region={code}&month={month}"))
            for url, number in sorted(set(ROWS.findall(page))):
                answer = client.get(unescape(url))
                assert answer.status_code == 200, url
                if number.replace(",", "").isdigit() and "fen" not in url:
                    assert f"<strong>{number}</strong>" in text_of(answer), (url, number)
                    assert rows_on_all_pages(client, unescape(url)) == int(number.replace(",", "")), url
                    opened += 1
    assert opened > 60


def rows_on_all_pages(client: Client, url: str) -> int:
    count, base = 0, url
    while url:
        page = text_of(client.get(url))
        count += page.count("<tr>") - page.count("<thead>")
        after = re.search(r'href="([^"]*cursor=[^"]*)"[^>]*rel="next"', page)
        url = unescape(after[1]) if after else ""
        if url.startswith("?"):
            url = base.partition("?")[0] + url
    return count


def test_bars_lead_one_level_down(people: factories.Staff, leader: User, as_user: As) -> None:
    world(people)
    page = text_of(as_user(leader).get("/dashboard/"))
    assert "衡阳市数据看板" in page
    svg = page[page.index("各地对接率") :]
    for code in (factories.QIDONG, factories.HENGNAN):
        assert f'href="/dashboard/?region={code}"' in svg


def test_rows_are_masked_and_hidden_once_they_are_not_public(
    people: factories.Staff, leader: User, donor: User, as_user: As
) -> None:
    factories.charity_account()
    need = factories.published_need(people)
    factories.money_pledge(donor, need)
    Need.objects.filter(pk=need.pk).update(status="returned")
    factories.published_need(people, title="还公开的求助")
    figures.refresh()
    client, found = as_user(leader), f"region={factories.QIDONG}"
    page = text_of(client.get(f"/dashboard/rows/?what=published&{found}"))
    assert "还公开的求助" in page
    assert need.title not in page
    for what in ("published", "registered", "gifts", "households"):
        assert "张测试" not in text_of(client.get(f"/dashboard/rows/?what={what}&{found}"))
    assert "张测试" in text_of(as_user(people.county).get(f"/dashboard/rows/?what=registered&{found}"))
    assert Pledge.objects.get().reference in text_of(client.get(f"/dashboard/rows/?what=gifts&{found}"))


@pytest.mark.parametrize(
    "query",
    [
        f"region={factories.HUNAN}",
        "region=999999999999",
        "region=x",
        "month=2026-13",
        "month=202611",
        "month=1_0",
    ],
)
def test_out_of_scope_or_odd_is_not_found(leader: User, as_user: As, query: str) -> None:
    client = as_user(leader)
    for page in ("/dashboard/?", "/dashboard/export/?", "/dashboard/rows/?what=open&"):
        assert client.get(page + query).status_code == 404, page
    assert client.get(f"/api/v1/dashboard/?{query}").status_code in (400, 404)


def test_each_office_sees_its_own_subtree_only(people: factories.Staff, donor: User, as_user: As) -> None:
    city = factories.officer(Role.CITY_OFFICE, factories.HENGYANG)
    for person, seen in ((people.county, LEVELS[2:]), (city, LEVELS[1:]), (people.township, LEVELS[3:])):
        for code in (*LEVELS, factories.HENGNAN):
            inside = code in seen or (person is city and code == factories.HENGNAN)
            for page in ("/dashboard/?", "/dashboard/rows/?what=open&", "/api/v1/dashboard/?"):
                answer = as_user(person).get(f"{page}region={code}")
                assert answer.status_code == (200 if inside else 404), (person, page, code)
    assert as_user(people.village).get("/dashboard/").status_code == 403
    assert as_user(donor).get("/dashboard/").status_code == 404


@pytest.mark.parametrize("query", ["", "what=nothing", "what=open&part=nothing", "what=households&part=x"])
def test_unknown_rows_are_not_found(leader: User, as_user: As, query: str) -> None:
    assert as_user(leader).get(f"/dashboard/rows/?{query}").status_code == 404


def test_the_sheet_holds_what_the_page_shows(people: factories.Staff, leader: User, as_user: As) -> None:
    world(people)
    answer = as_user(leader).get("/dashboard/export/")
    assert "spreadsheetml" in answer["Content-Type"]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    board = queries.board(Region.objects.get(pk=factories.HENGYANG))
    by_name = {row[0]: row for row in sheet}
    for place in board.children:
        assert by_name[place.region.name][2] == f"{place.published:,}"
    assert by_name["合计"][2] == f"{board.own.published:,}"


def number(kind: str, value: int, **more: Any) -> NumberInput:
    return NumberInput(kind, value, more.get("since", month_of(today())), "衡阳方案二（二）")


def test_the_nearest_target_in_force_holds(people: factories.Staff) -> None:
    city = factories.officer(Role.CITY_OFFICE, factories.HENGYANG)
    places = {code: Region.objects.get(pk=code) for code in LEVELS}
    assert queries.board(places[factories.QIDONG]).own.target == 35
    since = month_of(today()).replace(month=1)
    early = number("match_rate", 40, since=since)
    area_numbers.set_number(actor=city, region=places[factories.HENGYANG], content=early)
    area_numbers.set_number(
        actor=people.county, region=places[factories.QIDONG], content=number("match_rate", 50)
    )
    assert queries.board(places[factories.HENGYANG]).own.target == 40
    assert queries.board(places[factories.TOWN]).own.target == 50
    assert queries.board(places[factories.QIDONG], since).own.target == (
        50 if since == month_of(today()) else 40
    )
    assert queries.board(places[factories.HUNAN]).own.target == 35


def test_the_registration_rate_needs_the_number_of_every_part(people: factories.Staff, as_user: As) -> None:
    city = factories.officer(Role.CITY_OFFICE, factories.HENGYANG)
    factories.household(people.village)
    figures.refresh()
    places = {code: Region.objects.get(pk=code) for code in (*LEVELS, factories.HENGNAN)}
    client = as_user(people.county)
    form = {"kind": "poor_homes", "value": "4", "valid_from": "2026-01", "clause": "2026 年名册"}
    assert client.post(f"/dashboard/numbers/?region={factories.QIDONG}", form).status_code == 302
    assert AreaNumber.objects.get().made_by == people.county
    page = text_of(client.get(f"/dashboard/?region={factories.QIDONG}"))
    assert "登记率 25%，应登记 4 户" in page
    assert queries.board(places[factories.HENGYANG]).own.poor_homes is None
    area_numbers.set_number(actor=city, region=places[factories.HENGNAN], content=number("poor_homes", 6))
    assert queries.board(places[factories.HENGYANG]).own.poor_homes == 10


def test_numbers_are_set_by_who_appoints_there_and_within_bounds(
    people: factories.Staff, as_user: As
) -> None:
    form = {"kind": "match_rate", "value": "120", "valid_from": "2026-01", "clause": "方案"}
    client = as_user(people.county)
    page = client.post(f"/dashboard/numbers/?region={factories.QIDONG}", form)
    assert page.status_code == 400
    assert "请填 1 到 100 的整数" in text_of(page)
    assert 'value="120"' in text_of(page)
    assert client.get(f"/dashboard/numbers/?region={factories.HENGNAN}").status_code == 404
    assert as_user(people.township).get("/dashboard/numbers/").status_code == 403
    assert not AreaNumber.objects.exists()


def test_the_api_gives_the_rates_by_child_region(people: factories.Staff, leader: User, as_user: As) -> None:
    world(people)
    answer = as_user(leader).get(f"/api/v1/dashboard/?region={factories.HENGYANG}")
    board = queries.board(Region.objects.get(pk=factories.HENGYANG))
    body = answer.json()
    assert body["own"]["published"] == board.own.published
    assert body["own"]["match_rate"] == board.own.rate
    assert [row["region"]["code"] for row in body["children"]] == [factories.HENGNAN, factories.QIDONG]
    for row, place in zip(body["children"], board.children, strict=True):
        assert (row["published"], row["matched"]) == (place.published, place.matched)
