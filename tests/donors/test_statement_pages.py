"""The charity's pages of bank statements, and who does not get in."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from donors.models import CharityAccount, Pledge, Statement, StatementLine
from donors.services import matching, statements
from needs.models import Need
from tests import factories
from tests.donors import bank_files
from tests.factories import Staff

pytestmark = pytest.mark.django_db
HOME = "/office/statements/"


@pytest.fixture
def account(people: Staff) -> CharityAccount:
    return factories.charity_account()


@pytest.fixture
def need(people: Staff, account: CharityAccount) -> Need:
    return factories.published_need(people)


@pytest.fixture
def finance(people: Staff, as_user) -> Client:
    return as_user(people.charity)


def sent(account: CharityAccount, *lines: tuple[str, str, str], day: str = "2026-11-20") -> dict[str, object]:
    data = bank_files.as_csv(bank_files.credits(account.number, *lines, day=day))
    return {"account": account.pk, "file": SimpleUploadedFile("流水.csv", data)}


def open_lines(
    people: Staff, account: CharityAccount, count: int, day: str = "2026-11-20"
) -> list[StatementLine]:
    rows = bank_files.credits(account.number, *[("捐款", "10.00", "王测试")] * count, day=day)
    source = io.BytesIO(bank_files.as_csv(rows))
    made = statements.upload(actor=people.charity, account=account, file_name="a.csv", source=source)
    statements.confirm(actor=people.charity, statement=made)
    matching.match_due()
    return list(StatementLine.objects.filter(account=account))


def test_a_statement_goes_from_upload_over_the_preview_to_received(finance, account, need, donor):
    pledge = factories.money_pledge(donor, need, 200_00)
    answer = finance.post(
        HOME, sent(account, (pledge.reference, "200.00", "李爱心"), ("", "-5.00", "手续费"))
    )
    made = Statement.objects.get()
    assert answer.url == made.get_absolute_url()
    page = finance.get(answer.url).content.decode()
    assert "确认导入" in page
    assert "1 笔，200 元" in page
    assert not StatementLine.objects.exists()
    assert finance.post(reverse("donors:statement-confirm", args=[made.pk])).status_code == 302
    matching.match_due()
    pledge.refresh_from_db()
    assert pledge.status == "received"
    assert "已导入" in finance.get(answer.url).content.decode()
    assert finance.post(reverse("donors:statement-confirm", args=[made.pk])).status_code == 409
    again = finance.post(HOME, sent(account, (pledge.reference, "200.00", "李爱心"), ("", "-5.00", "手续费")))
    assert again.url == made.get_absolute_url()


def test_a_discarded_file_leaves_nothing(finance, account):
    finance.post(HOME, sent(account, ("", "10.00", "王测试")))
    made = Statement.objects.get()
    assert finance.post(reverse("donors:statement-discard", args=[made.pk])).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.content, StatementLine.objects.count()) == ("discarded", None, 0)


def test_a_wrong_file_is_answered_beside_the_field(finance, account):
    answer = finance.post(
        HOME, sent(CharityAccount(pk=account.pk, number="6200000000999999"), ("", "1.00", "王"))
    )
    assert answer.status_code == 400
    assert "尾号 9999" in answer.content.decode()


def test_a_line_is_matched_by_hand_settled_and_undone(finance, people, account, need, donor):
    pledge = factories.money_pledge(donor, need, 8_00)
    (line,) = open_lines(people, account, 1)
    page = finance.get(line.get_absolute_url()).content.decode()
    assert "王**" in page
    assert "王测试" not in page
    act = {
        name: reverse("donors:statement-act", args=[line.pk, name]) for name in ("match", "settle", "undo")
    }
    assert finance.post(act["match"], {"reference": "FPNOTHING2"}).status_code == 400
    assert finance.post(act["match"], {"reference": pledge.reference.lower()}).status_code == 302
    assert finance.post(act["settle"], {"purpose": "other", "note": ""}).status_code == 400
    assert finance.post(act["settle"], {"purpose": "other", "note": "电话里同意"}).status_code == 302
    assert finance.post(act["settle"], {"purpose": "other", "note": "电话里同意"}).status_code == 409
    for _ in range(2):
        assert finance.post(act["undo"], {"reason": "对错了一行"}).status_code == 302
    assert finance.post(act["undo"], {"reason": "对错了一行"}).status_code == 409
    line.refresh_from_db()
    assert (line.state, line.settled_fen, Pledge.objects.get(pk=pledge.pk).status) == ("open", 0, "pledged")


def test_promises_of_the_same_amount_are_offered_the_same_name_first(finance, people, account, need):
    factories.money_pledge(factories.user("李爱心"), need, 10_00)
    same = factories.money_pledge(factories.user("王测试"), need, 10_00)
    (line,) = open_lines(people, account, 1)
    rows = finance.get(line.get_absolute_url()).context["likely"]
    assert [row["same_name"] for row in rows] == [True, False]
    assert rows[0]["pledge"] == same


def test_strangers_find_nothing(people, other_county, account, as_user, donor):
    (line,) = open_lines(people, account, 1)
    made = Statement.objects.get()
    pages = [HOME, made.get_absolute_url(), line.get_absolute_url(), reverse("donors:statement-lines")]
    for url in pages:
        assert Client().get(url).status_code == 302
        assert as_user(donor).get(url).status_code == 404
        if url != HOME:
            assert as_user(people.county).get(url).status_code == 403
    # Under the same address others find the statements of their subsidies.
    assert made.get_absolute_url() not in as_user(people.county).get(HOME).content.decode()
    other = as_user(other_county.charity)
    assert [other.get(url).status_code for url in pages] == [200, 404, 404, 200]
    assert other.post(reverse("donors:statement-act", args=[line.pk, "settle"])).status_code == 404
    assert "流水" in other.get(pages[3]).content.decode()
    assert not other.get(pages[3]).context["rows"]
    assert other.post(HOME, sent(account, ("", "10.00", "王测试"), day="2026-11-21")).status_code == 400


def test_the_lists_cost_the_same_for_one_line_and_for_three(finance, people, account):
    counts = []
    for day, lines in (("2026-11-19", 1), ("2026-11-20", 2)):
        open_lines(people, account, lines, day)
        for url in (HOME, reverse("donors:statement-lines"), "/office/"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert finance.get(url).status_code == 200
            counts.append(len(queries))
    assert counts[:3] == counts[3:]


def test_lines_that_waited_too_long_are_marked(finance, people, account):
    (line,) = open_lines(people, account, 1)
    url = reverse("donors:statement-lines")
    assert "超过 3 个工作日</strong>" not in finance.get(url).content.decode()
    StatementLine.objects.filter(pk=line.pk).update(created_at="2026-01-01T00:00:00Z")
    assert "超过 3 个工作日</strong>" in finance.get(url).content.decode()
    assert finance.get(f"{url}?state=nonsense").status_code == 404


def test_the_charity_refunds_and_takes_a_receipt_back_on_the_pledges_page(
    finance, people, need, donor, as_user
):
    first, second = (factories.received_pledge(donor, need, people) for _ in range(2))
    page = finance.get(first.get_absolute_url()).content.decode()
    assert "撤销到账登记" in page
    assert "撤销到账登记" not in as_user(donor).get(first.get_absolute_url()).content.decode()
    url = reverse("donors:pledge-act", args=[first.pk, "refund"])
    assert as_user(donor).post(url, {"reason": "想要回来"}).status_code in (403, 409)
    assert finance.post(url, {"reason": ""}).status_code == 400
    assert finance.post(url, {"reason": "求助人不再需要"}).status_code == 302
    assert finance.post(url, {"reason": "求助人不再需要"}).status_code == 409
    assert (
        finance.post(
            reverse("donors:pledge-act", args=[second.pk, "undo"]), {"reason": "看错了一行"}
        ).status_code
        == 302
    )
    assert set(Pledge.objects.values_list("status", flat=True)) == {"refunded", "pledged"}
    assert "求助人不再需要" in as_user(donor).get(first.get_absolute_url()).content.decode()


def test_a_file_that_does_not_say_what_went_out_is_warned_about_before_it_is_taken_in(finance, account):
    one_way = "交易日期,金额,对方户名\n2026-11-20,200.00,李爱心\n2026-11-21,300.00,某超市\n"
    sheet = SimpleUploadedFile("流水.csv", one_way.encode("gb18030"))
    page = finance.post(HOME, {"account": account.pk, "file": sheet}, follow=True).content.decode()
    assert "文件里没有写收入还是支出" in page
    told = finance.post(HOME, sent(account, ("", "200.00", "李爱心"), ("", "-5.00", "手续费")), follow=True)
    assert "文件里没有写收入还是支出" not in told.content.decode()
