"""Clients with a token, and a word list of bad input."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import token_of
from needs.models import Household, Need
from tests import factories


@pytest.fixture
def api() -> Callable[[User | None], APIClient]:
    """A program that speaks for this person, or for nobody."""

    def client(user: User | None = None) -> APIClient:
        made = APIClient()
        if user is not None:
            made.credentials(HTTP_AUTHORIZATION=f"Token {token_of(user, actor=user)}")
        return made

    return client


@pytest.fixture
def home(people: factories.Staff) -> Household:
    """A household with an account of its own, whose every secret has a value to look for in answers."""
    return factories.household(people.village, account=factories.user("张测试"), name="张秘密")


@pytest.fixture
def need(people: factories.Staff, home: Household) -> Need:
    factories.charity_account()
    return factories.published_need(people, home)
