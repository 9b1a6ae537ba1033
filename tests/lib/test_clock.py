import io
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import timezone

from fupin.lib import clock


def test_days_and_months_are_those_of_china() -> None:
    eve = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)  # midnight of 1 November in China
    assert clock.day_of(eve) == date(2026, 11, 1)
    assert clock.month_of(eve) == date(2026, 11, 1)
    assert clock.month_of(eve.replace(hour=15, minute=59)) == date(2026, 10, 1)


def test_month_of_a_day_needs_no_zone() -> None:
    assert clock.month_of(date(2028, 2, 29)) == date(2028, 2, 1)


def test_naive_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.month_of(datetime(2026, 11, 1))


def test_today_is_the_day_of_now() -> None:
    before, today, after = clock.day_of(clock.now()), clock.today(), clock.day_of(clock.now())
    assert before <= today <= after


def test_a_shifted_clock_moves_days_too_and_comes_back() -> None:
    before = clock.now()
    with clock.shifted(timedelta(days=-30)):
        assert before - timedelta(days=30) <= clock.now() < before
        assert clock.today() == clock.day_of(clock.now())
        with clock.shifted(timedelta(days=-1)):
            assert clock.now() > before - timedelta(days=2)
    assert clock.now() >= before


def test_the_clock_cannot_be_shifted_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TESTING", False)
    with pytest.raises(ImproperlyConfigured), clock.shifted(timedelta(days=-1)):
        pass


def test_every_process_follows_the_file_of_its_demo(settings: Any, tmp_path: Path) -> None:
    there = datetime(2026, 10, 1, 9, tzinfo=clock.ZONE)
    clock.move(tmp_path, there)
    assert there <= clock.now() < there + timedelta(minutes=5)
    with clock.shifted(timedelta(days=1)):
        assert clock.today() == date(2026, 10, 2), "a shift counts from the day of the demo"
    clock.move(tmp_path, datetime(2026, 10, 8, 9, tzinfo=clock.ZONE))
    assert clock.today() == date(2026, 10, 8), "a second move is seen at once"
    other = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "--no-imports",
            "-c",
            "from fupin.lib import clock; print(clock.today())",
        ],
        env={**os.environ, "FUPIN_MODE": "demo", "FUPIN_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == "2026-10-08"
    call_command("move_clock", stdout=io.StringIO())
    assert abs(clock.now() - timezone.now()) < timedelta(minutes=5)


def test_production_neither_writes_nor_follows_the_file(settings: Any, tmp_path: Path) -> None:
    clock.move(tmp_path, datetime(2020, 1, 1, tzinfo=clock.ZONE))
    settings.DEMO = settings.TESTING = False
    assert abs(clock.now() - timezone.now()) < timedelta(minutes=5)
    with pytest.raises(CommandError):
        call_command("move_clock", "2026-10-01T09:00")
    with pytest.raises(ImproperlyConfigured):
        clock.move(tmp_path, None)
