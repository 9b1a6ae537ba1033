"""Where parcels go: the village's station, a pickup list, what a place does not need, an address for one donor."""

import pytest

from accounts.models import AuditEntry, Region
from donors.models import GoodsNotice, Parcel, Station
from donors.services import stations, steps
from donors.services.proofs import Witness
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "金丝雀巷 7 组 99 号"
SAID = {"evidence": "signed_paper", "note": "户主当面同意，盼志愿者上门"}


@pytest.fixture
def home(people):
    made = factories.household(people.village, account=factories.user("欧阳受助"), name="欧阳受助")
    made.address = ADDRESS
    made.save()
    return made


@pytest.fixture
def need(people, home):
    return factories.published_need(people, home, items=factories.goods_content().items)


@pytest.fixture
def village(people):
    return Region.objects.get(code=factories.VILLAGE)


def test_a_station_is_set_by_the_villages_officers_and_told_to_donors(
    as_user, donor, people, other_county, need, village
):
    stations.save_station(actor=people.village, region=village, address="村委会一楼", pickup_day=5)
    page = as_user(donor).get(factories.goods_pledge(donor, need).get_absolute_url()).content.decode()
    assert "村委会一楼" in page
    assert "每周五集中发给各户" in page
    with pytest.raises(NotAllowed):
        stations.save_station(actor=other_county.village, region=village, address="别处")
    with pytest.raises(InvalidInput):
        stations.save_station(actor=people.village, region=village, address="打 19900001234")
    town = Region.objects.get(code=factories.TOWN)
    with pytest.raises(InvalidInput):
        stations.save_station(actor=people.township, region=town, address="镇政府")
    assert AuditEntry.objects.filter(action="station.save").count() == 1


def test_the_pickup_list_holds_my_villages_parcels_and_ticks_them(as_user, donor, people, other_county, need):
    shipped = factories.shipped_pledge(donor, need)
    parcel = Parcel.objects.get()
    browser = as_user(people.village)
    page = browser.get("/office/pickups/").content.decode()
    assert parcel.tracking_number in page
    assert "欧阳受助" in page
    other = as_user(other_county.village)
    assert parcel.tracking_number not in other.get("/office/pickups/").content.decode()
    assert other.post(f"/office/pickups/{parcel.pk}/arrived/").status_code == 404
    assert browser.post(f"/office/pickups/{parcel.pk}/arrived/").status_code == 302
    parcel.refresh_from_db()
    assert parcel.arrived_at is not None
    assert "现在没有在路上的包裹" in browser.get("/office/pickups/").content.decode()
    assert as_user(donor).get("/office/pickups/").status_code == 404
    assert shipped.steps.last().action == "arrive"


def test_the_station_page_keeps_what_was_typed_and_knows_its_place(as_user, people, other_county):
    browser, address = as_user(people.village), f"/office/stations/{factories.VILLAGE}/"
    assert browser.post(address, {"address": "", "opening": "周一"}).status_code == 400
    assert browser.post(address, {"address": "村委会一楼", "pickup_day": "3"}).status_code == 302
    assert Station.objects.get().pickup_day == 3
    assert as_user(other_county.village).get(address).status_code == 404


def test_notices_stand_on_the_form_and_the_list_of_their_place(as_user, donor, people, other_county, need):
    browser = as_user(people.village)
    typed = {"region": str(factories.VILLAGE), "text": "不需要旧衣物，还没有发完"}
    assert browser.post("/office/unwanted/", {**typed, "text": "不"}).status_code == 400
    assert (
        browser.post("/office/unwanted/", {**typed, "region": str(factories.VILLAGE_OTHER)}).status_code
        == 400
    )
    assert browser.post("/office/unwanted/", typed).status_code == 302
    form = as_user(donor).get(f"/needs/{need.pk}/pledge/?form=goods").content.decode()
    assert "不需要旧衣物" in form
    assert "不需要旧衣物" in as_user(donor).get(f"/needs/?region={factories.VILLAGE}").content.decode()
    assert "不需要旧衣物" not in as_user(donor).get(f"/needs/?region={factories.HENGNAN}").content.decode()
    notice = GoodsNotice.objects.get()
    with pytest.raises(NotAllowed):
        stations.end_notice(actor=other_county.county, notice=notice)
    assert as_user(other_county.county).post(f"/office/unwanted/{notice.pk}/end/").status_code == 404
    assert browser.post(f"/office/unwanted/{notice.pk}/end/").status_code == 302
    with pytest.raises(StaleState):
        stations.end_notice(actor=people.village, notice=notice)


def test_five_notices_are_enough(people, village):
    for number in range(5):
        stations.add_notice(actor=people.village, region=village, text=f"不需要第 {number} 样东西")
    with pytest.raises(Conflict):
        stations.add_notice(actor=people.village, region=village, text="不需要再多一样")


def test_the_address_is_for_one_donor_while_the_pledge_lives(as_user, donor, people, home, need):
    quilt, desk = need.items.all()
    shipped = factories.shipped_pledge(donor, need, {quilt.pk: 1})
    rival = factories.user("赵旁人")
    other = factories.goods_pledge(rival, need, {desk.pk: 1})
    browser, url = as_user(donor), shipped.get_absolute_url()
    assert "金丝雀" not in browser.get(url).content.decode()
    with pytest.raises(InvalidInput):
        stations.open_address(actor=people.village, pledge=shipped, evidence="signed_paper", note="")
    stations.open_address(actor=people.village, pledge=shipped, **SAID)
    assert ADDRESS in browser.get(url).content.decode()
    assert "金丝雀" not in as_user(rival).get(other.get_absolute_url()).content.decode()
    assert "金丝雀" not in browser.get("/pledges/").content.decode()
    row = AuditEntry.objects.get(action="address.open")
    assert "金丝雀" not in f"{row.changes}{row.reason}"
    steps.receive(actor=people.village, pledge=shipped, witness=Witness("周见证", "邻居"))
    assert "金丝雀" not in browser.get(url).content.decode()
    with pytest.raises(Conflict):
        stations.open_address(actor=people.village, pledge=shipped, **SAID)


def test_the_address_is_opened_and_hidden_on_a_page_of_the_villages_officers(
    as_user, donor, people, other_county, home, need
):
    shipped = factories.shipped_pledge(donor, need)
    url = f"{shipped.get_absolute_url()}address/"
    officer = as_user(people.village)
    assert officer.post(url, {"evidence": "signed_paper", "note": ""}).status_code == 400
    assert officer.post(url, SAID).status_code == 302
    assert ADDRESS in as_user(donor).get(shipped.get_absolute_url()).content.decode()
    assert officer.post(url, {"then": "close"}).status_code == 302
    assert "金丝雀" not in as_user(donor).get(shipped.get_absolute_url()).content.decode()
    assert officer.post(url, {"then": "close"}).status_code == 409
    assert as_user(other_county.village).post(url, SAID).status_code == 404
    assert as_user(people.county).post(url, SAID).status_code == 403
    assert as_user(donor).post(url, SAID).status_code == 404
