"""The world of these tests, built once for a file, and sessions that cost no query."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction

from tests.urls import world as worlds
from tests.urls.world import World


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """What 祁东县 has, in one transaction that is rolled back after the last test of the file."""
    kept = settings.MEDIA_ROOT, settings.SESSION_ENGINE
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("world") / "media"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                yield worlds.make()
                transaction.set_rollback(True)
        finally:
            settings.MEDIA_ROOT, settings.SESSION_ENGINE = kept


@pytest.fixture
def world(built: World, own_files: None, db: None, settings: object) -> World:
    """The file's world with its pictures; what the test does to it is undone."""
    settings.MEDIA_ROOT = built.media  # type: ignore[attr-defined]
    return built
