"""The leaders' figures: every sum equals the rows, whatever happened to them and in whatever order it was committed."""

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from accounts.enums import Level, Side
from accounts.invariants import REGISTRY
from accounts.models import Region, User
from accounts.services import audit
from accounts.services.profile import side_of
from donors.models import Pledge
from donors.services import steps
from fupin.lib.clock import day_of, month_of, today
from fupin.lib.paging import keyset_page
from grid import invariants as invariants
from grid.figure_totals import waiting_days
from grid.models import Clock, Figure, FigureMark, FigureState, VillageFigure
from grid.queries import figures as queries
from grid.queries.figure_rows import BEHIND, KINDS, newest
from grid.services import figures, regions
from needs.models import Household, Need, NeedProgress
from needs.services import review
from tests import factories
from tests.grid import figure_world

pytestmark = pytest.mark.django_db
CHECKS = ("figures-rows", "figures-villages", "figures-spread")


def kept() -> list[tuple[Any, ...]]:
    """All sums that are not 0, and the villages."""
    columns = ("region", "source", "month", "part", *queries.COLUMNS)
    rows = [row for row in Figure.objects.values_list(*columns) if any(row[4:])]
    villages = VillageFigure.objects.values_list(
        "village", "needs", "waiting", "helped", "homes", "used", "covered"
    )
    return sorted([tuple(value or 0 for value in row) for row in rows], key=str) + sorted(villages)


def drift() -> list[Any]:
    return [violation for name in CHECKS for violation in REGISTRY[name].violations()]


def counted_anew() -> list[tuple[Any, ...]]:
    figures.rebuild()
    return kept()


def test_two_hundred_draws_equal_a_direct_count_and_their_lists(db: None) -> None:
    figures.refresh()
    world = figure_world.make(seed=6)
    figures.refresh()
    rng, places = random.Random(61), Region.objects.in_bulk(figure_world.PLACES)
    seen = 0
    for _ in range(200):
        what, region = rng.choice(list(BEHIND)), places[rng.choice(figure_world.PLACES)]
        month = rng.choice([None, rng.choice(world.months), rng.choice(world.months[-12:])])
        behind = BEHIND[what]
        shown = queries.figure(region, month, behind.source, behind.column)
        asked = (what, region.name, month)
        assert shown == figure_world.count(what, region, month), asked
        rows = behind.rows(region, month, "")
        listed = sum(row.amount_fen for row in rows) if behind.is_money else rows.count()
        assert shown == listed, asked
        seen += bool(shown)
    assert seen > 80, "most draws were empty: they prove little"
    assert drift() == []


def test_a_countys_townships_side_by_side_equal_a_direct_count(db: None) -> None:
    world = figure_world.make(seed=9, needs=90)
    figures.refresh()
    seen = 0
    for county in Region.objects.filter(level=Level.COUNTY):
        for month in (None, world.months[-8], world.months[-3]):
            for place in queries.board(county, month).children:
                for what, behind in BEHIND.items():
                    shown = place.totals.sum(behind.source, behind.column)
                    assert shown == figure_world.count(what, place.region, month), (what, place.region, month)
                    seen += bool(shown)
    assert seen > 40, "hardly any rows: they prove little"


def test_what_the_rates_are_made_of_equals_a_direct_count(db: None) -> None:
    world = figure_world.make(seed=10, needs=90)
    figures.refresh()
    made = {
        **dict.fromkeys(("asked_fen", "promised_fen"), "need"),
        **dict.fromkeys(("homes", "used", "covered"), "village"),
    }
    for place in Region.objects.filter(code__in=figure_world.PLACES):
        for month in (None, world.months[-8]):
            for column, source in made.items():
                shown = queries.figure(place, month, source, column)
                assert shown == figure_world.count(column, place, month), (column, place, month)
    county = Region.objects.get(pk=factories.QIDONG)
    assert all(queries.figure(county, None, source, column) for column, source in made.items())


def test_pages_of_the_lists_are_the_plain_ones_walked_county_by_county(db: None) -> None:
    world = figure_world.make(seed=8, needs=90)
    places = Region.objects.in_bulk(figure_world.PLACES)
    compared = 0
    for what in ("published", "fulfilled", "gifts", "gift_fen", "confirmed", "donors"):
        for code in (factories.HUNAN, factories.HENGYANG, factories.QIDONG, factories.TOWN):
            for month in (None, world.months[-8]):
                rows = BEHIND[what].rows(places[code], month, "")
                plain = list(rows.order_by("-id").values_list("pk", flat=True))
                assert _walked(rows, places[code]) == plain, (what, code, month)
                compared += len(plain)
    assert compared > 300, "hardly any rows: they prove little"


def _walked(rows: Any, region: Region) -> list[int]:
    """All pages forth, and back again as a check."""
    found: list[int] = []
    cursor, narrow = None, newest(region)
    while True:
        page = keyset_page(rows, order=("-id",), cursor=cursor, size=7, narrow=narrow)
        found += [row.pk for row in page.items]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    if page.previous_cursor:
        back = keyset_page(rows, order=("-id",), cursor=page.previous_cursor, size=7, narrow=narrow)
        last = len(page.items)
        assert [row.pk for row in back.items] == found[-last - 7 : -last]
    return found


