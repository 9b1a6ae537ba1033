"""A clue from the first word to the risk that is gone: days by hand, who may what, what is told and recorded."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import AuditEntry, Message, Region, User
from fupin.lib.clock import today
from fupin.lib.errors import Conflict, FupinError, InvalidInput, NotAllowed, StaleState
from grid import lifecycle
from grid.clue_enums import ENDED, ClueState
from grid.models import Clock, Clue, Grid, Notice
from grid.queries.grids import grid_of
from grid.services import clues, judging, measures, notices
from needs.models import Household
from tests import factories
from tests.grid.days import BEFORE, on

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
WORDS = "入户核实过，情况属实，家庭支出很大。"


@pytest.fixture
def people(db: None) -> factories.Staff:
    with on(BEFORE):
        return factories.staff()


@pytest.fixture
def home(people: factories.Staff) -> Household:
    with on(BEFORE):
        made = factories.household(people.village, name="张三丰")
        factories.grid_person(people.village, factories.grid(people.village, [made]))
        return made


def place_of(home: Household) -> Grid:
    place = grid_of(home)
    assert place
    return place


def verified(people: factories.Staff, clue: Clue, **changes: Any) -> Clue:
    home = clue.household
    assert home
    values = {"finding": WORDS, "meeting": factories.meeting(place_of(home)), "monitored": "sudden"}
    return clues.verify(actor=people.village, clue=clue, **{**values, **changes})


def judged(people: factories.Staff, clue: Clue) -> Clue:
    return judging.judge(
        actor=people.township, clue=clue, note=WORDS, compared=["医保", "民政"], monitored="sudden"
    )


# Counted by hand across National Day 2026: 1-7 October free, Saturday 10 October worked in lieu.
TABLE = [
    ("clue.verify", date(2026, 9, 28), date(2026, 9, 30)),  # 2 days
    ("clue.notice", date(2026, 9, 30), date(2026, 10, 5)),  # at least 5 days
    ("clue.judge", date(2026, 10, 6), date(2026, 10, 9)),  # 3 days
    ("clue.visit", date(2026, 10, 8), date(2026, 10, 12)),  # 3 working days: Fri 9, Sat 10 in lieu, Mon 12
    ("clue.review", date(2026, 10, 12), date(2026, 10, 15)),  # 3 working days: Tue, Wed, Thu
]


def test_every_due_day_across_national_day_is_as_counted_by_hand(
    people: factories.Staff, home: Household
) -> None:
    with on(date(2026, 9, 28)):
        clue = factories.clue(people, home)
    with on(date(2026, 9, 30)):
        clue = verified(people, clue)
        notice = Notice.objects.get(clue=clue)
    with on(date(2026, 10, 5)):
        assert judging.end_notices() == 0
        assert Notice.objects.standing().count() == 1
    with on(date(2026, 10, 6)):
        assert not Notice.objects.standing().exists(), "gone before any sweep"
        assert (judging.end_notices(), judging.end_notices()) == (1, 0)
    with on(date(2026, 10, 8)):
        clue = judging.visit(actor=people.township, clue=clue, note="数据有出入，要入户看")
    with on(date(2026, 10, 12)):
        clue = judged(people, clue)
        assert clue.notices.get(kind="decision").ends_on == date(2026, 10, 17)
    with on(date(2026, 10, 15)):
        judging.spot(actor=people.county, clue=clue, note="电话抽查，情况一致")
        clue = judging.put_on_file(actor=people.county, clue=clue)
        home.refresh_from_db()
        assert (home.monitored, home.risk, home.risk_since) == ("sudden", "open", date(2026, 10, 15))
        helped(people, clue)
    with on(date(2026, 11, 10)):
        clue = judging.recheck(actor=people.village, clue=clue, note="医疗费用已报销，有了稳定收入")
        clue = judging.clear(actor=people.township, clue=clue, note="复核属实")
        home.refresh_from_db()
        assert (home.risk, home.risk_since) == ("cleared", date(2026, 11, 10))
    found = (
        Clock.objects.filter(kind__startswith="clue.")
        .order_by("id")
        .values_list("kind", "started_on", "due_on")
    )
    assert list(found) == TABLE
    assert not Clock.objects.filter(done_on=None).exists()
    assert all(
        clock.done_on and clock.done_on <= clock.due_on for clock in Clock.objects.exclude(at_least=True)
    )
    notice.refresh_from_db()
    assert notice.why_down == "公示期满"
    assert clue.state == ClueState.CLEARED
    done = AuditEntry.objects.filter(object_type="grid.clue").order_by("id").values_list("action", flat=True)
    names = "report verify end_notice visit judge spot file m_plan m_done announce recheck clear"
    assert list(done) == [f"clue.{name}" for name in names.split()]
    told = [row.text.open() for row in Message.objects.filter(user=people.village) if row.text]
    assert any("县里已审核备案" in words for words in told)


def helped(people: factories.Staff, clue: Clue) -> Clue:
    """One measure of the village is done and announced."""
    order = measures.Order("care", "村里结对探访", today())
    made = measures.plan(actor=people.village, clue=clue, order=order)
    measures.act(actor=people.village, measure=made, action="done", words="已结对探访")
    measures.announce(actor=people.village, clue=clue)
    return clue


def in_state(people: factories.Staff, home: Household, state: str) -> Clue:
    """A clue that came to this state by its own steps."""
    clue = factories.clue(people, home)
    if state == ClueState.REPORTED:
        return clue
    if state == ClueState.WITHDRAWN:
        return clues.withdraw(actor=people.village, clue=clue)
    clue = verified(people, clue)
    if state == ClueState.NOTICE:
        return clue
    Notice.objects.update(starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 6))
    judging.end_notices()
    clue.refresh_from_db()
    ways: dict[str, list[Callable[[], Clue]]] = {
        ClueState.VISITING: [lambda: judging.visit(actor=people.township, clue=clue, note="要入户看看")],
        ClueState.DISMISSED: [lambda: judging.dismiss(actor=people.township, clue=clue, note="收入稳定")],
    }
    file = [lambda: judged(people, clue), lambda: judging.put_on_file(actor=people.county, clue=clue)]
    ways[ClueState.REVIEWING], ways[ClueState.HELPING] = file[:1], file
    ways[ClueState.RECHECKING] = [
        *file,
        lambda: helped(people, clue),
        lambda: judging.recheck(actor=people.village, clue=clue, note="已有稳定收入，请复核"),
    ]
    ways[ClueState.CLEARED] = [
        *ways[ClueState.RECHECKING],
        lambda: judging.clear(actor=people.township, clue=clue, note="复核属实"),
    ]
    for way in ways.get(state, []):
        clue = way()
    clue.refresh_from_db()
    assert clue.state == state
    return clue


@pytest.mark.parametrize("state", list(ClueState))
def test_each_state_offers_each_role_exactly_the_rows_of_the_table(
    people: factories.Staff, home: Household, state: ClueState
) -> None:
    with on(date(2026, 9, 28)):
        actors = {
            "village": factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE, "另一村干部"),
            "township": factories.officer(Role.TOWNSHIP_MANAGER, factories.TOWN, "另一乡镇干部"),
            "county": factories.officer(Role.COUNTY_ADMIN, factories.QIDONG, "另一县干部"),
            "leader": factories.officer(Role.LEADER, factories.QIDONG),
            "inspector": factories.officer(Role.INSPECTOR, factories.QIDONG),
            "charity": people.charity,
        }
        clue = in_state(people, home, state)
        verbs = {
            "village": {"verify"},
            "township": {"verify", "check"},
            "county": {"check", "approve"},
            "leader": set(),
            "inspector": set(),
            "charity": set(),
        }
        for role, actor in actors.items():
            for action in lifecycle.ACTIONS:
                rows = [row for row in lifecycle.LIFECYCLE if row.action == action and row.by in verbs[role]]
                here = [row for row in rows if row.source == state]
                expected: type[FupinError] | None = None if here else StaleState if rows else NotAllowed
                try:
                    lifecycle.step(actor, clue, action)
                    got: type[FupinError] | None = None
                except FupinError as error:
                    got = type(error)
                assert got == expected, (role, action)
    assert (clue.closed_at is not None) == (state in ENDED)


def test_who_judged_or_reported_does_not_file(people: factories.Staff, home: Household) -> None:
    with on(date(2026, 9, 28)):
        clue = in_state(people, home, ClueState.JUDGING)
        reporter = people.village
        clue.reported_by = people.township
        clue.save()
        with pytest.raises(Conflict):
            judged(people, clue)
        clue.reported_by = reporter
        clue.save()
        clue = judging.judge(
            actor=people.county, clue=clue, note=WORDS, compared=["医保"], monitored="sudden"
        )
        with pytest.raises(Conflict):
            judging.put_on_file(actor=people.county, clue=clue)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"grid_people": frozenset()}, "grid_people"),
        ({"held_on": date(2026, 9, 27)}, "held_on"),
        ({"held_on": date(2026, 9, 30)}, "held_on"),
        ({"agreed": 9, "against": 1}, "agreed"),
        ({"agreed": 4, "against": 5}, "agreed"),
        ({"minutes": "好"}, "minutes"),
        ({"kind": "chat"}, "present"),
    ],
)
def test_a_meeting_without_the_grids_people_or_with_wrong_votes_is_refused(
    people: factories.Staff, home: Household, changes: dict[str, Any], field: str
) -> None:
    with on(date(2026, 9, 28)):
        clue = factories.clue(people, home)
    with on(date(2026, 9, 29)):
        with pytest.raises(InvalidInput) as caught:
            verified(people, clue, meeting=factories.meeting(place_of(home), **changes))
        assert field in caught.value.fields
    assert not clue.meetings.exists()
    assert not Notice.objects.exists()


def test_a_household_outside_any_grid_waits_for_one(people: factories.Staff) -> None:
    with on(date(2026, 9, 28)):
        lonely = factories.household(people.village, name="李四光")
        clue = clues.report_clue(
            actor=people.village,
            household=lonely,
            source="grid",
            problem="income",
            situation="丢了工作，没有收入",
        )
        other = factories.grid(people.village, [factories.household(people.village, name="王五")])
        with pytest.raises(Conflict):
            clues.verify(
                actor=people.village,
                clue=clue,
                finding=WORDS,
                meeting=factories.meeting(other),
                monitored="sudden",
            )


def test_what_the_village_denies_ends_only_by_the_township(people: factories.Staff, home: Household) -> None:
    with on(date(2026, 9, 28)):
        clue = factories.clue(people, home)
        clue = clues.deny(
            actor=people.village, clue=clue, finding=WORDS, meeting=factories.meeting(place_of(home))
        )
        assert clue.state == ClueState.JUDGING
        assert not Notice.objects.exists()
        clue = judging.dismiss(actor=people.township, clue=clue, note="收入稳定，不符合条件")
    assert clue.closed_at


def test_an_open_clue_takes_further_reports(people: factories.Staff, home: Household) -> None:
    with on(date(2026, 9, 28)):
        first = factories.clue(people, home)
        again = clues.report_clue(
            actor=people.township,
            household=home,
            source="department",
            department="医保",
            problem="medical",
            situation="自付费用超过预警线",
        )
    assert again.pk == first.pk
    assert [step.action for step in first.steps.all()] == ["report", "again"]


def test_grid_people_report_their_own_and_nobody_elses(people: factories.Staff, home: Household) -> None:
    with on(date(2026, 9, 28)):
        member = factories.grid_person(people.village, place_of(home), Role.GRID_MEMBER).post.user
        other = factories.household(people.village, name="赵六")
        factories.grid_person(people.village, factories.grid(people.village, [other]))
        given = {"source": "grid", "problem": "water", "situation": "井水发黄，不能喝"}
        with pytest.raises(NotAllowed):
            clues.report_clue(actor=factories.fresh(member), household=other, **given)
        made = clues.report_clue(actor=factories.fresh(member), household=home, **given)
        village = Region.objects.get(code=factories.VILLAGE)
        named = clues.report_clue(actor=factories.fresh(member), region=village, name="孙七", **given)
        with pytest.raises(InvalidInput):
            clues.report_clue(
                actor=member, region=Region.objects.get(code=factories.TOWN), name="孙七", **given
            )
        with pytest.raises(NotAllowed):
            clues.report_clue(actor=people.charity, household=home, **given)
    assert (made.household, named.household, named.name) == (home, None, "孙七")


def test_objections_hold_the_townships_clock_until_they_are_answered(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    with on(date(2026, 9, 30)):
        clue = verified(people, factories.clue(people, home))
        notice = clue.notices.get()
        page = Client().get(notice.get_absolute_url())
        assert page["X-Robots-Tag"].startswith("noindex")
        assert "张三丰" not in page.content.decode()
        sent = Client().post(notice.get_absolute_url(), {"words": "这家在县城里有门面房出租", "phone": ""})
        objection = notice.objections.get()
        assert objection.number in sent.content.decode()
    with on(date(2026, 10, 6)):
        assert Client().get(notice.get_absolute_url()).status_code == 404
        judging.end_notices()
        clue.refresh_from_db()
        clock = Clock.objects.get(kind="clue.judge")
        assert (clock.pause_reason, clock.left) == ("有异议，等核实答复", 3)
        with pytest.raises(Conflict):
            judged(people, clue)
        with pytest.raises(NotAllowed):
            notices.answer(actor=people.village, objection=objection, upheld=False, words="核实过了")
        with pytest.raises(InvalidInput):
            notices.answer(actor=people.township, objection=objection, upheld=False, words="张三丰没有门面房")
    with on(date(2026, 10, 8)):
        notices.answer(actor=people.township, objection=objection, upheld=False, words="经核实没有门面房")
        clock.refresh_from_db()
        assert (clock.paused_on, clock.due_on) == (None, date(2026, 10, 11))
        found = Client().get(f"/notices/?number={objection.number}").content.decode()
        assert "经核实没有门面房" in found
        assert "没有这个查询号" in Client().get("/notices/?number=1234567890").content.decode()
        judged(people, clue)


def test_an_edit_starts_the_notice_anew(people: factories.Staff, home: Household, as_user: As) -> None:
    with on(date(2026, 9, 30)):
        clue = verified(people, factories.clue(people, home))
        old = clue.notices.get()
    with on(date(2026, 10, 3)):
        with pytest.raises(InvalidInput):
            notices.edit(actor=people.village, notice=old, remark="联系 19900001234", why="补充说明")
        answer = as_user(people.village).post(
            f"/office/notices/{old.pk}/edit/", {"remark": "因病住院", "why": "补充说明原因"}
        )
        assert answer.status_code == 302
        new = clue.notices.get(taken_down_at=None)
        assert (new.starts_on, new.ends_on) == (date(2026, 10, 3), date(2026, 10, 8))
        assert ["评议结果", "同意 8 票"] in new.content
        assert Client().get(old.get_absolute_url()).status_code == 404
        assert "因病住院" in Client().get(new.get_absolute_url()).content.decode()
    with on(date(2026, 10, 6)):
        assert judging.end_notices() == 0
    with on(date(2026, 10, 9)):
        assert judging.end_notices() == 1
    clocks = Clock.objects.filter(kind="clue.notice").order_by("id")
    assert [clock.due_on for clock in clocks] == [date(2026, 10, 5), date(2026, 10, 8)]
    clue.refresh_from_db()
    assert clue.state == ClueState.JUDGING


def test_a_notice_is_not_edited_once_the_clue_moved_on_from_it(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    with on(date(2026, 9, 28)):
        clue = in_state(people, home, ClueState.REVIEWING)
        browser = as_user(people.village)
        decision = clue.notices.get(kind="decision")
        url = f"/office/notices/{decision.pk}/edit/"
        assert url in browser.get(f"/office/clues/{clue.pk}/").content.decode()
        second = notices.edit(actor=people.village, notice=decision, remark="", why="地名写错了")
        judging.put_on_file(actor=people.county, clue=clue)
        with pytest.raises(Conflict, match="不能再改"):
            notices.edit(actor=people.village, notice=second, remark="", why="还想再改")
        url = f"/office/notices/{second.pk}/edit/"
        assert url not in browser.get(f"/office/clues/{clue.pk}/").content.decode()
        answer = browser.post(url, {"remark": "再改一次", "why": "还想再改"})
    assert answer.status_code == 409
    assert "再改一次" in answer.content.decode(), "nothing typed is lost"
    assert Notice.objects.get(kind="decision", taken_down_at=None) == second
    assert not Notice.objects.filter(kind="review", taken_down_at=None).exists()


def test_a_clue_by_name_is_bound_to_the_registered_household(
    people: factories.Staff, home: Household
) -> None:
    with on(date(2026, 9, 28)):
        account = factories.user("张三丰")
        clue = clues.report_clue(
            actor=account,
            region=home.region,
            name="张三丰",
            source="self",
            problem="housing",
            situation="房子漏雨，墙裂开了",
            filled_by="household",
        )
        given = {"finding": WORDS, "meeting": factories.meeting(place_of(home)), "monitored": "marginal"}
        with pytest.raises(InvalidInput):
            clues.verify(actor=people.village, clue=clue, **given)
        clue = clues.verify(actor=people.village, clue=clue, household=home, **given)
    assert clue.household == home


def test_the_pages_take_a_clue_from_report_to_filing(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    with on(date(2026, 9, 28)):
        village, township, county = (as_user(one) for one in (people.village, people.township, people.county))
        assert village.get(f"/office/clues/new/?household={home.pk}").status_code == 200
        assert village.post(f"/office/clues/new/?household={home.pk}", {}).status_code == 400
        village.post(f"/office/clues/new/?household={home.pk}", {"problem": "medical"})
        clue = Clue.objects.get()
        url = f"/office/clues/{clue.pk}/"
        page = village.get(url).content.decode()
        assert "核实评议通过" in page
        assert "张三丰" in village.get("/office/").content.decode()
        member = place_of(home).members.get()
        sent = {
            "finding": WORDS,
            "kind": "delegates",
            "held_on": "2026-09-28",
            "place": "村委会",
            "grid_people": [member.pk],
            "present": "9",
            "agreed": "9",
            "against": "0",
            "abstained": "0",
            "minutes": "逐项评议，大家同意。",
            "monitored": "sudden",
        }
        refused = village.post(f"{url}verify/", {**sent, "grid_people": []})
        assert (refused.status_code, "网格长和网格员必须参加评议" in refused.content.decode()) == (400, True)
        assert "逐项评议，大家同意。" in refused.content.decode(), "nothing typed is lost"
        assert village.post(f"{url}verify/", sent).status_code == 302
        assert village.post(f"{url}verify/", sent).status_code == 409
        assert township.post(f"{url}file/", {}).status_code == 403
    with on(date(2026, 10, 6)):
        judging.end_notices()
        assert "张三丰" in township.get("/office/").content.decode()
        township.post(f"{url}judge/", {"note": WORDS, "compared": ["医保"], "monitored": "sudden"})
        county.post(f"{url}file/", {"note": ""})
        clue.refresh_from_db()
        assert clue.state == ClueState.HELPING
        assert "2026-10-06" in county.get(url).content.decode()
        foreign = factories.staff(factories.VILLAGE_OTHER, factories.TOWN_OTHER, factories.HENGNAN)
        assert as_user(foreign.county).get(url).status_code == 404
        assert "张三丰" not in as_user(foreign.county).get("/office/clues/?group=helping").content.decode()


def test_a_household_declares_from_the_qr_code_and_reads_on(
    people: factories.Staff, home: Household, as_user: As
) -> None:
    with on(date(2026, 9, 28)):
        account = factories.user("张三丰")
        client = as_user(account)
        url = f"/apply/situation/?region={factories.VILLAGE}"
        assert client.get(url).status_code == 200
        sent = {
            "name": "张三丰",
            "problem": "housing",
            "situation": "房子漏雨，墙也裂开了",
            "filled_by": "household",
            "phone": "",
        }
        assert client.post(url, {**sent, "problem": ""}).status_code == 400
        assert client.post(url, sent).status_code == 302
        assert "等村里核实评议" in client.get("/apply/situation/").content.decode()
        assert Client().get(url).status_code == 302
        poster = as_user(people.village).get(f"/office/clues/poster/?region={factories.VILLAGE}")
        assert poster.content.startswith(b"%PDF")


def test_the_list_asks_as_often_for_one_clue_as_for_three(
    people: factories.Staff, as_user: As, django_assert_num_queries: Any
) -> None:
    client = as_user(people.county)
    with on(date(2026, 9, 28)):
        for count in (1, 2):
            for _ in range(count):
                factories.clue(people, factories.household(people.village))
            client.get("/office/clues/")
            with django_assert_num_queries(4):
                client.get("/office/clues/")
