"""What a resubmission changed, shown to the next reviewer; and two reviewers at one need."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import connections
from django.test import Client

from accounts.models import Region
from fupin.lib.errors import FupinError, StaleState
from needs import lifecycle
from needs.enums import Kind, Status, Subject
from needs.models import Need, NeedReview
from needs.services import drafts, review
from needs.snapshots import Change, changes, changes_since_last_round
from tests import factories
from tests.needs.test_kinds import content as content_of_kind


def handed_in(people, **changes):
    home = factories.household(people.village)
    need = drafts.create_draft(actor=people.village, household=home, content=factories.content(**changes))
    return review.submit(actor=people.village, need=need)


def resubmitted(people, need, **changes):
    review.send_back(actor=people.township, need=need, reason="too_much", comment="请核对金额")
    drafts.edit_draft(actor=people.village, need=need, content=factories.content(**changes))
    return review.submit(actor=people.village, need=need)


@pytest.mark.django_db
def test_a_first_submission_has_nothing_to_compare(people):
    assert changes_since_last_round(handed_in(people)) == []


@pytest.mark.django_db
def test_a_resubmission_is_compared_field_by_field(people):
    need = handed_in(people)
    items = [factories.ItemInput(name="棉被", unit="床", quantity=2)]
    need = resubmitted(
        people, need, title="初三学生住宿费", target_fen=600_00, forms=["money", "goods"], items=items
    )
    found = {change.label: (change.old, change.new) for change in changes_since_last_round(need)}
    assert found == {
        "标题": ("初三学生住校费用", "初三学生住宿费"),
        "帮助方式": ("资金", "物资、资金"),
        "金额": ("1,000 元", "600 元"),
        "物品": ("不需要物资", "棉被 2 床"),
    }


@pytest.mark.django_db
def test_prices_and_what_only_the_office_reads_are_compared(people):
    quilt = factories.ItemInput(name="棉被", unit="床", quantity=2, price_fen=120_00)
    need = handed_in(people, forms=["goods"], target_fen=0, items=[quilt])
    need = resubmitted(people, need, forms=["goods"], target_fen=0, items=[replace(quilt, price_fen=90_00)])
    found = {change.label: (change.old, change.new) for change in changes_since_last_round(need)}
    assert found == {"估计单价": ("棉被 120 元", "棉被 90 元")}


@pytest.mark.django_db
def test_a_cooperative_and_its_details_are_compared_also_where_the_public_reads_neither(people):
    place = Region.objects.get(code=factories.VILLAGE)
    asked = content_of_kind(Kind.PRODUCE, Subject.COOPERATIVE)
    need = drafts.create_draft(actor=people.village, region=place, content=asked)
    need = review.submit(actor=people.village, need=need)
    review.send_back(actor=people.county, need=need, reason="unclear", comment="请核对联系人")
    firm = replace(asked.cooperative, contact_role="理事长助理")
    changed = {**asked.details, "floor": 1_23}
    drafts.edit_draft(
        actor=people.village, need=need, content=replace(asked, cooperative=firm, details=changed)
    )
    need = review.submit(actor=people.village, need=need)
    labels = {change.label for change in changes_since_last_round(need)}
    assert labels == {"合作社", "最低可以接受的价格（不公开）"}


def test_a_long_text_shows_which_of_its_clauses_changed():
    change = Change(
        "困难和需要", "孩子住校，离家远。家里两口人。", "孩子住校，离家三十里。家里两口人。请帮忙。"
    )
    assert change.old_pieces == [("孩子住校，", False), ("离家远。", True), ("家里两口人。", False)]
    assert change.new_pieces == [
        ("孩子住校，", False), ("离家三十里。", True), ("家里两口人。", False), ("请帮忙。", True)
    ]  # fmt: skip
    assert Change("金额", "5 元", "").old_pieces == [("5 元", True)]


def test_what_an_older_round_did_not_keep_is_not_called_changed():
    old = {
        "title": "住宿费", "kind": "education", "subject": "household", "forms": ["money"], "target_fen": 100,
        "items": [], "details": [], "story": "上学", "photos": [],
    }  # fmt: skip
    new = {
        **old,
        "target_fen": 200,
        "prices": [["棉被", 900]],
        "cooperative": ["社", "会计", "9"],
        "office": [["甲", "乙"]],
    }
    assert [change.label for change in changes(old, new)] == ["金额"]


@pytest.mark.django_db
def test_photos_are_compared_by_number(people):
    need = drafts.create_draft(
        actor=people.village, household=factories.household(people.village), content=factories.content()
    )
    photo = drafts.add_photo(actor=people.village, need=need, jpeg=b"one")
    need = review.submit(actor=people.village, need=need)
    review.send_back(actor=people.township, need=need, reason="privacy", comment="有人脸")
    drafts.remove_photo(actor=people.village, photo=photo)
    drafts.add_photo(actor=people.village, need=need, jpeg=b"two")
    drafts.add_photo(actor=people.village, need=need, jpeg=b"three")
    need = review.submit(actor=people.village, need=need)
    assert [(c.label, c.old, c.new) for c in changes_since_last_round(need)] == [
        ("照片", "1 张", "2 张（新增 2 张，移除 1 张）")
    ]


@pytest.mark.django_db
def test_the_next_reviewer_reads_old_and_new_on_the_page(people, as_user):
    need = resubmitted(people, handed_in(people), target_fen=600_00)
    for person in (people.township, people.county):
        page = as_user(person).get(f"/office/needs/{need.pk}/").content.decode()
        assert "上次退回后改了什么" in page
        assert "<del>1,000 元</del>" in page
        assert "<ins>600 元</ins>" in page


@pytest.mark.django_db
def test_nothing_secret_is_kept_in_a_snapshot(people):
    home = factories.household(people.village, name="欧阳测试")
    need = drafts.create_draft(actor=people.village, household=home, content=factories.content())
    review.submit(actor=people.village, need=need)
    kept = str(NeedReview.objects.get(action="submit").snapshot)
    assert "欧阳" not in kept
    assert home.phone.open()[-11:] not in kept


@pytest.mark.django_db
def test_the_second_of_two_reviewers_learns_who_did_what_and_keeps_the_words(people, as_user):
    need = handed_in(people)
    second = factories.officer("township_manager", factories.TOWN)
    review.check(actor=people.township, need=need, comment="收费表已核对")
    answer = as_user(second).post(
        f"/office/needs/{need.pk}/return/", {"reason": "unclear", "comment": "请附上学校说明"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in (people.township.get_full_name(), "检查通过", "收费表已核对", "请附上学校说明"):
        assert words in page


def at_once(*works):
    """Run the works in threads; a refusal is its result."""

    def run(work):
        try:
            return work()
        except FupinError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def two_reviewers_decide(people, monkeypatch, need, *, patience):
    """Both have read the need before either writes, if nothing makes one of them wait for `patience` seconds."""
    second = factories.officer("township_manager", factories.TOWN)
    met, asked = threading.Barrier(2), lifecycle.step

    def after_the_other_has_read(actor, need, action):
        found = asked(actor, need, action)
        with suppress(threading.BrokenBarrierError):
            met.wait(timeout=patience)
        return found

    monkeypatch.setattr(lifecycle, "step", after_the_other_has_read)
    return at_once(
        lambda: review.check(actor=people.township, need=need, comment="属实"),
        lambda: review.send_back(actor=second, need=need, reason="unclear", comment="请写清楚"),
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_exactly_one_decides(monkeypatch):
    people = factories.staff()
    need = handed_in(people)
    results = two_reviewers_decide(people, monkeypatch, need, patience=0.5)
    assert {type(result) for result in results} == {Need, StaleState}
    assert NeedReview.objects.filter(source=Status.VERIFIED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_reviewers_decide(monkeypatch, settings):
    settings.TEST_SKIP_GUARDS = ["review"]
    people = factories.staff()
    need = handed_in(people)
    results = two_reviewers_decide(people, monkeypatch, need, patience=60)
    assert {type(result) for result in results} == {Need}, "the control saw no harm"
    assert NeedReview.objects.filter(source=Status.VERIFIED).count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_page_answers_409_to_the_second_of_two_at_once(monkeypatch):
    people = factories.staff()
    need = handed_in(people)
    second = factories.officer("township_manager", factories.TOWN)
    clients = []
    for person in (people.township, second):
        client = Client()
        client.force_login(person, backend="accounts.backends.AccountBackend")
        clients.append(client)
    barrier = threading.Barrier(2)

    def decide(client):
        barrier.wait(timeout=60)
        return client.post(f"/office/needs/{need.pk}/check/", {"comment": "两个人同时写的意见"})

    answers = at_once(*(lambda client=client: decide(client) for client in clients))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    refused = next(answer for answer in answers if answer.status_code == 409).content.decode()
    assert "两个人同时写的意见" in refused
    assert "最近一次办理" in refused
