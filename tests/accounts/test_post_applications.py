"""Asking for an officer's rights and the county's answer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import ApplicationState, Role
from accounts.models import Appointment, AuditEntry, Message, PostApplication, Region, User
from accounts.permissions import grants
from accounts.queries import applications_waiting
from accounts.services import applications
from accounts.services.applications import ApplicationInput
from fupin.lib.crypto import blind_index
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, TooMany
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
ID_NUMBER = "11010519491231002X"
FORM = {"role": "village_officer", "name": "丁测试", "source": "graduate", "unit": "石岭村大学生村官"}
PAGE = f"/accounts/post/?region={factories.VILLAGE_2}"


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def asked(
    person: User | None = None, code: int = factories.VILLAGE_2, role: str = "village_officer", **more: Any
) -> PostApplication:
    content = ApplicationInput(role=role, name="丁测试", source="work_team", **more)
    return applications.ask(
        actor=person or factories.user(), region=Region.objects.get(code=code), content=content
    )


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_a_person_asks_the_county_grants_and_the_rights_hold_at_once(
    people: factories.Staff, as_user: As
) -> None:
    person = factories.user()
    client = as_user(person)
    assert client.post(PAGE, FORM).status_code == 302
    row = PostApplication.objects.get(user=person)
    assert "申请正在等审核" in text_of(client.get("/accounts/post/"))
    county = as_user(people.county)
    assert "丁测试" in text_of(county.get("/office/"))
    assert (
        county.post(f"/office/appointments/applications/{row.pk}/", {"decision": "grant"}).status_code == 302
    )
    row.refresh_from_db()
    assert row.state == ApplicationState.GRANTED
    post = Appointment.objects.get(pk=row.appointment_id)
    assert (post.source, post.unit, post.appointed_by) == ("graduate", "石岭村大学生村官", people.county)
    assert fresh(person).name == "丁测试"
    assert grants(fresh(person)).allow("collect", factories.VILLAGE_2)
    assert Message.objects.filter(user=person, channel="site").count() == 1
    assert Message.objects.filter(user=person, channel="sms").count() == 1
    actions = AuditEntry.objects.filter(object_type="accounts.postapplication").values_list(
        "action", flat=True
    )
    assert list(actions.order_by("id")) == ["post.ask", "post.granted"]


def test_a_refusal_needs_a_reason_which_the_person_reads(people: factories.Staff, as_user: As) -> None:
    row = asked()
    client = as_user(people.county)
    url = f"/office/appointments/applications/{row.pk}/"
    empty = client.post(url, {"decision": "refuse", "reason": ""})
    assert (empty.status_code, "请写明不同意的原因" in text_of(empty)) == (400, True)
    assert client.post(url, {"decision": "refuse", "reason": "请先由村委会推荐"}).status_code == 302
    assert "请先由村委会推荐" in text_of(as_user(row.user).get("/accounts/post/"))
    assert "请先由村委会推荐" in text_of(as_user(row.user).get("/me/messages/"))
    assert not Appointment.objects.filter(user=row.user).exists()
    assert client.post(url, {"decision": "grant"}).status_code == 409


def test_the_identity_number_is_optional_and_goes_to_the_person_once_it_is_granted(
    people: factories.Staff, as_user: As
) -> None:
    row = asked(id_number=ID_NUMBER)
    assert ID_NUMBER not in text_of(
        as_user(people.county).get(f"/office/appointments/applications/{row.pk}/")
    )
    granted = applications.grant(actor=people.county, application=row)
    assert granted.id_number is None
    person = fresh(row.user)
    assert person.id_index == blind_index(ID_NUMBER, kind="id")
    second = asked(id_number=ID_NUMBER)
    page = text_of(as_user(people.county).get(f"/office/appointments/applications/{second.pk}/"))
    assert "两个账号会按同一个人对待" in page
    refused = applications.refuse(actor=people.county, application=second, reason="已有账号")
    assert (refused.id_number, fresh(second.user).id_index) == (None, None)


def test_one_open_request_a_person_and_few_a_day(people: factories.Staff, as_user: As) -> None:
    person = factories.user()
    first = asked(person)
    with pytest.raises(Conflict):
        asked(person)
    with pytest.raises(NotAllowed):
        applications.take_back(actor=people.county, application=first)
    assert as_user(person).post(f"/accounts/post/{first.pk}/take-back/").status_code == 302
    for _ in range(applications.ASKED_A_DAY - 2):
        applications.take_back(actor=person, application=asked(person))
    with pytest.raises(TooMany):
        asked(person)


def test_only_posts_of_the_level_may_be_asked_for_and_none_that_watches_or_holds_money(
    people: factories.Staff, as_user: As
) -> None:
    for role in (Role.AUDITOR, Role.CHARITY_FINANCE, Role.LEADER, Role.CITY_OFFICE, Role.TOWNSHIP_MANAGER):
        with pytest.raises(InvalidInput):
            asked(role=role)
    answer = as_user(factories.user()).post(PAGE, {**FORM, "role": "auditor"})
    assert answer.status_code == 400
    Region.objects.filter(code=factories.VILLAGE_2).update(valid_to="2026-01-01")
    with pytest.raises(InvalidInput):
        asked()


def test_whoever_may_not_appoint_there_neither_sees_nor_decides(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    row = asked()
    url = f"/office/appointments/applications/{row.pk}/"
    assert as_user(other_county.county).get(url).status_code == 404
    assert "丁测试" not in text_of(as_user(other_county.county).get("/office/appointments/applications/"))
    for person in (people.village, people.township, people.charity):
        assert as_user(person).get(url).status_code == 403
    for person in (other_county.county, people.township, row.user):
        with pytest.raises(NotAllowed):
            applications.grant(actor=person, application=row)
        with pytest.raises(NotAllowed):
            applications.refuse(actor=person, application=row, reason="试试")


def test_county_posts_are_granted_by_the_city_and_not_by_the_county_itself(people: factories.Staff) -> None:
    city = factories.officer(Role.CITY_OFFICE, factories.HENGYANG)
    row = asked(code=factories.QIDONG, role="county_admin")
    assert list(applications_waiting(people.county)) == []
    assert list(applications_waiting(city)) == [row]
    with pytest.raises(NotAllowed):
        applications.grant(actor=people.county, application=row)
    applications.grant(actor=city, application=row)
    assert grants(fresh(row.user)).allow("approve", factories.VILLAGE)


def test_nobody_grants_the_own_request(people: factories.Staff) -> None:
    row = asked(people.county)
    assert list(applications_waiting(people.county)) == []
    with pytest.raises(NotAllowed):
        applications.grant(actor=people.county, application=row)


def test_the_office_number_must_not_be_a_mobile(people: factories.Staff, as_user: As) -> None:
    client = as_user(factories.user())
    mobile = client.post(PAGE, {**FORM, "duty_phone": "19900000001"})
    assert (mobile.status_code, "不要填写个人手机" in text_of(mobile)) == (400, True)
    assert client.post(PAGE, {**FORM, "duty_phone": "０７３４-0000000"}).status_code == 302
    assert PostApplication.objects.get().duty_phone == "0734-0000000"


def test_a_county_names_township_leaders_but_not_its_own(people: factories.Staff, as_user: As) -> None:
    county = as_user(people.county)
    form = {"phone": "19900000999", "name": "戊测试", "role": "leader"}
    assert county.post(f"/office/appointments/new/?region={factories.TOWN}", form).status_code == 302
    assert county.post(f"/office/appointments/new/?region={factories.QIDONG}", form).status_code == 400


def test_the_queue_costs_the_same_for_one_and_three(people: factories.Staff, as_user: As) -> None:
    client, counts = as_user(people.county), []
    for more in (1, 2):
        for _ in range(more):
            asked()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/office/appointments/applications/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
