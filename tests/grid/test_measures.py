"""Measures, work orders to departments, and the evidence pack of a whole case."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import Appointment, AuditEntry, Message, User
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.clue_enums import ClueState, MeasureState
from grid.models import Clock, Clue, Measure, Notice
from grid.services import handover, judging, measures
from needs.models import Household
from tests import factories
from tests.grid.days import BEFORE, on

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
DAY = date(2026, 10, 15)


@pytest.fixture
def people(db: None) -> factories.Staff:
    with on(BEFORE):
        return factories.staff()


@pytest.fixture
def other_county(db: None) -> factories.Staff:
    with on(BEFORE):
        return factories.staff(factories.VILLAGE_OTHER, factories.TOWN_OTHER, factories.HENGNAN)


@pytest.fixture
def post(people: factories.Staff) -> Appointment:
    """The officer of a department of the county."""
    with on(BEFORE):
        return factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG, "医保经办").appointments.get()


@pytest.fixture
def home(people: factories.Staff) -> Household:
    with on(BEFORE):
        return factories.household(people.village, name="张三丰")


@pytest.fixture
def clue(people: factories.Staff, home: Household) -> Clue:
    with on(date(2026, 9, 28)):
        made = factories.noticed_clue(people, home)
    with on(date(2026, 10, 6)):
        judging.end_notices()
        judging.judge(
            actor=people.township,
            clue=made,
            note="数据比对和入户情况一致",
            compared=["医保"],
            monitored="sudden",
        )
    with on(DAY):
        return judging.put_on_file(actor=people.county, clue=made)


def order(post: Appointment | None = None, **changes: object) -> measures.Order:
    values = {"kind": "insurance", "words": "办理大病救助", "due_on": date(2026, 10, 30), "post": post}
    return measures.Order(**{**values, **changes})  # type: ignore[arg-type]


def test_an_order_is_sent_accepted_and_done_and_the_household_told(
    people: factories.Staff, clue: Clue, post: Appointment, home: Household
) -> None:
    home.account = factories.user("张三丰")
    home.save()
    with on(DAY):
        made = measures.plan(actor=people.county, clue=clue, order=order(post))
        clock = Clock.objects.get(kind="measure")
        assert (clock.due_on, made.state) == (date(2026, 10, 30), MeasureState.SENT)
        with pytest.raises(NotAllowed):
            measures.act(actor=people.village, measure=made, action="accept")
        measures.act(actor=post.user, measure=made, action="accept")
        with pytest.raises(StaleState):
            measures.act(actor=post.user, measure=made, action="accept")
        with pytest.raises(InvalidInput):
            measures.act(actor=post.user, measure=made, action="done", words=" ")
        with pytest.raises(Conflict):
            judging.recheck(actor=people.village, clue=clue, note="已有稳定收入，请复核")
        made = measures.act(actor=post.user, measure=made, action="done", words="已报销 6 万元")
        with pytest.raises(Conflict):
            judging.recheck(actor=people.village, clue=clue, note="已有稳定收入，请复核")
        measures.announce(actor=people.village, clue=clue)
        clue = judging.recheck(actor=people.village, clue=clue, note="已有稳定收入，请复核")
    assert (made.state, clue.state) == (MeasureState.DONE, ClueState.RECHECKING)
    clock.refresh_from_db()
    assert clock.done_on == DAY
    told = [row.text.open() for row in Message.objects.filter(user=home.account) if row.text]
    assert any("办理大病救助" in words for words in told)
    assert Message.objects.filter(user=post.user).exists()
    actions = AuditEntry.objects.filter(action__startswith="measure.").values_list("action", flat=True)
    assert sorted(actions) == ["measure.accept", "measure.done", "measure.plan"]


def test_what_comes_back_is_told_and_no_longer_stands_in_the_way(
    people: factories.Staff, clue: Clue, post: Appointment
) -> None:
    with on(DAY):
        made = measures.plan(actor=people.county, clue=clue, order=order(post))
        measures.act(actor=post.user, measure=made, action="give_back", words="不符合救助条件")
        own = measures.plan(actor=people.village, clue=clue, order=order(words="村里结对探访", kind="care"))
        with pytest.raises(StaleState):
            measures.act(actor=people.village, measure=own, action="accept")
        measures.act(actor=people.village, measure=own, action="done", words="已结对帮扶")
        notice = measures.announce(actor=people.village, clue=clue)
        assert [pair[1] for pair in notice.content][-1] == "村里结对探访"
        assert Notice.objects.filter(kind="measures", taken_down_at=None).count() == 1
        assert judging.recheck(actor=people.village, clue=clue, note="已有稳定收入，请复核")
    assert Message.objects.filter(user=people.county).exists()


def test_only_the_county_sends_orders_and_only_to_its_own_departments(
    people: factories.Staff, other_county: factories.Staff, clue: Clue, post: Appointment
) -> None:
    with on(BEFORE):
        foreign = factories.officer(Role.DEPARTMENT_OFFICER, factories.HENGNAN).appointments.get()
    with on(DAY):
        for actor in (people.village, people.township, other_county.county, people.charity):
            with pytest.raises(NotAllowed):
                measures.plan(actor=actor, clue=clue, order=order(post))
        with pytest.raises(InvalidInput):
            measures.plan(actor=people.county, clue=clue, order=order(foreign))
        with pytest.raises(InvalidInput):
            measures.plan(actor=people.county, clue=clue, order=order(post, words="给张三丰办救助"))
        with pytest.raises(InvalidInput):
            measures.plan(actor=people.county, clue=clue, order=order(post, due_on=date(2026, 10, 1)))
        with pytest.raises(Conflict):
            measures.announce(actor=people.village, clue=clue)
    assert not Measure.objects.exists()


def test_a_department_works_its_orders_on_its_own_pages(
    people: factories.Staff, other_county: factories.Staff, clue: Clue, post: Appointment, as_user: As
) -> None:
    with on(BEFORE):
        colleague = factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG, "住建经办")
    with on(DAY):
        county, desk = as_user(people.county), as_user(post.user)
        sent = {"kind": "insurance", "words": "办理大病救助", "due_on": "2026-10-30", "post": str(post.pk)}
        url = f"/office/clues/{clue.pk}/measures/new/"
        assert county.post(url, {**sent, "words": ""}).status_code == 400
        assert county.post(url, sent).status_code == 302
        made = Measure.objects.get()
        assert "办理大病救助" in desk.get("/office/").content.decode()
        assert "办理大病救助" in desk.get("/office/orders/").content.decode()
        assert "办理大病救助" not in as_user(colleague).get("/office/orders/").content.decode()
        assert as_user(colleague).get(f"/office/orders/{made.pk}/").status_code == 404
        assert as_user(other_county.county).get(f"/office/orders/{made.pk}/").status_code == 404
        assert desk.get(f"/office/clues/{clue.pk}/").status_code == 403
        for watcher, sees in ((people.county, True), (people.township, True), (other_county.county, False)):
            assert ("办理大病救助" in as_user(watcher).get("/office/orders/").content.decode()) is sees
        assert "办理大病救助" not in county.get("/office/orders/?state=returned").content.decode()
        assert desk.post(f"/office/orders/{made.pk}/done/", {"words": "x"}).status_code == 400
        assert desk.post(f"/office/orders/{made.pk}/done/", {"words": "已报销六万元"}).status_code == 302
        assert "已报销六万元" in county.get(f"/office/orders/{made.pk}/").content.decode()
        village = as_user(people.village)
        assert village.post(f"/office/clues/{clue.pk}/measures/announce/").status_code == 302
        assert "办理大病救助" in village.get(f"/office/clues/{clue.pk}/").content.decode()


def test_orders_go_to_the_successor_with_the_post(
    people: factories.Staff, clue: Clue, post: Appointment
) -> None:
    with on(BEFORE):
        heir = factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG, "接手人")
    with on(DAY):
        made = measures.plan(actor=people.county, clue=clue, order=order(post))
        assert [work.title for work in handover.open_work(post)] == ["没有落实的派单"]
        handover.hand_over(actor=people.county, post=post, successor=heir, reason="调离")
        made.refresh_from_db()
        assert made.post == heir.appointments.get()
        measures.act(actor=factories.fresh(heir), measure=made, action="accept")


def test_the_pack_holds_every_step_clock_meeting_notice_and_measure(
    people: factories.Staff, other_county: factories.Staff, clue: Clue, post: Appointment, as_user: As
) -> None:
    with on(DAY):
        measures.plan(actor=people.county, clue=clue, order=order(post))
        county = as_user(people.county)
        paper = county.get(f"/office/clues/{clue.pk}/pack.pdf")
        assert paper.content.startswith(b"%PDF")
        packed = county.get(f"/office/clues/{clue.pk}/pack.zip")
        assert as_user(other_county.county).get(f"/office/clues/{clue.pk}/pack.zip").status_code == 404
        assert as_user(post.user).get(f"/office/clues/{clue.pk}/pack.pdf").status_code == 403
    archive = zipfile.ZipFile(io.BytesIO(packed.content))
    inside = {name.split("/")[1]: archive.read(name) for name in archive.namelist()}
    listed = [line.split("：")[0] for line in inside["目录.txt"].decode().splitlines()]
    assert sorted(listed) == sorted(inside.keys() - {"目录.txt"})
    assert [row[0] for row in json.loads(inside["时限.json"])] == [
        "核实评议",
        "村内公示",
        "综合研判",
        "县级审核",
        "落实帮扶措施",
    ]
    assert all("宿州规范" in row[4] for row in json.loads(inside["时限.json"]))
    labels = [row[1] for row in json.loads(inside["经过.json"])]
    assert labels[0] == "网格员发现"
    assert labels[-2:] == ["审核通过并备案", "派单"]
    assert "网格长" in json.loads(inside["评议.json"])[0]["people"]
    assert [row["kind"] for row in json.loads(inside["公示.json"])] == ["核实评议公示", "审定公告"]
    assert "医保经办" in json.loads(inside["措施.json"])[0][1]
    text = b"".join(inside.values()).decode(errors="ignore")
    assert "1990000" not in text, "no phone number"
    assert AuditEntry.objects.filter(action="clue.pack").count() == 2
