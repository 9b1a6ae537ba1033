"""Next versions, taking back, a year's certificate, and checking a file without the site."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEntry, Message, User
from donors import invariants
from donors.certificates import drawing, signing
from donors.enums import Display
from donors.models import Certificate, Pledge
from donors.services import certificates, year_certificates
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def pledge(people: factories.Staff, donor: User) -> Pledge:
    factories.charity_account()
    made = factories.received_pledge(donor, factories.published_need(people), people)
    certificates.issue_due()
    return made


@pytest.fixture
def certificate(pledge: Pledge) -> Certificate:
    return pledge.certificates.get()


def file_of(certificate: Certificate, folder: Path, kind: str) -> Path:
    draw = getattr(drawing, kind)
    words, url = certificates.payload_of(certificate), certificates.check_url(certificate)
    path = folder / f"certificate.{kind}"
    path.write_bytes(draw(words, url=url, signature=certificate.signature))
    return path


def test_reissuing_keeps_the_number_and_ends_the_version_before(
    donor: User, certificate: Certificate, client: Client
) -> None:
    made = certificates.reissue(actor=donor, certificate=certificate, display=Display.ANONYMOUS)
    assert (made.number, made.version) == (certificate.number, 2)
    assert made.payload["donor"] == "爱心人士（匿名）"
    assert certificates.is_genuine(made)
    old = client.get(certificate.get_absolute_url()).content.decode()
    assert "证书已撤销" in old
    assert "已换发新版" in old
    assert "证书有效" in client.get(made.get_absolute_url()).content.decode()
    assert AuditEntry.objects.filter(action="certificate.reissue", actor=donor).count() == 1
    with pytest.raises(Conflict):
        certificates.reissue(actor=donor, certificate=certificate, display=Display.NAMED)


def test_only_the_donor_reissues(people: factories.Staff, certificate: Certificate, as_user: As) -> None:
    stranger = factories.user("王路人")
    with pytest.raises(NotAllowed):
        certificates.reissue(actor=stranger, certificate=certificate, display=Display.NAMED)
    url = f"/c/{certificate.token}/reissue/"
    for person in (stranger, people.county, people.charity):
        assert as_user(person).post(url, {"display": "named"}).status_code == 404
    assert Certificate.objects.count() == 1


def test_the_donor_changes_the_signature_on_the_page(
    donor: User, certificate: Certificate, as_user: As
) -> None:
    client, url = as_user(donor), f"/c/{certificate.token}/reissue/"
    assert "换署名" in client.get(url).content.decode()
    assert client.post(url, {"display": "loud"}).status_code == 400
    assert client.post(url, {"display": "nickname"}).status_code == 302
    assert Certificate.objects.get(revoked_at=None).payload["donor"] == "小李"
    User.objects.filter(pk=donor.pk).update(nickname="")
    newest = Certificate.objects.get(revoked_at=None)
    answer = as_user(donor).post(f"/c/{newest.token}/reissue/", {"display": "nickname"})
    assert answer.status_code == 400
    assert "还没有填写这个称呼" in answer.content.decode()


def test_the_county_revokes_with_a_reason_and_the_donor_hears(
    people: factories.Staff, donor: User, certificate: Certificate, as_user: As
) -> None:
    client, url = as_user(people.county), f"/c/{certificate.token}/revoke/"
    assert client.post(url, {"reason": "无"}).status_code == 400
    assert client.post(url, {"reason": "善款退回，没有送达"}).status_code == 302
    certificate.refresh_from_db()
    assert certificate.revoked_at
    assert "善款退回，没有送达" in Client().get(certificate.get_absolute_url()).content.decode()
    assert Message.objects.filter(user=donor, dedup_key=f"certificate-revoked:{certificate.pk}").exists()
    assert AuditEntry.objects.filter(action="certificate.revoke", actor=people.county).exists()
    assert client.get(url).status_code == 404


def test_nobody_else_revokes(
    people: factories.Staff, other_county: factories.Staff, certificate: Certificate, as_user: As
) -> None:
    url = f"/c/{certificate.token}/revoke/"
    answers = {
        person: as_user(person).post(url, {"reason": "没有理由的撤销"}).status_code
        for person in (people.village, people.township, people.charity, other_county.county)
    }
    assert set(answers.values()) <= {403, 404}
    assert answers[other_county.county] == 404
    with pytest.raises(NotAllowed):
        certificates.revoke(actor=people.village, certificate=certificate, reason="没有理由的撤销")
    with pytest.raises(InvalidInput):
        certificates.revoke(actor=people.county, certificate=certificate, reason=" ")
    assert not Certificate.objects.exclude(revoked_at=None).exists()


def test_a_years_certificate_sums_up_what_arrived(
    people: factories.Staff, donor: User, pledge: Pledge
) -> None:
    need = factories.published_need(people)
    factories.received_pledge(donor, need, people, 50_50)
    factories.money_pledge(donor, need, 100_00)  # promised only
    certificates.issue_due()
    made = year_certificates.issue(actor=donor, year=today().year, display=Display.NAMED)
    assert (
        made.payload["content"]
        == f"{today().year} 年度：捐款 2 次，共人民币 250.50 元。以上均已核实送达或到账。"
    )
    assert made.payload["recipient"] == "祁东县的 2 个求助家庭和村"
    assert made.number == f"FP-0-{today().year}-000001"
    assert not [*invariants.numbers(), *invariants.certificates()]


def test_a_years_certificate_is_one_until_something_new_arrives(
    people: factories.Staff, donor: User, pledge: Pledge
) -> None:
    first = year_certificates.issue(actor=donor, year=today().year, display=Display.NAMED)
    assert year_certificates.issue(actor=donor, year=today().year, display=Display.NAMED) == first
    factories.received_pledge(donor, factories.published_need(people), people)
    certificates.issue_due()
    second = year_certificates.issue(actor=donor, year=today().year, display=Display.NAMED)
    first.refresh_from_db()
    assert (second.version, second.number) == (2, first.number)
    assert first.revoked_at
    with pytest.raises(Conflict):
        year_certificates.issue(actor=donor, year=2001, display=Display.NAMED)


def test_my_certificates_page_lists_mine_only_and_makes_the_years(
    donor: User, certificate: Certificate, as_user: As
) -> None:
    client = as_user(donor)
    page = client.get("/me/certificates/").content.decode()
    assert certificate.number in page
    assert f"开具 {today().year} 年度证书" in page
    assert (
        certificate.number not in as_user(factories.user("王路人")).get("/me/certificates/").content.decode()
    )
    answer = client.post("/me/certificates/", {"year": today().year, "display": "named"})
    made = Certificate.objects.get(year=today().year)
    assert answer["Location"] == made.get_absolute_url()
    assert client.post("/me/certificates/", {"year": 2001, "display": "named"}).status_code in {400, 409}
    assert "证书有效" in client.get(made.get_absolute_url()).content.decode()
    assert client.get(f"/c/{made.token}.pdf").content.startswith(b"%PDF-")


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_a_file_is_verified_without_the_site(certificate: Certificate, tmp_path: Path, kind: str) -> None:
    told: Any = StringIO()
    public = signing.public_key_text(certificates.signing_key())
    call_command("verify_certificate", str(file_of(certificate, tmp_path, kind)), key=public, stdout=told)
    assert "签名有效" in told.getvalue()
    assert certificate.payload["content"] in told.getvalue()


def test_a_changed_file_a_strange_key_and_a_strange_file_do_not_pass(
    certificate: Certificate, tmp_path: Path
) -> None:
    words = certificates.payload_of(certificate)
    text = signing.statement_text(words, certificate.signature)
    forged = tmp_path / "forged.json"
    forged.write_text(text.replace("200 元", "900 元"))
    genuine = tmp_path / "genuine.json"
    genuine.write_text(text)
    strange = signing.public_key_text(b"k" * 32)
    for file, key, code in ((forged, None, 1), (genuine, strange, 1), (tmp_path / "none.png", None, 2)):
        with pytest.raises(CommandError) as caught:
            call_command("verify_certificate", str(file), key=key, stdout=StringIO())
        assert caught.value.returncode == code
