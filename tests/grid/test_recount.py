"""The nightly recount: what no trigger saw is found, reported and mended; what is being counted is left alone."""

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from accounts.models import AuditEntry, Region
from fupin.lib.clock import ZONE
from grid.models import Figure, FigureMark, FigureState, VillageFigure
from grid.models.figure import ALL_TIME
from grid.services import figures, recount
from needs.models import Need
from tests import factories
from tests.grid import figure_world
from tests.grid.test_figures import counted_anew, drift, kept

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 28, 3, 0, tzinfo=ZONE)


@pytest.fixture
def world(db):
    figure_world.make(seed=9, needs=60)
    figures.refresh()
    assert recount.recount(Region.objects.get(pk=factories.HUNAN)) == 0
    return kept()


def spoil():
    """A county's month, all time, the city, a village and a row that no need stands behind."""
    county = Figure.objects.filter(region=factories.QIDONG, source="need").exclude(month=ALL_TIME).first()
    Figure.objects.filter(pk=county.pk).update(published=F("published") + 7)
    Figure.objects.filter(region=factories.QIDONG, source="gift", month=ALL_TIME).update(gifts=0)
    Figure.objects.filter(region=factories.HENGYANG, source="household").update(households=999)
    VillageFigure.objects.filter(village=factories.VILLAGE).update(homes=F("homes") + 3)
    Figure.objects.create(
        region=factories.QIDONG, source="clock", month=date(2031, 1, 1), part="clue.visit", kept=4
    )
    Figure.objects.filter(region=factories.QIDONG, source="form").delete()


def test_what_was_spoilt_is_mended_and_recorded(world):
    spoil()
    assert drift()
    assert recount.recount(Region.objects.get(pk=factories.QIDONG)) >= 6
    assert drift() == []
    assert kept() == world == counted_anew()
    entries = AuditEntry.objects.filter(action="figures.mend")
    sums = {entry.region_code: entry.changes["sums"] for entry in entries.order_by("id")}
    assert sums[factories.HENGYANG]["household"] >= 1
    assert {"need", "clock", "form", "village rows"} <= {
        source for entry in entries for source in entry.changes["sums"]
    }
    assert not entries.exclude(actor=None).exists()


def test_once_a_night_and_only_at_night(world):
    Figure.objects.filter(region=factories.QIDONG, source="need").update(published=77)
    for hour in (0, 6, 15):
        assert recount.recount_due(at=NIGHT.replace(hour=hour)) == 0
    assert recount.recount_due(at=NIGHT) > 0
    assert drift() == []
    Figure.objects.filter(region=factories.QIDONG, source="need").update(published=77)
    assert recount.recount_due(at=NIGHT + timedelta(hours=1)) == 0
    assert recount.recount_due(at=NIGHT + timedelta(days=1)) > 0
    assert drift() == []


def test_slices_go_through_all_counties_and_begin_again(world, monkeypatch):
    monkeypatch.setattr(recount, "SLICE", 1)
    counties = sorted(Region.objects.filter(level=3).values_list("code", flat=True))
    seen = []
    for night in range(len(counties) + 2):
        recount.recount_due(at=NIGHT + timedelta(days=night))
        seen.append(FigureState.objects.get().recounted_to)
    assert seen == [*counties, 0, counties[0]]


def test_a_place_whose_marks_wait_is_left_alone(world):
    need = Need.objects.filter(published_at__isnull=False, region=factories.VILLAGE).first()
    Need.objects.filter(pk=need.pk).update(status="fulfilled" if need.status != "fulfilled" else "matched")
    assert FigureMark.objects.exists()
    assert recount.recount(Region.objects.get(pk=factories.QIDONG)) == 0
    assert not AuditEntry.objects.filter(action="figures.mend").exists()
    figures.refresh()
    assert drift() == []


def test_a_rebuild_keeps_which_county_comes_next(world):
    FigureState.objects.update(recounted_on=date(2026, 11, 1), recounted_to=factories.QIDONG)
    figures.rebuild()
    state = FigureState.objects.get()
    assert (state.recounted_on, state.recounted_to) == (date(2026, 11, 1), factories.QIDONG)


def test_the_command_counts_everything_or_one_place(world):
    out = StringIO()
    call_command("rebuild_figures", stdout=out)
    assert out.getvalue() == f"{Figure.objects.count()} sums counted\n"
    Figure.objects.filter(region=factories.QIDONG, source="need").update(published=0)
    out = StringIO()
    call_command("rebuild_figures", "--region", str(factories.QIDONG), stdout=out)
    assert "sums differed and were mended" in out.getvalue()
    assert ": 0 sums" not in out.getvalue()
    assert drift() == []
    with pytest.raises(CommandError):
        call_command("rebuild_figures", "--region", str(factories.VILLAGE))
