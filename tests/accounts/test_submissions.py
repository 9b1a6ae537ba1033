"""A form is taken once, however often and from however many sides it arrives."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from accounts.models import LoginCode, Submission, User
from accounts.services.submissions import ensure_seen, once
from accounts.tasks import forget_submissions
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from needs.models import Household
from tests import factories

KEY = uuid4()


def count_up(made: list[int]) -> int:
    made.append(len(made) + 1)
    return made[-1]


@pytest.fixture
def sender(db: None) -> User:
    return factories.user("测试信息员")


def take(sender: User, made: list[int], **changes: object) -> int:
    values = {"actor": sender, "key": KEY, "purpose": "household", "content": {"name": "赵测试"}}
    return once(**{**values, **changes}, work=lambda: count_up(made))  # type: ignore[arg-type]


def test_same_form_again_gives_the_first_object(sender):
    made: list[int] = []
    assert [take(sender, made) for _ in range(3)] == [1, 1, 1]
    assert made == [1]


def test_another_actor_purpose_or_key_is_another_form(sender, donor):
    made: list[int] = []
    others = [{}, {"actor": donor}, {"purpose": "need"}, {"key": uuid4()}]
    assert [take(sender, made, **other) for other in others] == [1, 2, 3, 4]


def test_without_a_key_every_form_counts(sender):
    made: list[int] = []
    assert [take(sender, made, key=None) for _ in range(2)] == [1, 2]
    assert not Submission.objects.exists()


def test_same_key_with_other_content_is_refused(sender):
    made: list[int] = []
    take(sender, made)
    with pytest.raises(Conflict) as refusal:
        take(sender, made, content={"name": "钱测试"})
    assert refusal.value.code == "key_reused"
    assert made == [1]


def test_refused_work_leaves_the_key_free_and_nothing_behind(sender):
    def refuse() -> int:
        LoginCode.objects.all().delete()
        raise InvalidInput("不行")

    with pytest.raises(InvalidInput):
        once(actor=sender, key=KEY, purpose="household", content={"name": "赵测试"}, work=refuse)
    assert take(sender, []) == 1


def test_fingerprint_does_not_show_the_plain_hash_of_personal_data(sender):
    from fupin.lib.idempotency import fingerprint

    take(sender, [])
    assert Submission.objects.get().fingerprint != fingerprint({"name": "赵测试"})


@pytest.mark.django_db(transaction=True)
def test_eight_threads_with_one_key_make_one_household():
    people = factories.staff()
    barrier = threading.Barrier(8)

    def send(_: int) -> int:
        try:
            barrier.wait(timeout=60)
            return once(
                actor=people.village,
                key=KEY,
                purpose="household",
                content={"name": "张测试"},
                work=lambda: factories.household(people.village).pk,
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(send, range(8)))
    assert set(results) == {Household.objects.get().pk}


def test_old_submissions_are_forgotten_and_young_ones_known(sender):
    made: list[int] = []
    old, young = uuid4(), uuid4()
    for key in (old, young):
        take(sender, made, key=key)
    Submission.objects.filter(key=old).update(created_at=now() - timedelta(days=31))
    assert forget_submissions() == 1
    assert forget_submissions() == 0
    assert [take(sender, made, key=key) for key in (young, old)] == [2, 3]


def test_change_since_the_page_was_opened_is_a_conflict():
    ensure_seen("", "checked-2")
    ensure_seen("checked-2", "checked-2")
    with pytest.raises(Conflict) as refusal:
        ensure_seen("verified-1", "checked-2")
    assert refusal.value.code == "seen_before"
