"""The officer's badge: its code proves a post that holds now, to anybody, in a tiny page; nobody prints another's."""

from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.enums import Role
from accounts.models import Appointment, User
from accounts.services import appointments, badges
from fupin.lib.clock import today
from grid.queries.board import DUTIES
from tests import factories
from tests.factories import Staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(people: Staff) -> Appointment:
    User.objects.filter(pk=people.village.pk).update(name="欧阳上门")
    Appointment.objects.filter(user=people.township).update(duty_phone="0734-0000002")
    return Appointment.objects.select_related("region", "user").get(user=people.village)


def asked(post: Appointment, status: int = 200) -> str:
    answer = Client().get(f"/b/{badges.token_of(post)}/")
    assert answer.status_code == status
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_a_stranger_reads_who_is_on_duty_in_under_10_kb(post: Appointment) -> None:
    page = asked(post)
    for words in ("✓ 在岗", "欧阳上门", "村信息员", "衡阳市祁东县洪桥镇沙井村", "请看清地址栏"):
        assert words in page
    assert 'href="tel:0734-0000002"' in page
    assert "洪桥镇乡镇信息管理员" in page
    assert post.user.phone is not None
    assert post.user.phone.open()[-11:] not in page
    with open(finders.find("css/check.css"), "rb") as style:
        assert len(page.encode()) + len(style.read()) < 10_000
    assert page.count("<link") == 1
    assert "<script" not in page


def test_the_badge_ends_with_the_post_at_once(post: Appointment) -> None:
    appointments.end(actor=None, appointment=post)
    page = asked(post)
    assert "✕ 已离岗" in page
    assert "在岗</h1>" not in page.replace("✕ 已离岗", "")
    assert "欧阳上门" not in page
    assert "欧**" in page


def test_past_the_last_day_or_with_a_blocked_account_nobody_is_on_duty(post: Appointment) -> None:
    Appointment.objects.filter(pk=post.pk).update(
        starts_on=today() - timedelta(days=9), ends_on=today() - timedelta(days=1)
    )
    assert "✕ 已离岗" in asked(post)
    Appointment.objects.filter(pk=post.pk).update(ends_on=today())
    assert "✓ 在岗" in asked(post)
    User.objects.filter(pk=post.user_id).update(is_active=False)
    assert "✕ 已离岗" in asked(post)


def test_a_post_yet_to_begin_is_unknown(post: Appointment) -> None:
    Appointment.objects.filter(pk=post.pk).update(starts_on=today() + timedelta(days=1))
    page = asked(post, 404)
    assert "查无此证" in page
    assert "欧阳上门" not in page


@pytest.mark.parametrize("made_up", ["1", "{pk}", "{pk}:" + "A" * 43, "abc:def", "😀", "9" * 400])
def test_a_code_that_is_not_ours_is_unknown(post: Appointment, made_up: str) -> None:
    answer = Client().get(f"/b/{made_up.format(pk=post.pk)}/")
    assert answer.status_code == 404
    assert "查无此证" in answer.content.decode()


def test_guessing_ends_at_429_and_a_real_badge_still_opens(post: Appointment) -> None:
    client = Client()
    for number in range(30):
        assert client.get(f"/b/{number}/").status_code == 404
    assert client.get("/b/again/").status_code == 429
    assert "✓ 在岗" in asked(post)


def test_who_is_not_on_the_public_board_is_masked_here_too(people: Staff) -> None:
    assert set(DUTIES) == badges.NAMED_IN_PUBLIC
    User.objects.filter(pk=people.county.pk).update(name="欧阳县里")
    page = asked(Appointment.objects.get(user=people.county))
    assert "欧**" in page
    assert "欧阳县里" not in page


def test_one_prints_ones_own_badges_only(post: Appointment, people: Staff, as_user) -> None:
    second = factories.officer(Role.GRID_LEADER, factories.VILLAGE, "钱网格")
    page = as_user(people.village).get("/me/badge/").content.decode()
    assert "欧阳上门" in page
    assert page.count('class="pass"') == 1
    assert "钱网格" not in page
    own = as_user(second).get("/me/badge/").content.decode()
    assert "钱网格" in own
    assert "欧阳上门" not in own
    appointments.end(actor=None, appointment=post)
    assert as_user(people.village).get("/me/badge/").status_code == 404


def test_people_without_a_post_have_no_badge(donor: User, as_user) -> None:
    assert Client().get("/me/badge/").status_code == 302
    assert as_user(donor).get("/me/badge/").status_code == 404
    assert "/me/badge/" not in as_user(donor).get("/me/").content.decode()


def test_checking_costs_few_queries(post: Appointment, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(6):
        asked(post)
