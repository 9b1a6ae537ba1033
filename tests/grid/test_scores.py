"""Villages scored by closed months: the arithmetic, what is frozen, who may say what, and the pages."""

import io
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook

from accounts.models import Appointment, AuditEntry, Message, Region
from fupin.lib.clock import now, shifted
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.counting import Handed
from grid.models import ClosedMonth, Grid, GridHousehold, ScoreSheet, Visit
from grid.queries import month_figures
from grid.queries.scores import FIGURES, NOT_GRADED, RULES, numbers_of, score
from grid.services import scores
from grid.services.scores import MethodInput
from grid.services.visits import UNCHANGED
from needs.models import Household
from tests import factories

WEIGHTS = {
    "met": 20, "on_time": 10, "upheld": 10, "confirmed": 20, "visits": 20, "clocks": 10, "sound": 10,
}  # fmt: skip
GRADES = [(90, "优秀"), (75, "良好"), (60, "合格"), (0, "不合格")]
FULL = {
    "posts": 3, "met": 3, "submitted": 8, "on_time": 8, "confirmed": 8, "due": 4, "kept": 4,
    "visits_due": 6, "visits_kept": 6, "reported": 8, "upheld": 8, "confirmed_gifts": 5, "problems": 0,
}  # fmt: skip
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 1)


@pytest.mark.parametrize(
    ("changes", "points", "grade"),
    [
        ({}, 10000, "优秀"),
        ({"met": 2}, 9333, "优秀"),  # 13.33… of 20
        ({"met": 2, "visits_kept": 3}, 8333, "良好"),  # and 10 of 20
        ({"met": 0, "on_time": 4, "upheld": 4}, 7000, "合格"),  # 0 of 20, 5 of 10, 5 of 10
        ({"met": 0, "confirmed": 0, "visits_kept": 0}, 4000, "不合格"),
        ({"problems": 5}, 9000, "优秀"),
        ({"due": 0, "kept": 0}, 10000, "优秀"),  # no clock ran: the others carry its weight
        ({"visits_due": 0, "visits_kept": 0, "met": 0}, 7500, "良好"),  # 60 of 80
        ({"met": 2, "posts": 7}, 8571, "良好"),  # 80 + 20 * 2/7 = 85.714…
        ({"met": 5}, 10000, "优秀"),  # more than everything counts as everything
        (dict.fromkeys(FULL, 0), None, NOT_GRADED),
    ],
)
def test_points_and_grades(changes, points, grade):
    scored = score(FULL | changes, WEIGHTS, GRADES)
    assert (scored.score, scored.grade) == (points, grade)


def test_an_item_without_weight_counts_nothing():
    scored = score(FULL | {"met": 0}, {**WEIGHTS, "met": 0, "sound": 30}, GRADES)
    assert (scored.score, scored.grade) == (10000, "优秀")
    assert "met" not in scored.parts


def report(**numbers):
    places = {name: numbers[name] for name in ("posts", "met", "submitted", "on_time", "confirmed")}
    figures = {name: numbers[name] for name in FIGURES}
    codes = (factories.QIDONG, factories.TOWN, factories.VILLAGE)
    return {
        "places": {str(code): places for code in codes},
        "figures": {str(code): figures for code in codes},
        "handed": 0,
        "skipped": {},
    }


@pytest.fixture
def county(people):
    county = Region.objects.get(code=factories.QIDONG)
    one = FULL | {"posts": 1, "met": 1}
    for month in (1, 2, 3):
        ClosedMonth.objects.create(
            region=county, month=date(2026, month, 1), inputs_hash=f"{month}" * 64, report=report(**one)
        )
    scores.set_method(
        actor=people.county,
        county=county,
        content=MethodInput(FIRST, WEIGHTS, GRADES, need_fen=2_00, evaluation_fen=50, clause="细则第三条"),
    )
    return county


@pytest.fixture
def sheet(people, county):
    return scores.draw_up(actor=people.county, county=county, first=FIRST, last=LAST)


def later():
    return shifted(timedelta(days=scores.OBJECTION_DAYS))


