"""A donor under 18 gives with a guardian's consent, asked for each time, and is never named (THREATS Z-07)."""

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from donors.enums import Display
from donors.models import Certificate, Pledge
from donors.services import certificates, pledges, steps
from donors.services.pledges import PledgeInput
from fupin.lib.errors import InvalidInput
from needs.models import Need
from tests import factories

pytestmark = pytest.mark.django_db
GUARDIAN = "欧阳监护"


@pytest.fixture
def child(db: None) -> User:
    return factories.user("李同学", nickname="一名中学生")


@pytest.fixture
def need(people: factories.Staff) -> Need:
    factories.charity_account()
    return factories.published_need(people)


def given(child: User, need: Need, *, guardian: str = GUARDIAN, display: str = Display.NICKNAME) -> Pledge:
    content = PledgeInput(form="money", amount_fen=10_00, display=display, guardian=guardian)
    return pledges.pledge(actor=child, need=need, content=content, idempotency_key=f"{guardian}{display}")


def sent(client: Client, need: Need, **values: str) -> tuple[int, str]:
    url = f"/needs/{need.pk}/pledge/?form=money"
    key = client.get(url).context["form"]["key"].value()
    answer = client.post(url, {"amount": "10", "display": "nickname", "key": key, **values})
    return answer.status_code, answer.content.decode()


def test_the_consent_is_kept_closed_audited_and_seen_by_the_donor_alone(child, need, people, as_user):
    page = as_user(child)
    assert "未满 18 周岁？请监护人同意" in page.get(f"/needs/{need.pk}/pledge/").content.decode()
    assert sent(page, need, guardian=GUARDIAN)[0] == 302
    pledge = Pledge.objects.get(donor=child)
    assert pledge.guardian.open() == GUARDIAN
    created = AuditEntry.objects.get(action="pledge.create", actor=child)
    assert created.changes["guardian_agreed"] is True
    assert GUARDIAN not in str(created.changes)
    own = page.get(pledge.get_absolute_url()).content.decode()
    assert "同意了这次帮助" in own
    assert GUARDIAN not in own
    for officer in (people.county, people.charity):
        assert "同意了这次帮助" not in as_user(officer).get(pledge.get_absolute_url()).content.decode()
    assert "guardian" not in page.get(f"/api/v1/pledges/{pledge.pk}/").json()


def test_the_next_gift_asks_again_and_an_adults_asks_nothing(child, need):
    assert given(child, need).guardian
    assert given(child, need, guardian="").guardian is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"guardian": GUARDIAN, "display": "named"}, "不公开真实姓名"),
        ({"guardian": "李同学"}, "不是您自己的"),
        ({"guardian": "13800000000"}, 'value="13800000000"'),
    ],
)
def test_a_refused_consent_says_why_and_stays_open_with_what_was_typed(child, need, as_user, values, words):
    status, page = sent(as_user(child), need, **values)
    assert status == 400
    assert words in page
    assert '<details class="fold mt-6" open>' in page
    assert not Pledge.objects.exists()


def test_no_other_door_names_the_child(child, need, people, as_user):
    with pytest.raises(InvalidInput) as refusal:
        given(child, need, display=Display.NAMED)
    assert "display" in refusal.value.fields
    body = {"form": "money", "amount": "10.00", "display": "named", "guardian": GUARDIAN}
    key = {"headers": {"Idempotency-Key": "a-childs-own-gift"}, "content_type": "application/json"}
    answer = as_user(child).post(f"/api/v1/needs/{need.pk}/pledges/", body, **key)
    assert answer.status_code == 400
    made = given(child, need)
    steps.receive(actor=people.charity, pledge=steps.pay(actor=child, pledge=made))
    certificates.issue_due()
    paper = Certificate.objects.get()
    answer = as_user(child).post(f"/c/{paper.token}/reissue/", {"display": "named"})
    assert answer.status_code == 400
    assert "不公开真实姓名" in answer.content.decode()
    assert Certificate.objects.get().revoked_at is None


def test_one_consent_stands_for_every_gift_of_a_list_taken_along(child, need, people, as_user):
    client, other = as_user(child), factories.published_need(people)
    for one in (need, other):
        client.post("/list/add/", {"need": one.pk, "next": "/needs/"})
    form = {
        f"n{one.pk}-money-{name}": value
        for one in (need, other)
        for name, value in (("amount", "10"), ("key", f"{one.pk:032x}"))
    }
    form["need"] = [need.pk, other.pk]
    client.post("/list/", {**form, "display": "anonymous", "guardian": GUARDIAN})
    assert [pledge.guardian.open() for pledge in Pledge.objects.filter(donor=child)] == [GUARDIAN] * 2
