"""`manage.py seed_scale`: the same rows again for the same numbers, and counters that equal the ledger."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.module_loading import autodiscover_modules

from accounts.invariants import REGISTRY
from donors.models import Pledge, Transfer
from fupin.demo import scale
from grid.models import Figure, FigureMark
from needs.models import Household, Need, NeedProgress
from tests import factories

pytestmark = pytest.mark.django_db
HOLD = (
    "needs-counters",
    "needs-open",
    "needs-in-force",
    "ledger-money",
    "ledger-pledges",
    "pledge-helpers",
    "pledge-account",
    "figures-rows",
    "figures-spread",
)


def load(seed: int = 3, *options: str) -> None:
    sizes = ["--needs", "400", "--pledges", "800", "--households", "150"]
    call_command("seed_scale", *sizes, "--seed", str(seed), *options, stdout=StringIO())


def content() -> list[Any]:
    needs = Need.objects.order_by("id").values_list("region", "kind", "status", "published_at")
    gifts = Pledge.objects.order_by("id").values_list("status", "amount_fen", "created_at", "reference")
    return [*needs, *gifts]


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = ANY(%s)", [list(scale.LOADED)])
        return {row[0] for row in cursor.fetchall()}


def test_numbers_are_exact_and_the_books_balance(db: None) -> None:
    factories.regions()
    before = indexes()
    load()
    assert (Need.objects.count(), Pledge.objects.count(), Household.objects.count()) == (400, 800, 150)
    assert indexes() == before
    promised = Transfer.objects.filter(source="open").aggregate(sum=Sum("amount"))["sum"]
    freed = Transfer.objects.filter(target__in=("open", "refunded")).aggregate(sum=Sum("amount"))["sum"]
    assert promised - freed == NeedProgress.objects.aggregate(sum=Sum("pledged_fen"))["sum"] > 0
    autodiscover_modules("invariants")
    found = [violation for name in HOLD for violation in REGISTRY[name].violations()]
    assert found == []
    assert not FigureMark.objects.exists()
    assert Figure.objects.filter(region=factories.HUNAN).exists()


def test_the_same_seed_gives_the_same_rows_and_another_others(db: None) -> None:
    factories.regions()
    seen = []
    for seed in (3, 3, 4):
        with pytest.raises(ZeroDivisionError):
            _load_and_undo(seed, seen)
    assert seen[0] == seen[1] != seen[2]


def _load_and_undo(seed: int, seen: list[Any]) -> None:
    with transaction.atomic():
        load(seed, "--no-ledger")
        seen.append(content())
        raise ZeroDivisionError


def test_it_is_refused_twice_without_regions_and_in_production(db: None, settings: Any) -> None:
    with pytest.raises(CommandError, match="load_regions"):
        load()
    factories.regions()
    load()
    with pytest.raises(CommandError, match="已经在库里"):
        load()
    settings.DEMO = settings.TESTING = False
    with pytest.raises(CommandError, match="demo"):
        load()
    assert Need.objects.count() == 400


def test_impossible_numbers_are_refused(db: None) -> None:
    factories.regions()
    with pytest.raises(CommandError):
        scale_of(needs=10, pledges=5)


def scale_of(needs: int, pledges: int) -> None:
    call_command("seed_scale", "--needs", str(needs), "--pledges", str(pledges), "--households", "3")
