"""Losing the worker or Redis loses nothing: every certificate is issued, once."""

from collections.abc import Iterator

import pytest

from tests.stack import Stack, make, wait_for

pytestmark = pytest.mark.stack

PLEDGES = 40
PREPARE = f"""
from tests import factories
people = factories.staff(); factories.charity_account(); donor = factories.user("李爱心")
for number in range({PLEDGES}):
    factories.received_pledge(donor, factories.published_need(people), people)
print("ready")
"""
COUNT = "SELECT count(*) FROM donors_certificate"


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = make(tmp_path_factory.mktemp("stack"), seed=False)
    yield made
    made.stop()


def issued(stack: Stack) -> int:
    return stack.rows(COUNT)[0][0]


def test_certificates_survive_a_killed_worker_and_an_emptied_redis(stack):
    stack.kill("worker")
    stack.kill("beat")
    assert stack.script(PREPARE).endswith("ready")
    assert issued(stack) == 0
    stack.flush_redis()

    stack.start("worker")
    stack.start("beat")
    wait_for("the first certificate", lambda: issued(stack) > 0)
    stack.kill("worker")
    stack.flush_redis()
    stack.start("worker")

    wait_for("all certificates", lambda: issued(stack) >= PLEDGES)
    assert stack.rows("SELECT count(*), count(DISTINCT pledge_id) FROM donors_certificate") == [
        (PLEDGES, PLEDGES)
    ]
    assert stack.rows("SELECT count(*) FROM donors_pledge WHERE certificate_due") == [(0,)]
    stack.manage("audit", "--fast")