def test_a_sheet_sums_the_closed_months_of_each_village_and_its_rewards(sheet):
    row = sheet.rows.get()
    assert row.region_id == factories.VILLAGE
    assert (row.numbers["posts"], row.numbers["submitted"], row.numbers["due"]) == (3, 24, 12)
    assert (row.score, row.grade) == (10000, "优秀")
    assert row.reward_fen == 24 * 2_00 + 15 * 50
    assert len(sheet.inputs_hash) == 64
    assert numbers_of(ClosedMonth.objects.all())[factories.VILLAGE] == row.numbers


def test_the_own_statement_shows_what_needs_and_evaluations_earned(people, other_county, sheet, as_user):
    post = Appointment.objects.get(user=people.village)
    browser = as_user(people.village)
    for begun, shown in ((date(2026, 3, 31), True), (date(2026, 4, 1), False)):
        Appointment.objects.filter(pk=post.pk).update(starts_on=begun)
        page = browser.get("/office/subsidies/").content.decode()
        assert ("24 条 × 2.00" in page, "15 次 × 0.50" in page, "55.50" in page) == (shown,) * 3
        assert (f"/office/scores/{sheet.pk}/" in page) == shown
    assert "每条计数的求助 2.00 元" in browser.get(f"/office/scores/{sheet.pk}/").content.decode()
    for stranger in (people.township, other_county.village):
        assert "55.50" not in as_user(stranger).get("/office/subsidies/").content.decode()


def test_only_whole_closed_periods_with_a_method_are_scored_and_once(people, other_county, county, sheet):
    with pytest.raises(InvalidInput, match="2026-04"):
        scores.draw_up(actor=people.county, county=county, first=FIRST, last=date(2026, 4, 1))
    with pytest.raises(Conflict):
        scores.draw_up(actor=people.county, county=county, first=FIRST, last=LAST)
    for stranger in (people.township, people.village, other_county.county):
        with pytest.raises(NotAllowed):
            scores.draw_up(actor=stranger, county=county, first=FIRST, last=date(2026, 2, 1))
    ClosedMonth.objects.create(
        region=county, month=date(2025, 12, 1), inputs_hash="0" * 64, report=report(**FULL)
    )
    with pytest.raises(InvalidInput, match="评分细则"):
        scores.draw_up(actor=people.county, county=county, first=date(2025, 12, 1), last=date(2025, 12, 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": {**WEIGHTS, "met": 19}},
        {"weights": {"met": 50, "heads": 50}},
        {"grades": [(60, "合格"), (90, "优秀"), (0, "不合格")]},
        {"grades": [(90, "优秀"), (60, "合格")]},
        {"valid_from": date(2026, 5, 2)},
    ],
)
def test_a_method_that_does_not_add_up_is_refused(people, county, changes):
    said = {
        "valid_from": date(2026, 5, 1), "weights": WEIGHTS, "grades": GRADES, "need_fen": 0,
        "evaluation_fen": 0, "clause": "细则",
    }  # fmt: skip
    with pytest.raises(InvalidInput):
        scores.set_method(actor=people.county, county=county, content=MethodInput(**{**said, **changes}))
    first = MethodInput(**{**said, "valid_from": FIRST})
    with pytest.raises(Conflict):
        scores.set_method(actor=people.county, county=county, content=first)


def test_village_objects_township_comments_county_answers_and_decides(people, other_county, sheet):
    row = sheet.rows.get()
    with pytest.raises(NotAllowed):
        scores.object_to(actor=people.township, row=row, note="不是本村的人")
    with pytest.raises(NotAllowed):
        scores.comment(actor=other_county.township, row=row, note="别县的意见")
    with pytest.raises(InvalidInput):
        scores.answer(actor=people.county, row=row, note="没有人提出过")
    scores.object_to(actor=people.village, row=row, note="二月少算了一条")
    scores.comment(actor=people.township, row=row, note="情况属实，请复核")
    with pytest.raises(Conflict, match="5 天"):
        scores.decide(actor=people.county, sheet=sheet)
    with later():
        with pytest.raises(Conflict, match="没有答复"):
            scores.decide(actor=people.county, sheet=sheet)
        scores.answer(actor=people.county, row=row, note="那一条是重复的")
        with pytest.raises(NotAllowed):
            scores.decide(actor=people.township, sheet=sheet)
        scores.decide(actor=people.county, sheet=sheet)
        with pytest.raises(StaleState):
            scores.decide(actor=people.county, sheet=sheet)
        with pytest.raises(StaleState):
            scores.object_to(actor=people.village, row=row, note="还是少算了一条")
    assert Message.objects.filter(user=people.village, link=f"/office/scores/{sheet.pk}/").count() >= 2
    done = set(AuditEntry.objects.filter(action__startswith="score.").values_list("action", flat=True))
    assert {"score.draw", "score.objection", "score.comment", "score.answer", "score.decide"} <= done


