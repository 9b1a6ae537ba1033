"""Bought service (购买社会服务, REQUIREMENTS 34): a contract with a last day, technical problems and nothing else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Level, Role
from accounts.inbox import contract_row
from accounts.models import Appointment, User
from accounts.permissions import grants
from accounts.queries import contracts_ending
from accounts.services import appointments
from accounts.services.appointments import PostDetails
from fupin.lib.clock import shifted, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from grid.models import Problem
from grid.queries import problems as queries
from grid.services import problems
from grid.services.problems import Report
from tests import factories

pytestmark = pytest.mark.django_db
COMPANY = PostDetails(unit="衡阳示例信息技术公司")


def bought(actor, person=None, code=factories.QIDONG, days=60, details=COMPANY):
    return appointments.appoint(
        actor=actor,
        user=person or factories.user("姚启航"),
        role=Role.CONTRACTOR,
        region=factories.regions()[code],
        ends_on=None if days is None else today() + timedelta(days=days),
        details=details,
    )


def fresh(person):
    return User.objects.get(pk=person.pk)


def reported(person, kind="technical", title="照片传不上去"):
    post = queries.posts_of(person)[0]
    return problems.report(
        actor=person, post=post, content=Report(kind, title, "手机上照片每次传到一半就停。")
    )


@pytest.fixture
def city(people):
    return factories.officer(Role.CITY_OFFICE, factories.HENGYANG)


@pytest.mark.parametrize(
    ("days", "details", "fields"),
    [
        (None, COMPANY, {"ends_on"}),
        (4 * 366, COMPANY, {"ends_on"}),
        (60, PostDetails(), {"unit"}),
        (None, PostDetails(), {"ends_on", "unit"}),
    ],
)
def test_a_contract_names_its_company_and_its_last_day(people, days, details, fields):
    with pytest.raises(InvalidInput) as refused:
        bought(people.county, days=days, details=details)
    assert set(refused.value.fields) == fields
    assert not Appointment.objects.filter(role=Role.CONTRACTOR).exists()


def test_neither_a_correction_nor_the_database_takes_the_last_day_away(people):
    post = bought(people.county)
    with pytest.raises(InvalidInput):
        appointments.amend(actor=people.county, appointment=post, ends_on=None, details=COMPANY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=post.pk).update(ends_on=None)
    post.refresh_from_db()
    assert post.ends_on == today() + timedelta(days=60)


def test_county_and_city_offices_buy_for_their_own_places_alone(people, other_county, city):
    assert bought(people.county).appointed_by == people.county
    assert bought(city, code=factories.HENGYANG).region_id == factories.HENGYANG
    for actor, code in (
        (people.township, factories.QIDONG),
        (people.county, factories.HENGYANG),
        (people.county, factories.HENGNAN),
        (people.charity, factories.QIDONG),
    ):
        with pytest.raises(NotAllowed):
            bought(actor, code=code)
    with pytest.raises(InvalidInput):
        bought(people.county, code=factories.TOWN)


def test_rights_end_by_themselves_after_the_last_day(people, as_user):
    post = bought(people.county, days=3)
    row = reported(people.township)
    assert as_user(post.user).get("/office/problems/").status_code == 200
    with shifted(timedelta(days=3)):
        assert {held.verb for held in grants(fresh(post.user)).rows} == {"assist"}
    with shifted(timedelta(days=4)):
        assert grants(fresh(post.user)).rows == ()
        assert as_user(post.user).get("/office/problems/").status_code == 404
        with pytest.raises(NotAllowed):
            problems.act(actor=fresh(post.user), problem=row, action="answer", words="合同已经到期了还来答复")


def test_the_office_that_bought_it_is_reminded_before_and_may_prolong_it(people, other_county, city, as_user):
    post = bought(people.county, days=20)
    assert not contracts_ending(people.county).exists()
    with shifted(timedelta(days=8)):
        assert list(contracts_ending(fresh(people.county))) == [post]
        assert list(contracts_ending(fresh(city))) == [post]
        assert not contracts_ending(fresh(other_county.county)).exists()
        assert not contracts_ending(fresh(people.township)).exists()
        assert (contract_row(post)["due"], contract_row(post)["urgency"]) == ("还有 12 天", "")
        page = as_user(people.county).get("/office/").content.decode()
        assert "购买服务合同快到期" in page
        assert COMPANY.unit in page
        later = today() + timedelta(days=100)
        appointments.amend(actor=people.county, appointment=post, ends_on=later, details=COMPANY)
        assert not contracts_ending(fresh(people.county)).exists()
    with shifted(timedelta(days=200)):
        assert not contracts_ending(fresh(people.county)).exists()


@pytest.mark.parametrize("role", [Role.LEADER, Role.COUNTY_MEDIA, Role.AUDITOR])
def test_who_works_under_a_contract_holds_no_other_post(people, role):
    region = factories.regions()[factories.QIDONG]
    post = bought(people.county)
    with pytest.raises(Conflict):
        appointments.appoint(actor=None, user=post.user, role=role, region=region)
    officer = factories.officer(role, factories.QIDONG)
    with pytest.raises(Conflict):
        bought(people.county, officer)


def test_a_contract_that_begins_later_excludes_other_posts_already_now(people):
    person, region = factories.user("姚启航"), factories.regions()[factories.QIDONG]
    begins = today() + timedelta(days=5)
    appointments.appoint(
        actor=people.county,
        user=person,
        role=Role.CONTRACTOR,
        region=region,
        starts_on=begins,
        ends_on=begins + timedelta(days=30),
        details=COMPANY,
    )
    with pytest.raises(Conflict):
        appointments.appoint(actor=people.county, user=person, role=Role.COUNTY_MEDIA, region=region)


def test_service_answers_technical_problems_where_its_office_answers_and_only_answers(people, city):
    person = bought(people.county).user
    lower, policy = reported(people.village), reported(people.township, "policy", "低保户能不能登记")
    here = reported(people.township)
    assert list(queries.waiting(person)) == [here]
    assert set(queries.problems_seen_by(person)) == {lower, here}
    assert [step.action for step in problems.steps_for(person, here)] == ["answer"]
    for row, action in ((here, "pass_up"), (lower, "answer"), (policy, "answer")):
        with pytest.raises(NotAllowed):
            problems.act(actor=person, problem=row, action=action, words="不归购买服务办理")
    done = problems.act(actor=person, problem=here, action="answer", words="已经修好，请更新页面再试。")
    assert (done.state, done.answered_by) == ("answered", person)
    up = problems.act(actor=people.township, problem=lower, action="pass_up", words="乡里修不了")
    assert list(queries.waiting(person)) == [up]
    problems.act(actor=people.county, problem=up, action="pass_up", words="要找市里的承包方")
    assert not queries.waiting(person).exists()
    of_the_city = bought(city, code=factories.HENGYANG).user
    assert [row.level for row in queries.waiting(of_the_city)] == [Level.CITY]


def test_service_reports_nothing_sums_nothing_up_and_sees_no_other_county(people, other_county, as_user):
    person = bought(people.county).user
    foreign = reported(other_county.township)
    browser = as_user(person)
    assert queries.posts_of(person) == []
    assert browser.get("/office/problems/new/").status_code == 403
    assert browser.get("/office/problems/digest/").status_code == 403
    assert browser.get(foreign.get_absolute_url()).status_code == 404
    assert browser.post(foreign.get_absolute_url(), {"action": "answer"}).status_code == 404
    assert foreign.title not in browser.get("/office/problems/?show=all").content.decode()


def test_pages_from_the_purchase_to_an_answer(people, as_user):
    county = as_user(people.county)
    url = f"/office/appointments/new/?region={factories.QIDONG}"
    sent = {"role": "contractor", "phone": "19900001212", "name": "姚启航", "unit": COMPANY.unit}
    refused = county.post(url, sent)
    assert refused.status_code == 400
    assert "购买服务必须填写合同最后一天" in refused.content.decode()
    assert COMPANY.unit in refused.content.decode()
    assert county.post(url, sent | {"ends_on": str(today() + timedelta(days=90))}).status_code == 302
    row = reported(people.township)
    person = User.objects.by_phone("19900001212")
    browser = as_user(person)
    home = browser.get("/office/").content.decode()
    assert row.title in home
    assert 'href="/office/households/"' not in home
    assert "报上级" not in browser.get(row.get_absolute_url()).content.decode()
    answer = {"action": "answer", "words": "请更新页面再试。"}
    assert browser.post(row.get_absolute_url(), answer).status_code == 302
    assert Problem.objects.get(pk=row.pk).answered_by == person
