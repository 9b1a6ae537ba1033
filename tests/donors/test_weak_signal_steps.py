"""Steps of a pledge that arrive twice or late over a weak signal."""

import re
from uuid import uuid4

from accounts.models import AuditEntry
from donors.models import Callback, CallbackSheet, DeliveryCase, GoodsNotice, PledgeStep, Thanks
from donors.services import steps
from fupin.lib.clock import today
from needs.services.drafts import ItemInput
from tests import factories


def test_receipt_that_arrives_twice_is_confirmed_once(people, donor, as_user):
    factories.charity_account()
    pledge = factories.money_pledge(donor, factories.published_need(people))
    charity, url = as_user(people.charity), f"{pledge.get_absolute_url()}receive/"
    sent = {"note": "", "submission_key": str(uuid4())}
    assert [charity.post(url, sent).status_code for _ in range(2)] == [302, 302]
    assert PledgeStep.objects.filter(pledge=pledge, action="receive").count() == 1


def test_late_step_on_a_pledge_that_moved_on_is_refused(people, donor, as_user):
    factories.charity_account()
    pledge = factories.money_pledge(donor, factories.published_need(people))
    charity, url = as_user(people.charity), pledge.get_absolute_url()
    seen = re.findall(r'name="seen" value="([^"]+)"', charity.get(url).content.decode())[0]
    steps.pay(actor=donor, pledge=pledge)
    late = {"note": "核对过流水", "submission_key": str(uuid4()), "seen": seen}
    refused = charity.post(f"{url}receive/", late)
    assert refused.status_code == 409
    assert "情况有了变化" in refused.content.decode()
    assert "核对过流水" in refused.content.decode()
    assert not PledgeStep.objects.filter(pledge=pledge, action="receive").exists()


def test_office_forms_about_deliveries_that_arrive_twice_are_taken_once(people, donor, as_user):
    """A case's answer, thanks and their review, a call-back, a parcel, a station, a notice of what is not needed."""
    factories.charity_account()
    need = factories.published_need(people, items=[ItemInput("棉被", "床", 2)])
    pledge = factories.shipped_pledge(donor, need)
    parcel = pledge.parcels.get()
    village, township, county = (as_user(p) for p in (people.village, people.township, people.county))
    twice(village, f"/office/pickups/{parcel.pk}/arrived/", {})
    parcel.refresh_from_db()
    assert parcel.arrived_at
    place = need.region_id
    twice(village, f"/office/stations/{place}/", {"address": "村委会一楼", "opening": "", "pickup_day": "5"})
    twice(village, "/office/unwanted/", {"region": str(place), "text": "不需要旧衣物"})
    assert GoodsNotice.objects.count() == 1
    steps.receive(actor=people.village, pledge=pledge, outcome="problem", note="破了一个角")
    case = DeliveryCase.objects.get()
    twice(county, f"/office/cases/{case.pk}/answer/", {"note": "已联系双方核实"})
    assert case.steps.filter(action="answer").count() == 1
    steps.receive(actor=people.village, pledge=pledge)
    twice(village, f"/pledges/{pledge.pk}/thanks/", {"text": "谢谢您送来的棉被"})
    thanks = Thanks.objects.get()
    assert AuditEntry.objects.filter(action="thanks.write").count() == 1
    twice(township, f"/office/thanks/{thanks.pk}/", {"then": "pass", "reason": ""})
    sheet = CallbackSheet.objects.create(
        region_id=factories.TOWN, month=today().replace(day=1), seed="00", population=[pledge.pk]
    )
    row = Callback.objects.create(sheet=sheet, pledge=pledge, always=False)
    twice(township, f"/office/callbacks/{row.pk}/call/", {"result": "unreached", "note": ""})
    row.refresh_from_db()
    assert row.calls == 1


def twice(client, url, data):
    sent = {**data, "submission_key": str(uuid4())}
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302], url
