"""Forms that arrive twice over a weak signal, with script or without: one object, the same answer."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import Appointment, User
from needs.enums import Status
from needs.models import Household, Need, NeedReview
from needs.services import drafts, review
from tests import factories
from tests.needs.test_office_pages import HOUSEHOLD, NEED, jpeg, text_of

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
NOW, LATER = {"X-Outbox": "now"}, {"X-Outbox": "later"}


@pytest.fixture
def home(people: factories.Staff) -> Household:
    return factories.household(people.village)


@pytest.fixture
def draft(people: factories.Staff, home: Household) -> Need:
    return drafts.create_draft(actor=people.village, household=home, content=factories.content())


def test_every_officer_form_carries_a_fresh_key(people, as_user, home, draft):
    village = as_user(people.village)
    addresses = [
        "/office/households/new/",
        f"/office/needs/new/?household={home.pk}",
        f"/needs/{draft.pk}/edit/",
        f"/office/needs/{draft.pk}/",
    ]
    keys = [
        re.findall(r'name="submission_key" value="([0-9a-f-]{36})"', text_of(village.get(address)))
        for address in addresses * 2
    ]
    assert [len(found) for found in keys] == [1] * 8
    assert len({found[0] for found in keys}) == 8


def test_same_household_form_twice_registers_one(people, as_user):
    village, sent = as_user(people.village), {**HOUSEHOLD, "submission_key": str(uuid4())}
    first, second = (village.post("/office/households/new/", sent) for _ in range(2))
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    assert Household.objects.count() == 1


def test_same_key_from_another_officer_is_another_household(people, as_user):
    colleague = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE)
    key = str(uuid4())
    for person in (people.village, colleague):
        as_user(person).post("/office/households/new/", {**HOUSEHOLD, "submission_key": key})
    assert Household.objects.count() == 2


@pytest.mark.parametrize("key", [{}, {"submission_key": ""}, {"submission_key": "无"}])
def test_forms_without_a_sound_key_are_taken_as_before(people, as_user, key):
    village = as_user(people.village)
    for _ in range(2):
        assert village.post("/office/households/new/", {**HOUSEHOLD, **key}).status_code == 302
    assert Household.objects.count() == 2


def test_old_page_filled_in_anew_says_so_and_goes_through_with_its_new_key(people, as_user):
    village, sent = as_user(people.village), {**HOUSEHOLD, "submission_key": str(uuid4())}
    village.post("/office/households/new/", sent)
    refused = village.post("/office/households/new/", {**sent, "name": "钱测试"})
    assert refused.status_code == 409
    assert "已经交过一次" in text_of(refused)
    key = re.findall(r'name="submission_key" value="([^"]+)"', text_of(refused))[0]
    again = village.post("/office/households/new/", {**sent, "name": "钱测试", "submission_key": key})
    assert again.status_code == 302
    assert Household.objects.count() == 2


@pytest.mark.parametrize(("then", "status"), [("save", Status.DRAFT), ("submit", Status.VERIFIED)])
def test_same_need_form_twice_writes_one_need(people, as_user, home, then, status):
    village, url = as_user(people.village), f"/office/needs/new/?household={home.pk}"
    key = str(uuid4())
    answers = [
        village.post(url, {**NEED, "then": then, "submission_key": key, "photos": [jpeg()]}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    need = Need.objects.get()
    assert (need.status, need.photos.count()) == (status, 1)


def test_same_decision_twice_is_one_decision(people, as_user, draft):
    review.submit(actor=people.village, need=draft)
    sent = {"comment": "电话问过", "submission_key": str(uuid4())}
    url = f"/office/needs/{draft.pk}/check/"
    township = as_user(people.township)
    assert [township.post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert NeedReview.objects.filter(need=draft, action="check").count() == 1


def test_late_decision_on_a_need_that_changed_is_refused_and_keeps_its_words(people, as_user, draft):
    review.submit(actor=people.village, need=draft)
    url, township = f"/office/needs/{draft.pk}/", as_user(people.township)
    seen = re.findall(r'name="seen" value="([^"]+)"', text_of(township.get(url)))[0]
    # While the decision waits for a signal: returned, rewritten and handed in again.
    review.send_back(actor=people.county, need=draft, reason="incomplete")
    draft = drafts.edit_draft(actor=people.village, need=draft, content=factories.content(title="换了一件事"))
    review.submit(actor=people.village, need=draft)
    sent = {"comment": "电话问过属实", "submission_key": str(uuid4()), "seen": seen}
    late = township.post(f"{url}check/", sent)
    assert late.status_code == 409
    assert "情况有了变化" in text_of(late)
    assert "电话问过属实" in text_of(late)
    assert not NeedReview.objects.filter(need=draft, action="check").exists()
    fresh = re.findall(r'name="seen" value="([^"]+)"', text_of(late))[0]
    assert township.post(f"{url}check/", {**sent, "seen": fresh}).status_code == 302


def test_decision_whose_answer_got_lost_is_no_conflict(people, as_user, draft):
    review.submit(actor=people.village, need=draft)
    url, township = f"/office/needs/{draft.pk}/", as_user(people.township)
    seen = re.findall(r'name="seen" value="([^"]+)"', text_of(township.get(url)))[0]
    sent = {"comment": "电话问过", "submission_key": str(uuid4()), "seen": seen}
    assert [township.post(f"{url}check/", sent).status_code for _ in range(2)] == [302, 302]


def test_appointment_that_arrives_twice_is_given_and_ended_once(people, as_user):
    county = as_user(people.county)
    url = f"/office/appointments/new/?region={factories.VILLAGE}"
    form = {"role": "village_officer", "phone": factories.phone(), "name": "赵测试"}
    sent = {**form, "starts_on": "2026-11-22", "submission_key": str(uuid4())}
    assert [county.post(url, sent).status_code for _ in range(2)] == [302, 302]
    post = Appointment.objects.get(user__name="赵测试")
    ending = {"reason": "调走了", "submission_key": str(uuid4())}
    for _ in range(2):
        assert county.post(f"/office/appointments/{post.pk}/end/", ending).status_code == 302


def test_household_registers_itself_once(donor, as_user, people):
    own, url = as_user(donor), f"/apply/register/?region={factories.VILLAGE}"
    sent = {
        "name": "孙测试",
        "members": 2,
        "cause": "illness",
        "consent": "on",
        "submission_key": str(uuid4()),
    }
    assert [own.post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert Household.objects.filter(account=donor).count() == 1


def test_handing_in_twice_with_one_key_is_no_error(people, as_user, draft):
    village, sent = as_user(people.village), {"submission_key": str(uuid4())}
    answers = [village.post(f"/needs/{draft.pk}/submit/", sent, headers=LATER) for _ in range(2)]
    assert [answer.json()["refused"] for answer in answers] == ["", ""]
    assert NeedReview.objects.filter(need=draft, action="submit").count() == 1


def test_photos_come_one_by_one_and_the_same_one_once(people, as_user, draft):
    village, url = as_user(people.village), f"/needs/{draft.pk}/photos/add/"
    sent = [village.post(url, {"photo": jpeg(colour)}) for colour in ("navy", "navy", "red")]
    assert [answer.status_code for answer in sent] == [200] * 3
    assert draft.photos.count() == 2


def test_bad_or_late_photo_is_refused_in_plain_words(people, as_user, draft):
    village, url = as_user(people.village), f"/needs/{draft.pk}/photos/add/"
    bad = jpeg()
    bad.truncate(40)
    refused = village.post(url, {"photo": bad})
    assert (refused.status_code, bool(refused.json()["error"])) == (400, True)
    assert "选择" in village.post(url).json()["error"]
    review.submit(actor=people.village, need=draft)
    assert village.post(url, {"photo": jpeg()}).status_code == 409


def test_photo_for_a_foreign_need_finds_nothing(other_county, as_user, draft):
    answer = as_user(other_county.village).post(f"/needs/{draft.pk}/photos/add/", {"photo": jpeg()})
    assert answer.status_code == 404


def test_outbox_hears_where_the_form_led_and_keeps_the_messages_for_the_next_page(people, as_user):
    village = as_user(people.village)
    answer = village.post("/office/households/new/", HOUSEHOLD, headers=NOW)
    url = f"/office/households/{Household.objects.get().pk}/"
    assert answer.json() == {"url": url, "refused": ""}
    assert "已登记" in text_of(village.get(url))


def test_outbox_hears_what_stood_in_the_way_of_handing_in(people, as_user, home, draft):
    home.consents.all().delete()
    answer = as_user(people.village).post(f"/needs/{draft.pk}/submit/", headers=LATER)
    assert "没有提交" in answer.json()["refused"]
    assert answer.json()["url"] == f"/needs/{draft.pk}/edit/"


def test_outbox_is_told_to_sign_in_first(client, db):
    for address in ("/outbox/token/", "/office/households/new/"):
        answer = client.get(address, headers=NOW)
        assert (answer.status_code, answer.json()) == (401, {"enter": "/accounts/enter/"})


def test_token_is_fresh_and_says_for_whom(people):
    village = Client(enforce_csrf_checks=True)
    village.force_login(people.village, backend="accounts.backends.AccountBackend")
    assert village.post("/office/households/new/", HOUSEHOLD).status_code == 403
    given = village.get("/outbox/token/").json()
    assert given["user"] == str(people.village.pk)
    headers = {"X-CSRFToken": given["token"]}
    assert village.post("/office/households/new/", HOUSEHOLD, headers=headers).status_code == 302


def test_outbox_page_works_without_script(people, as_user):
    page = text_of(as_user(people.village).get("/outbox/"))
    assert "<noscript>" in page
    assert "待发箱" in page


def test_a_photo_taken_out_without_signal_goes_once(people, as_user, draft):
    photos = [
        drafts.add_photo(actor=people.village, need=draft, jpeg=jpeg(name).read()) for name in ("red", "teal")
    ]
    village, url = as_user(people.village), f"/needs/{draft.pk}/edit/photos/{photos[0].pk}/remove/"
    page = text_of(village.get(f"/needs/{draft.pk}/edit/"))
    assert f'data-outbox="移除照片：{draft.title}"' in page
    sent = {"submission_key": str(uuid4())}
    answers = [village.post(url, sent, headers=LATER) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [photo.pk for photo in draft.photos.all()] == [photos[1].pk]
    assert village.post(url, {"submission_key": str(uuid4())}).status_code == 404
