"""The pages of quotas and closed months: who sees what, and that each form does what it says."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Appointment, Region
from grid.models import ClosedMonth, QuotaResult, QuotaRule, SubsidyRate, ZeroReport
from grid.quota_enums import Appraised
from grid.services import closings, months, quotas
from needs.services import drafts, review
from tests import factories
from tests.grid.test_months import county as county
from tests.grid.test_months import month_back

pytestmark = pytest.mark.django_db
RULE = {
    "role": Role.VILLAGE_OFFICER, "villages": "all", "kinds": ["medical"], "monthly": "3", "at_start": "0",
    "due_day": "25", "valid_from": "2026-12", "clause": "衡阳方案 三（二）",
}  # fmt: skip


def handed_in_now(people):
    need = drafts.create_draft(
        actor=people.village, household=factories.household(people.village), content=factories.content()
    )
    return review.submit(actor=people.village, need=need)


def test_officer_reads_the_month_need_by_need_and_signs_a_zero_report(people, county, as_user):
    need = handed_in_now(people)
    browser = as_user(people.village)
    page = browser.get("/office/quotas/").content.decode()
    assert need.title in page
    assert "计 1 条" in page
    assert "还差 1 条" in page
    post = people.village.appointments.get()
    sent = {"post": post.pk, "month": f"{month_back(1):%Y-%m}", "reason": "走访了三十户，没有新的困难"}
    assert browser.post("/office/quotas/", sent).status_code == 302
    assert ZeroReport.objects.get().appointment == post


def test_zero_report_with_too_few_words_is_refused_and_keeps_what_was_typed(people, county, as_user):
    post = people.village.appointments.get()
    sent = {"post": post.pk, "month": f"{month_back(1):%Y-%m}", "reason": "无"}
    answer = as_user(people.village).post("/office/quotas/", sent)
    assert answer.status_code == 400
    assert "请写明原因" in answer.content.decode()


def test_area_shows_every_post_and_a_foreign_county_nothing(people, other_county, county, as_user):
    page = as_user(people.township).get("/office/quotas/area/").content.decode()
    assert people.village.get_full_name() in page
    assert (
        as_user(other_county.county).get(f"/office/quotas/area/?region={factories.TOWN}").status_code == 404
    )
    assert as_user(people.village).get("/office/quotas/area/").status_code == 403


def test_city_chooses_the_county_first(people, county, as_user):
    city = factories.officer("city_office", factories.HENGYANG)
    page = as_user(city).get("/office/quotas/area/").content.decode()
    assert f'href="/office/quotas/area/?region={factories.QIDONG}"' in page
    assert as_user(city).get(f"/office/quotas/area/?region={factories.QIDONG}").status_code == 200
    assert as_user(city).get(f"/office/quotas/area/?region={factories.HUNAN}").status_code == 404


def test_area_asks_as_often_for_many_posts_as_for_one(people, county, as_user, django_assert_max_num_queries):
    for _ in range(4):
        factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_2)
    Appointment.objects.update(starts_on=month_back(2))
    browser = as_user(people.county)
    with django_assert_max_num_queries(22):
        assert browser.get("/office/quotas/area/").status_code == 200


def test_result_is_verified_objected_to_and_decided_on_its_page(people, county, as_user):
    result = months.close(county, month_back(1)).results.get()
    url = reverse("grid:quota-result", args=[result.pk])
    assert as_user(people.township).post(url, {"step": "verify", "note": ""}).status_code == 302
    assert (
        as_user(people.village).post(url, {"step": "object", "note": "有一条没有提交成功"}).status_code == 302
    )
    refused = as_user(people.county).post(url, {"step": "decide", "note": ""})
    assert refused.status_code == 400
    assert as_user(people.county).post(url, {"step": "decide", "note": "查过，维持原结果"}).status_code == 302
    assert QuotaResult.objects.get().status == Appraised.DECIDED
    assert "查过，维持原结果" in as_user(people.village).get(url).content.decode()


@pytest.mark.parametrize("role", [Role.DEPARTMENT_OFFICER, Role.LEADER])
def test_the_second_office_reads_the_chain_and_decides_nothing(people, county, as_user, role):
    """报区综治办、区扶贫办: it sees each result with where it stands, never a family's own words."""
    need = handed_in_now(people)
    result = months.close(county, month_back(1)).results.get()
    QuotaResult.objects.filter(pk=result.pk).update(needs=[need.pk])
    quotas.verify(actor=people.township, result=result, note="对照记录，属实")
    url = reverse("grid:quota-result", args=[result.pk])
    office = as_user(factories.officer(role, factories.QIDONG))
    area = f"/office/quotas/area/?region={county.code}&month={month_back(1):%Y-%m}"
    listed = office.get(area).content.decode()
    assert url in listed
    assert "待县级审定" in listed
    page = office.get(url).content.decode()
    assert "对照记录，属实" in page
    assert need.get_kind_display() in page
    assert need.title not in page
    assert f"/office/needs/{need.pk}/" not in page
    assert office.post(url, {"step": "decide", "note": "同意"}).status_code == 403
    assert QuotaResult.objects.get().status == Appraised.VERIFIED
    assert need.title in as_user(people.village).get(url).content.decode()
    elsewhere = factories.officer(role, factories.HENGNAN)
    assert as_user(elsewhere).get(url).status_code == 404


