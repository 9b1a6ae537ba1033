import base64
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from fupin.lib.errors import InvalidInput
from fupin.lib.paging import Page, keyset_page

from .samples import Sample

START = datetime(2026, 11, 1, tzinfo=UTC)
ORDERS = [
    ("-published_at", "-id"),
    ("published_at", "id"),
    ("-published_at", "id"),
    ("day", "-id"),
    ("amount", "id"),
    ("-id",),
    ("id",),
    ("-pk",),
]


@pytest.fixture
def rows(sample_table: type[Sample]) -> list[Sample]:
    """Eleven rows with ties in every column but the last."""
    return sample_table.objects.bulk_create(
        Sample(
            published_at=START + timedelta(microseconds=number // 3),
            day=date(2026, 11, 1 + number % 4),
            amount=number % 3,
        )
        for number in range(11)
    )


def walk(order: tuple[str, ...], size: int, cursor: str | None, step: str) -> list[Page[Sample]]:
    pages = [keyset_page(Sample.objects.all(), order=order, cursor=cursor, size=size)]
    while (following := getattr(pages[-1], f"{step}_cursor")) is not None:
        pages.append(keyset_page(Sample.objects.all(), order=order, cursor=following, size=size))
    return pages


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 10, 11, 12])
def test_walking_forth_and_back_meets_every_row_once(order: tuple[str, ...], size: int) -> None:
    expected = list(Sample.objects.order_by(*order))
    forth = walk(order, size, None, "next")
    assert [row for page in forth for row in page.items] == expected
    assert not forth[0].has_previous
    assert all(page.has_previous for page in forth[1:])
    back = walk(order, size, forth[-1].previous_cursor, "previous") if len(forth) > 1 else []
    assert [row for page in reversed(back) for row in page.items] == [
        row for page in forth[:-1] for row in page.items
    ]
    assert all(page.has_next for page in back)


@pytest.mark.usefixtures("rows")
def test_rows_that_come_and_go_between_pages_are_neither_shown_twice_nor_missed() -> None:
    order = ("-published_at", "-id")
    expected = list(Sample.objects.order_by(*order))
    page = keyset_page(Sample.objects.all(), order=order, size=4)
    page.items[-1].delete()
    Sample.objects.create(published_at=START + timedelta(days=1), day=date(2026, 11, 9))
    after = keyset_page(Sample.objects.all(), order=order, cursor=page.next_cursor, size=4)
    assert after.items == expected[4:8]


@pytest.mark.usefixtures("rows")
def test_a_page_is_one_query_of_one_row_more_without_count_or_or() -> None:
    order = ("-published_at", "-id")
    page = keyset_page(Sample.objects.all(), order=order, size=4)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        keyset_page(Sample.objects.all(), order=order, cursor=page.next_cursor, size=4)
    [query] = [query["sql"] for query in queries.captured_queries]
    assert "LIMIT 5" in query
    assert "COUNT(" not in query
    assert " OR " not in query
    assert '"published_at" <= ' in query
    assert "NOT (" in query


@pytest.mark.usefixtures("rows")
def test_pages_work_on_values_and_annotations() -> None:
    queryset = Sample.objects.annotate(left=F("amount") + 1).values("id", "left")
    first = keyset_page(queryset, order=("left", "-id"), size=6)
    second = keyset_page(queryset, order=("left", "-id"), cursor=first.next_cursor, size=6)
    assert first.items + second.items == list(queryset.order_by("left", "-id"))


@pytest.mark.usefixtures("rows")
def test_a_narrowed_page_is_the_page_itself_in_both_directions() -> None:
    order = ("-published_at", "-id")
    asked: list[tuple[tuple[str, ...], int]] = []

    def first_of_each_amount(rows: QuerySet[Sample], going: tuple[str, ...], limit: int) -> QuerySet[Sample]:
        asked.append((going, limit))
        picked = [
            row.pk for amount in range(3) for row in rows.filter(amount=amount).order_by(*going)[:limit]
        ]
        return Sample.objects.filter(pk__in=picked)

    cursor: str | None = None
    for step in ("next", "next", "previous", "next"):
        plain = keyset_page(Sample.objects.all(), order=order, cursor=cursor, size=3)
        assert (
            keyset_page(Sample.objects.all(), order=order, cursor=cursor, size=3, narrow=first_of_each_amount)
            == plain
        )
        cursor = getattr(plain, f"{step}_cursor")
    assert asked == [(order, 4), (order, 4), (order, 4), (("published_at", "id"), 4)]


def test_an_empty_list_is_one_empty_page(sample_table: type[Sample]) -> None:
    assert keyset_page(sample_table.objects.all(), order=("-id",)) == Page([], None, None)


def cursor_of(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.usefixtures("rows")
def test_a_cursor_of_another_order_is_refused() -> None:
    page = keyset_page(Sample.objects.all(), order=("-published_at", "-id"), size=2)
    with pytest.raises(InvalidInput):
        keyset_page(Sample.objects.all(), order=("published_at", "id"), cursor=page.next_cursor, size=2)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "values",
    [
        [],
        ["2026-11-01T00:00:00+00:00"],
        ["2026-11-01T00:00:00", 1],
        ["2026-13-01T00:00:00+00:00", 1],
        [5, 1],
        [None, None],
        ["2026-11-01T00:00:00+00:00", "1"],
        ["2026-11-01T00:00:00+00:00", 1.0],
        ["2026-11-01T00:00:00+00:00", True],
        ["2026-11-01T00:00:00+00:00", 2**63],
        ["\0", 1],
        ["\ud800", 1],
        {"a": 1, "b": 2},
    ],
)
def test_a_cursor_with_wrong_values_is_refused_before_any_query(
    values: Any, sample_table: type[Sample]
) -> None:
    order = ("-published_at", "-id")
    genuine = keyset_page(sample_table.objects.all(), order=order, size=2).next_cursor
    assert genuine is not None
    direction, signature, _ = json.loads(base64.urlsafe_b64decode(genuine + "=" * (-len(genuine) % 4)))
    with CaptureQueriesContext(connection) as queries, pytest.raises(InvalidInput) as caught:
        keyset_page(sample_table.objects.all(), order=order, cursor=cursor_of([direction, signature, values]))
    assert caught.value.code == "cursor"
    assert not queries.captured_queries


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "====",
        "é",
        "\0",
        "'; DROP TABLE",
        "a" * 100_000,
        cursor_of(1),
        cursor_of([]),
        cursor_of("[" * 300),
    ],
)
def test_nonsense_is_no_cursor(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        keyset_page(Sample.objects.all(), order=("-id",), cursor=cursor)


@pytest.mark.parametrize("size", [0, -1, 101])
def test_page_size_has_bounds(size: int) -> None:
    with pytest.raises(InvalidInput):
        keyset_page(Sample.objects.all(), order=("-id",), size=size)
