"""The catalogue of goods: who may change it, what it fills in, and what the reviewers are told."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Region, User
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from needs.catalogue import book, county_of, default_rows, entries, key
from needs.enums import Flag, Goods
from needs.models import CatalogueItem, Household, Need
from needs.services import catalogue, drafts, review
from needs.services.catalogue import ItemValues
from needs.services.drafts import ItemInput
from tests import factories
from tests.needs.test_office_pages import NEED, text_of

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
QUILT = ItemValues(goods="bedding", unit="床", price_fen=160_00, yearly_cap=4, aliases=["被子"])
ENTRY = {
    "name": "竹席",
    "goods": "bedding",
    "unit": "床",
    "price_fen": "45.50",
    "yearly_cap": "3",
    "aliases": "凉席、席子",
    "valid_from": f"{today():%Y-%m-%d}",
}


@pytest.fixture
def county(people: factories.Staff) -> Region:
    return Region.objects.get(code=factories.QIDONG)


@pytest.fixture
def quilt(people: factories.Staff, county: Region) -> CatalogueItem:
    return catalogue.add(actor=people.county, county=county, name="棉被", values=QUILT)


@pytest.fixture
def home(people: factories.Staff) -> Household:
    return factories.household(people.village)


def submitted(people: factories.Staff, home: Household, *items: ItemInput, title: str = "被褥") -> Need:
    made = factories.content(forms=["goods"], target_fen=0, items=items, title=title)
    need = drafts.create_draft(actor=people.village, household=home, content=made)
    return review.submit(actor=people.village, need=need)


def test_bundled_default_is_whole_and_loading_it_twice_changes_nothing(db: None) -> None:
    rows = default_rows()
    assert len(rows) >= 80
    assert {row["goods"] for row in rows} == set(Goods.values)
    names = [key(name) for row in rows for name in (row["name"], *row["aliases"])]
    assert len(names) == len(set(names))
    for _ in range(2):
        call_command("load_catalogue")
    assert CatalogueItem.objects.filter(county=None, active=True).count() == len(rows)


def test_loading_retires_what_is_no_longer_named_and_leaves_counties_alone(quilt: CatalogueItem) -> None:
    catalogue.load_default(default_rows())
    catalogue.load_default([{"name": "大米", "goods": "food", "unit": "袋", "price_fen": 100_00}])
    assert [row.name for row in entries(factories.QIDONG).filter(active=True)] == ["棉被", "大米"]


def test_countys_own_entry_replaces_the_default_for_it_alone(people: factories.Staff, county: Region) -> None:
    catalogue.load_default([{"name": "棉被", "goods": "bedding", "unit": "床", "price_fen": 100_00}])
    default = CatalogueItem.objects.get()
    own = catalogue.edit(actor=people.county, county=county, item=default, values=QUILT)
    assert own.pk != default.pk
    assert book(factories.QIDONG)[key("被子")].price_fen == 160_00
    assert book(factories.HENGNAN)[key("棉被")].price_fen == 100_00
    catalogue.retire(actor=people.county, county=county, item=own)
    assert key("棉被") not in book(factories.QIDONG)
    with pytest.raises(Conflict):
        catalogue.retire(actor=people.county, county=county, item=own)


def test_only_the_county_writes_its_catalogue(
    people: factories.Staff, other_county: factories.Staff, county: Region, quilt: CatalogueItem
) -> None:
    for person in (people.village, people.township, other_county.county):
        with pytest.raises(NotAllowed):
            catalogue.add(actor=person, county=county, name="毛毯", values=QUILT)
        with pytest.raises(NotAllowed):
            catalogue.edit(actor=person, county=county, item=quilt, values=QUILT)
        with pytest.raises(NotAllowed):
            catalogue.retire(actor=person, county=county, item=quilt)


def test_name_is_in_the_catalogue_once(people: factories.Staff, county: Region, quilt: CatalogueItem) -> None:
    with pytest.raises(InvalidInput):
        catalogue.add(actor=people.county, county=county, name="棉被", values=QUILT)


def test_every_change_is_in_the_audit_chain_and_on_the_entrys_page(
    people: factories.Staff, county: Region, quilt: CatalogueItem, as_user: As
) -> None:
    dearer = ItemValues(goods="bedding", unit="床", price_fen=175_50, yearly_cap=4, aliases=["被子"])
    catalogue.edit(actor=people.county, county=county, item=quilt, values=dearer)
    told = AuditEntry.objects.get(action="catalogue.edit")
    assert told.changes == {"price_fen": [160_00, 175_50]}
    page = text_of(as_user(people.county).get(f"/office/catalogue/{quilt.pk}/"))
    assert "参考价 160 元 → 175.50 元" in page
    assert people.county.name in page


def test_county_adds_changes_and_retires_through_the_pages(
    people: factories.Staff, county: Region, as_user: As
) -> None:
    client = as_user(people.county)
    assert client.post("/office/catalogue/new/", ENTRY).status_code == 302
    item = CatalogueItem.objects.get()
    assert (item.price_fen, item.yearly_cap, item.aliases) == (45_50, 3, ["凉席", "席子"])
    assert client.post(f"/office/catalogue/{item.pk}/", {**ENTRY, "price_fen": "50"}).status_code == 302
    item.refresh_from_db()
    assert item.price_fen == 50_00
    assert client.post(f"/office/catalogue/{item.pk}/retire/").status_code == 302
    assert "已停用" in text_of(client.get("/office/catalogue/"))
    assert client.post(f"/office/catalogue/{item.pk}/retire/").status_code == 409


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", ""),
        ("name", "名" * 41),
        ("goods", "gold"),
        ("unit", ""),
        ("price_fen", "0"),
        ("price_fen", "1e3"),
        ("yearly_cap", "-1"),
        ("aliases", "别" * 41),
        ("valid_from", "x"),
        ("valid_from", f"{today() + timedelta(days=2):%Y-%m-%d}"),
    ],
)
def test_wrong_entry_is_explained_and_nothing_typed_is_lost(
    people: factories.Staff, as_user: As, field: str, wrong: str
) -> None:
    answer = as_user(people.county).post("/office/catalogue/new/", {**ENTRY, field: wrong})
    assert answer.status_code == 400
    assert f'id="id_{field}_error"' in text_of(answer)
    kept = "席子" if field != "aliases" else "竹席"
    assert kept in text_of(answer)
    assert not CatalogueItem.objects.exists()


def test_catalogue_is_read_inside_the_county_only(
    people: factories.Staff, other_county: factories.Staff, donor: User, quilt: CatalogueItem, as_user: As
) -> None:
    assert "棉被" in text_of(as_user(people.village).get("/office/catalogue/"))
    village = as_user(people.village)
    assert village.get(f"/office/catalogue/{quilt.pk}/").status_code == 200
    assert "停用这一项" not in text_of(village.get(f"/office/catalogue/{quilt.pk}/"))
    assert village.post(f"/office/catalogue/{quilt.pk}/", ENTRY).status_code == 403
    assert village.get("/office/catalogue/new/").status_code == 403
    stranger = as_user(other_county.county)
    assert "棉被" not in text_of(stranger.get("/office/catalogue/"))
    assert stranger.get(f"/office/catalogue/?county={factories.QIDONG}").status_code == 404
    assert stranger.get(f"/office/catalogue/{quilt.pk}/").status_code == 404
    assert stranger.get(f"/office/catalogue/{quilt.pk}/?county={factories.QIDONG}").status_code == 404
    assert stranger.post(f"/office/catalogue/{quilt.pk}/retire/").status_code == 404
    assert as_user(donor).get("/office/catalogue/").status_code == 404


@pytest.mark.parametrize("query", ["goods=gold", "county=x", "county=1"])
def test_odd_filters_of_the_catalogue_are_not_found(people: factories.Staff, as_user: As, query: str) -> None:
    assert as_user(people.county).get(f"/office/catalogue/?{query}").status_code == 404


def test_catalogue_is_searched_by_name_and_alias(
    quilt: CatalogueItem, people: factories.Staff, as_user: As
) -> None:
    catalogue.load_default([{"name": "大米", "goods": "food", "unit": "袋", "price_fen": 100_00}])
    client = as_user(people.county)
    for wanted in ("棉", "被子"):
        page = text_of(client.get("/office/catalogue/", {"q": wanted}))
        assert "棉被" in page
        assert "大米" not in page
    assert "没有找到" in text_of(client.get("/office/catalogue/", {"q": "金条"}))


def test_catalogues_list_asks_the_same_at_one_row_and_at_many(
    people: factories.Staff, quilt: CatalogueItem, as_user: As
) -> None:
    client, counts = as_user(people.county), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as caught:
            client.get("/office/catalogue/")
        counts.append(len(caught))
        catalogue.load_default(default_rows()[:30])
    assert counts[0] == counts[1]


def test_sheet_offers_the_countys_entries_and_fills_unit_and_price(
    people: factories.Staff, home: Household, quilt: CatalogueItem, as_user: As
) -> None:
    village, url = as_user(people.village), f"/office/needs/new/?household={home.pk}"
    page = text_of(village.get(url))
    assert 'list="catalogue"' in page
    assert re.search(r'<option value="棉被"\s+data-unit="床"\s+data-price="160">', page)
    answer = village.post(url, {**NEED, "item0-name": "被子", "item0-unit": "", "item0-quantity": "2"})
    assert answer.status_code == 302, text_of(answer)
    item = Need.objects.get().items.get()
    assert (item.unit, item.price_fen, item.total_fen) == ("床", 160_00, 320_00)
    sheet = text_of(village.get(f"/needs/{item.need_id}/edit/"))
    assert 'value="160"' in sheet
    assert "¥320" in sheet


@pytest.mark.parametrize(
    ("item", "flagged"),
    [
        (ItemInput("棉被", "床", 2, 192_00), False),
        (ItemInput("棉被", "床", 2, 192_01), True),
        (ItemInput("被 子", "床", 1, 200_00), True),
        (ItemInput("棉被", "床", 2), False),
        (ItemInput("棉被", "包", 1, 900_00), False),
        (ItemInput("蚕丝被", "床", 1, 900_00), False),
    ],
)
def test_goods_far_above_the_reference_price_carry_a_flag(
    people: factories.Staff, home: Household, quilt: CatalogueItem, item: ItemInput, flagged: bool
) -> None:
    assert (Flag.OVER_PRICE in submitted(people, home, item).flags) is flagged


def test_share_above_which_a_price_is_flagged_is_a_setting(
    people: factories.Staff, home: Household, quilt: CatalogueItem, settings: Any
) -> None:
    settings.CATALOGUE_PRICE_PERCENT = 200
    assert Flag.OVER_PRICE not in submitted(people, home, ItemInput("棉被", "床", 2, 300_00)).flags


def test_yearly_cap_counts_all_of_a_households_year_under_every_name(
    people: factories.Staff, home: Household, quilt: CatalogueItem
) -> None:
    assert Flag.OVER_COUNT not in submitted(people, home, ItemInput("棉被", "床", 3)).flags
    neighbour = factories.household(people.village, name="孙测试")
    assert Flag.OVER_COUNT not in submitted(people, neighbour, ItemInput("棉被", "床", 4)).flags
    assert Flag.OVER_COUNT in submitted(people, home, ItemInput("被子", "床", 2)).flags
    assert Flag.OVER_COUNT not in submitted(people, home, ItemInput("书桌", "张", 50)).flags


def test_reviewers_read_reference_prices_totals_and_what_is_outside_the_catalogue(
    people: factories.Staff, home: Household, quilt: CatalogueItem, as_user: As
) -> None:
    need = submitted(
        people,
        home,
        ItemInput("棉被", "床", 2, 200_00),
        ItemInput("蚕丝枕", "个", 1, 90_00),
        ItemInput("被子", "包", 1),
    )
    page = text_of(as_user(people.township).get(f"/office/needs/{need.pk}/"))
    for words in ("高于参考价", "目录外", "参考价 ¥160", "= ¥400", "物资估价合计 ¥490", "目录按“床”计"):
        assert words in page
    assert (
        as_user(people.township).post(f"/office/needs/{need.pk}/check/", {"comment": ""}).status_code == 400
    )


def test_public_reads_the_estimate_and_not_the_catalogue(
    people: factories.Staff, home: Household, quilt: CatalogueItem, client: Client
) -> None:
    need = submitted(people, home, ItemInput("棉被", "床", 2, 200_00), ItemInput("蚕丝枕", "个", 1))
    review.check(actor=people.township, need=need, comment="价格已核对")
    review.approve(actor=people.county, need=need)
    page = text_of(client.get(f"/needs/{need.pk}/"))
    assert "约 ¥200／床" in page
    assert "目录外" not in page
    assert "参考价" not in page
    rows = client.get(f"/api/v1/needs/{need.pk}/").json()["items"]
    assert [row["price"] for row in rows] == ["200.00", None]


def test_county_of_a_code_is_its_first_six_digits() -> None:
    assert county_of(factories.VILLAGE) == factories.QIDONG
