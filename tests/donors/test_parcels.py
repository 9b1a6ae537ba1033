"""Parcels, meetings, pictures and what arrives item by item: services and pages."""

import io
from datetime import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import AuditEntry
from donors import couriers
from donors.models import Parcel, PledgePhoto, Transfer
from donors.services import certificates, parcels, photos, steps
from donors.services.dispatch import Dispatch
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from tests import factories

pytestmark = pytest.mark.django_db
NUMBER = "SF100000000001"


@pytest.fixture
def home(people):
    return factories.household(people.village, account=factories.user("欧阳受助"), name="欧阳受助")


@pytest.fixture
def need(people, home):
    return factories.published_need(people, home, items=factories.goods_content().items)


@pytest.fixture
def shipped(donor, need):
    return factories.shipped_pledge(donor, need)


def jpeg(colour: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG", exif=b"Exif\x00\x00")
    return file.getvalue()


def upload(colour: str = "red") -> SimpleUploadedFile:
    return SimpleUploadedFile("家门口.jpg", jpeg(colour), content_type="image/jpeg")


@pytest.mark.parametrize(
    ("courier", "number"),
    [
        ("sf", "SF1234567890123"),
        ("sf", "sf123456789012"),
        ("ems", "EA123456789CN"),
        ("ems", "9876543210123"),
        ("zto", "75820261122001"),
        ("yto", "YT1234567890123"),
        ("sto", "773123456789012"),
        ("yunda", "4312345678901"),
        ("jd", "JDVA00012345678"),
        ("jt", "JT1234567890123"),
        ("deppon", "DPK364123456789"),
        ("other", "A-1B2C3"),
    ],
)
def test_numbers_of_the_usual_couriers_fit(courier, number):
    assert couriers.fits(courier, number)


@pytest.mark.parametrize(
    ("courier", "number"),
    [
        ("sf", "SF12345"),
        ("zto", "YT1234567890123"),
        ("ems", "EA123456789US"),
        ("jt", "123"),
        ("jd", "1234567"),
    ],
)
def test_a_slip_of_the_finger_does_not_fit(courier, number):
    assert not couriers.fits(courier, number)
    assert couriers.words(courier)


def test_an_odd_number_is_asked_about_once_and_may_be_insisted_on(as_user, donor, need):
    url = factories.goods_pledge(donor, need).get_absolute_url()
    browser = as_user(donor)
    odd = {"way": "courier", "courier": "sf", "tracking_number": "SF12345"}
    refused = browser.post(f"{url}ship/", odd)
    assert refused.status_code == 400
    page = refused.content.decode()
    assert "SF 加 12 到 15 位数字" in page
    assert 'name="sure"' in page
    assert browser.post(f"{url}ship/", {**odd, "sure": "on"}).status_code == 302
    assert Parcel.objects.get().tracking_number == "SF12345"


def test_a_gift_travels_in_up_to_five_parcels(donor, shipped):
    for number in range(2, 6):
        parcels.add(actor=donor, pledge=shipped, courier="sf", tracking_number=f"SF90000000000{number}")
    with pytest.raises(Conflict) as refusal:
        parcels.add(actor=donor, pledge=shipped, courier="sf", tracking_number="SF900000000009")
    assert refusal.value.code == "parcels_full"
    assert list(shipped.parcels.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert AuditEntry.objects.filter(action="pledge.add_parcel").count() == 4


def test_a_parcel_number_is_used_once_in_whatever_case(donor, need, shipped):
    used = shipped.parcels.get().tracking_number.lower()
    with pytest.raises(Conflict) as refusal:
        parcels.add(actor=donor, pledge=shipped, courier="sf", tracking_number=used)
    assert refusal.value.code == "parcel_used"


def test_a_mistyped_number_is_put_right_until_the_parcel_arrives(donor, people, shipped):
    parcels.correct(actor=donor, pledge=shipped, number=1, courier="zto", tracking_number="75820261122001")
    assert str(Parcel.objects.get()) == "中通快递 75820261122001"
    assert "改为 中通快递 75820261122001" in shipped.steps.last().note
    before = donor.inbox.count()
    parcels.arrive(actor=people.village, pledge=shipped, number=1)
    assert donor.inbox.count() == before + 1
    with pytest.raises(StaleState):
        parcels.correct(actor=donor, pledge=shipped, number=1, courier="sf", tracking_number=NUMBER)
    with pytest.raises(StaleState):
        parcels.arrive(actor=people.village, pledge=shipped, number=1)
    with pytest.raises(InvalidInput):
        parcels.arrive(actor=people.village, pledge=shipped, number=2)


def test_only_the_donor_registers_and_only_the_recipients_side_ticks(donor, people, other_county, shipped):
    stranger = factories.user("路人")
    for actor in (people.village, stranger):
        with pytest.raises(NotAllowed):
            parcels.add(actor=actor, pledge=shipped, courier="sf", tracking_number=NUMBER)
        with pytest.raises(NotAllowed):
            parcels.correct(actor=actor, pledge=shipped, number=1, courier="sf", tracking_number=NUMBER)
    for actor in (other_county.village, stranger):
        with pytest.raises(NotAllowed):
            parcels.arrive(actor=actor, pledge=shipped, number=1)
    with pytest.raises(Conflict):
        parcels.arrive(actor=donor, pledge=shipped, number=1)


def test_parcels_are_for_goods_on_their_way_by_courier(donor, people, need):
    made = factories.goods_pledge(donor, need, delivery="in_person")
    with pytest.raises(StaleState):
        parcels.add(actor=donor, pledge=made, courier="sf", tracking_number=NUMBER)
    meeting = Dispatch(
        meet_at="村委会", meet_on=factories.today(), meet_time=time(9, 30), meet_with="officer"
    )
    made = steps.ship(actor=donor, pledge=made, dispatch=meeting)
    assert (made.meet_time, made.meet_with) == (time(9, 30), "officer")
    with pytest.raises(StaleState):
        parcels.add(actor=donor, pledge=made, courier="sf", tracking_number=NUMBER)


def test_what_did_not_arrive_opens_again_and_the_rest_counts_when_solved(donor, people, need, shipped):
    quilt, desk = need.items.all()
    need.refresh_from_db()
    assert need.status == "matched"
    counts = {quilt.pk: 1, desk.pk: 1}
    said = {"outcome": "problem", "note": "少了一床被子", "received": counts}
    made = steps.receive(actor=people.village, pledge=shipped, **said)
    need.refresh_from_db()
    quilt.refresh_from_db()
    assert (need.status, need.progress.helpers, quilt.pledged, quilt.open_quantity) == ("published", 1, 1, 1)
    lines = Transfer.objects.filter(pledge=made, target="open").values_list("item", "amount")
    assert list(lines) == [(quilt.pk, 1)]
    made = steps.receive(actor=people.village, pledge=made, note="其余都好")
    quilt.refresh_from_db()
    assert (quilt.received, made.certificate_due) == (1, True)
    certificates.issue_due()
    payload = certificates.payload_of(made.certificates.get())
    assert payload.content.startswith("捐赠棉被 1 床、书桌 1 张")
    again = factories.goods_pledge(factories.user("赵测试"), need, {quilt.pk: 1})
    assert again.status == "pledged"


@pytest.mark.parametrize("count", [-1, 3])
def test_counts_stay_between_nothing_and_what_was_sent(people, need, shipped, count):
    counts = {need.items.first().pk: count}
    with pytest.raises(InvalidInput):
        steps.receive(
            actor=people.village, pledge=shipped, outcome="problem", note="数量不对", received=counts
        )


def test_missing_goods_are_no_complete_receipt_and_nothing_is_none_at_all(people, need, shipped):
    quilt, desk = need.items.all()
    with pytest.raises(InvalidInput) as refusal:
        steps.receive(actor=people.village, pledge=shipped, received={quilt.pk: 1})
    assert "outcome" in refusal.value.fields
    nothing = {quilt.pk: 0, desk.pk: 0}
    with pytest.raises(InvalidInput):
        steps.receive(
            actor=people.village, pledge=shipped, outcome="problem", note="什么都没有", received=nothing
        )
    with pytest.raises(InvalidInput):
        steps.receive(actor=people.village, pledge=shipped, received={0: 1})


def test_the_page_takes_counts_and_a_picture_of_the_problem(as_user, donor, home, people, need, shipped):
    quilt = need.items.first()
    url = shipped.get_absolute_url()
    household = as_user(home.account)
    assert f"got_{quilt.pk}" in household.get(url).content.decode()
    said = {"outcome": "complete", f"got_{quilt.pk}": "1"}
    refused = household.post(f"{url}receive/", said)
    assert refused.status_code == 400
    assert "请选“有问题”" in refused.content.decode()
    said |= {"outcome": "problem", "note": "少了一床"}
    household.post(f"{url}photos/", {"photo": upload()})
    assert not PledgePhoto.objects.exists()
    assert household.post(f"{url}receive/", said).status_code == 302
    assert household.post(f"{url}photos/", {"photo": upload()}).status_code == 302
    photo = PledgePhoto.objects.get()
    assert photo.purpose == "problem"
    for user, status in ((donor, 200), (home.account, 200), (people.village, 200)):
        assert as_user(user).get(f"{url}photos/{photo.pk}.jpg").status_code == status


def test_the_donors_pictures_are_for_the_donor_and_the_officers_of_the_place(
    as_user, donor, home, people, other_county, shipped
):
    url = shipped.get_absolute_url()
    browser = as_user(donor)
    assert browser.post(f"{url}photos/", {"photo": upload()}).status_code == 302
    photo = PledgePhoto.objects.get()
    with photo.file.open("rb") as file:
        assert b"Exif" not in file.read()
    address = f"{url}photos/{photo.pk}.jpg"
    assert address in browser.get(url).content.decode()
    assert as_user(people.village).get(address).status_code == 200
    for user in (home.account, other_county.village, factories.user("路人")):
        assert as_user(user).get(address).status_code == 404
    as_user(home.account).post(f"{url}photos/", {"photo": upload("blue")})
    assert PledgePhoto.objects.count() == 1
    assert browser.post(f"{url}photos/{photo.pk}/remove/").status_code == 302
    assert not PledgePhoto.objects.exists()


def test_three_pictures_are_enough_and_the_same_one_counts_once(donor, shipped):
    for data in (b"1", b"1", b"2", b"3"):
        photos.add(actor=donor, pledge=shipped, purpose="goods", jpeg=data)
    with pytest.raises(Conflict) as refusal:
        photos.add(actor=donor, pledge=shipped, purpose="goods", jpeg=b"4")
    assert refusal.value.code == "photos_full"
    assert AuditEntry.objects.filter(action="pledge.photo").count() == 3


def test_a_broken_picture_is_told_and_kept_out(as_user, donor, shipped):
    file = SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>", content_type="image/jpeg")
    answer = as_user(donor).post(f"{shipped.get_absolute_url()}photos/", {"photo": file}, follow=True)
    assert "照片" in answer.content.decode()
    assert not PledgePhoto.objects.exists()


def test_parcel_forms_of_the_page_say_what_is_wrong_and_keep_it(as_user, donor, people, shipped):
    url, browser = shipped.get_absolute_url(), as_user(donor)
    wrong = browser.post(f"{url}correct/", {"number": "1", "courier": "sf", "tracking_number": "12"})
    assert wrong.status_code == 400
    assert 'value="12"' in wrong.content.decode()
    more = {"courier": "zto", "tracking_number": "75820261122009"}
    assert "75820261122009" in browser.post(f"{url}add_parcel/", more, follow=True).content.decode()
    assert as_user(people.village).post(f"{url}arrive/", {"number": "2"}).status_code == 302
    assert "已到村服务点" in browser.get(url).content.decode()
    assert as_user(people.village).post(f"{url}arrive/", {"number": "x"}).status_code == 400


def test_a_meeting_needs_its_hour_and_a_post(as_user, donor, need):
    url = factories.goods_pledge(donor, need, delivery="in_person").get_absolute_url()
    day = factories.today().isoformat()
    typed = {"way": "meet", "meet_at": "村委会", "meet_on": day, "meet_with": "officer"}
    browser = as_user(donor)
    assert browser.post(f"{url}ship/", typed).status_code == 400
    assert browser.post(f"{url}ship/", {**typed, "meet_time": "25:00"}).status_code == 400
    page = browser.post(f"{url}ship/", {**typed, "meet_time": "09:30"}, follow=True).content.decode()
    assert "09:30" in page
    assert "村信息员" in page
