"""Checking certificates, and the page on where the money is."""

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.models import User
from accounts.services import audit
from donors import figures
from donors.models import Certificate, CharityAccount
from donors.services import certificates, steps
from tests import factories
from tests.factories import Staff

NOT_A_RECEIPT = "本证书为荣誉证书，不是公益事业捐赠票据。"


@pytest.fixture
def charity(people: Staff) -> CharityAccount:
    return factories.charity_account()


@pytest.fixture
def certificate(people: Staff, donor: User, charity: CharityAccount) -> Certificate:
    need = factories.published_need(people, factories.household(people.village, name="欧阳受助"))
    factories.received_pledge(donor, need, people)
    certificates.issue_due()
    return Certificate.objects.get()


@pytest.fixture
def client() -> Client:
    return Client()


def test_a_valid_certificate_is_told_plainly_in_under_10_kb(client: Client, certificate: Certificate) -> None:
    answer = client.get(certificate.get_absolute_url())
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "证书有效" in page
    assert certificate.number in page
    assert "欧**" in page
    assert "欧阳受助" not in page
    assert "请看清地址栏" in page
    assert NOT_A_RECEIPT in page
    with open(finders.find("css/check.css"), "rb") as style:
        assert len(answer.content) + len(style.read()) < 10_000
    assert page.count("<link") == 1
    assert "<script" not in page


def test_a_revoked_certificate_says_so_and_has_no_picture(client: Client, certificate: Certificate) -> None:
    certificates.take_back(actor=None, certificate=certificate, reason="款项退回")
    page = client.get(certificate.get_absolute_url()).content.decode()
    assert "证书已撤销" in page
    assert "款项退回" in page
    assert NOT_A_RECEIPT in page
    assert client.get(f"/c/{certificate.token}.png").status_code == 404
    assert client.get(f"/c/{certificate.token}.pdf").status_code == 404


@pytest.mark.parametrize("field", ["donor", "content", "number"])
def test_an_altered_certificate_is_not_genuine(client: Client, certificate: Certificate, field: str) -> None:
    Certificate.objects.filter(pk=certificate.pk).update(payload={**certificate.payload, field: "改过"})
    page = client.get(certificate.get_absolute_url()).content.decode()
    assert "没有通过核验" in page
    assert "改过" not in page
    assert client.get(f"/c/{certificate.token}.png").status_code == 404


def test_a_statement_that_is_none_is_not_genuine_either(client: Client, certificate: Certificate) -> None:
    Certificate.objects.filter(pk=certificate.pk).update(payload={"number": 1})
    assert "没有通过核验" in client.get(certificate.get_absolute_url()).content.decode()


def test_an_unknown_certificate_is_404_and_guessing_ends_at_429(
    client: Client, certificate: Certificate
) -> None:
    for number in range(30):
        assert client.get(f"/c/unknown-{number}/").status_code == 404
    refused = client.get("/c/unknown-again/")
    assert refused.status_code == 429
    assert refused["Retry-After"]
    assert client.get(certificate.get_absolute_url()).status_code == 200


def test_picture_and_paper_come_cacheable_for_their_holder(client: Client, certificate: Certificate) -> None:
    picture, paper = client.get(f"/c/{certificate.token}.png"), client.get(f"/c/{certificate.token}.pdf")
    assert picture.content.startswith(b"\x89PNG")
    assert picture["Content-Type"] == "image/png"
    assert paper.content.startswith(b"%PDF")
    for answer in (picture, paper):
        assert answer["Cache-Control"] == "private, max-age=86400"


def test_a_number_a_code_or_a_whole_address_leads_to_the_check_page(
    client: Client, certificate: Certificate
) -> None:
    for typed in (
        certificate.number,
        certificate.number.lower(),
        certificate.token,
        certificates.check_url(certificate),
    ):
        answer = client.get("/c/", {"code": typed})
        assert answer["Location"] == certificate.get_absolute_url()


@pytest.mark.parametrize(("typed", "status"), [("", 400), ("FP-0", 404), ("😀", 404), ("字" * 100_000, 400)])
def test_a_wrong_number_is_answered_beside_the_field(
    client: Client, db: None, typed: str, status: int
) -> None:
    answer = client.get("/c/", {"code": typed})
    assert answer.status_code == status
    assert 'id="id_code_error"' in answer.content.decode()


def test_numbers_cannot_be_tried_one_after_the_other(client: Client, certificate: Certificate) -> None:
    for _ in range(30):
        client.get("/c/", {"code": certificate.number})
    assert client.get("/c/", {"code": certificate.number}).status_code == 429


def test_transparency_adds_up_what_each_account_promised_received_and_paid(
    client: Client, people: Staff, donor: User, charity: CharityAccount, django_assert_max_num_queries
) -> None:
    need = factories.published_need(people)
    factories.money_pledge(donor, need, 300_00)
    factories.received_pledge(donor, need, people, 200_00)
    steps.pay_out(actor=people.charity, pledge=factories.received_pledge(donor, need, people, 100_00))
    audit.seal()
    with django_assert_max_num_queries(7):
        answer = client.get("/transparency/")
    sums = answer.context["totals"]
    assert (sums.promised, sums.awaited, sums.received) == (600_00, 300_00, 300_00)
    assert (sums.paid_out, sums.held, sums.refunded, sums.capped) == (100_00, 200_00, 0, False)
    page = answer.content.decode()
    assert "演示字第 0001 号" in page
    assert audit.AuditSeal.objects.order_by("-seq").first().hash in page
    assert donor.name not in page


def test_transparency_shows_every_account_by_pages_and_by_place(
    client: Client, people: Staff, donor: User, charity: CharityAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "ACCOUNTS_SHOWN", 1)
    other = factories.charity_account(430422000000)
    factories.received_pledge(donor, factories.published_need(people), people, 200_00)
    first = client.get("/transparency/")
    assert other.number in first.content.decode()
    second = client.get(first.context["next_url"])
    assert charity.number in second.content.decode()
    assert not second.context["next_url"]
    near = client.get(f"/transparency/?region={other.region_id}").context
    assert [row["figures"].account for row in near["accounts"]] == [other]
    assert near["totals"].received == 0
    assert client.get("/transparency/?region=430426000000").context["totals"].received == 200_00
    assert client.get("/transparency/?cursor=x").status_code == 400


def test_transparency_renders_before_anything_happened(client: Client, db: None) -> None:
    assert "还没有登记慈善组织账户" in client.get("/transparency/").content.decode()
