"""The world's closed month: quotas, subsidies, scores, tasks, and what is asked and told about them."""

from datetime import date
from typing import Any

from accounts.enums import Role
from accounts.models import Region
from fupin.lib.clock import today
from grid.models import ClosedMonth, MonthClosing, Question, QuotaResult, ScoreSheet, SubsidyLine
from grid.services import assignments, briefs, problems, quotas, scores, subsidies
from tests import factories


def closed_month(people: factories.Staff) -> dict[str, Any]:
    """A closed January 2026 with its rule, rate, result, line, score sheet, brief, question, problem and task."""
    county, month = Region.objects.get(code=factories.QIDONG), today().replace(day=1)
    rule = quotas.RuleInput(
        Role.VILLAGE_OFFICER, "all", ["medical"], [], at_start=0, monthly=2, monthly_most=5, due_day=25,
        valid_from=month, clause="衡阳方案",
    )  # fmt: skip
    rate = quotas.RateInput("通信费补贴", Role.VILLAGE_OFFICER, 5000, "days", month, "武扶组办〔2018〕10号")
    asked = quotas.set_rule(actor=people.county, region=county, rule=rule)
    paid = quotas.set_rate(actor=people.county, region=county, rate=rate)
    report = {"places": {}, "handed": 0, "skipped": {}}
    closed = ClosedMonth.objects.create(
        region=county, month="2026-01-01", inputs_hash="0" * 64, report=report
    )
    result = QuotaResult.objects.create(
        closed=closed, appointment=people.village.appointments.get(), rule=asked, expected=2, submitted=1,
        on_time=1, confirmed=0, zero_report=False, needs=[],
    )  # fmt: skip
    line = SubsidyLine.objects.create(
        closed=closed, appointment=result.appointment, rate=paid, kind="regular", month="2026-01-01", days=31,
        asked=2, done=1, base=5000, fen=2500,
    )  # fmt: skip
    subsidies.contest(actor=people.village, line=line, text="金丝雀少算了一条")
    question = Question.objects.create(region=county, kind="tiny", key="canary", facts="金丝雀的疑问")
    brief = briefs.make(county, date(2026, 1, 1))
    assert brief
    closing = MonthClosing.objects.create(region=county, month="2026-01-01", actor=people.county)
    made = {"rule": asked.pk, "rate": paid.pk, "closed": closed.pk, "result": result.pk}
    made |= {"subsidy": line.pk, "question": question.pk, "score_sheet": _scores(people, county)}
    told = problems.Report("technical", "金丝雀照片传不上去", "金丝雀在村里上传照片总是失败。")
    made["problem"] = problems.report(actor=people.village, post=result.appointment, content=told).pk
    task = assignments.Given("金丝雀危房排查", "金丝雀逐户看。", 3, "户", today())
    post = people.county.appointments.get()
    made["assignment"] = assignments.give(actor=people.county, post=post, content=task).pk
    return made | {"brief": brief.pk, "closing": closing.pk}


def _scores(people: factories.Staff, county: Region) -> int:
    """A sheet of the closed month with one village."""
    content = scores.MethodInput(date(2026, 1, 1), {"met": 100}, [(0, "合格")], 100, 100, "细则")
    method = scores.set_method(actor=people.county, county=county, content=content)
    sheet = ScoreSheet.objects.create(
        region=county, first=date(2026, 1, 1), last=date(2026, 1, 1), method=method, inputs_hash="0" * 64,
        drawn_by=people.county,
    )  # fmt: skip
    sheet.rows.create(region_id=factories.VILLAGE, numbers={}, parts={}, grade="合格", reward_fen=0)
    return sheet.pk
