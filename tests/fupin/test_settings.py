"""What the environment may say, and what production refuses to start with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "FUPIN_MODE": "production",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_",
    "FUPIN_KEYS": "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "FUPIN_HOSTS": "help.example.org",
    "FUPIN_SITE_URL": "https://help.example.org",
    "FUPIN_SMS": "aliyun",
    "DATABASE_URL": "postgres://fupin:x@127.0.0.1:1/fupin",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def check(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` in this environment; None takes a variable away."""
    env = {
        key: value for key, value in os.environ.items() if not key.startswith("FUPIN_") and key not in GOOD
    }
    env |= {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )


def test_safe_production_settings_start():
    done = check()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"FUPIN_MODE": "prod"}, "FUPIN_MODE"),
        ({"FUPIN_DEBUG": "1"}, "FUPIN_DEBUG"),
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"FUPIN_KEYS": None}, "FUPIN_KEYS"),
        ({"FUPIN_KEYS": "k1:nonsense"}, "FUPIN_KEYS"),
        ({"FUPIN_HOSTS": None}, "FUPIN_HOSTS"),
        ({"FUPIN_HOSTS": "*"}, "FUPIN_HOSTS"),
        ({"FUPIN_SITE_URL": "http://help.example.org"}, "FUPIN_SITE_URL"),
        ({"FUPIN_SMS": "file"}, "FUPIN_SMS"),
        ({"FUPIN_SMS": "pigeon"}, "FUPIN_SMS"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"REDIS_URL": None}, "REDIS_URL"),
        ({"FUPIN_TEST_SKIP_GUARDS": "reserve"}, "FUPIN_TEST_SKIP_GUARDS"),
        ({"FUPIN_TRUSTED_PROXIES": "one"}, "one"),
    ],
)
def test_unsafe_or_odd_setting_stops_the_start_and_is_named(changes, says):
    done = check(**changes)
    assert done.returncode != 0
    assert says in done.stderr


def test_a_demos_moved_clock_stops_the_start_of_production(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("-86400")
    done = check(FUPIN_DATA=str(tmp_path))
    assert done.returncode != 0
    assert "moves the clock" in done.stderr
