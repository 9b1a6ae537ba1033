"""The inbox, the pledges of the office, the charity's receipts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import User
from donors.enums import PledgeStatus
from donors.services import steps
from fupin.lib.clock import now, today
from needs.models import Need
from needs.services import drafts, review
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def text_of(answer: Any) -> str:
    return answer.content.decode()


def handed_in(people: factories.Staff, **changes: object) -> Need:
    home = factories.household(people.village)
    need = drafts.create_draft(actor=people.village, household=home, content=factories.content(**changes))
    return review.submit(actor=people.village, need=need)


def test_the_inbox_is_for_people_with_a_post(client: Client, donor: User, as_user: As) -> None:
    assert client.get("/office/")["Location"].startswith("/accounts/enter/")
    assert as_user(donor).get("/office/").status_code == 404


def test_an_empty_inbox_says_so_kindly(people: factories.Staff, as_user: As) -> None:
    for person in (people.village, people.township, people.county, people.charity):
        assert "都办完了" in text_of(as_user(person).get("/office/"))


def test_each_gate_sees_what_waits_for_it_and_nobody_elses(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    need = handed_in(people)
    page = text_of(as_user(people.township).get("/office/"))
    assert need.title in page
    assert "您负责检查" in page
    assert f"/office/needs/{need.pk}/" in page
    for person in (people.village, people.charity, other_county.township, other_county.county):
        assert need.title not in text_of(as_user(person).get("/office/"))


def test_long_waiting_needs_come_first_and_are_marked(people: factories.Staff, as_user: As) -> None:
    handed_in(people, title="刚刚提交的求助")
    old = handed_in(people, title="等了很久的求助")
    Need.objects.filter(pk=old.pk).update(waiting_since=now() - timedelta(days=8))
    page = text_of(as_user(people.township).get("/office/"))
    assert page.index("等了很久的求助") < page.index("刚刚提交的求助")
    assert "inbox__row--late" in page
    assert "已等 8 天" in page


def test_a_returned_need_waits_for_its_author(people: factories.Staff, as_user: As) -> None:
    need = handed_in(people)
    review.send_back(actor=people.township, need=need, reason="unclear", comment="请补充")
    assert "被退回" in text_of(as_user(people.village).get("/office/"))


def test_the_charity_reconciles_and_pays_out_row_by_row(
    people: factories.Staff, donor: User, as_user: As
) -> None:
    factories.charity_account()
    pledge = factories.money_pledge(donor, factories.published_need(people))
    steps.pay(actor=donor, pledge=pledge, bank_note="李某转")
    client = as_user(people.charity)
    assert pledge.reference in text_of(client.get("/office/"))
    page = text_of(client.get("/office/receipts/"))
    assert "李某转" in page
    assert f'action="/pledges/{pledge.pk}/receive/"' in page
    assert client.post(f"/pledges/{pledge.pk}/receive/").status_code == 302
    record = f"/office/payouts/new/?pledge={pledge.pk}"
    assert f'href="{record}"' in text_of(client.get("/office/receipts/?status=received"))
    factories.bank_account(people, pledge.need.household)
    sent = {"gifts": [str(pledge.pk)], "method": "bank", "paid_on": f"{today()}"}
    assert client.post(record, sent).status_code == 302
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.DELIVERED
    assert pledge.reference in text_of(as_user(people.village).get("/office/pledges/?status=delivered"))


def test_a_receipt_is_found_by_the_number_on_the_slip(
    people: factories.Staff, donor: User, as_user: As
) -> None:
    factories.charity_account()
    need = factories.published_need(people)
    wanted, other = factories.money_pledge(donor, need), factories.money_pledge(donor, need)
    page = text_of(as_user(people.charity).get("/office/receipts/", {"q": f" {wanted.reference.lower()}"}))
    assert wanted.reference in page
    assert other.reference not in page


def test_receipts_and_pledges_of_another_county_stay_there(
    people: factories.Staff, other_county: factories.Staff, donor: User, as_user: As
) -> None:
    factories.charity_account()
    pledge = factories.money_pledge(donor, factories.published_need(people))
    for path in ("/office/receipts/?status=pledged", "/office/pledges/"):
        assert pledge.reference not in text_of(as_user(other_county.charity).get(path))
    assert as_user(people.village).get("/office/receipts/").status_code == 403
    assert as_user(donor).get("/office/receipts/").status_code == 404


def test_what_arrived_waits_for_the_village_to_confirm(
    people: factories.Staff, donor: User, as_user: As
) -> None:
    factories.charity_account()
    pledge = factories.received_pledge(donor, factories.published_need(people), people)
    page = text_of(as_user(people.village).get("/office/"))
    assert "等确认收到的帮助" in page
    assert f"/pledges/{pledge.pk}/" in page


def test_the_inbox_asks_the_same_number_of_questions_at_one_row_and_three(
    people: factories.Staff, donor: User, as_user: As
) -> None:
    factories.charity_account()
    clients = [as_user(person) for person in (people.township, people.charity, people.village)]
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            handed_in(people)
            need = factories.published_need(people)
            steps.pay(actor=donor, pledge=factories.money_pledge(donor, need))
            factories.received_pledge(donor, need, people)
        asked = []
        for client in clients:
            with CaptureQueriesContext(connection) as caught:
                client.get("/office/")
            asked.append(len(caught))
        counts.append(asked)
    assert counts[0] == counts[1]


def test_who_reads_figures_finds_masked_rows_in_the_office_lists(
    people: factories.Staff, as_user: As
) -> None:
    factories.published_need(people)
    client = as_user(factories.officer(Role.LEADER, factories.HENGYANG))
    for path in ("/office/households/", "/office/needs/", "/office/pledges/"):
        opened = client.get(f"{path}?region={factories.QIDONG}")
        assert opened.status_code == 200
        assert "张测试" not in text_of(opened)


def test_no_door_leads_a_reader_to_a_page_that_is_always_empty(people: factories.Staff, as_user: As) -> None:
    leader = factories.officer(Role.LEADER, factories.QIDONG, "领导")
    desk = factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG, "经办人")
    doors = {
        name: text_of(as_user(person).get("/office/"))
        for name, person in (("leader", leader), ("desk", desk), ("county", people.county))
    }
    shown = {
        word: {name for name, page in doors.items() if f'href="{url}"' in page}
        for word, url in (
            ("派单", "/office/orders/"),
            ("部门预警", "/office/warnings/"),
            ("督查", "/office/inspections/"),
        )
    }
    assert shown == {"派单": {"desk", "county"}, "部门预警": {"desk", "county"}, "督查": {"county"}}
