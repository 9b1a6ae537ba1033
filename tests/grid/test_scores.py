"""Villages scored by closed months: the arithmetic, what is frozen, who may say what, and the pages."""

import io
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook

from accounts.models import AuditEntry, Message, Region
from fupin.lib.clock import shifted
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from grid.models import ClosedMonth, ScoreSheet
from grid.queries.scores import NOT_GRADED, numbers_of, score
from grid.services import scores
from grid.services.scores import MethodInput
from tests import factories

WEIGHTS = {"met": 30, "on_time": 15, "confirmed": 25, "clocks": 20, "sound": 10}
GRADES = [(90, "优秀"), (75, "良好"), (60, "合格"), (0, "不合格")]
FULL = {
    "posts": 3, "met": 3, "submitted": 8, "on_time": 8, "confirmed": 8, "due": 4, "kept": 4,
    "confirmed_gifts": 5, "problems": 0,
}  # fmt: skip
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 1)


@pytest.mark.parametrize(
    ("changes", "points", "grade"),
    [
        ({}, 10000, "优秀"),
        ({"met": 2}, 9000, "优秀"),  # 20 of 30
        ({"met": 2, "kept": 3}, 8500, "良好"),  # and 15 of 20
        ({"met": 0, "on_time": 4}, 6250, "合格"),  # 0 of 30, 7.5 of 15
        ({"met": 0, "confirmed": 0}, 4500, "不合格"),
        ({"problems": 5}, 9000, "优秀"),
        ({"due": 0, "kept": 0}, 10000, "优秀"),  # no clock ran: the others carry its weight
        ({"due": 0, "kept": 0, "met": 0}, 6250, "合格"),  # 50 of 80
        ({"met": 2, "posts": 7}, 7857, "良好"),  # 70 + 30 * 2/7 = 78.571…
        ({"met": 5}, 10000, "优秀"),  # more than everything counts as everything
        (dict.fromkeys(FULL, 0), None, NOT_GRADED),
    ],
)
def test_points_and_grades(changes, points, grade):
    scored = score(FULL | changes, WEIGHTS, GRADES)
    assert (scored.score, scored.grade) == (points, grade)


def test_an_item_without_weight_counts_nothing():
    scored = score(FULL | {"met": 0}, {**WEIGHTS, "met": 0, "sound": 40}, GRADES)
    assert (scored.score, scored.grade) == (10000, "优秀")
    assert "met" not in scored.parts


def report(**numbers):
    places = {name: numbers[name] for name in ("posts", "met", "submitted", "on_time", "confirmed")}
    figures = {name: numbers[name] for name in ("due", "kept", "confirmed_gifts", "problems")}
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
        {"weights": {**WEIGHTS, "met": 29}},
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
        "/office/scores/method/", {**METHOD, "county": code, "met": "31", "valid_from": "2026-02"}
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
    with later():
        assert office.post(page, {"step": "decide"}).status_code == 409
        assert office.post(page, {"step": "answer", "row": row, "note": "已经复核过"}).status_code == 302
        assert office.post(page, {"step": "decide"}).status_code == 302
    assert "不再变动" in town.get(page).content.decode()


def test_the_sheet_as_xlsx_holds_the_villages_of_the_asker(people, other_county, sheet, as_user):
    answer = as_user(people.county).get(f"/office/scores/{sheet.pk}/scores.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert "2026 年第 1 季度" in book[0][0]
    assert book[3][0].endswith("沙井村")
    assert book[3][6:9] == ["100.00", "优秀", "55.50"]
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
