"""Problems that officers cannot solve: answered or passed upward, and the county's digest (REQUIREMENTS 69)."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from accounts.enums import Level, Role
from accounts.models import AuditEntry, Message
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.models import Problem, ProblemStep
from grid.problem_enums import ProblemState
from grid.queries import problems as queries
from grid.services import problems
from grid.services.problems import Report
from tests import factories

pytestmark = pytest.mark.django_db
TEXT = "在村里用手机上传住房照片，每次到一半就停。"


def reported(person, kind="technical", title="照片传不上去", text=TEXT):
    post = queries.posts_of(person)[0]
    return problems.report(actor=person, post=post, content=Report(kind, title, text))


def passed(person, row, words="乡镇没有这个权限"):
    return problems.act(actor=person, problem=row, action="pass_up", words=words)


@pytest.fixture
def city(people):
    return factories.officer(Role.CITY_OFFICE, factories.HENGYANG)


def test_problem_goes_from_village_to_city_and_the_reporter_is_told_of_each_step(people, city):
    row = reported(people.village)
    assert (row.state, row.level) == (ProblemState.OPEN, Level.TOWNSHIP)
    row = passed(people.township, row)
    assert (row.state, row.level) == (ProblemState.PASSED_UP, Level.COUNTY)
    row = passed(people.county, row, "要由市里找平台承包方")
    assert row.level == Level.CITY
    row = problems.act(actor=city, problem=row, action="answer", words="已经修好，请更新页面再试。")
    assert (row.state, row.answered_by, row.answer) == (
        ProblemState.ANSWERED,
        city,
        "已经修好，请更新页面再试。",
    )
    assert list(row.steps.values_list("action", "level")) == [
        ("report", 4),
        ("pass_up", 4),
        ("pass_up", 3),
        ("answer", 2),
    ]
    told = Message.objects.filter(user=people.village, dedup_key__startswith=f"problem:{row.pk}:")
    assert told.count() == 3
    assert "请更新页面再试" in told.latest("id").text.open()
    actions = AuditEntry.objects.filter(object_id=row.pk, action__startswith="problem.").order_by("id")
    assert [(entry.action, entry.actor) for entry in actions] == [
        ("problem.report", people.village),
        ("problem.pass_up", people.township),
        ("problem.pass_up", people.county),
        ("problem.answer", city),
    ]


@pytest.mark.parametrize(
    ("role", "code", "level"),
    [
        (Role.GRID_MEMBER, factories.VILLAGE, Level.TOWNSHIP),
        (Role.TOWNSHIP_MANAGER, factories.TOWN, Level.COUNTY),
        (Role.LEADER, factories.TOWN, Level.TOWNSHIP),
        (Role.CHARITY_FINANCE, factories.QIDONG, Level.COUNTY),
        (Role.COUNTY_ADMIN, factories.QIDONG, Level.CITY),
    ],
)
def test_problem_lies_first_with_the_nearest_post_that_answers(people, role, code, level):
    assert reported(factories.officer(role, code), "policy").level == level


def test_city_office_reports_to_nobody(people, city):
    assert queries.posts_of(city) == []
    post = city.appointments.get()
    with pytest.raises(NotAllowed):
        problems.report(actor=city, post=post, content=Report("other", "没有上级可报", TEXT))
    with pytest.raises(NotAllowed):
        problems.report(actor=people.village, post=post, content=Report("other", "别人的职务", TEXT))


@pytest.mark.parametrize(
    ("kind", "title", "text", "field"),
    [
        ("weather", "照片传不上去", TEXT, "kind"),
        ("technical", "坏了", TEXT, "title"),
        ("technical", "照片传不上去", "这户电话 19900001234 打不通", "text"),
    ],
)
def test_report_needs_a_kind_enough_words_and_no_numbers_of_people(people, kind, title, text, field):
    with pytest.raises(InvalidInput) as refused:
        reported(people.village, kind, title, text)
    assert list(refused.value.fields) == [field]
    assert not Problem.objects.exists()


def test_only_the_post_where_it_lies_takes_a_step(people, other_county, city):
    row = reported(people.village)
    for person in (people.village, people.county, people.charity, city, other_county.township):
        with pytest.raises(NotAllowed):
            problems.act(actor=person, problem=row, action="answer", words="不该由我答复")
    passed(people.township, row)
    with pytest.raises(StaleState):
        problems.act(actor=people.township, problem=row, action="answer", words="现在又会了")
    with pytest.raises(InvalidInput):
        problems.act(actor=people.county, problem=row, action="answer", words="好")
    problems.act(actor=people.county, problem=row, action="answer", words="请更新页面再试。")
    with pytest.raises(StaleState):
        passed(people.county, row)


def test_nobody_answers_an_own_report_and_nobody_passes_above_the_city(people, city):
    row = reported(people.village)
    both = factories.fresh(people.township)
    Problem.objects.filter(pk=row.pk).update(reported_by=both)
    with pytest.raises(Conflict):
        problems.act(actor=both, problem=row, action="answer", words="我自己答复自己")
    own = reported(people.county, "policy", "政策口径不清楚")
    with pytest.raises(StaleState):
        passed(city, own)
    assert [step.action for step in problems.steps_for(city, own)] == ["answer"]


def test_history_is_append_only(people):
    row = reported(people.village)
    with pytest.raises(DatabaseError), transaction.atomic():
        ProblemStep.objects.filter(problem=row).update(note="改写")


def test_digest_holds_the_countys_problems_of_the_period_with_unsolved_ones_first(
    people, other_county, as_user
):
    old = reported(people.village, title="上个月的旧问题")
    Problem.objects.filter(pk=old.pk).update(reported_at=now() - timedelta(days=40))
    solved = reported(people.village, title="=HYPERLINK(1)打不开")
    problems.act(actor=people.township, problem=solved, action="answer", words="请更新页面再试。")
    passed(people.township, reported(people.village, "policy", "低保户能否重复登记"))
    reported(other_county.village, title="别的县的问题")
    period = f"since={today() - timedelta(days=9)}&until={today()}"
    url = f"/office/problems/digest/?county={factories.QIDONG}&{period}"
    answer = as_user(people.county).get(url)
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert "祁东县" in sheet[0][0]
    assert [(line[3], line[4], line[7], line[8]) for line in sheet[3:5]] == [
        ("政策性问题", "低保户能否重复登记", "县级", ""),
        ("技术性问题", "'=HYPERLINK(1)打不开", "", "请更新页面再试。"),
    ]
    foot = "合计 2 个：技术性问题 1 个，政策性问题 1 个，填报负担 0 个，其他问题 0 个；没有答复的 1 个。"
    assert sheet[6][0] == foot
    entry = AuditEntry.objects.get(action="problem.digest")
    assert (entry.actor, entry.changes["rows"]) == (people.county, 2)


def test_digest_is_for_the_county_and_the_city_alone(people, other_county, city, as_user, tmp_path):
    url, foreign = "/office/problems/digest/", f"county={factories.QIDONG}&since=2026-01-01&until=2026-01-31"
    assert as_user(people.township).get(url).status_code == 403
    assert as_user(other_county.county).get(f"{url}?{foreign}").status_code == 400
    assert as_user(city).get(f"{url}?{foreign}")["Content-Type"].endswith("spreadsheetml.sheet")
    assert "衡南县" in as_user(city).get(url).content.decode()
    late = as_user(city).get(f"{url}?{foreign}".replace("until=2026-01-31", "until=2025-12-31"))
    assert late.status_code == 400
    assert "结束日期不能早于开始日期" in late.content.decode()
    with pytest.raises(NotAllowed):
        problems.write_digest(
            actor=people.township,
            county=Problem(region_id=factories.QIDONG).region,
            since=today(),
            until=today(),
            target=tmp_path / "digest.xlsx",
        )


def test_pages_from_report_to_answer(people, other_county, as_user):
    village, township = as_user(people.village), as_user(people.township)
    sent = {"kind": "technical", "title": "照片传不上去", "text": ""}
    refused = village.post("/office/problems/new/", sent)
    assert refused.status_code == 400
    assert "照片传不上去" in refused.content.decode()
    assert village.post("/office/problems/new/", sent | {"text": TEXT}).status_code == 302
    row = Problem.objects.get()
    url = row.get_absolute_url()
    assert row.title in township.get("/office/").content.decode()
    assert row.title in township.get("/office/problems/").content.decode()
    assert "报上级" in township.get(url).content.decode()
    assert "报上级" not in village.get(url).content.decode()
    assert township.post(url, {"action": "delete", "words": "没有这一步"}).status_code == 400
    assert village.post(url, {"action": "answer", "words": "我自己答复"}).status_code == 403
    assert township.post(url, {"action": "answer", "words": "请更新页面再试。"}).status_code == 302
    again = township.post(url, {"action": "pass_up", "words": "再报一次县里"})
    assert again.status_code == 409
    assert "再报一次县里" in again.content.decode()
    page = village.get(url).content.decode()
    assert "乡级答复" in page
    assert "请更新页面再试。" in page
    for person in (other_county.county, other_county.township, people.charity):
        assert as_user(person).get(url).status_code == 404
        assert as_user(person).post(url, {"action": "answer", "words": "别的县"}).status_code == 404


def test_list_filters_by_state_and_by_whose_it_is(people, as_user):
    done = reported(people.village, title="已经解决的问题")
    problems.act(actor=people.township, problem=done, action="answer", words="请更新页面再试。")
    reported(people.village, title="还没解决的问题")
    own = reported(people.township, "policy", "我报给县里的问题")
    browser = as_user(people.township)

    def titles(query):
        page = browser.get(f"/office/problems/{query}").content.decode()
        return {title for title in (done.title, "还没解决的问题", own.title) if title in page}

    assert titles("") == {"还没解决的问题"}
    assert titles("?show=mine") == {own.title}
    assert titles("?show=all") == {done.title, "还没解决的问题", own.title}
    assert titles("?show=all&state=answered") == {done.title}
    assert browser.get("/office/problems/?state=lost").status_code == 404


def test_list_asks_as_often_for_three_problems_as_for_one(people, as_user):
    counts = []
    for more in (1, 2):
        for number in range(more):
            reported(people.village, title=f"第 {more}{number} 个问题")
        browser = as_user(people.township)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get("/office/problems/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10
