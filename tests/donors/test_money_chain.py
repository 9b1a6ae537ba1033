"""Money through the pages: an account changes, a gift, the statement, a list for the bank, the certificate."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from accounts.enums import Role
from donors.models import AccountChange, PayoutBatch, Pledge, Statement
from donors.services import certificates, matching
from fupin.lib.clock import today
from tests import factories
from tests.donors import bank_files

pytestmark = pytest.mark.django_db
BANK = {"charity": "祁东县慈善会（演示）", "bank": "演示银行城北支行", "number": "6200000000990001"}


def test_money_goes_its_whole_way_through_the_pages(people, donor, as_user):
    account = factories.charity_account()
    home = factories.bank_account(
        people, factories.household(people.village, account=factories.user("张测试"))
    )
    need = factories.published_need(people, home)
    county, second, charity, giver = (
        as_user(person)
        for person in (
            people.county,
            factories.officer(Role.COUNTY_ADMIN, factories.QIDONG),
            people.charity,
            donor,
        )
    )

    # The county's two people change the payee.
    asked = {**BANK, "note": "新开户证明原件已核对"}
    assert county.post(reverse("donors:account-propose", args=[account.pk, "bank"]), asked).status_code == 302
    change = AccountChange.objects.get()
    assert change.charity in second.get("/office/").content.decode()
    act = reverse("donors:account-act", args=[change.pk, "approve"])
    assert second.post(act, {"number": BANK["number"]}).status_code == 302

    # A donor promises, reads the new number, declares the transfer.
    promise = {"amount": "200", "display": "named", "key": "a" * 32}
    url = giver.post(f"/needs/{need.pk}/pledge/?form=money", promise).url
    assert BANK["number"] in giver.get(url).content.decode()
    assert giver.post(f"{url}pay/", {"bank_note": ""}).status_code == 302
    pledge = Pledge.objects.get()

    # The bank's statement of the new account.
    _bring(charity, BANK["number"], account.pk, (pledge.reference, "200.00", "李爱心"))
    assert "等拨付" in charity.get("/office/").content.decode()

    # One list for the bank; its line comes back with the next statement.
    key = charity.get("/office/payouts/").context["rows"][0]["key"]
    charity.post("/office/payouts/", {"chosen": [key]})
    payout = PayoutBatch.objects.get().payouts.get()
    _bring(charity, BANK["number"], account.pk, (payout.number, "-200.00", "张测试"), opening=1200)
    assert "银行转账到家庭账户" in giver.get(url).content.decode()

    # The household confirms, the certificate goes out, and everything adds up.
    household = as_user(home.account)
    assert household.post(f"{url}receive/", {"outcome": "complete", "note": ""}).status_code == 302
    certificates.issue_due()
    token = pledge.certificates.get().token
    assert f"/c/{token}/" in giver.get(url).content.decode()
    assert "有效" in giver.get(f"/c/{token}/").content.decode()
    call_command("audit", "--fast")


def _bring(charity, number, account, *lines, opening=1000):
    day = f"{today()}"
    data = bank_files.as_csv(bank_files.credits(number, *lines, day=day, opening=opening))
    sent = {"account": account, "file": SimpleUploadedFile("流水.csv", data)}
    url = charity.post("/office/statements/", sent).url
    made = Statement.objects.order_by("-id")[0]
    assert charity.post(f"{url}confirm/").status_code == 302
    matching.match_due()
    assert made.lines.get().state == "settled"
