import time

import pytest
from django.test import Client, RequestFactory

from accounts.enums import Role
from accounts.middleware import client_network
from accounts.models import Region
from accounts.services import appointments
from tests import factories

pytestmark = pytest.mark.django_db


def test_every_answer_carries_its_request_id_and_strict_headers(client):
    answer = client.get("/accounts/enter/")
    assert len(answer["X-Request-ID"]) == 32
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("query", ["%00", "%ff%fe", "a%00b", "%EF%BF%BE", "%c0%ae"])
def test_broken_text_in_the_address_is_a_400(client, query):
    assert client.get(f"/needs/?q={query}").status_code == 400
    assert client.get(f"/needs/?{query}=1").status_code == 400
    assert client.get(f"/c/{query}/").status_code in {400, 404}


def test_pages_of_a_signed_in_person_are_stored_nowhere(as_user, donor):
    assert as_user(donor).get("/me/")["Cache-Control"] == "private, no-store"


def test_office_session_ends_after_thirty_idle_minutes(as_user, people):
    client: Client = as_user(people.village)
    session = client.session
    session.update({"staff": True, "entered_at": int(time.time()), "seen_at": int(time.time()) - 31 * 60})
    session.save()
    assert client.get("/office/").status_code == 302


def test_office_session_ends_after_twelve_hours(as_user, people):
    client: Client = as_user(people.village)
    session = client.session
    session.update(
        {"staff": True, "entered_at": int(time.time()) - 12 * 3600 - 1, "seen_at": int(time.time())}
    )
    session.save()
    assert client.get("/office/").status_code == 302


def test_a_post_given_during_a_session_shortens_it_from_the_next_request_on(as_user, people, donor):
    client: Client = as_user(donor)
    session = client.session
    session.update({"staff": False, "entered_at": int(time.time()) - 5 * 86_400, "seen_at": 0})
    session.save()
    client.get("/")
    assert client.session["staff"] is False
    appointments.appoint(
        actor=None, user=donor, role=Role.VILLAGE_OFFICER, region=Region.objects.get(pk=factories.VILLAGE)
    )
    assert client.get("/office/").status_code == 200
    session = client.session
    assert session["staff"] is True
    assert session["entered_at"] >= int(time.time()) - 60
    session.update({"seen_at": int(time.time()) - 31 * 60})
    session.save()
    assert client.get("/office/").status_code == 302


def test_raising_the_epoch_ends_every_session(as_user, donor):
    client = as_user(donor)
    assert client.get("/me/").status_code == 200
    donor.auth_epoch += 1
    donor.save()
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (0, "203.0.113.9", "198.51.100.0/24"),
        (1, "203.0.113.9", "203.0.113.0/24"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.0/24"),
        (2, "203.0.113.9", "198.51.100.0/24"),
        (1, "garbage", "unknown"),
        (1, "2001:db8::1", "2001:db8::/64"),
    ],
)
def test_network_is_read_only_behind_the_known_number_of_proxies(settings, proxies, forwarded, network):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR="198.51.100.7")
    assert client_network(request) == network


def test_unknown_page_is_a_404_in_our_own_words(client):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "没有" in answer.content.decode()


def test_anonymous_visitor_of_an_office_page_is_asked_to_enter_first(client):
    factories.regions()
    answer = client.get("/office/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/enter/?next=")
