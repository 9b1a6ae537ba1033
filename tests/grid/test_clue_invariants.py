"""`manage.py audit` over clues: a true case passes, and each check notices its own kind of damage."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F

from accounts.invariants import REGISTRY
from fupin.demo.pictures import picture
from fupin.lib.clock import ZONE, now
from grid import clue_invariants
from grid.models import Clock, Clue, ClueFile, Measure, Notice, Objection
from grid.services import clue_files, judging, measures
from tests import factories
from tests.grid.days import BEFORE, on

pytestmark = pytest.mark.django_db
FIRST, OVER, DAY = date(2026, 9, 28), date(2026, 10, 6), date(2026, 10, 15)
OURS = {id for id, check in REGISTRY.items() if check.check.__module__ == clue_invariants.__name__}


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    """A clue on file with a picture and a measure, and one whose notice is up."""
    with on(BEFORE):
        people = factories.staff()
        home = factories.household(people.village, name="张三丰")
    with on(FIRST):
        clue = factories.noticed_clue(people, home)
        clue_files.add(actor=people.village, clue=clue, kind="check", jpeg=picture("house", 1))
    with on(OVER):
        judging.end_notices()
        words = "数据比对和入户情况一致"
        judging.judge(actor=people.township, clue=clue, note=words, compared=["医保"], monitored="sudden")
    with on(DAY):
        judging.end_notices()
        judging.put_on_file(actor=people.county, clue=clue)
        order = measures.Order("care", "村里结对探访", date(2026, 10, 30))
        measures.plan(actor=people.village, clue=clue, order=order)
        factories.noticed_clue(people, factories.household(people.village, name="李四光"))


def found(id: str) -> list[str]:
    return [f"{row.table} {row.pk}" for row in REGISTRY[id].violations()]


def filed() -> Clue:
    return Clue.objects.get(filed_on__isnull=False)


def in_public() -> Clue:
    return Clue.objects.get(state="notice")


def review_of(clue: Clue) -> Notice:
    return clue.notices.get(kind="review")


def _object_before_filing() -> None:
    moment = datetime(2026, 10, 2, tzinfo=ZONE)
    Objection.objects.create(notice=review_of(filed()), words="这家另有住房", made_at=moment)


def _end_with_open_measure() -> None:
    Clue.objects.filter(pk=filed().pk).update(state="cleared", closed_at=now())


def _overwrite_file() -> None:
    row = ClueFile.objects.get()
    with row.file.storage.open(row.file.name, "wb") as file:
        file.write(b"v1:k0:damaged")


def _report_by(action: str) -> None:
    clue = filed()
    Clue.objects.filter(pk=clue.pk).update(reported_by=clue.steps.get(action=action).actor)


def up() -> Notice:
    return review_of(in_public())


def _notice(notice: Notice, **changes: object) -> None:
    Notice.objects.filter(pk=notice.pk).update(**changes)


DAMAGE: list[tuple[str, Callable[[], object]]] = [
    ("clue-filed", lambda: Clue.objects.filter(pk=in_public().pk).update(filed_on=DAY)),
    ("clue-filed", lambda: _notice(review_of(filed()), ends_on=F("starts_on") + timedelta(days=4))),
    ("clue-filed", lambda: _notice(review_of(filed()), taken_down_at=datetime(2026, 10, 1, tzinfo=ZONE))),
    ("clue-filed", _object_before_filing),
    ("clue-people", lambda: _report_by("judge")),
    ("clue-people", lambda: _report_by("file")),
    ("clue-clock", lambda: Clock.objects.filter(kind="clue.notice", done_on=None).delete()),
    ("clue-clock", lambda: Clue.objects.filter(pk=in_public().pk).update(state="judging")),
    ("clock-due", lambda: Clock.objects.filter(done_on=None).update(due_on=F("due_on") + timedelta(days=1))),
    ("clock-due", lambda: Clock.objects.filter(done_on=None).update(left=F("days") + 1)),
    ("notice-days", lambda: _notice(up(), ends_on=F("starts_on") + timedelta(days=4))),
    ("notice-days", lambda: _notice(up(), starts_on=date(2026, 10, 9), ends_on=date(2026, 10, 14))),
    ("notice-text", lambda: _notice(up(), remark="有事请打 19900001234")),
    ("notice-text", lambda: _notice(up(), remark="李四光家确有困难")),
    ("notice-text", lambda: _notice(up(), content=[["户主", "李四光"]])),
    ("notice-text", lambda: _notice(up(), content=[["户主", f"李** {factories.id_number()}"]])),
    ("notice-text-past", lambda: _notice(review_of(filed()), remark="张三丰家确有困难")),
    ("clue-measures", lambda: Clock.objects.filter(kind="measure").delete()),
    ("clue-measures", _end_with_open_measure),
    ("clue-measures", lambda: Measure.objects.update(state="done", closed_at=now())),
    ("clue-files", lambda: ClueFile.objects.update(sha256="0" * 64)),
    ("clue-files", lambda: ClueFile.objects.update(file="clues/gone.sealed")),
    ("clue-files", _overwrite_file),
]


def test_true_clues_hold_every_invariant_and_each_has_its_damage_here() -> None:
    with on(DAY, 13):
        assert [one for id in sorted(OURS) for one in found(id)] == []
    assert {id for id, _ in DAMAGE} == OURS


def test_each_damage_is_found_by_its_check() -> None:
    """One world for all: each damage is rolled back, the one to a file comes last."""
    for number, (id, damage) in enumerate(DAMAGE):
        with on(DAY, 13), transaction.atomic():
            damage()
            assert found(id), f"damage {number} of {id}"
            transaction.set_rollback(True)


def test_a_notice_may_wait_for_its_sweep_for_an_hour_after_midnight() -> None:
    with on(date(2026, 10, 21), 0):
        assert not found("notice-days")
    with on(date(2026, 10, 21), 2):
        assert found("notice-days") == [f"grid_notice {up().pk}"]
