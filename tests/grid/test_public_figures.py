"""The public figures: the country and every region down to the counties, small counts hidden, no way to rows."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Region, User
from grid.figure_totals import Board, Place, Totals, together
from grid.queries import figures as queries
from grid.services import figures
from grid.views import figure_charts, figure_places, figure_tiles
from grid.views.figure_words import HIDDEN, WITHHELD, Shown
from needs.models import Need
from tests import factories
from tests.grid import figure_world

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
PUBLIC = Shown(None, lambda place: "", is_public=True)


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_everybody_reads_the_country_and_its_regions_in_few_queries(client: Client) -> None:
    world = figure_world.make(seed=11, needs=120)
    figures.refresh()
    total = Need.objects.filter(published_at__isnull=False).count()
    for region in ("", factories.HUNAN, factories.HENGYANG, factories.QIDONG):
        for month in ("", f"{world.months[-3]:%Y-%m}"):
            with CaptureQueriesContext(connection) as caught:
                answer = client.get(f"/transparency/figures/?region={region}&month={month}")
            assert answer.status_code == 200
            assert len(caught) < 15
            assert "/dashboard/" not in text_of(answer)
    country = text_of(client.get("/transparency/figures/"))
    assert f"{total}<span" in country
    assert 'name="region"' not in country, "the country has no code that the month's form could send"
    assert queries.country().own.published == total


def test_the_transparency_page_leads_there(client: Client) -> None:
    assert 'href="/transparency/figures/"' in text_of(client.get("/transparency/"))


def test_below_a_county_the_public_reads_the_county(client: Client, people: factories.Staff) -> None:
    page = text_of(client.get(f"/transparency/figures/?region={factories.VILLAGE}"))
    assert "祁东县的数字" in page
    assert f"region={factories.TOWN}" not in page


@pytest.mark.parametrize("query", ["region=999999999999", "region=x", "month=2026-13"])
def test_odd_addresses_are_not_found(client: Client, db: None, query: str) -> None:
    assert client.get(f"/transparency/figures/?{query}").status_code == 404


def board_of(*published: int) -> Board:
    """A county whose townships have so many needs; every second is matched."""
    places = []
    for number, count in enumerate(published):
        totals = Totals()
        totals.add("need", "medical", {"published": count, "matched": count // 2, "open": count - count // 2})
        totals.add("gift", "society", {"gifts": count, "arrived_fen": count * 100})
        places.append(Place(Region(code=430426100000 + number * 1000, name=f"镇{number}", level=4), totals))
    region = Region(code=430426000000, name="祁东县", level=3)
    own = together(place.totals for place in places)
    return Board(region, None, Place(region, own), places, None)


def column(board: Board, number: int, shown: Shown = PUBLIC) -> list[str]:
    return [row[number]["value"] for row in figure_places.places(board, shown)["rows"]]


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_counts_from_one_to_four_are_hidden_and_never_follow_from_the_sum(small: int) -> None:
    published = column(board_of(small, 20, 30), 2)
    assert published == [HIDDEN, WITHHELD, "30", f"{small + 50}"]
    assert column(board_of(small, 2, 30), 2)[:2] == [HIDDEN, HIDDEN]
    assert column(board_of(small, 20, 30), 4)[0] == HIDDEN, "a rate would give the count away"
    assert column(board_of(small, 20, 30), 7)[0] == HIDDEN, "so would the money"


def test_nothing_and_five_are_shown() -> None:
    assert column(board_of(0, 5, 30), 2)[-3:] == ["5", "30", "35"]


def test_the_office_sees_every_count() -> None:
    office = Shown(None, lambda place: "")
    assert column(board_of(1, 20, 30), 2, office) == ["1", "20", "30", "51"]


def test_charts_tell_no_hidden_count_either() -> None:
    board = board_of(3, 20, 30)
    for made in figure_charts.figures_shown(board, PUBLIC):
        chart = made.get("chart")
        words = [cell["value"] for row in made["table"]["rows"] for cell in row]
        assert "3" not in words
        if chart and "对接率" in chart.title:
            assert "33" not in chart.summary
            assert re.search(f"镇0：{HIDDEN}", chart.summary)


@pytest.mark.parametrize("month", [None, date(2026, 10, 1)])
def test_no_average_gives_a_hidden_count_away(month: date | None) -> None:
    """Three gifts for 20 needs read 0.2 each, 30 forms of three officers 10 each: whoever multiplies knows."""
    board = board_of(20)
    board.own.totals.add("gift", "society", {"gifts": 3 - 20, "arrived_fen": 0})
    board.own.totals.add("+post", "", {"posts": 3})
    board.own.totals.add("form", "visit.record", {"forms": 30})
    shown = Shown(month, PUBLIC.place_url, is_public=True)
    tiles = [
        tile for group in figure_tiles.tiles(replace(board, month=month), shown) for tile in group["tiles"]
    ]
    told = {tile["label"]: f"{tile['value']} {tile['note']}" for tile in tiles}
    assert told["爱心认领"] == f"{HIDDEN} 求助多、帮助少"
    assert told["在岗人员"].startswith(HIDDEN)
    assert told.get("人均填报用时", HIDDEN).startswith(HIDDEN)
    assert "10" not in told.get("人均填报用时", "")
