"""The list of posts, one post, what is vacant, and the register of officers."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from accounts.enums import Role
from accounts.models import Appointment, AuditEntry, Region, User
from accounts.services import appointments
from accounts.services.appointments import PostDetails
from accounts.slots import SHOWN_VILLAGES, vacancies
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


def text_of(answer: Any) -> str:
    return answer.content.decode()


def region(code: int) -> Region:
    return Region.objects.get(code=code)


def many_villages(count: int) -> None:
    Region.objects.bulk_create(
        Region(code=factories.TOWN + 100 + n, name=f"第{n}村", level=5, parent_id=factories.TOWN)
        for n in range(count)
    )


def test_slots_without_a_holder_are_vacant(people: factories.Staff) -> None:
    found = vacancies(region(factories.QIDONG))
    assert {one.slot.label for one in found.missing} == {"县中心分管领导", "县中心媒体管理员"}
    [town] = found.children
    assert {(one.slot.label, one.short) for one in town.missing} == {
        ("乡站分管领导", 1),
        ("乡站扶贫专干、信息管理员", 1),
    }
    assert (found.villages, found.vacant, [village.code for village in found.without]) == (
        2,
        1,
        [factories.VILLAGE_2],
    )
    assert (town.villages, town.vacant) == (2, 1)


def test_an_ended_post_or_a_merged_village_changes_what_is_vacant(people: factories.Staff) -> None:
    appointments.end(actor=people.county, appointment=Appointment.objects.get(user=people.village))
    assert vacancies(region(factories.TOWN)).vacant == 2
    Region.objects.filter(code=factories.VILLAGE_2).update(valid_to=today())
    found = vacancies(region(factories.TOWN))
    assert (found.villages, found.vacant) == (1, 1)


def test_a_city_counts_its_counties(people: factories.Staff, other_county: factories.Staff) -> None:
    found = vacancies(region(factories.HENGYANG))
    assert [(child.region.name, child.villages, child.vacant) for child in found.children] == [
        ("衡南县", 1, 0),
        ("祁东县", 2, 1),
    ]


def test_vacancies_cost_few_queries_however_large_and_list_a_bounded_number(
    people: factories.Staff, as_user: As
) -> None:
    client, counts = as_user(people.county), []
    for more in (3, 900):
        Region.objects.filter(code__gt=factories.TOWN + 99, level=5).delete()
        many_villages(more)
        with CaptureQueriesContext(connection) as queries:
            page = text_of(client.get("/office/vacancies/"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
    assert page.count("&amp;role=village_officer") == SHOWN_VILLAGES
    assert f"还有 {901 - SHOWN_VILLAGES} 个村没有列出" in page


def test_a_vacancy_leads_to_the_form_with_the_role_chosen(people: factories.Staff, as_user: As) -> None:
    client = as_user(people.county)
    link = f"/office/appointments/new/?region={factories.VILLAGE_2}&amp;role=village_officer"
    assert link in text_of(client.get("/office/vacancies/"))
    form = text_of(client.get(link.replace("&amp;", "&")))
    assert 'value="village_officer"' in form
    assert "checked" in form


def test_vacancies_stay_inside_the_own_area_and_who_only_reads_appoints_nobody(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    assert as_user(people.county).get(f"/office/vacancies/?region={factories.HENGNAN}").status_code == 404
    page = text_of(as_user(people.township).get("/office/vacancies/"))
    assert "石岭村" in page
    assert "/office/appointments/new/" not in page
    assert as_user(people.village).get("/office/vacancies/").status_code == 403


def test_the_list_filters_by_state_role_and_place(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    client = as_user(people.county)
    everybody = text_of(client.get("/office/appointments/"))
    assert people.village.name in everybody
    assert "云集镇" not in everybody
    managers = text_of(client.get("/office/appointments/?role=township_manager"))
    assert "沙井村</td>" not in managers
    empty = text_of(client.get(f"/office/appointments/?region={factories.VILLAGE_2}"))
    assert "这里还没有人" in empty
    soon = today() + timedelta(days=10)
    Appointment.objects.filter(user=people.village).update(ends_on=soon)
    assert f"{soon:%Y-%m-%d}" in text_of(client.get("/office/appointments/?state=soon"))
    Appointment.objects.filter(user=people.village).update(
        starts_on=today() - timedelta(days=9), ends_on=today() - timedelta(days=1)
    )
    assert "沙井村</td>" not in text_of(client.get("/office/appointments/"))
    assert "沙井村</td>" in text_of(client.get("/office/appointments/?state=ended"))
    for query in ("role=x", "state=x", f"region={factories.HENGNAN}"):
        assert client.get(f"/office/appointments/?{query}").status_code == 404


def test_a_post_shows_its_history_and_can_be_amended(people: factories.Staff, as_user: As) -> None:
    client, post = as_user(people.county), Appointment.objects.get(user=people.village)
    url = f"/office/appointments/{post.pk}/"
    soon = today() + timedelta(days=40)
    form = {
        "ends_on": f"{soon}",
        "source": "committee",
        "unit": "沙井村村委会委员",
        "duty_phone": "0734-0000001",
    }
    assert client.post(url, form).status_code == 302
    post.refresh_from_db()
    assert (post.ends_on, post.source, post.duty_phone) == (soon, "committee", "0734-0000001")
    entry = AuditEntry.objects.get(action="appointment.amend")
    assert entry.changes == {"fields": ["duty_phone", "ends_on", "source", "unit"]}
    past = client.post(url, {**form, "ends_on": f"{today() - timedelta(days=1)}"})
    assert past.status_code == 400
    appointments.end(actor=people.county, appointment=post, reason="换届")
    successor = factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE)
    later = Appointment.objects.get(user=successor)
    assert people.village.name in text_of(client.get(f"/office/appointments/{later.pk}/"))
    assert "换届" in text_of(client.get(url))
    with pytest.raises(Conflict):
        appointments.amend(actor=people.county, appointment=post, ends_on=None, details=PostDetails())


def test_amending_needs_the_right_to_appoint_there(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    post = Appointment.objects.get(user=people.village)
    url = f"/office/appointments/{post.pk}/"
    assert as_user(other_county.county).get(url).status_code == 404
    assert as_user(people.township).get(url).status_code == 403
    own = Appointment.objects.get(user=people.county)
    assert "修改任期" not in text_of(as_user(people.county).get(f"/office/appointments/{own.pk}/"))
    for actor in (other_county.county, people.township):
        with pytest.raises(NotAllowed):
            appointments.amend(actor=actor, appointment=post, ends_on=None, details=PostDetails())


def test_nobody_is_appointed_to_a_village_that_is_no_more(people: factories.Staff) -> None:
    Region.objects.filter(code=factories.VILLAGE_2).update(valid_to=today())
    with pytest.raises(InvalidInput):
        appointments.appoint(
            actor=people.county,
            user=factories.user(),
            role=Role.VILLAGE_OFFICER,
            region=region(factories.VILLAGE_2),
        )


def sheet_of(answer: Any) -> list[list[str]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def test_the_register_is_an_official_form_with_numbers_for_whoever_may_see_them(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    User.objects.filter(pk=people.village.pk).update(name="=1+1")
    rows = sheet_of(as_user(people.county).get("/office/appointments/roster.xlsx"))
    assert rows[0][0] == "祁东县信息管理员登记表"
    assert "填报单位：祁东县" in rows[1][0]
    assert rows[2][:3] == ["序号", "姓名", "职务"]
    assert people.village.phone
    [village] = [row for row in rows if row[1] == "'=1+1"]
    assert village[7] == people.village.phone.open().removeprefix("+86")
    assert not any("云集镇" in cell for row in rows for cell in row)
    entry = AuditEntry.objects.get(action="appointment.export")
    assert (entry.actor, entry.region_code, entry.changes) == (
        people.county,
        factories.QIDONG,
        {"rows": 4, "phones": True},
    )


def test_who_may_not_open_numbers_gets_them_masked(people: factories.Staff, as_user: As) -> None:
    city = factories.officer(Role.CITY_OFFICE, factories.HENGYANG)
    answer = as_user(city).get(f"/office/appointments/roster.xlsx?region={factories.QIDONG}")
    cells = {cell for row in sheet_of(answer) for cell in row}
    assert people.village.phone
    assert people.village.phone.open().removeprefix("+86") not in cells
    assert people.village.phone.masked in cells
    page = text_of(as_user(people.county).get("/office/appointments/roster/"))
    assert people.village.phone.masked in page
    assert people.village.phone.open().removeprefix("+86") not in page


def test_the_register_stays_inside_the_own_area(
    people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    for path in ("roster/", "roster.xlsx"):
        url = f"/office/appointments/{path}"
        assert as_user(other_county.county).get(f"{url}?region={factories.QIDONG}").status_code == 404
        assert as_user(people.township).get(url).status_code == 403
