"""Consents of a household: what was agreed to, taking the consent to publish back, giving it again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import User
from accounts.permissions import ensure, grants
from accounts.views.access import officer_page
from fupin.lib.errors import Conflict
from needs.enums import ConsentKind
from needs.forms.household import ConsentForm, ConsentWithdrawForm
from needs.models import Household
from needs.services import consents, household_reports
from needs.services.households import CONSENT_TEXT
from needs.views.filing import household_form, posted
from needs.views.household import households_of

TEXT = f"needs/consent_{CONSENT_TEXT}.html"


def rows(household: Household) -> list[dict[str, Any]]:
    """Consents, newest first, each with the words that were agreed to."""
    found = household.consents.select_related("recorded_by", "withdrawn_by").order_by("-id")
    return [{"consent": row, "text": f"needs/consent_{row.text_version}.html"} for row in found]


@officer_page(Verb.VIEW)
@require_safe
def index(request: SignedIn, pk: int) -> HttpResponse:
    """Every consent with its text, evidence and who recorded it."""
    household = get_object_or_404(households_of(request), pk=pk)
    found = rows(household)
    context = {
        "household": household,
        "rows": found,
        "in_force": _in_force(found),
        "leaving": household_reports.leaving(household),
        "may_write": not household.closed_at
        and grants(request.user).allow(Verb.COLLECT, household.region_id),
    }
    return render(request, "needs/office/consents.html", context)


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedIn, pk: int) -> HttpResponse:
    """An officer takes the consent back on the household's word."""
    household = get_object_or_404(households_of(request), pk=pk)
    ensure(request.user, Verb.COLLECT, household.region_id)
    form = ConsentWithdrawForm(posted(request))

    def work() -> int:
        consents.withdraw(actor=request.user, household=household, **form.cleaned_data)
        return household.pk

    return household_form(
        request,
        form,
        household=household,
        title="撤回公开同意",
        submit="撤回",
        purpose="consent-withdraw",
        work=work,
        done="已撤回，这户的求助和照片不再公开。",
        note="撤回后，这户的求助立即停止公开，认领了还没有付出的爱心人士会收到通知；已经到账的善款不受影响。",
        danger=True,
    )


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: SignedIn, pk: int) -> HttpResponse:
    """An officer hands in the household's word that it no longer wants to be registered."""
    household = get_object_or_404(households_of(request), pk=pk)
    ensure(request.user, Verb.COLLECT, household.region_id)
    form = ConsentWithdrawForm(posted(request))

    def work() -> int:
        return household_reports.report_leaving(
            actor=request.user, household=household, **form.cleaned_data
        ).pk

    return household_form(
        request,
        form,
        household=household,
        title="本户不想再登记",
        submit="停止公开并报销户",
        purpose="consent-leave",
        work=work,
        done="这户的求助已停止公开，销户已提交给乡镇。",
        note="这户的求助和照片立即停止公开，销户报告交给乡镇决定。销户后不能再求助，登记同意一并撤回，"
        "已经到账的善款照常办理；登记资料加密封存，只供查账。本户反悔，可以在乡镇决定以前撤回这份报告。",
        danger=True,
    )


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: SignedIn, pk: int) -> HttpResponse:
    """An officer records a new consent."""
    household = get_object_or_404(households_of(request), pk=pk)
    ensure(request.user, Verb.COLLECT, household.region_id)
    form = ConsentForm(posted(request))

    def work() -> int:
        evidence = form.cleaned_data["evidence"]
        return consents.give(actor=request.user, household=household, evidence=evidence).pk

    return household_form(
        request,
        form,
        household=household,
        title="登记公开同意",
        submit="登记",
        purpose="consent-give",
        work=work,
        done="已登记。停止公开的求助要重新提交审核。",
        consent_text=TEXT,
    )


@login_required
@require_safe
def own(request: SignedIn) -> HttpResponse:
    """My family's consents: what was agreed to, and the way out."""
    household = _own(request)
    if household is None:
        return redirect("needs:apply")
    found = rows(household)
    context = {
        "household": household,
        "rows": found,
        "in_force": _in_force(found),
        "leaving": household_reports.leaving(household),
        "consent_text": TEXT,
    }
    return render(request, "needs/apply/consent.html", context)


@login_required
@require_POST
def own_withdraw(request: SignedIn) -> HttpResponse:
    """The household takes its consent back: at once, without giving a reason."""
    return _own_step(request, consents.withdraw, "已撤回，您家的求助和照片不再公开。")


@login_required
@require_POST
def own_give(request: SignedIn) -> HttpResponse:
    """The household agrees again."""
    return _own_step(request, consents.give, "已同意公开。停止公开的求助请改好再提交。")


@login_required
@require_POST
def own_leave(request: SignedIn) -> HttpResponse:
    """The household no longer wants to be registered: the township is asked to close it."""
    return _own_step(request, household_reports.report_leaving, "求助已停止公开，销户已提交给乡镇。")


@login_required
@require_POST
def own_stay(request: SignedIn) -> HttpResponse:
    """The household thinks better of leaving, before the township decided."""
    return _own_step(request, _stay, "已撤回销户，登记照旧。想再公开求助，请重新同意。")


def _stay(*, actor: User, household: Household) -> None:
    report = household_reports.leaving(household)
    if report is None:
        raise Conflict("没有等着决定的销户。")
    household_reports.withdraw(actor=actor, report=report)


def _own_step(request: SignedIn, step: Callable[..., object], done: str) -> HttpResponse:
    household = _own(request)
    if household is None:
        return redirect("needs:apply")
    try:
        step(actor=request.user, household=household)
        messages.success(request, done)
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("needs:apply-consent")


def _own(request: SignedIn) -> Household | None:
    return Household.objects.filter(account=request.user).select_related("region__parent").first()


def _in_force(found: list[dict[str, Any]]) -> bool:
    return any(
        row["consent"].kind == ConsentKind.PUBLISH and row["consent"].withdrawn_at is None for row in found
    )
