"""What donors say about themselves: all of it optional, none of it an ID number, and counted by side only."""

import pytest
from django.test import Client

from accounts.enums import Side
from accounts.models import AuditEntry, Region, User
from accounts.services import enter, referrals
from accounts.services.profile import DonorProfile, set_donor, side_of
from fupin.lib.clock import now
from fupin.lib.errors import InvalidInput, NotAllowed
from tests import factories
from tests.accounts.test_enter import last_code
from tests.factories import HENGNAN, QIDONG, Staff

pytestmark = pytest.mark.django_db


def post(client: Client, **changes: str):
    return client.post("/me/profile/", {"name": "李爱心", "nickname": "小李", **changes})


def test_profile_is_kept_and_recorded_by_field_only(people: Staff, donor: User, as_user) -> None:
    answer = post(
        as_user(donor),
        donor_kind="public_employee",
        occupation="teacher",
        work_county="祁东县",
        display="anonymous",
    )
    assert answer.status_code == 302
    donor.refresh_from_db()
    assert (donor.donor_kind, donor.occupation, donor.display) == ("public_employee", "teacher", "anonymous")
    assert donor.work_county_id == QIDONG
    row = AuditEntry.objects.get(action="account.donor", actor=donor)
    assert row.changes == {"fields": ["display", "donor_kind", "occupation", "work_county"]}


def test_profile_asks_for_nothing_and_never_for_an_id_number(donor: User, as_user) -> None:
    client = as_user(donor)
    assert post(client).status_code == 302
    page = client.get("/me/profile/").content.decode()
    assert "不需要身份证号" in page
    assert 'name="id_number"' not in page


def test_county_of_work_counts_for_public_employees_only(people: Staff, donor: User) -> None:
    county = Region.objects.get(code=QIDONG)
    set_donor(actor=donor, content=DonorProfile(donor_kind="company", work_county=county))
    assert donor.work_county_id is None


@pytest.mark.parametrize("words", ["没有这个县", "同名区"])
def test_unknown_and_ambiguous_county_is_asked_again(people: Staff, donor: User, as_user, words: str) -> None:
    for code, parent in ((430499000000, factories.HENGYANG), (430199000000, factories.HUNAN)):
        Region.objects.create(code=code, name="同名区", level=3, parent_id=parent)
    answer = post(as_user(donor), donor_kind="public_employee", work_county=words)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_county_named_with_its_city_is_found_among_its_namesakes(people: Staff, donor: User, as_user) -> None:
    for code, parent in ((430499000000, factories.HENGYANG), (430199000000, factories.HUNAN)):
        Region.objects.create(code=code, name="同名区", level=3, parent_id=parent)
    assert post(as_user(donor), donor_kind="public_employee", work_county="衡阳市同名区").status_code == 302
    donor.refresh_from_db()
    assert donor.work_county_id == 430499000000


def test_unknown_choice_is_refused(donor: User) -> None:
    with pytest.raises(InvalidInput):
        set_donor(actor=donor, content=DonorProfile(donor_kind="king"))


@pytest.mark.parametrize(
    ("kind", "county", "side"),
    [
        ("", None, Side.UNKNOWN),
        ("individual", None, Side.SOCIETY),
        ("company", None, Side.SOCIETY),
        ("public_employee", None, Side.PUBLIC),
        ("public_employee", HENGNAN, Side.PUBLIC),
        ("public_employee", QIDONG, Side.LOCAL_CADRE),
    ],
)
def test_help_is_counted_by_side_of_the_need(people: Staff, donor: User, kind, county, side) -> None:
    donor.donor_kind, donor.work_county_id = kind, county
    assert side_of(donor, QIDONG // 10**6) == side


def enter_with(client: Client, phone: str) -> None:
    client.post("/accounts/enter/", {"phone": phone})
    client.post("/accounts/enter/code/", {"code": last_code()})


def test_new_account_remembers_the_officer_who_brought_it(people: Staff, client: Client) -> None:
    code, phone = referrals.code_of(actor=people.village), factories.phone()
    answer = client.get(f"/r/{code}/")
    assert answer["Location"] == "/accounts/enter/?next=/needs/"
    enter_with(client, phone)
    made = User.objects.by_phone(phone)
    assert made.referred_by_id == people.village.pk
    assert AuditEntry.objects.filter(action="account.referred", actor=made).count() == 1
    assert referrals.brought_by(people.village) == 1


def test_referral_is_recorded_once(people: Staff) -> None:
    first, second = (referrals.code_of(actor=officer) for officer in (people.village, people.county))
    made = User.objects.create_user(factories.phone())
    assert referrals.record(user=made, code=first)
    made.refresh_from_db()
    assert not referrals.record(user=made, code=second)
    made.refresh_from_db()
    assert made.referred_by_id == people.village.pk


def test_older_account_oneself_and_unknown_codes_change_nothing(people: Staff) -> None:
    code = referrals.code_of(actor=people.village)
    older = User.objects.create_user(factories.phone(), created_at=now() - referrals.NEW_FOR * 2)
    new = User.objects.create_user(factories.phone())
    assert not referrals.record(user=older, code=code)
    assert not referrals.record(user=people.village, code=code)
    assert not referrals.record(user=new, code="nothere1")
    assert not User.objects.exclude(referred_by=None).exists()


def test_code_is_for_officers_and_stays_the_same(people: Staff, donor: User, as_user) -> None:
    assert referrals.code_of(actor=people.village) == referrals.code_of(actor=people.village)
    page = as_user(people.village).get("/me/referral/").content.decode()
    assert referrals.code_of(actor=people.village) in page
    with pytest.raises(NotAllowed):
        referrals.code_of(actor=donor)
    assert as_user(donor).get("/me/referral/").status_code == 403


def test_every_code_leads_the_same_way(client: Client, people: Staff) -> None:
    known = client.get(f"/r/{referrals.code_of(actor=people.village)}/")
    unknown = client.get("/r/nothere1/")
    assert known["Location"] == unknown["Location"]
    assert enter.LIFETIME
