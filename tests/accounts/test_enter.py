import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts import tasks
from accounts.models import LoginCode, Message, RateCount, User
from accounts.services import enter
from accounts.services.limits import take
from fupin.lib.clock import now, shifted
from fupin.lib.errors import InvalidInput, TooMany
from tests import factories

# The limits write outside transactions on purpose.
pytestmark = pytest.mark.django_db


def last_code() -> str:
    return json.loads(Path(settings.DATA_DIR, "sms.jsonl").read_text().splitlines()[-1])["code"]


def test_first_entry_registers_and_second_finds_the_same_person():
    phone = factories.phone()
    enter.send_code(phone=phone, binding="browser")
    person = enter.enter(phone=f"+86 {phone}", code=last_code(), binding="browser")
    RateCount.objects.all().delete()
    enter.send_code(phone=phone, binding="browser")
    assert enter.enter(phone=phone, code=last_code(), binding="browser") == person
    assert User.objects.count() == 1


def test_message_says_to_text_code_and_time_as_the_contract_promises():
    enter.send_code(phone="１９９ ０００００００９")
    line = json.loads(Path(settings.DATA_DIR, "sms.jsonl").read_text())
    assert set(line) == {"to", "text", "code", "at"}
    assert (line["to"], line["code"] in line["text"], len(line["code"])) == ("+8619900000009", True, 6)
    assert line["code"] not in str(Message.objects.values()) + str(LoginCode.objects.values())


def test_three_wrong_tries_kill_the_code():
    phone = factories.phone()
    enter.send_code(phone=phone)
    right = last_code()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(3):
        with pytest.raises(InvalidInput):
            enter.enter(phone=phone, code=wrong)
    with pytest.raises(InvalidInput):
        enter.enter(phone=phone, code=right)
    assert not User.objects.exists()


def test_code_serves_once_and_only_in_the_browser_that_asked():
    phone = factories.phone()
    enter.send_code(phone=phone, binding="one")
    with pytest.raises(InvalidInput):
        enter.enter(phone=phone, code=last_code(), binding="other")
    enter.enter(phone=phone, code=last_code(), binding="one")
    with pytest.raises(InvalidInput):
        enter.enter(phone=phone, code=last_code(), binding="one")


def test_code_dies_after_five_minutes_and_with_the_next_one():
    phone = factories.phone()
    enter.send_code(phone=phone)
    first = last_code()
    RateCount.objects.all().delete()
    enter.send_code(phone=phone)
    second = last_code()
    if first != second:
        with pytest.raises(InvalidInput):
            enter.enter(phone=phone, code=first)
    LoginCode.objects.update(expires_at=now() - timedelta(seconds=1), tries=0)
    with pytest.raises(InvalidInput):
        enter.enter(phone=phone, code=second)


def test_every_spelling_of_a_number_counts_in_one_bucket():
    enter.send_code(phone="19900001234")
    for spelling in ("+86 199 0000 1234", "１９９００００１２３４", "0086-19900001234"):
        with pytest.raises(TooMany) as refusal:
            enter.send_code(phone=spelling)
        assert 0 < refusal.value.retry_after <= 60


def test_network_and_daily_budget_are_limits_too(settings):
    settings.SMS_NETWORK_HOURLY = 2
    for _ in range(2):
        enter.send_code(phone=factories.phone(), address="198.51.100.0/24")
    with pytest.raises(TooMany):
        enter.send_code(phone=factories.phone(), address="198.51.100.0/24")
    settings.SMS_DAILY_BUDGET = 2
    with pytest.raises(TooMany):
        enter.send_code(phone=factories.phone())


def test_bad_number_is_refused_before_anything_is_counted():
    with pytest.raises(ValidationError):
        enter.send_code(phone="12345")
    assert not RateCount.objects.exists()


def test_disabled_account_can_not_enter():
    person = factories.user()
    User.objects.update(is_active=False)
    enter.send_code(phone=person.phone.open())
    with pytest.raises(InvalidInput):
        enter.enter(phone=person.phone.open(), code=last_code())


def test_a_minute_lies_between_two_uses_also_where_the_wall_clock_begins_a_new_one():
    minute = now().replace(second=0, microsecond=0) + timedelta(minutes=1)

    def use(second: int) -> None:
        with shifted(minute + timedelta(seconds=second) - timezone.now()):
            take("bucket", limit=1, seconds=60)

    use(59)
    for late in (60, 90):
        with pytest.raises(TooMany) as refusal:
            use(late)
        assert 0 < refusal.value.retry_after <= 119 - late
    use(125)
    with pytest.raises(TooMany):
        use(126)


def test_what_was_counted_is_deleted_when_its_day_is_over():
    for number in range(3):
        take(f"bucket-{number}", limit=2, seconds=86_400)
    assert tasks.forget_counts() == 0
    with shifted(timedelta(days=1, minutes=1)):
        take("later", limit=1, seconds=60)
        assert tasks.forget_counts() == 3
    assert RateCount.objects.get().bucket == "later/60"


@pytest.mark.django_db(transaction=True)
def test_racing_uses_of_a_limit_are_counted_one_by_one():
    def use(_: int) -> bool:
        try:
            take("race", limit=3, seconds=86_400)
        except TooMany:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(16))) == 3
