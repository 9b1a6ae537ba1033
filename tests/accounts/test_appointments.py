from datetime import timedelta

import pytest

from accounts.enums import Role
from accounts.models import Appointment, AuditEntry, Region, RegionPermission, User
from accounts.permissions import ROLE_VERBS, ensure, grants
from accounts.services import appointments
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from tests import factories

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    """The same person in the next request."""
    return User.objects.get(pk=user.pk)


def region(code: int) -> Region:
    return Region.objects.get(code=code)


def test_county_appoints_a_village_officer_who_may_act_there_and_nowhere_else(people):
    new = factories.user("新信息员")
    post = appointments.appoint(
        actor=people.county, user=new, role=Role.VILLAGE_OFFICER, region=region(factories.VILLAGE_2)
    )
    held = grants(fresh(new))
    assert held.allow("collect", factories.VILLAGE_2)
    assert not held.allow("collect", factories.VILLAGE)
    assert not held.allow("approve", factories.VILLAGE_2)
    written = RegionPermission.objects.filter(user=new).values_list("permission__codename", flat=True)
    assert set(written) == ROLE_VERBS[Role.VILLAGE_OFFICER]
    assert AuditEntry.objects.get(action="appointment.grant", object_id=post.pk).actor == people.county


def test_permissions_hold_for_the_whole_subtree(people):
    held = grants(fresh(people.county))
    assert held.allow("approve", factories.VILLAGE)
    assert held.allow("approve", factories.QIDONG)
    assert not held.allow("approve", factories.VILLAGE_OTHER)
    assert not held.allow("approve", factories.HENGYANG)


def test_grants_are_one_query(people, django_assert_num_queries):
    user = fresh(people.county)
    with django_assert_num_queries(1):
        grants(user).allow("view", factories.VILLAGE)
        grants(user).allow("approve", factories.VILLAGE)
        ensure(user, "view", factories.TOWN)


def test_ended_post_counts_for_nothing_with_the_next_request(people):
    post = Appointment.objects.get(user=people.village)
    appointments.end(actor=people.county, appointment=post)
    assert grants(fresh(people.village)).rows == ()
    assert not RegionPermission.objects.filter(user=people.village).exists()
    with pytest.raises(Conflict):
        appointments.end(actor=people.county, appointment=post)


@pytest.mark.parametrize(("start", "end"), [(1, 5), (-5, -1)])
def test_post_outside_its_dates_gives_nothing(people, start, end):
    new = factories.user()
    appointments.appoint(
        actor=people.county,
        user=new,
        role=Role.VILLAGE_OFFICER,
        region=region(factories.VILLAGE),
        starts_on=today() + timedelta(days=start),
        ends_on=today() + timedelta(days=end),
    )
    assert grants(fresh(new)).rows == ()


def test_expired_post_does_not_lend_its_verbs_to_another_post_on_the_same_region(people):
    new = factories.user()
    yesterday = today() - timedelta(days=1)
    for role, ends_on in ((Role.COUNTY_ADMIN, yesterday), (Role.COUNTY_MEDIA, None)):
        appointments.appoint(
            actor=None,
            user=new,
            role=role,
            region=region(factories.QIDONG),
            starts_on=yesterday,
            ends_on=ends_on,
        )
    assert {row.verb for row in grants(fresh(new)).rows} == {"view"}


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.COUNTY_ADMIN, factories.QIDONG),
        (Role.CITY_OFFICE, factories.HENGYANG),
        (Role.AUDITOR, factories.QIDONG),
        (Role.VILLAGE_OFFICER, factories.VILLAGE_OTHER),
        (Role.TOWNSHIP_MANAGER, factories.TOWN_OTHER),
    ],
)
def test_county_appoints_nobody_above_or_outside_its_own_area(people, role, code):
    factories.regions()
    with pytest.raises(NotAllowed):
        appointments.appoint(actor=people.county, user=factories.user(), role=role, region=region(code))


@pytest.mark.parametrize("role", [Role.VILLAGE_OFFICER, Role.TOWNSHIP_MANAGER, Role.CHARITY_FINANCE])
def test_who_may_not_appoint_is_refused(people, role):
    for actor in (people.village, people.township, people.charity, factories.user()):
        with pytest.raises(NotAllowed):
            appointments.appoint(
                actor=actor, user=factories.user(), role=role, region=region(factories.VILLAGE)
            )


def test_city_appoints_its_counties(people):
    city = factories.officer(Role.CITY_OFFICE, factories.HENGYANG)
    new = factories.user()
    appointments.appoint(actor=city, user=new, role=Role.COUNTY_ADMIN, region=region(factories.HENGNAN))
    assert grants(fresh(new)).allow("approve", factories.VILLAGE_OTHER)


def test_role_belongs_on_its_level(people):
    with pytest.raises(InvalidInput):
        appointments.appoint(
            actor=None, user=factories.user(), role=Role.VILLAGE_OFFICER, region=region(factories.TOWN)
        )


def test_nobody_appoints_oneself_or_twice(people):
    with pytest.raises(NotAllowed):
        appointments.appoint(
            actor=people.county,
            user=people.county,
            role=Role.VILLAGE_OFFICER,
            region=region(factories.VILLAGE),
        )
    with pytest.raises(Conflict):
        appointments.appoint(
            actor=people.county,
            user=people.village,
            role=Role.VILLAGE_OFFICER,
            region=region(factories.VILLAGE),
        )


def test_auditor_operates_nothing_and_operators_do_not_audit(people):
    auditor = factories.officer(Role.AUDITOR, factories.QIDONG)
    with pytest.raises(Conflict):
        appointments.appoint(
            actor=people.county, user=auditor, role=Role.VILLAGE_OFFICER, region=region(factories.VILLAGE)
        )
    with pytest.raises(Conflict):
        appointments.appoint(
            actor=None, user=people.village, role=Role.AUDITOR, region=region(factories.QIDONG)
        )


def test_disabled_account_may_do_nothing(people):
    User.objects.filter(pk=people.county.pk).update(is_active=False)
    assert grants(fresh(people.county)).rows == ()
