import random
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Region
from fupin.lib.clock import now
from fupin.lib.errors import InvalidInput
from needs.models import Need, NeedProgress
from needs.queries import ListFilter, list_page, waiting_for
from tests import factories

pytestmark = pytest.mark.django_db


def plant(count: int = 60) -> None:
    """Many listed needs over both counties, all kinds, with equal publication times among them."""
    dice = random.Random(7)
    author, moment = factories.user("种子"), now()
    villages = [factories.VILLAGE, factories.VILLAGE_2, factories.VILLAGE_OTHER]
    for number in range(count):
        need = Need.objects.create(
            region_id=dice.choice(villages),
            subject="village",
            kind=dice.choice(["medical", "education", "other"]),
            forms=["money"],
            title=f"需求{number}",
            story=factories.STORY,
            status=dice.choice(["published", "published", "matched"]),
            created_by=author,
            published_at=moment - timedelta(hours=dice.randrange(12)),
        )
        NeedProgress.objects.create(need=need, target_fen=1000, is_open=True)


def walk(wanted: ListFilter, size: int = 7) -> list[int]:
    seen, cursor = [], None
    while True:
        page = list_page(wanted, cursor=cursor, size=size)
        seen += [need.pk for need in page.items]
        if not page.next_cursor:
            return seen
        cursor = page.next_cursor


@pytest.mark.parametrize(
    "code", [None, factories.HUNAN, factories.HENGYANG, factories.QIDONG, factories.TOWN]
)
@pytest.mark.parametrize("kind", ["", "education"])
@pytest.mark.parametrize("order", ["newest", "waiting"])
def test_pages_hold_exactly_what_the_naive_query_holds(code, kind, order):
    factories.regions()
    plant()
    region = Region.objects.get(code=code) if code else None
    naive = Need.objects.filter(status="published")
    if region:
        naive = naive.filter(region__gte=region.code, region__lte=region.code_end)
    if kind:
        naive = naive.filter(kind=kind)
    sign = "-" if order == "newest" else ""
    expected = list(naive.order_by(f"{sign}published_at", f"{sign}id").values_list("pk", flat=True))
    assert expected
    assert walk(ListFilter(region=region, kind=kind, order=order)) == expected


def test_list_page_costs_the_same_queries_for_one_need_and_for_many(people, django_assert_num_queries):
    factories.published_need(people)
    for _ in range(2):
        with django_assert_num_queries(2):
            for need in list_page(ListFilter()).items:
                assert need.region.parent
                assert need.progress
                assert list(need.items.all()) == []
        factories.published_need(people)
        factories.published_need(people)


def test_is_listed_is_asked_bare_so_that_partial_indexes_serve(django_assert_num_queries):
    with django_assert_num_queries(1) as seen:
        list_page(ListFilter(kind="education"))
    assert '"needs_need"."is_listed"' in seen[0]["sql"]
    assert "is_listed = " not in seen[0]["sql"]
    assert connection.vendor == "postgresql"


@pytest.mark.parametrize("field", ["kind", "form", "subject", "status", "order"])
def test_unknown_choice_is_refused_by_field(field):
    with pytest.raises(InvalidInput) as refusal:
        list_page(ListFilter(**{field: "nonsense"}))
    assert set(refusal.value.fields) == {field}


def test_private_status_can_not_be_listed():
    with pytest.raises(InvalidInput):
        list_page(ListFilter(status="draft"))


def test_gates_show_only_what_waits_in_ones_own_range(people, other_county):
    need = factories.drafts.create_draft(
        actor=people.village, household=factories.household(people.village), content=factories.content()
    )
    factories.review.submit(actor=people.village, need=need)
    assert [row.pk for row in waiting_for(people.township)] == [need.pk]
    assert list(waiting_for(other_county.township)) == []
    assert list(waiting_for(people.village)) == []
