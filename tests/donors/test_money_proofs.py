"""Slips and proofs of money are between those they concern; open data holds no person; an account needs its licence."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from donors.models import CharityAccount, PledgePhoto
from donors.queries import account_for
from donors.services import money, reminders, steps
from fupin.demo.pictures import picture
from fupin.lib.clock import month_of, shifted, today
from needs.models import Need
from tests import factories
from tests.factories import Staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def need(people: Staff) -> Need:
    factories.charity_account()
    return factories.published_need(people)


def photo() -> dict[str, SimpleUploadedFile]:
    return {"photo": SimpleUploadedFile("slip.jpg", picture("quilt", 1), "image/jpeg")}


def test_a_slip_is_seen_by_its_donor_and_that_charity_alone(as_user, people, other_county, need, donor):
    pledge = factories.money_pledge(donor, need)
    url = pledge.get_absolute_url()
    assert "转账凭证" in as_user(donor).get(url).content.decode()
    assert as_user(donor).post(f"{url}photos/", photo()).status_code == 302
    slip = PledgePhoto.objects.get(purpose="slip")
    address = f"{url}photos/{slip.pk}.jpg"
    seen = {who: as_user(who).get(address).status_code for who in (donor, people.charity)}
    assert set(seen.values()) == {200}
    for stranger in (people.village, people.county, other_county.charity, factories.user("路人")):
        assert as_user(stranger).get(address).status_code == 404
        assert address not in as_user(stranger).get(url).content.decode()


def test_a_proof_of_payout_is_between_the_charity_and_the_officers(as_user, people, need, donor):
    pledge = factories.received_pledge(donor, need, people)
    url = pledge.get_absolute_url()
    steps.pay_out(actor=people.charity, pledge=pledge, note="银行转账")
    assert as_user(people.charity).post(f"{url}photos/", photo()).status_code == 302
    proof = PledgePhoto.objects.get(purpose="payout")
    assert as_user(people.village).get(f"{url}photos/{proof.pk}.jpg").status_code == 200
    assert as_user(donor).get(f"{url}photos/{proof.pk}.jpg").status_code == 404


def test_a_slip_after_the_money_came_is_not_taken(as_user, people, need, donor):
    pledge = factories.received_pledge(donor, need, people)
    as_user(donor).post(f"{pledge.get_absolute_url()}photos/", photo())
    assert not PledgePhoto.objects.exists()


def test_the_open_data_add_up_by_day_and_account_and_name_nobody(client: Client, people, need, donor):
    CharityAccount.objects.update(charity="=慈善会")
    factories.received_pledge(donor, need, people, 100_00)
    gone = factories.received_pledge(donor, need, people, 200_00)
    money.refund(actor=people.charity, pledge=gone, reason="求助人不再需要")
    answer = client.get("/transparency/data.csv")
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert ["'=慈善会", "慈善会已收", "已退回", "1", "200.00"] in [row[1:] for row in rows]
    assert ["'=慈善会", "已认领", "慈善会已收", "2", "300.00"] in [row[1:] for row in rows]
    assert donor.name not in text
    earlier = month_of(month_of(today()) - timedelta(days=1))
    assert client.get("/transparency/data.csv", {"month": f"{earlier:%Y-%m}"}).content.count(b"\n") == 1
    for wrong in ("2026-13", "=1", "2026-11-01", "\0"):
        assert client.get("/transparency/data.csv", {"month": wrong}).status_code in (400, 404)
    assert client.get("/transparency/").context["totals"].refunded == 200_00


@pytest.mark.parametrize("field", ["charity", "bank", "number", "licence", "licence_from", "licence_to"])
def test_an_account_without_one_of_its_licence_data_cannot_stand(people: Staff, field: str) -> None:
    missing = None if field.startswith("licence_") else ""
    account = factories.charity_account()
    with pytest.raises(IntegrityError), transaction.atomic():
        CharityAccount.objects.filter(pk=account.pk).update(**{field: missing})


def test_money_closes_with_the_licence_and_unpaid_promises_say_so(as_user, people, need, donor):
    pledge = factories.money_pledge(donor, need)
    browser, url = as_user(donor), pledge.get_absolute_url()
    assert "现在不接收善款" not in browser.get(url).content.decode()
    assert account_for(need)
    CharityAccount.objects.update(licence_to=today())
    assert account_for(need)
    CharityAccount.objects.update(licence_from=date(2019, 1, 1), licence_to=today() - timedelta(days=1))
    assert account_for(need) is None
    page = browser.get(url).content.decode()
    assert "现在不接收善款" in page
    # It must not ask for the transfer that it warns of; whoever made it before still says so.
    assert "前转账" not in page
    assert "前，把" not in page
    assert pledge.charity_account.number not in page
    assert "我已转账" in page
    key = {"headers": {"Idempotency-Key": "licence-is-over"}, "content_type": "application/json"}
    body = {"form": "money", "amount": "10.00"}
    assert browser.post(f"/api/v1/needs/{need.pk}/pledges/", body, **key).status_code == 409


def test_the_licence_ends_at_midnight_in_china(people, need):
    CharityAccount.objects.update(licence_to=today())
    with shifted(timedelta(days=1)):
        assert account_for(need) is None


def test_the_reminder_asks_for_no_transfer_to_an_account_that_takes_none(people, need, donor):
    pledge = factories.money_pledge(donor, need)
    CharityAccount.objects.update(licence_from=date(2019, 1, 1), licence_to=today() - timedelta(days=1))
    with shifted(timedelta(days=2, hours=12)):
        assert reminders.remind_due() == 1
    text = donor.inbox.get(dedup_key__startswith=f"lapse:{pledge.pk}:").text.open()
    assert "不要转" in text
    assert "请及时办理" not in text