def test_parts_and_sums_agree_with_the_rows_by_kind_and_by_side(db: None) -> None:
    figure_world.make(seed=7, needs=60)
    figures.refresh()
    city = Region.objects.get(pk=factories.HENGYANG)
    totals = queries.board(city).own.totals
    for kind in KINDS:
        assert totals.sum("need", "published", kind) == BEHIND["published"].rows(city, None, kind).count()
    sides: dict[str, int] = {}
    for gift in Pledge.objects.exclude(status__in=("lapsed", "cancelled", "refunded")).select_related(
        "donor"
    ):
        side = side_of(gift.donor, gift.county)
        sides[side] = sides.get(side, 0) + 1
    assert totals.parts("gift", "gifts") == sides
    for side in Side.values:
        assert BEHIND["gifts"].rows(city, None, side).count() == sides.get(side, 0)


def test_money_waiting_and_matching_days_are_those_of_the_rows(db: None) -> None:
    figure_world.make(seed=8, needs=60)
    figures.refresh()
    county = Region.objects.get(pk=factories.QIDONG)
    own = queries.board(county).own
    public = Need.objects.filter(county=430426, published_at__isnull=False).select_related("progress")
    assert own.totals.sum("need", "asked_fen") == sum(need.progress.target_fen for need in public)
    assert own.totals.sum("need", "promised_fen") == sum(need.progress.pledged_fen for need in public)
    waits = [(today() - day_of(need.published_at)).days for need in public if need.status == "published"]
    assert waiting_days(own.totals, today()) == round(sum(waits) / len(waits), 1)
    matched = []
    for need in public.filter(status__in=("matched", "fulfilled")):
        last = need.reviews.filter(action="match").order_by("-id").first()
        if last:
            matched.append((day_of(last.at) - day_of(need.published_at)).days)
    assert own.totals.sum("need", "waited_days") == sum(matched)


def test_every_change_of_state_moves_its_own_month(people: factories.Staff, donor: User) -> None:
    factories.charity_account()
    county, this = Region.objects.get(pk=factories.QIDONG), month_of(today())
    before = month_of(this - timedelta(days=1))
    need = factories.published_need(people, target_fen=200_00)
    Need.objects.filter(pk=need.pk).update(published_at=need.published_at - timedelta(days=today().day))

    def sums(month: Any, *names: str) -> list[int]:
        figures.refresh()
        totals = queries.board(county, month).own.totals
        return [totals.sum(*name.split(".")) for name in names]

    assert sums(before, "need.published", "need.open", "need.matched") == [1, 1, 0]
    pledge = factories.received_pledge(donor, need, people)
    assert sums(before, "need.open", "need.matched", "need.promised_fen") == [0, 1, 200_00]
    assert sums(this, "need.published", "gift.gifts", "gift.arrived_fen") == [0, 1, 200_00]
    assert sums(before, "gift.gifts") == [0]
    steps.pay_out(actor=people.charity, pledge=Pledge.objects.get(pk=pledge.pk))
    home = Need.objects.get(pk=need.pk).household
    steps.receive(actor=people.village, pledge=Pledge.objects.get(pk=pledge.pk))
    assert home
    assert sums(this, "gift.passed_fen", "gift.confirmed") == [200_00, 1]
    assert sums(before, "need.fulfilled") == [1]
    donor.donor_kind = "company"
    donor.save(update_fields=["donor_kind"])
    figures.refresh()
    assert queries.board(county, this).own.totals.parts("gift", "gifts") == {"society": 1}
    NeedProgress.objects.filter(pk=need.pk).update(target_fen=300_00)
    assert sums(before, "need.asked_fen") == [300_00]
    second = factories.published_need(people)
    review.withdraw(actor=people.village, need=second)
    assert sums(this, "need.published", "need.open", "need.matched") == [1, 0, 0]
    assert kept() == counted_anew()


def test_the_sweep_may_run_again_and_says_when_nothing_was_marked(
    people: factories.Staff, donor: User
) -> None:
    factories.charity_account()
    figures.refresh()
    factories.received_pledge(donor, factories.published_need(people), people)
    assert figures.refresh() > 0
    first = kept()
    assert figures.refresh() == 0
    with connection.cursor() as cursor:  # the same marks once more
        cursor.execute(
            "INSERT INTO grid_figuremark (source, region, month) SELECT source, region, month FROM grid_figure"
            " WHERE source IN ('need', 'gift') AND region = 430426000000 AND month > '1900-01-01'"
        )
    assert figures.refresh() == 2
    assert kept() == first == counted_anew()
    assert FigureState.objects.count() == 1


def test_a_save_that_changes_no_figure_marks_nothing(people: factories.Staff) -> None:
    need = factories.published_need(people)
    home = Household.objects.get(pk=need.household_id)
    figures.refresh()
    need.save()
    home.save()
    Clock.objects.update(title="x")
    assert not FigureMark.objects.exists()


