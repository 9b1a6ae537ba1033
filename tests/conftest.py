"""Fixtures that most tests share; the small real objects are in tests/factories.py."""

from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts import sms
from accounts.models import User
from tests import factories, parallel

# The same examples in every run, and no failure because a machine is busy: times are never asserted.
hypothesis.settings.register_profile(
    "fupin",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("fupin")


def pytest_configure() -> None:
    django_settings.CELERY_BROKER_URL = parallel.broker(django_settings.CELERY_BROKER_URL)


def pytest_itemcollected(item: pytest.Item) -> None:
    parallel.keep_together(item)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    parallel.arrange(items)


@pytest.fixture(autouse=True)
def own_files(settings: object, tmp_path: Path) -> Iterator[None]:
    """Each test has its own media and text-message folder."""
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    forget_backend = sms.backend.cache_clear
    forget_backend()
    yield
    forget_backend()


@pytest.fixture
def people(db: None) -> factories.Staff:
    """Officers of one village, its township and county, and the county's charity."""
    return factories.staff()


@pytest.fixture
def other_county(db: None) -> factories.Staff:
    """The same posts in another county, who must not see."""
    return factories.staff(factories.VILLAGE_OTHER, factories.TOWN_OTHER, factories.HENGNAN)


@pytest.fixture
def donor(db: None) -> User:
    return factories.user("李爱心", nickname="小李")


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A signed-in browser for this person."""

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.backends.AccountBackend")
        return client

    return enter
