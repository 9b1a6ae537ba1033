"""Taking back the consent to publish: at once and everywhere, by the household or for it; and giving it again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts.invariants import REGISTRY
from accounts.models import AuditEntry, Message, Region, User
from donors.services import taken_down
from fupin.lib.clock import now, shifted
from fupin.lib.errors import Conflict, NotAllowed
from needs import invariants  # noqa: F401
from needs.models import Household, HouseholdReport, Need, NeedPhoto, NeedProgress
from needs.services import campaigns, consents, drafts, household_reports, publication, review
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
WITHDRAWAL = {"evidence": "signed_paper", "reason": "孩子不想让同学知道"}


@pytest.fixture
def owner(db: None) -> User:
    return factories.user("张测试")


@pytest.fixture
def home(people: factories.Staff, owner: User) -> Household:
    factories.charity_account()
    return factories.household(people.village, account=owner)


def url(home: Household, rest: str = "") -> str:
    return f"/office/households/{home.pk}/consents/{rest}"


def status_of(need: Need) -> str:
    return Need.objects.values_list("status", flat=True).get(pk=need.pk)


def pictured(need: Need, county: User) -> NeedPhoto:
    photo = NeedPhoto(need=need, sha256="0" * 64, uploaded_by=need.created_by, reviewed_by=county)
    photo.reviewed_at = need.published_at
    photo.file.save("photo.jpg", ContentFile(b"jpeg"), save=False)
    photo.save()
    return photo


def test_the_household_takes_it_back_and_no_need_of_it_is_public(
    people: factories.Staff, home: Household, owner: User, client: Client, as_user: As
) -> None:
    needs = [factories.published_need(people, home), factories.published_need(people, home, kind="medical")]
    others = factories.published_need(people)
    photo = pictured(needs[0], people.county)
    shown = f"/needs/{needs[0].pk}/photos/{photo.pk}.jpg"
    assert client.get(shown).status_code == 200
    page = as_user(owner).get("/apply/consent/").content.decode()
    assert "登记和求助完全自愿" in page
    assert as_user(owner).post("/apply/consent/withdraw/").status_code == 302
    assert [client.get(need.get_absolute_url()).status_code for need in needs] == [404, 404]
    assert client.get(shown).status_code == 404
    assert client.get(f"/api/v1/needs/{needs[0].pk}/").status_code == 404
    listed = client.get("/needs/").content.decode()
    assert (needs[0].get_absolute_url() in listed, others.get_absolute_url() in listed) == (False, True)
    assert AuditEntry.objects.get(action="consent.withdraw").changes["needs"] == [need.pk for need in needs]
    assert not list(REGISTRY["needs-consent"].violations())


def test_donors_who_only_promised_are_freed_and_money_received_stays(
    people: factories.Staff, home: Household, donor: User, as_user: As
) -> None:
    need = factories.published_need(people, home)
    promised = factories.money_pledge(donor, need)
    received = factories.received_pledge(factories.user("钱爱心"), need, people, 300_00)
    consents.withdraw(actor=people.village, household=home, **WITHDRAWAL)
    taken_down.settle_due()
    promised.refresh_from_db()
    received.refresh_from_db()
    assert (promised.status, received.status) == ("cancelled", "received")
    assert Message.objects.filter(user=received.donor, dedup_key__startswith="taken-down").count() == 1
    assert as_user(received.donor).get(received.get_absolute_url()).status_code == 200
    progress = NeedProgress.objects.get(need=need)
    assert (progress.pledged_fen, progress.received_fen, progress.is_open) == (300_00, 300_00, False)


def test_a_matched_need_and_a_fulfilled_one_disappear_too(people: factories.Staff, home: Household) -> None:
    matched, fulfilled = (factories.published_need(people, home, kind=kind) for kind in ("medical", "care"))
    review.move_by_system(matched, "match")
    review.move_by_system(review.move_by_system(fulfilled, "match"), "fulfil")
    assert consents.withdraw(actor=people.village, household=home, **WITHDRAWAL) == 2
    assert (status_of(matched), status_of(fulfilled)) == ("returned", "withdrawn")


def test_an_approval_for_a_later_date_does_not_come_true(people: factories.Staff, home: Household) -> None:
    need = drafts.create_draft(actor=people.village, household=home, content=factories.content())
    review.submit(actor=people.village, need=need)
    review.check(actor=people.township, need=need, comment="已电话核对")
    review.approve(actor=people.county, need=need, publish_at=now() + timedelta(hours=1))
    consents.withdraw(actor=people.village, household=home, **WITHDRAWAL)
    with shifted(timedelta(hours=2)):
        assert publication.publish_due() == 0
    with pytest.raises(Conflict):
        review.approve(actor=people.county, need=need)


def test_an_approval_for_a_campaign_ends_with_the_consent(people: factories.Staff, home: Household) -> None:
    need = drafts.create_draft(actor=people.village, household=home, content=factories.content())
    review.submit(actor=people.village, need=need)
    review.check(actor=people.township, need=need, comment="已电话核对")
    release = campaigns.CampaignInput(name="冬衣行动", release_at=now() + timedelta(days=1))
    campaign = campaigns.create(
        actor=people.county, region=Region.objects.get(code=factories.QIDONG), content=release
    )
    review.approve(actor=people.county, need=need, campaign=campaign)
    consents.withdraw(actor=people.village, household=home, **WITHDRAWAL)
    need = Need.objects.get(pk=need.pk)
    assert (need.status, need.publish_at, need.campaign) == ("checked", None, None)


def test_what_waits_for_a_new_consent_says_so_and_leads_there(
    people: factories.Staff, home: Household, owner: User, as_user: As
) -> None:
    need = factories.published_need(people, home)
    browser, door = as_user(people.village), f'href="/office/needs/{need.pk}/"'
    consents.withdraw(actor=people.village, household=home, **WITHDRAWAL)
    inbox = browser.get("/office/").content.decode()
    assert "没有公开同意，求助不能交" in inbox
    assert f'href="{url(home)}"' in inbox
    assert door not in inbox
    page = browser.get(f"/office/needs/{need.pk}/").content.decode()
    assert "现在不能提交" in page
    assert f'href="{url(home)}"' in page
    assert "/submit/" not in page
    assert "/withdraw/" in page
    assert "不能提交" in as_user(owner).get("/apply/").content.decode()
    consents.give(actor=people.village, household=home, evidence="signed_paper")
    inbox = browser.get("/office/").content.decode()
    assert "被退回，要补充" in inbox
    assert door in inbox
    assert "/submit/" in browser.get(f"/office/needs/{need.pk}/").content.decode()


def test_what_was_written_for_a_household_that_left_can_only_be_taken_back(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    factories.published_need(people, home)
    report = household_reports.report_ending(
        actor=people.village, household=home, kind="close", reason="已搬到外县"
    )
    household_reports.accept(actor=people.township, report=report)
    inbox = as_user(people.village).get("/office/").content.decode()
    assert "这户已经销户，求助不能再交" in inbox
    assert "去撤回" in inbox


def test_an_officer_takes_it_back_with_evidence_and_reason_and_the_household_hears(
    people: factories.Staff, home: Household, owner: User, as_user: As
) -> None:
    browser = as_user(people.village)
    assert browser.post(url(home, "withdraw/"), {"evidence": "", "reason": ""}).status_code == 400
    assert browser.post(url(home, "withdraw/"), {**WITHDRAWAL, "reason": "不"}).status_code == 400
    assert browser.post(url(home, "withdraw/"), WITHDRAWAL).status_code == 302
    assert browser.post(url(home, "withdraw/"), WITHDRAWAL).status_code == 409
    page = browser.get(url(home)).content.decode()
    assert "孩子不想让同学知道" in page
    assert "没有有效的公开同意" in page
    assert Message.objects.filter(user=owner, dedup_key__startswith="consent:").count() == 1


def test_new_consent_opens_the_gates_again_and_nothing_else(
    people: factories.Staff, home: Household, owner: User, as_user: As
) -> None:
    need = factories.published_need(people, home)
    as_user(owner).post("/apply/consent/withdraw/")
    with pytest.raises(Conflict):
        review.submit(actor=people.village, need=need)
    given = {"evidence": "signed_paper", "read": "on"}
    assert as_user(people.village).post(url(home, "new/"), {"evidence": "signed_paper"}).status_code == 400
    assert as_user(people.village).post(url(home, "new/"), given).status_code == 302
    assert as_user(people.village).post(url(home, "new/"), given).status_code == 409
    assert status_of(need) == "returned"
    review.submit(actor=people.village, need=need)
    review.check(actor=people.township, need=need, comment="已电话核对")
    review.approve(actor=people.county, need=need)
    assert status_of(need) == "published"
    assert home.consents.filter(kind="publish").count() == 2


def test_the_household_agrees_again_itself(home: Household, owner: User, as_user: As) -> None:
    browser = as_user(owner)
    browser.post("/apply/consent/withdraw/")
    assert not consents.in_force(home)
    browser.post("/apply/consent/give/")
    assert consents.in_force(home)
    assert home.consents.get(kind="publish", withdrawn_at=None).evidence == "own_account"


def test_only_the_household_and_its_officers_take_it_back(
    people: factories.Staff, other_county: factories.Staff, home: Household, donor: User, as_user: As
) -> None:
    for rest in ("", "withdraw/", "new/"):
        assert as_user(other_county.county).get(url(home, rest)).status_code == 404
        assert as_user(people.charity).get(url(home, rest)).status_code == 403
    assert as_user(other_county.county).post(url(home, "withdraw/"), WITHDRAWAL).status_code == 404
    for stranger in (donor, other_county.village, people.charity):
        with pytest.raises(NotAllowed):
            consents.withdraw(actor=stranger, household=home, **WITHDRAWAL)
    as_user(donor).post("/apply/consent/withdraw/")
    assert consents.in_force(home)


def test_a_household_that_no_longer_wants_to_be_registered_asks_for_it_itself(
    people: factories.Staff, home: Household, owner: User, client: Client, as_user: As
) -> None:
    need, browser = factories.published_need(people, home), as_user(owner)
    assert "申请销户" in browser.get("/apply/consent/").content.decode()
    for _ in range(2):
        assert browser.post("/apply/consent/leave/").status_code == 302
    report = HouseholdReport.objects.get()
    assert (report.kind, report.state, report.evidence) == ("close", "open", "own_account")
    assert client.get(need.get_absolute_url()).status_code == 404
    assert home.consents.get(withdrawn_at=None).kind == "register"
    page = browser.get("/apply/consent/").content.decode()
    assert "等乡镇决定" in page
    assert "申请销户" not in page
    household_reports.accept(actor=people.township, report=report)
    assert not home.consents.filter(withdrawn_at=None).exists()
    assert "已经销户" in browser.get("/apply/consent/").content.decode()
    told = Message.objects.get(dedup_key=f"household-report:{report.pk}")
    assert (told.user, told.link) == (owner, "/apply/consent/")
    assert not list(REGISTRY["needs-minors"].violations())


def test_a_household_may_think_better_of_leaving_until_the_township_decided(
    people: factories.Staff, home: Household, owner: User, as_user: As
) -> None:
    browser = as_user(owner)
    browser.post("/apply/consent/leave/")
    browser.post("/apply/consent/stay/")
    assert HouseholdReport.objects.get().state == "withdrawn"
    assert "申请销户" in browser.get("/apply/consent/").content.decode()
    browser.post("/apply/consent/leave/")
    report = HouseholdReport.objects.get(state="open")
    household_reports.refuse(actor=people.township, report=report, comment="请先办完在途的善款")
    browser.post("/apply/consent/stay/")
    report.refresh_from_db()
    assert report.state == "refused"


def test_an_officer_hands_in_the_wish_to_leave_with_evidence_and_the_township_decides(
    people: factories.Staff, other_county: factories.Staff, home: Household, donor: User, as_user: As
) -> None:
    village, wish = as_user(people.village), {**WITHDRAWAL, "reason": "全家搬到外地打工"}
    assert url(home, "leave/") in village.get(url(home)).content.decode()
    assert village.post(url(home, "leave/"), {"evidence": "", "reason": ""}).status_code == 400
    assert village.post(url(home, "leave/"), wish).status_code == 302
    assert village.post(url(home, "leave/"), wish).status_code == 409
    waiting = village.get(url(home)).content.decode()
    assert "等乡镇决定" in waiting
    assert url(home, "new/") not in waiting
    report = HouseholdReport.objects.get()
    page = as_user(people.township).get(f"/office/households/reports/{report.pk}/").content.decode()
    assert "全家搬到外地打工" in page
    assert "本户怎样提出的" in page
    assert AuditEntry.objects.filter(action="household.report").count() == 1
    assert as_user(other_county.county).post(url(home, "leave/"), wish).status_code == 404
    for stranger in (donor, other_county.village, people.charity):
        with pytest.raises(NotAllowed):
            household_reports.report_leaving(actor=stranger, household=home, **wish)
