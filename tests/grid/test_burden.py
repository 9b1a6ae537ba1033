"""The burden meter: minutes by form, what lies open, fields nobody fills in, and what officers say of it (B16)."""

from datetime import timedelta

import pytest
from django.db.models import F

from accounts.models import Region
from accounts.services import audit
from fupin.lib.clock import month_of, today
from grid.models import Assignment, Problem
from grid.queries import burden
from grid.services import assignments, figures, problems
from grid.services.assignments import Given
from needs.models import Household, Need
from needs.services import drafts, review
from tests import factories

pytestmark = pytest.mark.django_db
THIS = month_of(today())


def county():
    return Region.objects.get(pk=factories.QIDONG)


def by_field(form):
    return {
        row.label: (row.filled, row.total) for row in burden.usage(county(), THIS, THIS) if row.form == form
    }


def test_share_of_filled_in_fields_is_counted_over_the_forms_of_the_months(people, other_county):
    for number in range(6):
        factories.household(people.village)
        if number == 0:
            Household.objects.update(phone=None, address=None, focus=["exam"], situation=None)
    factories.household(other_county.village, code=factories.VILLAGE_OTHER)
    filled = Household.objects.filter(region=factories.VILLAGE)
    wanted = {
        "联系电话": filled.filter(phone__isnull=False).count(),
        "详细住址": filled.filter(address__isnull=False).count(),
        "重点情况": filled.exclude(focus=[]).count(),
    }
    assert wanted["重点情况"] >= 1
    found = by_field("登记家庭")
    assert {label: found[label] for label in wanted} == {label: (count, 6) for label, count in wanted.items()}
    filled.update(situation=None)
    unused = [row.label for row in burden.usage(county(), THIS, THIS) if row.is_unused]
    assert "家庭情况" in unused
    filled.filter(pk=filled.first().pk).update(created_at=F("created_at") - timedelta(days=100))
    assert by_field("登记家庭")["联系电话"][1] == 5


def test_few_forms_prove_nothing(people):
    factories.household(people.village)
    assert not [row for row in burden.usage(county(), THIS, THIS) if row.is_unused]


def test_optional_questions_of_a_kind_are_counted_over_its_needs(people):
    for number in range(5):
        content = factories.content(
            title=f"求助之{number}", story=f"{factories.STORY}第{number}户。", kind="education"
        )
        home = factories.household(people.village)
        review.submit(
            actor=people.village,
            need=drafts.create_draft(actor=people.village, household=home, content=content),
        )
    Need.objects.update(details={})
    found = by_field("求助：教育")
    assert found
    assert set(found.values()) == {(0, 5)}
    label = next(iter(found))
    key = next(field.key for field in burden.FIELDS["education"] if field.label == label)
    Need.objects.filter(pk=Need.objects.first().pk).update(details={key: ["primary"], "other": ""})
    assert by_field("求助：教育")[label] == (1, 5)


def test_open_forms_and_duties_are_counted_with_what_is_late(people, other_county):
    assert burden.open_forms(county()) == []
    for staff, code in ((people, factories.VILLAGE), (other_county, factories.VILLAGE_OTHER)):
        home = factories.household(staff.village, code=code)
        drafts.create_draft(actor=staff.village, household=home, content=factories.content())
    post = people.township.appointments.get()
    assignments.give(actor=people.township, post=post, content=Given("排查危旧房屋", "", 3, "户", today()))
    Assignment.objects.update(due_on=today() - timedelta(days=1))
    found = {row.label: (row.count, row.late) for row in burden.open_forms(county())}
    assert found == {"写了没提交的求助": (1, 0), "工作任务": (1, 1)}


def test_an_officer_says_that_a_form_is_needless_and_the_county_reads_it(people, as_user):
    browser = as_user(people.village)
    assert "?kind=burden" in browser.get("/office/tasks/").content.decode()
    page = browser.get("/office/problems/new/?kind=burden").content.decode()
    assert page.count("checked") == 1
    sent = {"kind": "burden", "title": "走访表里的照片没有必要", "text": "每户每月都拍，没有人看。"}
    assert browser.post("/office/problems/new/", sent).status_code == 302
    assert Problem.objects.get().kind == "burden"
    page = as_user(people.county).get(f"/dashboard/burden/?region={factories.QIDONG}").content.decode()
    assert "走访表里的照片没有必要" in page
    problems.report(
        actor=people.village,
        post=people.village.appointments.get(),
        content=problems.Report("technical", "照片传不上去", "在村里上传照片总是失败。"),
    )
    assert [row.title for row in burden.complaints(county(), THIS)] == ["走访表里的照片没有必要"]


def test_the_page_sums_minutes_by_form_and_by_place(people, as_user):
    for _ in range(2):
        factories.household(people.village)
    while audit.seal():
        pass
    figures.refresh()
    month = f"{THIS:%Y-%m}"
    page = as_user(people.county).get(f"/dashboard/burden/?region={factories.QIDONG}&month={month}")
    text = page.content.decode()
    assert "登记家庭" in text
    row = next(cells for cells in page.context["forms"] if cells[0]["value"] == "登记家庭")
    assert [cell["value"] for cell in row] == ["登记家庭", "2", 15, "0.5"]
    town = next(cells for cells in page.context["places"] if cells[0]["value"] != "")
    assert [cell["value"] for cell in town][1:3] == ["2", "2"]  # township and village officer
    assert "填报负担" in as_user(people.county).get("/dashboard/").content.decode()


def test_every_level_reads_its_own_and_a_foreign_county_nothing(people, other_county, as_user):
    for reader, code in ((people.township, factories.TOWN), (people.county, factories.QIDONG)):
        assert as_user(reader).get(f"/dashboard/burden/?region={code}").status_code == 200
    assert (
        as_user(other_county.county).get(f"/dashboard/burden/?region={factories.QIDONG}").status_code == 404
    )
    assert as_user(people.village).get("/dashboard/burden/").status_code == 403
    city = factories.officer("city_office", factories.HENGYANG)
    page = as_user(city).get(f"/dashboard/burden/?region={factories.HENGYANG}").content.decode()
    assert "请点到县" in page


def test_the_page_asks_as_often_for_many_rows(people, as_user, django_assert_max_num_queries):
    for number in range(4):
        factories.household(people.village)
        problems.report(
            actor=people.village,
            post=people.village.appointments.get(),
            content=problems.Report("burden", f"表格之{number}没有必要", "每月都填，没有人看。"),
        )
    browser = as_user(people.county)
    with django_assert_max_num_queries(30):
        assert browser.get(f"/dashboard/burden/?region={factories.QIDONG}").status_code == 200