def test_a_decided_sheet_keeps_its_points_whatever_method_comes(people, county, sheet):
    with later():
        scores.decide(actor=people.county, sheet=sheet)
    harder = MethodInput(date(2026, 2, 1), {"sound": 100}, [(100, "优秀"), (0, "不合格")], 0, 0, "新细则")
    scores.set_method(actor=people.county, county=county, content=harder)
    kept = ScoreSheet.objects.get(pk=sheet.pk)
    assert (kept.method_id, kept.inputs_hash) == (sheet.method_id, sheet.inputs_hash)
    assert kept.rows.get().grade == "优秀"


METHOD = {
    "valid_from": "2026-01", "need": "2", "evaluation": "0.5", "clause": "细则第三条", "excellent": "90",
    "good": "75", "fair": "60", **{name: str(number) for name, number in WEIGHTS.items()},
}  # fmt: skip


def test_the_pages_go_from_method_to_decision(people, county, as_user):
    office, village, town = as_user(people.county), as_user(people.village), as_user(people.township)
    code = str(factories.QIDONG)
    wrong = office.post(
        "/office/scores/method/", {**METHOD, "county": code, "met": "21", "valid_from": "2026-02"}
    )
    assert wrong.status_code == 400
    assert "正好是 100" in wrong.content.decode()
    made = office.post("/office/scores/method/", {**METHOD, "county": code, "valid_from": "2026-02"})
    assert made.status_code == 302
    early = office.post("/office/scores/", {"county": code, "year": "2026", "part": "0"})
    assert (early.status_code, "没有结账" in early.content.decode()) == (400, True)
    assert office.post("/office/scores/", {"county": code, "year": "2026", "part": "1"}).status_code == 302
    sheet = ScoreSheet.objects.get()
    page, row = f"/office/scores/{sheet.pk}/", sheet.rows.get().pk
    assert "2026 年第 1 季度" in village.get("/office/scores/").content.decode()
    assert people.village.get_full_name() not in village.get(page).content.decode()
    few = village.post(page, {"step": "object", "row": row, "note": "少"})
    assert few.status_code == 400
    assert village.post(page, {"step": "object", "row": row, "note": "二月少算了一条"}).status_code == 302
    assert town.post(page, {"step": "comment", "row": row, "note": "情况属实"}).status_code == 302
    assert village.post(page, {"step": "answer", "row": row, "note": "自己答复"}).status_code == 404
    assert village.post(page, {"step": "decide"}).status_code == 403
    assert 'value="decide"' not in office.get(page).content.decode(), "objections are still open"
    assert office.post(page, {"step": "decide"}).status_code == 409
    with later():
        assert 'value="decide"' in office.get(page).content.decode()
        assert office.post(page, {"step": "decide"}).status_code == 409
        assert office.post(page, {"step": "answer", "row": row, "note": "已经复核过"}).status_code == 302
        assert office.post(page, {"step": "decide"}).status_code == 302
    assert "不再变动" in town.get(page).content.decode()


