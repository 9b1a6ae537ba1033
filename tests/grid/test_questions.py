"""What the records ask a county, and its answers: a person decides, the sweep only asks."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import AuditEntry, Region, User
from donors.models import Pledge
from donors.services import origins
from fupin.lib.clock import now, shifted
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.models import ExcludedNeed, Question
from grid.question_enums import Asked
from grid.services import questions, quotas
from needs.services import drafts, review
from tests import factories

pytestmark = pytest.mark.django_db
NEAR = factories.STORY.replace("二十多公里", "三十多公里")


@pytest.fixture
def county(people):
    factories.charity_account()
    return Region.objects.get(code=factories.QIDONG)


def handed(people, story, home=None):
    home = home or factories.household(people.village)
    content = factories.content(title=f"求助{story[:4]}", story=story)
    return review.submit(
        actor=people.village, need=drafts.create_draft(actor=people.village, household=home, content=content)
    )


def asked(county, kind):
    questions.ask(county)
    return Question.objects.filter(region=county, kind=kind)


def test_near_copy_is_asked_about_once_and_excluded_by_the_county_alone(people, county):
    first, second = handed(people, factories.STORY), handed(people, NEAR)
    found = asked(county, Asked.COPY).get()
    assert (found.needs, found.doubtful) == ([first.pk, second.pk], [second.pk])
    assert not ExcludedNeed.objects.exists()
    assert asked(county, Asked.COPY).count() == 1
    with pytest.raises(InvalidInput):
        questions.answer(actor=people.county, question=found, verdict="excluded", reason="假")
    with pytest.raises(NotAllowed):
        questions.answer(actor=people.township, question=found, verdict="excluded", reason="文字是抄来的")
    questions.answer(actor=people.county, question=found, verdict="excluded", reason="入户看过，文字是抄来的")
    assert ExcludedNeed.objects.get().need == second
    with pytest.raises(StaleState):
        questions.answer(actor=people.county, question=found, verdict="harmless", reason="再看一遍没有问题")
    entry = AuditEntry.objects.get(action="question.answer")
    assert (entry.actor, entry.changes["needs"]) == (people.county, [second.pk])
    assert asked(county, Asked.COPY).count() == 1


def test_harmless_answer_excludes_nothing(people, county):
    handed(people, factories.STORY)
    handed(people, NEAR)
    found = asked(county, Asked.COPY).get()
    questions.answer(actor=people.county, question=found, verdict="harmless", reason="两户是邻居，情况一样")
    assert not ExcludedNeed.objects.exists()


def test_officer_who_pledges_to_a_need_of_their_own_writing_is_asked_about(people, county):
    need = factories.published_need(people)
    pledge = factories.money_pledge(factories.fresh(people.village), need, 100_00)
    found = asked(county, Asked.DONOR).get()
    assert (found.needs, found.pledges) == ([need.pk], [pledge.pk])
    assert "代写的人自己" in found.facts


def test_second_account_of_the_officer_is_the_same_person(people, county, donor):
    need = factories.published_need(people)
    User.objects.filter(pk__in=[people.village.pk, donor.pk]).update(id_index="1" * 64)
    factories.money_pledge(donor, need)
    assert asked(county, Asked.DONOR).count() == 1


def test_donor_with_the_households_phone_is_asked_about_and_a_stranger_is_not(people, county, donor):
    home = factories.household(people.village)
    need = factories.published_need(people, home)
    factories.money_pledge(donor, need)
    assert not asked(county, Asked.DONOR).exists()
    home.phone_index = donor.phone_index
    home.save(update_fields=["phone_index"])
    found = asked(county, Asked.DONOR).get()
    assert "求助家庭自己" in found.facts


def test_three_rows_of_one_yuan_are_asked_about_and_two_are_not(people, county, donor):
    for number in range(2):
        factories.money_pledge(donor, factories.published_need(people, kind=("medical", "care")[number]), 100)
    assert not asked(county, Asked.TINY).exists()
    factories.money_pledge(donor, factories.published_need(people, kind="housing"), 100)
    assert len(asked(county, Asked.TINY).get().pledges) == 3


def test_pledges_of_several_people_on_one_device_within_minutes_are_asked_about(people, county):
    need = factories.published_need(people, target_fen=5_000_00)
    sent = {"form": "money", "amount": "100", "display": "named", "agree": "on"}
    with shifted(timedelta(days=-1)):
        for number in range(3):
            browser = Client(headers={"user-agent": "one phone"})
            browser.force_login(factories.user(f"爱心{number}"), backend="accounts.backends.AccountBackend")
            answer = browser.post(f"/needs/{need.pk}/pledge/", {**sent, "key": uuid4().hex})
            assert answer.status_code == 302
    marks = set(Pledge.objects.values_list("origin_mark", flat=True))
    assert len(marks) == 1
    assert "one phone" not in marks.pop()
    found = asked(county, Asked.DEVICE).get()
    assert len(found.pledges) == 3
    assert "3 位爱心人士" in found.facts


def test_marks_differ_by_device_and_are_forgotten_after_a_week(people, county, donor):
    factories.money_pledge(donor, factories.published_need(people))
    Pledge.objects.update(origin_mark="a" * 24)
    assert origins.forget() == 0
    Pledge.objects.update(created_at=now() - timedelta(days=8))
    assert origins.forget() == 1
    assert Pledge.objects.get().origin_mark == ""


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("phone_index", "登记的电话是办理人的"),
        ("id_index", "是办理人自己的家庭"),
        ("holder", "户名与办理人同名"),
    ],
)
def test_officer_whose_own_household_it_is_is_asked_about(people, county, field, words):
    home = factories.household(people.village)
    User.objects.filter(pk=people.township.pk).update(id_index="2" * 64)
    person = factories.fresh(people.township)
    if field == "holder":
        home.bank_holder = person.name
    else:
        setattr(home, field, getattr(person, field))
    home.save()
    factories.published_need(people, home)
    found = asked(county, Asked.RELATIVE).get()
    assert words in found.facts
    assert "检查" in found.facts


def test_ordinary_records_ask_nothing(people, county, donor):
    need = factories.published_need(people)
    factories.money_pledge(donor, need)
    questions.ask(county)
    assert not Question.objects.exists()


def test_whoever_wrote_the_need_does_not_answer(people, county):
    handed(people, factories.STORY)
    handed(people, NEAR)
    found = asked(county, Asked.COPY).get()
    writer = factories.fresh(people.village)
    people.county.id_index = writer.id_index = "3" * 64
    User.objects.filter(pk__in=[writer.pk, people.county.pk]).update(id_index="3" * 64)
    with pytest.raises(Conflict):
        questions.answer(
            actor=factories.fresh(people.county), question=found, verdict="harmless", reason="没有问题"
        )


def test_sweep_looks_a_county_through_once_a_day_and_a_failure_stops_no_other(
    people, other_county, county, monkeypatch
):
    handed(people, factories.STORY)
    handed(people, NEAR)
    home = factories.household(other_county.village, code=factories.VILLAGE_OTHER)
    handed(other_county, factories.STORY, home)
    whole = questions.ask

    def broken(where):
        if where.code == factories.HENGNAN:
            raise RuntimeError("a county whose records are broken")
        return whole(where)

    monkeypatch.setattr(questions, "ask", broken)
    assert questions.ask_due() == 1
    assert questions.ask_due() == 0
    monkeypatch.undo()
    questions.ask_due()
    with shifted(timedelta(days=1)):
        questions.ask_due()
    assert Question.objects.count() == 1


def test_exclusion_is_taken_back_with_a_reason(people, county):
    need = handed(people, factories.STORY)
    with pytest.raises(StaleState):
        quotas.include(actor=people.county, need=need, reason="没有被排除过")
    quotas.exclude(actor=people.county, need=need, reason="经电话核实不属实")
    quotas.include(actor=people.county, need=need, reason="家里人回电，情况属实")
    assert not ExcludedNeed.objects.exists()
    assert AuditEntry.objects.filter(action="quota.include").count() == 1


def test_county_answers_on_the_page_with_evidence_beside_it(people, other_county, county, as_user):
    first, second = handed(people, factories.STORY), handed(people, NEAR)
    found = asked(county, Asked.COPY).get()
    browser = as_user(people.county)
    assert found.facts in browser.get("/office/questions/").content.decode()
    page = browser.get(found.get_absolute_url()).content.decode()
    assert f"/office/needs/{first.pk}/" in page
    assert f"/office/quotas/needs/{second.pk}/" not in page
    sent = {"verdict": "excluded", "reason": ""}
    refused = browser.post(found.get_absolute_url(), sent)
    assert refused.status_code == 400
    assert "checked" in refused.content.decode()
    assert browser.post(found.get_absolute_url(), sent | {"reason": "入户看过，是抄的"}).status_code == 302
    assert browser.post(found.get_absolute_url(), sent | {"reason": "入户看过，是假的"}).status_code == 409
    assert "入户看过，是抄的" in browser.get("/office/questions/?show=answered").content.decode()
    assert as_user(other_county.county).get(found.get_absolute_url()).status_code == 404
    assert as_user(people.township).get("/office/questions/").status_code == 403


def test_inbox_of_the_county_shows_the_question(people, county, as_user):
    handed(people, factories.STORY)
    handed(people, NEAR)
    found = asked(county, Asked.COPY).get()
    assert found.facts in as_user(people.county).get("/office/").content.decode()


def test_need_is_left_out_and_let_in_again_on_its_page(people, other_county, county, as_user):
    need = handed(people, factories.STORY)
    url, browser = f"/office/quotas/needs/{need.pk}/", as_user(people.county)
    assert browser.post(url, {"step": "exclude", "reason": "假"}).status_code == 400
    assert browser.post(url, {"step": "exclude", "reason": "经电话核实不属实"}).status_code == 302
    assert "经电话核实不属实" in browser.get(url).content.decode()
    assert browser.post(url, {"step": "include", "reason": "家里人回电，情况属实"}).status_code == 302
    assert browser.post(url, {"step": "include", "reason": "家里人又来了电话"}).status_code == 409
    assert browser.post(url, {"step": "other", "reason": "家里人又来了电话"}).status_code == 400
    assert as_user(other_county.county).get(url).status_code == 404


def test_county_marks_the_poor_villages_of_a_township(people, other_county, as_user):
    browser = as_user(people.county)
    assert "2 个村，其中贫困村 0 个" in browser.get("/office/quotas/poor/").content.decode()
    url = f"/office/quotas/poor/?region={factories.TOWN}"
    assert browser.post(url, {"villages": [factories.VILLAGE_2]}).status_code == 302
    assert "其中贫困村 1 个" in browser.get("/office/quotas/poor/").content.decode()
    assert browser.post(url, {"villages": [factories.VILLAGE_OTHER]}).status_code == 400
    assert Region.objects.get(code=factories.VILLAGE_2).tags == ["poor-village"]
    assert as_user(other_county.county).get(url).status_code == 404
    assert as_user(people.township).get(url).status_code == 403
    city = factories.officer(Role.CITY_OFFICE, factories.HENGYANG)
    assert as_user(city).get(url).status_code == 200


def test_lists_ask_as_often_for_many_questions_as_for_one(
    people, county, as_user, django_assert_max_num_queries
):
    rows = [Question(region=county, kind=Asked.COPY, key=str(n), facts=f"第 {n} 条") for n in range(30)]
    Question.objects.bulk_create(rows)
    browser = as_user(people.county)
    with django_assert_max_num_queries(8):
        assert "第 29 条" in browser.get("/office/questions/").content.decode()
