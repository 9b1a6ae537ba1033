"""Ending sessions: a person's own everywhere, those of a closed account, and what ran out (THREATS A-12)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import tasks
from accounts.models import AuditEntry, User
from accounts.permissions import grants
from accounts.services import sessions
from accounts.tokens import token_of
from fupin.lib.clock import now
from fupin.lib.errors import NotAllowed
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_button_ends_the_sessions_and_keys_of_all_devices(as_user, donor, client):
    here, there = as_user(donor), as_user(donor)
    stranger = as_user(factories.user("王路人"))
    key = token_of(donor, actor=None)
    assert 'name="everywhere"' in here.get("/me/").text

    answer = here.post("/accounts/leave/", {"everywhere": "1"}, follow=True)

    assert "已经在所有设备上退出" in answer.text
    assert here.get("/me/").status_code == there.get("/me/").status_code == 302
    assert client.get("/api/v1/pledges/", headers={"Authorization": f"Token {key}"}).status_code == 401
    assert stranger.get("/me/").status_code == 200
    assert AuditEntry.objects.get(action="account.sessions_end").actor == donor


def test_leaving_one_device_leaves_the_others_and_strangers_may_press_too(as_user, donor):
    here, there = as_user(donor), as_user(donor)
    here.post("/accounts/leave/")
    assert there.get("/me/").status_code == 200
    assert Client().post("/accounts/leave/", {"everywhere": "1"}).status_code == 302
    assert not AuditEntry.objects.filter(action="account.sessions_end").exists()


def test_nobody_ends_the_sessions_of_somebody_else(people, donor):
    with pytest.raises(NotAllowed):
        sessions.end_everywhere(actor=people.county, user=donor)


def test_a_closed_account_has_no_post_no_session_and_no_key(as_user, people, client):
    person, reason = people.township, "手机遗失"
    browser, key = as_user(person), token_of(person, actor=None)
    call_command("account", "close", person.phone.open(), reason=reason, stdout=StringIO())

    person = User.objects.get(pk=person.pk)
    assert not person.is_active
    assert not grants(person).rows
    assert not person.appointments.active().exists()
    assert browser.get("/office/").status_code == 302
    assert client.get("/api/v1/pledges/", headers={"Authorization": f"Token {key}"}).status_code == 401
    assert AuditEntry.objects.get(action="account.close").reason == reason
    assert call_command("audit", "--fast", stdout=StringIO()) is None


def test_an_account_opened_again_enters_without_its_old_posts_and_sessions(as_user, people):
    person = people.village
    browser, phone = as_user(person), person.phone.open()
    call_command("account", "close", phone, reason="离岗", stdout=StringIO())
    with pytest.raises(CommandError, match="停用"):
        call_command("account", "close", phone, reason="离岗", stdout=StringIO())
    call_command("account", "reopen", phone, reason="回来了", stdout=StringIO())

    person = User.objects.get(pk=person.pk)
    assert person.is_active
    assert browser.get("/me/").status_code == 302
    assert as_user(person).get("/me/").status_code == 200
    assert as_user(person).get("/office/").status_code == 404
    with pytest.raises(CommandError, match="没有停用"):
        call_command("account", "reopen", phone, reason="再来一次", stdout=StringIO())


def test_closing_wants_a_reason(donor):
    with pytest.raises(CommandError, match="原因"):
        call_command("account", "close", donor.phone.open(), stdout=StringIO())
    donor.refresh_from_db()
    assert donor.is_active


def test_sessions_that_ran_out_are_swept_and_living_ones_stay(client, as_user, donor):
    client.get("/accounts/enter/")
    client.post("/accounts/enter/", {"phone": "19900001234"})
    assert Session.objects.count() == 1
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    browser = as_user(donor)
    assert tasks.forget_sessions() == 1
    assert browser.get("/me/").status_code == 200
    assert tasks.forget_sessions() == 0
