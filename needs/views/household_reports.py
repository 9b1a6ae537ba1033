"""Change reports: handing one in, the queue, deciding."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import ensure, grants
from accounts.queries import villages_in
from accounts.views.access import officer_page
from fupin.lib.clock import day_of
from fupin.lib.masks import mask_id, mask_phone, mask_text
from needs.enums import Cause, Focus
from needs.forms.household_reports import CorrectionForm, EndingForm, NewReportForm
from needs.household_enums import ReportKind, ReportState
from needs.household_queues import report_row, reports_of
from needs.models import Household, HouseholdReport
from needs.services import household_reports as reports
from needs.services.households import CONSENT_TEXT
from needs.views.deciding import decision, queue
from needs.views.filing import file, household_form, posted
from needs.views.household import households_of

FIELDS = {
    "name": "户主姓名",
    "id_number": "身份证号",
    "members": "家庭人口",
    "cause": "困难原因",
    "phone": "联系电话",
    "address": "详细住址",
    "focus": "重点情况",
    "situation": "家庭情况",
}
MASKS = {"id_number": mask_id, "phone": mask_phone, "address": mask_text, "situation": mask_text}
FOLLOWS = {
    ReportKind.CORRECT: "同意后，登记的内容马上照此更改。",
    ReportKind.ADD: "同意后，这户自动登记。",
    ReportKind.MISSED: "同意后，这户自动登记。",
    ReportKind.CLOSE: "同意后，这户销户，正在公开的求助停止公开。",
    ReportKind.FALSE: "同意后，这户销户，正在公开的求助停止公开。",
}
"""What the township's yes does at once."""


@officer_page(Verb.VIEW)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Reports of my places; the open ones longest waiting first."""
    may_report = any(True for _ in grants(request.user).of(Verb.COLLECT))
    return queue(
        request,
        reports_of(request.user),
        states=ReportState.choices,
        row=lambda row: {**report_row(row), "button": ""},
        title="动态报告",
        lead="新增、更正、销户，由村里报告，乡镇决定。更正和销户从那一户的页面报。",
        action_url=reverse("needs:household-report-new") if may_report else "",
        action_label="报告新增",
    )


@officer_page(Verb.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One report, field by field, with the buttons of whoever may decide."""
    row = get_object_or_404(reports_of(request.user), pk=pk)
    return decision(
        request,
        thing="report",
        state=row.state,
        code=row.region_id,
        author=row.reported_by,
        steps={
            "accept": lambda comment: reports.accept(actor=request.user, report=row, comment=comment),
            "refuse": lambda comment: reports.refuse(actor=request.user, report=row, comment=comment),
            "withdraw": lambda comment: reports.withdraw(actor=request.user, report=row),
        },
        back="needs:household-reports",
        shown=lambda: _shown(row),
        key=pk,
    )


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """新增 or 卡外有贫: somebody who is not in the register."""
    villages = villages_in(request.user, Verb.COLLECT).filter(valid_to=None).select_related("parent")
    form = NewReportForm(posted(request), villages=villages)

    def work() -> int:
        given = form.cleaned_data
        return reports.report_new(
            actor=request.user,
            region=form.chosen_village,
            kind=given["kind"],
            content=form.content(),
            evidence=given["evidence"],
            reason=given["reason"],
        ).pk

    status = file(request, form, purpose="report-new", about={}, work=work, done="已提交，等乡镇决定。")
    if status is None:
        return redirect("needs:household-reports")
    context = {"form": form, "consent_text": f"needs/consent_{CONSENT_TEXT}.html"}
    return render(request, "needs/office/report_new.html", context, status=status)


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: SignedIn, pk: int) -> HttpResponse:
    """信息更正 of one household."""
    household = _household(request, pk)
    form = CorrectionForm(posted(request), household=household)

    def work() -> int:
        wanted = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
        reason = form.cleaned_data["reason"]
        return reports.report_correction(
            actor=request.user, household=household, wanted=wanted, reason=reason
        ).pk

    return household_form(
        request,
        form,
        household=household,
        title="报告信息更正",
        submit="提交给乡镇",
        purpose="report-correct",
        work=work,
        done="已提交，乡镇同意后生效。",
        note="只填要改的，其余留空。乡镇同意后才会改动。",
    )


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: SignedIn, pk: int) -> HttpResponse:
    """销户, or 卡内有假."""
    household = _household(request, pk)
    form = EndingForm(posted(request))

    def work() -> int:
        return reports.report_ending(actor=request.user, household=household, **form.cleaned_data).pk

    return household_form(
        request,
        form,
        household=household,
        title="报告销户或不符合",
        submit="提交给乡镇",
        purpose="report-end",
        work=work,
        done="已提交，乡镇同意后生效。",
        note="乡镇同意后，这户销户，正在公开的求助停止公开。",
        danger=True,
    )


def _shown(row: HouseholdReport) -> dict[str, Any]:
    home = row.household
    facts = [
        {"term": "家庭", "value": home.name, "url": f"/office/households/{home.pk}/"}
        if home
        else {"term": "家庭", "value": "还没有登记"},
        {"term": "村（社区）", "value": f"{row.region.parent or ''} {row.region.name}"},
        *_changes(row),
        {"term": "报告人", "value": f"{row.reported_by.get_full_name()}，{day_of(row.created_at):%Y-%m-%d}"},
    ]
    if row.evidence:
        facts.append({"term": "本户怎样提出的" if home else "同意凭据", "value": row.get_evidence_display()})
    if row.decided_by and row.decided_at:
        facts.append(
            {
                "term": "决定人",
                "value": f"{row.decided_by.get_full_name()}，{day_of(row.decided_at):%Y-%m-%d}",
            }
        )
    texts = [("情况说明", row.reason), ("决定意见", row.decision)]
    follows = f"。{FOLLOWS[ReportKind(row.kind)]}" if row.state == ReportState.OPEN else ""
    lead = f"{row.get_state_display()}{follows}"
    return {"title": row.get_kind_display(), "lead": lead, "facts": facts, "texts": texts}


def _changes(row: HouseholdReport) -> list[dict[str, str]]:
    """Field by field, old and new, with the masks of what is encrypted."""
    return [
        {
            "term": FIELDS[name],
            "value": f"{_plain(name, old)} 改为 {_plain(name, new)}"
            if row.kind == ReportKind.CORRECT
            else _plain(name, new),
        }
        for name, (old, new) in reports.changes_of(row).items()
        if name in FIELDS
    ]


def _plain(name: str, value: Any) -> str:
    if not value:
        return "没有登记"
    if name == "focus":
        return "、".join(str(Focus(group).label) for group in value)
    if name == "cause":
        return str(Cause(value).label)
    return MASKS[name](value) if name in MASKS else str(value)


def _household(request: SignedIn, pk: int) -> Household:
    household = get_object_or_404(households_of(request), pk=pk)
    ensure(request.user, Verb.COLLECT, household.region_id)
    return household
