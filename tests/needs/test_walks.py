"""Scopes as merged index walks: the same rows as the naive query, and never a scan of what is old."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Region
from fupin.lib.clock import now
from needs import picks, walks
from needs.models import Need, NeedProgress
from needs.queries import ListFilter, list_page
from tests import factories
from tests.factories import HENGNAN, QIDONG, TOWN, VILLAGE, VILLAGE_2, VILLAGE_OTHER
from tests.needs.test_queries import plant, walk

pytestmark = pytest.mark.django_db
NATIONAL, TOWNSHIP, TACKLE = "key-county-national", "deep-poverty-township", "tackle-village"


@pytest.fixture(autouse=True)
def planted() -> None:
    factories.regions()
    Region.objects.filter(code=QIDONG).update(tags=[NATIONAL])
    Region.objects.filter(code=TOWN).update(tags=[TOWNSHIP])
    Region.objects.filter(code__in=[VILLAGE_2, VILLAGE_OTHER]).update(tags=[TACKLE])
    plant()


def naive(order: str, **wanted: object) -> list[int]:
    sign = "-" if order == "newest" else ""
    rows = Need.objects.filter(status="published", **wanted)
    return list(rows.order_by(f"{sign}published_at", f"{sign}id").values_list("pk", flat=True))


@pytest.mark.parametrize("order", ["newest", "waiting"])
@pytest.mark.parametrize("kind", ["", "medical"])
@pytest.mark.parametrize(
    ("area", "region", "places"),
    [
        (NATIONAL, None, [VILLAGE, VILLAGE_2]),
        (NATIONAL, VILLAGE, [VILLAGE]),
        (NATIONAL, HENGNAN, []),
        (TOWNSHIP, QIDONG, [VILLAGE, VILLAGE_2]),
        (TACKLE, None, [VILLAGE_2, VILLAGE_OTHER]),
        (TACKLE, QIDONG, [VILLAGE_2]),
    ],
)
def test_area_and_region_hold_what_they_share(area, region, places, kind, order):
    wanted = {"region__in": places, **({"kind": kind} if kind else {})}
    place = Region.objects.get(code=region) if region else None
    assert walk(ListFilter(area=area, region=place, kind=kind, order=order)) == naive(order, **wanted)


def test_words_and_area_hold_what_they_share():
    assert walk(ListFilter(q="石岭", area=TACKLE)) == naive("newest", region=VILLAGE_2)
    assert walk(ListFilter(q="河口", area=NATIONAL)) == []
    assert walk(ListFilter(q="没有这个村")) == []


def test_place_named_like_the_place_around_it_is_listed_once():
    Region.objects.create(code=430426101000, name="祁东镇", level=4, parent_id=QIDONG)
    assert walk(ListFilter(q="祁东")) == naive("newest", county=430426)


def helped(need: Need, count: int) -> None:
    NeedProgress.objects.filter(need=need).update(helpers=count)


def test_unhelped_order_begins_with_those_nobody_helped_longest_waiting_first():
    Need.objects.filter(kind="other").update(published_at=now() - timedelta(days=9))
    dice = random.Random(3)
    for need in Need.objects.filter(status="published"):
        helped(need, dice.choice([0, 0, 2]))
    waiting = naive("waiting")
    alone = set(NeedProgress.objects.filter(helpers=0).values_list("pk", flat=True))
    expected = [pk for pk in waiting if pk in alone] + [pk for pk in waiting if pk not in alone]
    assert 0 < len(alone & set(waiting)) < len(waiting)
    assert walk(ListFilter(order="unhelped")) == expected


def test_nearly_complete_is_found_in_a_county_whose_needs_are_all_old():
    need = Need.objects.filter(county=HENGNAN // 10**6, status="published").first()
    Need.objects.filter(county=HENGNAN // 10**6).update(published_at=now() - timedelta(days=900))
    NeedProgress.objects.filter(need=need).update(pledged_fen=800)
    assert walk(ListFilter(order="nearly", region=Region.objects.get(code=HENGNAN))) == [need.pk]


def test_list_of_areas_reads_the_tagged_regions_by_their_own_index(django_assert_num_queries):
    with django_assert_num_queries(4) as seen:
        list_page(ListFilter(area=TOWNSHIP))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {seen[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "region_tagged" in plan


def test_each_place_is_walked_by_its_listing_index():
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        # Thirty rows are cheapest to read whole and sort; thirty million are not.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for wanted, index in (
            (ListFilter(area=NATIONAL), "need_county_listed"),
            (ListFilter(area=TACKLE), "need_region_listed"),
            (ListFilter(), "need_kind_listed"),
        ):
            with CaptureQueriesContext(connection) as seen:
                list_page(wanted)
            asked = next(query["sql"] for query in seen if "LATERAL" in query["sql"])
            cursor.execute(f"EXPLAIN {asked}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert index in plan, plan


@pytest.mark.parametrize("order", ["newest", "waiting"])
@pytest.mark.parametrize(
    ("area", "places"), [(NATIONAL, [VILLAGE, VILLAGE_2]), (TACKLE, [VILLAGE_2, VILLAGE_OTHER])]
)
@pytest.mark.parametrize("wide", [1, 5, 300])
def test_many_places_are_found_in_the_first_rows_of_the_country_or_walked(
    monkeypatch, wide, area, places, order
):
    monkeypatch.setattr(walks, "MANY", 1)
    monkeypatch.setattr(walks, "WIDE", wide)
    monkeypatch.setattr(walks, "TIMES", 0)
    assert walk(ListFilter(area=area, order=order)) == naive(order, region__in=places)


@pytest.mark.parametrize("few", [1, 3, 60])
@pytest.mark.parametrize("size", [1, 2, 20])
def test_unhelped_order_is_the_same_from_few_candidates_and_from_many(monkeypatch, few, size):
    monkeypatch.setattr(picks, "FEW", few)
    dice = random.Random(few)
    for need in Need.objects.filter(status="published"):
        helped(need, dice.choice([0, 0, 0, 2]))
    waiting = naive("waiting")
    alone = set(NeedProgress.objects.filter(helpers=0).values_list("pk", flat=True))
    expected = [pk for pk in waiting if pk in alone] + [pk for pk in waiting if pk not in alone]
    assert walk(ListFilter(order="unhelped"), size=size) == expected
    first = list_page(ListFilter(order="unhelped"), size=size)
    if first.next_cursor:
        second = list_page(ListFilter(order="unhelped"), size=size, cursor=first.next_cursor)
        back = list_page(ListFilter(order="unhelped"), size=size, cursor=second.previous_cursor)
        assert [need.pk for need in back.items] == [need.pk for need in first.items]