def test_pledges_wait_for_no_figure_and_write_none(people: factories.Staff, donor: User) -> None:
    factories.charity_account()
    need = factories.published_need(people)
    figures.refresh()
    before = kept()
    factories.money_pledge(donor, need)
    assert kept() == before
    assert set(FigureMark.objects.values_list("source", flat=True)) == {"need", "gift", "village"}


def test_figures_stay_comparable_when_villages_merge(people: factories.Staff, donor: User) -> None:
    factories.charity_account()
    closed = factories.published_need(people, target_fen=200_00)
    Need.objects.filter(pk=closed.pk).update(status="fulfilled")
    factories.published_need(people)
    figures.refresh()
    town, county = (Region.objects.get(pk=code) for code in (factories.TOWN, factories.QIDONG))
    month = month_of(today())
    was = [queries.board(place, month).own.published for place in (town, county)]
    merge = regions.Plan("merge", [factories.VILLAGE], factories.VILLAGE_2, today())
    regions.plan(actor=people.county, content=merge)
    figures.refresh()
    board = queries.board(town, month)
    assert [board.own.published, queries.board(county, month).own.published] == was == [2, 2]
    assert [(place.region.code, place.published) for place in board.children] == [(factories.VILLAGE_2, 1)]
    assert board.rest.sum("need", "published") == 1
    assert drift() == []
    assert kept() == counted_anew()


def test_audit_sees_a_sum_that_somebody_changed(people: factories.Staff) -> None:
    factories.published_need(people)
    figures.refresh()
    assert drift() == []
    Figure.objects.filter(region=factories.QIDONG, source="need", month__gt="2000-01-01").update(published=7)
    assert {violation.id for violation in drift()} == {"figures-rows", "figures-spread"}
    figures.rebuild()
    assert drift() == []
    VillageFigure.objects.filter(village=factories.VILLAGE).update(used=9)
    assert {violation.id for violation in drift()} == {"figures-rows", "figures-villages"}
    figures.rebuild()
    assert drift() == []
    Figure.objects.filter(region=factories.HUNAN, source="need").update(matched=9)
    assert {violation.id for violation in drift()} == {"figures-spread"}


class Late:
    """A transaction that marks first and commits last: its mark has the lowest number."""

    def __init__(self, work: Any) -> None:
        self.marked, self.may_commit = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,))
        self._thread.start()
        assert self.marked.wait(60)

    def _run(self, work: Any) -> None:
        try:
            with transaction.atomic():
                work()
                self.marked.set()
                assert self.may_commit.wait(60)
        finally:
            connections.close_all()

    def commit(self) -> None:
        self.may_commit.set()
        self._thread.join(60)


def published_of(code: int) -> int:
    return queries.board(Region.objects.get(pk=code)).own.published


def late_and_early(people: factories.Staff, donor: User) -> list[Any]:
    """Two needs are published: one transaction begins first and commits after the other was counted."""
    first, second = (factories.published_need(people) for _ in range(2))
    Need.objects.update(published_at=None, status="checked")
    figures.refresh()
    stamp = {"published_at": first.created_at, "status": "published"}
    late = Late(lambda: Need.objects.filter(pk=first.pk).update(**stamp))
    Need.objects.filter(pk=second.pk).update(**stamp)
    figures.refresh()
    early = published_of(factories.QIDONG)
    late.commit()
    figures.refresh()
    return [early, published_of(factories.QIDONG), published_of(factories.HUNAN)]


@pytest.mark.django_db(transaction=True)
def test_what_commits_late_is_counted(people: factories.Staff, donor: User) -> None:
    assert late_and_early(people, donor) == [1, 2, 2]
    assert drift() == []


@pytest.mark.django_db(transaction=True)
def test_a_watermark_of_numbers_would_miss_what_commits_late(
    people: factories.Staff, donor: User, settings: Any
) -> None:
    settings.TEST_SKIP_GUARDS = ["marks"]
    assert late_and_early(people, donor)[1:] == [1, 1], (
        "the control saw no miss: the test above proves nothing"
    )


def two_writers(people: factories.Staff) -> list[int]:
    """A sweep has counted what was filed and not committed yet when a second one begins."""
    factories.household(people.village)
    figures.refresh()  # no marks are left that a second sweep would wait for
    audit.seal()
    late = Late(figures.refresh)
    done = threading.Event()

    def other() -> None:
        try:
            figures.refresh()
        finally:
            done.set()
            connections.close_all()

    thread = threading.Thread(target=other)
    thread.start()
    done.wait(1)  # with the guard at once; without it waits for the first one's rows
    late.commit()
    thread.join(60)
    figures.refresh()
    places = [Region.objects.get(pk=code) for code in (factories.QIDONG, factories.HENGYANG)]
    return [queries.figure(place, None, "form", "forms", "household.register") for place in places]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_count_nothing_twice(people: factories.Staff) -> None:
    assert two_writers(people) == [1, 1]
    assert drift() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_one_writer_two_sweeps_count_twice(people: factories.Staff, settings: Any) -> None:
    settings.TEST_SKIP_GUARDS = ["figures"]
    assert two_writers(people) != [1, 1], "the control saw no harm: the test above proves nothing"