def test_result_of_somebody_else_is_not_found_by_a_colleague(people, county, as_user):
    result = months.close(county, month_back(1)).results.get()
    colleague = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE)
    assert as_user(colleague).get(reverse("grid:quota-result", args=[result.pk])).status_code == 404


def test_county_sets_a_rule_and_a_rate_and_ends_them(people, as_user):
    browser = as_user(people.county)
    assert browser.post("/office/quotas/rules/new/", RULE).status_code == 302
    rate = {
        "name": "通信费补贴", "role": Role.VILLAGE_OFFICER, "fen": "50", "basis": "work", "valid_from": "2026-12",
        "clause": "武扶组办〔2018〕10号 二4",
    }  # fmt: skip
    assert browser.post("/office/quotas/rates/new/", rate).status_code == 302
    assert (QuotaRule.objects.get().monthly, SubsidyRate.objects.get().fen) == (3, 5000)
    url = reverse("grid:quota-rule-end", args=[QuotaRule.objects.get().pk])
    assert browser.post(url, {"month": "2026-11"}).status_code == 400
    assert browser.post(url, {"month": "2027-01"}).status_code == 302
    assert browser.post(url, {"month": "2027-02"}).status_code == 409
    assert "到 2027 年 1 月" in browser.get("/office/quotas/rules/").content.decode()


@pytest.mark.parametrize(
    "change", [{"valid_from": "2026-13"}, {"monthly": "-1"}, {"kinds": ["gold"]}, {"clause": ""}]
)
def test_bad_rule_is_refused_beside_its_field(people, as_user, change):
    answer = as_user(people.county).post("/office/quotas/rules/new/", RULE | change)
    assert answer.status_code == 400
    assert not QuotaRule.objects.exists()


def test_county_closes_the_month_and_gets_the_payment_sheet(people, county, as_user):
    browser = as_user(people.county)
    assert "现在结账" in browser.get("/office/months/").content.decode()
    sent = {"region": county.code, "month": f"{month_back(1):%Y-%m}"}
    assert browser.post("/office/months/close/", sent).status_code == 302
    closings.run_waiting()
    closed = ClosedMonth.objects.get()
    sheet = browser.get(reverse("grid:month-payments", args=[closed.pk]))
    assert sheet.content[:2] == b"PK"
    assert as_user(people.township).get(reverse("grid:month-payments", args=[closed.pk])).status_code == 403
    assert "看各岗位" in browser.get("/office/months/").content.decode()


def test_foreign_county_neither_closes_nor_reads_the_month(people, other_county, county, as_user):
    closed = months.close(county, month_back(1))
    browser = as_user(other_county.county)
    sent = {"region": county.code, "month": f"{month_back(2):%Y-%m}"}
    assert browser.post("/office/months/close/", sent).status_code == 404
    assert browser.get(reverse("grid:month-payments", args=[closed.pk])).status_code == 404


def test_city_rule_holds_until_the_county_has_one_of_its_own(people, county, as_user):
    city = factories.officer(Role.CITY_OFFICE, factories.HENGYANG)
    rule = quotas.RuleInput(
        role=Role.TOWNSHIP_MANAGER, villages="other", kinds=["medical"], kinds_everywhere=["care"], at_start=0,
        monthly=10, monthly_most=None, due_day=25, valid_from=month_back(1), clause="衡阳方案",
    )  # fmt: skip
    quotas.set_rule(actor=city, region=Region.objects.get(code=factories.HENGYANG), rule=rule)
    rows = {row.post.role: row.expected for row in months.count(county, month_back(1)).tallies}
    assert rows == {Role.VILLAGE_OFFICER: 2, Role.TOWNSHIP_MANAGER: 10}
