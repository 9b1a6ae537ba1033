"""System checks: what production refuses to start with, and says so in words (THREATS C-03, C-09, C-10)."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from accounts.sms import BACKENDS
from fupin.lib import clock
from fupin.lib.crypto import parse_ring


@register(Tags.security)
def production_settings(**kwargs: Any) -> list[CheckMessage]:
    """One error per unsafe setting; nothing outside production but the test-only switch."""
    errors: list[CheckMessage] = []
    if settings.TEST_SKIP_GUARDS and not settings.TESTING:
        errors.append(
            Error("FUPIN_TEST_SKIP_GUARDS switches protections off; only tests may.", id="fupin.E001")
        )
    if settings.SMS_BACKEND not in BACKENDS:
        errors.append(Error(f"FUPIN_SMS must be one of {', '.join(BACKENDS)}.", id="fupin.E002"))
    if settings.PRODUCTION:
        errors += [Error(text, id=f"fupin.{name}") for name, wrong, text in _unsafe() if wrong]
    return errors


def _unsafe() -> list[tuple[str, bool, str]]:
    return [
        ("E010", settings.DEBUG, "FUPIN_DEBUG is on; error pages would show personal data."),
        (
            "E011",
            settings.SECRET_KEY == settings.INSECURE_SECRET_KEY or len(settings.SECRET_KEY) < 50,
            "SECRET_KEY is missing or shorter than 50 characters.",
        ),
        (
            "E012",
            any(key == bytes(32) for key in parse_ring(settings.FUPIN_KEYS).keys.values()),
            "FUPIN_KEYS is missing; make one with: python -m fupin.lib.crypto newkey",
        ),
        (
            "E013",
            not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS,
            "FUPIN_HOSTS must name the host names this site answers to.",
        ),
        ("E014", not settings.SITE_URL.startswith("https://"), "FUPIN_SITE_URL must begin with https://."),
        (
            "E015",
            settings.SMS_BACKEND == "file",
            "FUPIN_SMS=file writes codes into a file; name a real gateway.",
        ),
        (
            "E016",
            "DATABASE_URL" not in os.environ or "REDIS_URL" not in os.environ,
            "DATABASE_URL and REDIS_URL must be set; the embedded servers are for demo and tests.",
        ),
        (
            "E017",
            (settings.DATA_DIR / clock.FILE).exists(),
            f"{clock.FILE} in FUPIN_DATA moves the clock of a demo; production keeps the true time. Delete it.",
        ),
    ]
