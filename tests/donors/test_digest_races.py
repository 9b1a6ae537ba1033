"""A digest is written once, whatever runs at the same time; the twin without guards sees it twice."""

import pytest
from django.db import connection

from accounts.models import Message, Region, User
from donors.models import Digest, DigestPlan, Follow
from donors.services import digests, follows
from fupin.lib.clock import today
from fupin.lib.errors import Conflict
from tests import factories
from tests.donors.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 6


@pytest.fixture
def follower(transactional_db: None) -> User:
    people = factories.staff()
    factories.charity_account()
    factories.published_need(people)
    user = factories.user("李爱心")
    follows.follow(actor=user, region=Region.objects.get(code=factories.QIDONG))
    DigestPlan.objects.update(next_on=today())
    return user


def sent(user: User) -> int:
    return Message.objects.filter(user=user, dedup_key__startswith="digest:").count()


def test_workers_at_once_write_one_digest(follower: User) -> None:
    told = at_once(WORKERS, lambda number: digests.send_due())
    assert sum(told) == 1
    assert (sent(follower), Digest.objects.count()) == (1, 1)


def test_constraint_alone_keeps_it_one(follower: User, settings) -> None:
    settings.TEST_SKIP_GUARDS = ["digest"]
    told = at_once(WORKERS, lambda number: digests.send_due())
    assert sum(told) == sent(follower) == 1


def test_without_the_guards_the_digest_comes_twice(follower: User, settings) -> None:
    settings.TEST_SKIP_GUARDS = ["digest"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE donors_digest DROP CONSTRAINT digest_once_a_week")
    try:
        at_once(WORKERS, lambda number: digests.send_due())
        assert sent(follower) > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM donors_digest")
            cursor.execute(
                "ALTER TABLE donors_digest ADD CONSTRAINT digest_once_a_week UNIQUE (user_id, week)"
            )


def test_worker_killed_between_writing_and_commit_leaves_nothing_and_the_next_one_sends(
    follower: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(**values: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(digests.messages, "notify", killed)
        with pytest.raises(SystemExit):
            digests.send_due()
    assert (sent(follower), Digest.objects.count()) == (0, 0)
    assert digests.send_due() == 1
    assert digests.send_due() == 0
    assert sent(follower) == 1


def test_fifty_stay_fifty_when_follows_come_at_once(follower: User) -> None:
    Region.objects.bulk_create(
        Region(code=430426200000 + number * 1000, name=f"乡{number}", level=4, parent_id=factories.QIDONG)
        for number in range(56)
    )
    places = list(Region.objects.filter(name__startswith="乡").order_by("code"))
    for place in places[:47]:
        follows.follow(actor=follower, region=place)
    results = at_once(6, lambda number: follows.follow(actor=follower, region=places[47 + number]))
    assert sum(isinstance(result, Conflict) for result in results) == 4
    assert Follow.objects.filter(user=follower).count() == 50