def test_the_sheet_as_xlsx_holds_the_villages_of_the_asker(people, other_county, sheet, as_user):
    answer = as_user(people.county).get(f"/office/scores/{sheet.pk}/scores.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert "2026 年第 1 季度" in book[0][0]
    assert book[3][0].endswith("沙井村")
    assert book[3][8:11] == ["100.00", "优秀", "55.50"]
    printed = "\n".join(str(row[0]) for row in book[4:])
    assert f"按期走访（20 分）：{RULES['visits']}" in printed
    assert RULES["visits"] in as_user(people.village).get(f"/office/scores/{sheet.pk}/").content.decode()
    foreign = as_user(other_county.county)
    assert foreign.get(f"/office/scores/{sheet.pk}/scores.xlsx").status_code == 404
    assert foreign.get(f"/office/scores/{sheet.pk}/").status_code == 404


def test_a_sheet_costs_the_same_queries_for_any_number_of_villages(
    people, sheet, as_user, django_assert_max_num_queries
):
    client = as_user(people.county)
    page = f"/office/scores/{sheet.pk}/"
    client.get(page)
    with django_assert_max_num_queries(12) as first:
        client.get(page)
    row = sheet.rows.get()
    row.pk, row.region_id = None, factories.VILLAGE_2
    row.save()
    with django_assert_max_num_queries(len(first)):
        client.get(page)


def placed(people, *, name, since, risk_since=None, visits=()):
    """A household in the village's grid since a day, at open risk since another, looked in at on these days."""
    home = factories.household(people.village, name=name)
    Household.objects.filter(pk=home.pk).update(created_at=now() - timedelta(days=400))
    if risk_since:
        Household.objects.filter(pk=home.pk).update(monitored="sudden", risk="open", risk_since=risk_since)
    grid = Grid.objects.first() or factories.grid(people.village)
    due = {"due_on": since, "monthly": bool(risk_since), "placed_by": people.village}
    GridHousehold.objects.create(household=home, grid=grid, region=grid.village, since=since, **due)
    told = {"household": home, "grid": grid, "region": grid.village, "visitor": people.village}
    Visit.objects.bulk_create(Visit(on=day, channel="home", points=UNCHANGED, **told) for day in visits)


def test_a_closing_month_counts_the_visits_it_asked_for_and_those_made_within_it(people):
    long_ago = date(2025, 6, 1)
    placed(
        people,
        name="按月的",
        since=long_ago,
        risk_since=long_ago,
        visits=[date(2026, 2, 28), date(2026, 3, 1)],
    )
    placed(people, name="上月走的", since=long_ago, risk_since=long_ago, visits=[date(2026, 1, 31)])
    placed(people, name="出险前走的", since=long_ago, risk_since=date(2026, 3, 10), visits=[date(2026, 3, 9)])
    placed(people, name="刚出险的", since=long_ago, risk_since=date(2026, 3, 20))
    placed(people, name="按季的", since=long_ago, visits=[date(2026, 1, 1)])
    placed(people, name="上季走的", since=long_ago, visits=[date(2025, 12, 31), date(2026, 4, 1)])
    placed(people, name="新纳入的", since=date(2026, 3, 18))
    county = Region.objects.get(code=factories.QIDONG)

    def asked(month):
        figures = month_figures.frozen(county, date(2026, month, 1))["figures"]
        village, whole = figures[str(factories.VILLAGE)], figures[str(factories.QIDONG)]
        counted = (village.get("visits_due", 0), village.get("visits_kept", 0))
        assert counted == (whole.get("visits_due", 0), whole.get("visits_kept", 0))
        return counted

    assert asked(3) == (5, 2)  # three by the month, two by the quarter; the new ones not yet
    assert asked(2) == (2, 1)  # no quarter ends
    assert asked(1) == (2, 1)


def test_what_was_sent_back_withdrawn_or_struck_off_is_not_upheld(people):
    county = Region.objects.get(code=factories.QIDONG)
    skips = ("", "", "returned", "withdrawn", "excluded", "repeated", "copied")
    handed = [
        Handed(number, factories.VILLAGE, "medical", FIRST, people.village.pk, skip, confirmed=False)
        for number, skip in enumerate(skips)
    ]
    figures = month_figures.frozen(county, FIRST, handed)["figures"][str(factories.VILLAGE)]
    assert (figures["reported"], figures["upheld"]) == (7, 4)
