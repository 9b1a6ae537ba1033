"""补贴明细: what an officer was paid and why, what they contest, and the county's answer (B15)."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import asked_key
from fupin.lib.clock import day_of, today
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.money import yuan
from fupin.lib.paging import keyset_page
from grid.forms.subsidies import AnswerForm, ContestForm
from grid.models import ScoreRow, SubsidyLine, SubsidyObjection
from grid.queries import subsidies as queries
from grid.queries.scores import own_rewards
from grid.quota_enums import LineKind
from grid.rows import objection_row
from grid.services import subsidies as service
from grid.statement_text import GENERAL, rule_of

MONTHS_A_PAGE = 12
COLUMNS = (
    {"label": "补贴"},
    {"label": "岗位"},
    {"label": "在岗天数", "numeric": True},
    {"label": "完成", "numeric": True},
    {"label": "金额（元）", "numeric": True},
)
REWARD_COLUMNS = (
    {"label": "时间"},
    {"label": "村"},
    {"label": "计数求助"},
    {"label": "送达评价"},
    {"label": "奖励（元）", "numeric": True},
    {"label": "状态"},
)


@officer_page()
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """My statements, newest month first; each amount leads to what made it."""
    page = keyset_page(
        queries.own_months(request.user),
        order=("-month", "-pk"),
        cursor=request.GET.get("cursor"),
        size=MONTHS_A_PAGE,
    )
    lines: dict[int, list[SubsidyLine]] = defaultdict(list)
    for line in queries.own_lines(request.user, page.items):
        lines[line.closed_id].append(line)
    statements = [
        {
            "closed": closed,
            "total": yuan(sum(line.fen for line in lines[closed.pk])),
            "rows": [_cells(line) for line in lines[closed.pk]],
        }
        for closed in page.items
    ]
    context = {
        "statements": statements,
        "columns": COLUMNS,
        "rewards": [_reward(row) for row in own_rewards(request.user)],
        "reward_columns": REWARD_COLUMNS,
        "general": GENERAL,
        **pager(request, page),
    }
    return render(request, "grid/subsidies/index.html", context)


def _reward(row: ScoreRow) -> list[dict[str, Any]]:
    """What a village earned by valid needs and by evaluations; it leads to the sheet with the rule."""
    method, numbers = row.sheet.method, row.numbers
    needs, evaluated = numbers.get("submitted", 0), numbers.get("confirmed_gifts", 0)
    return [
        {"value": row.sheet.period, "url": reverse("grid:score-sheet", args=[row.sheet_id])},
        {"value": row.region.name},
        {"value": f"{needs} 条 × {yuan(method.need_fen)}"},
        {"value": f"{evaluated} 次 × {yuan(method.evaluation_fen)}"},
        {"value": yuan(row.reward_fen)},
        {"value": "已评定" if row.sheet.decided_at else "征求意见"},
    ]


def _cells(line: SubsidyLine) -> list[dict[str, Any]]:
    name = line.rate.name
    if line.kind != LineKind.REGULAR:
        name = f"{name}（{line.month:%Y-%m} {line.get_kind_display()}）"
    if hasattr(line, "objection"):
        name += "，已答复" if line.objection.answered_at else "，异议待答复"
    return [
        {"value": name, "url": reverse("grid:subsidy", args=[line.pk])},
        {"value": f"{line.appointment.region.name} {line.appointment.get_role_display()}"},
        {"value": line.days},
        {"value": f"{line.done}/{line.asked}" if line.asked else "—"},
        {"value": yuan(line.fen)},
    ]


@officer_page()
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One amount: the rule in words, the records behind it, the objection and its answer."""
    line = get_object_or_404(queries.lines_seen_by(request.user), pk=pk)
    objection = SubsidyObjection.objects.filter(line=line).select_related("answered_by", "booked_in").first()
    form, status = _form(request, line, objection), 400
    if request.method == "POST" and form and form.is_valid():
        try:
            _write(request, line, objection, form)
            return redirect("grid:subsidy", pk=pk)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    elif request.method == "POST" and form is None:
        raise Conflict("现在不能办理：已经提出或答复过，或者期限已过。")
    results = queries.results_of(line)
    context = {
        "line": line,
        "facts": _facts(line),
        "rules": rule_of(line, queries.paid_before(line)),
        "results": [(row, reverse("grid:quota-result", args=[row.pk])) for row in results],
        "records": queries.records_of(line, results),
        "objection": objection,
        "form": form,
        "own": line.appointment.user_id == request.user.pk,
        "until": service.contest_until(line),
    }
    return render(
        request, "grid/subsidies/line.html", context, status=status if form and form.errors else 200
    )


def _form(request: SignedIn, line: SubsidyLine, objection: SubsidyObjection | None) -> CleanForm | None:
    """The one form that this person may send about the line now."""
    data = request.POST if request.method == "POST" else None
    if line.appointment.user_id == request.user.pk:
        is_open = objection is None and today() <= service.contest_until(line)
        return ContestForm(data) if is_open else None
    if (
        objection
        and not objection.answered_at
        and grants(request.user).allow(Verb.APPROVE, line.closed.region_id)
    ):
        return AnswerForm(data, initial={"way": "keep"})
    return None


def _write(request: SignedIn, line: SubsidyLine, objection: SubsidyObjection | None, form: CleanForm) -> None:
    text = form.cleaned_data["text"]
    if isinstance(form, AnswerForm) and objection:
        standing, fen, purpose = objection, form.correction_fen, "subsidy-answer"
        said = "已答复本人。"

        def work() -> int:
            return service.answer(actor=request.user, objection=standing, text=text, correction_fen=fen).pk

    else:
        fen, purpose, said = 0, "subsidy-contest", "异议已提交，县里会答复您。"

        def work() -> int:
            return service.contest(actor=request.user, line=line, text=text).pk

    content = {"line": line.pk, "text": text, "fen": fen}
    once(actor=request.user, key=asked_key(request), purpose=purpose, content=content, work=work)
    messages.success(request, said)


def _facts(line: SubsidyLine) -> list[dict[str, Any]]:
    post = line.appointment
    last = post.ends_on or (day_of(post.ended_at) if post.ended_at else None)
    return [
        {"term": "金额", "value": f"{yuan(line.fen)} 元"},
        {"term": "姓名", "value": post.user.get_full_name()},
        {"term": "岗位", "value": f"{post.region.name} {post.get_role_display()}"},
        {
            "term": "任职",
            "value": f"{post.starts_on:%Y-%m-%d} 起" + (f"，到 {last:%Y-%m-%d}" if last else ""),
        },
        {"term": "属于", "value": f"{line.month:%Y-%m}（{line.get_kind_display()}）"},
        {
            "term": "发放",
            "value": f"列在 {line.closed.month:%Y-%m} 的发放表，{line.closed.closed_at:%Y-%m-%d} 结账",
        },
    ]


@officer_page(Verb.APPROVE)
@require_safe
def objections(request: SignedIn) -> HttpResponse:
    """The objections of my county, newest first."""
    page = keyset_page(
        queries.objections_seen_by(request.user), order=("-pk",), cursor=request.GET.get("cursor")
    )
    context = {"rows": [objection_row(row) for row in page.items], **pager(request, page)}
    return render(request, "grid/subsidies/objections.html", context)
