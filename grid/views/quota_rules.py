"""The rules behind the quotas and the subsidies, and the months that were closed by them."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import asked_key
from accounts.views.places import roots_of
from fupin.lib.downloads import download
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.paging import keyset_page
from grid.forms.quotas import EndForm, RateForm, RuleForm
from grid.models import ClosedMonth, QuotaRule, SubsidyRate
from grid.queries import results
from grid.queries.reports import closings_seen_by
from grid.services import months, payments, quotas

MAX_RULES = 60
JOBS = 3


@officer_page(Verb.APPOINT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """The rules and rates that hold in my ranges, newest first."""
    context = {
        "rules": results.rules_seen_by(request.user)[:MAX_RULES],
        "rates": results.rates_seen_by(request.user)[:MAX_RULES],
        "roots": {root.code for root in roots_of(request.user, Verb.APPOINT)},
    }
    return render(request, "grid/quota_rules.html", context)


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: SignedIn) -> HttpResponse:
    form = RuleForm(request.POST if request.method == "POST" else None)
    return _new(
        request,
        form,
        "新的任务规定",
        lambda root: quotas.set_rule(actor=request.user, region=root, rule=form.rule()),
    )


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_rate(request: SignedIn) -> HttpResponse:
    form = RateForm(request.POST if request.method == "POST" else None)
    return _new(
        request,
        form,
        "新的补贴标准",
        lambda root: quotas.set_rate(actor=request.user, region=root, rate=form.rate()),
    )


def _new(request: SignedIn, form: CleanForm, title: str, work: Any) -> HttpResponse:
    root = next(iter(roots_of(request.user, Verb.APPOINT)))
    status = 400
    if form.is_bound and form.is_valid():
        try:
            content = {name: str(value) for name, value in form.cleaned_data.items()}
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="quota-rule",
                content=content,
                work=lambda: work(root).pk,
            )
            messages.success(request, "已定下，从所选月份起生效。")
            return redirect("grid:quota-rules")
        except InvalidInput as error:
            add_errors(form, error)
            status = error.status
    context = {"form": form, "title": title, "root": root}
    return render(request, "grid/quota_rule_new.html", context, status=status if form.errors else 200)


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def end_rule(request: SignedIn, pk: int) -> HttpResponse:
    return _end(request, get_object_or_404(results.rules_seen_by(request.user), pk=pk))


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def end_rate(request: SignedIn, pk: int) -> HttpResponse:
    return _end(request, get_object_or_404(results.rates_seen_by(request.user), pk=pk))


def _end(request: SignedIn, row: QuotaRule | SubsidyRate) -> HttpResponse:
    """The last month of a rule or a rate."""
    form, status = EndForm(request.POST if request.method == "POST" else None), 400
    if form.is_bound and form.is_valid():
        try:
            quotas.end(actor=request.user, row=row, month=form.cleaned_data["month"])
            messages.success(request, "截止月份已定。")
            return redirect("grid:quota-rules")
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {"form": form, "title": f"截止：{row}", "root": row.region}
    return render(request, "grid/quota_rule_new.html", context, status=status if form.errors else 200)


@officer_page(Verb.APPROVE, Verb.APPOINT)
@require_safe
def closed_months(request: SignedIn) -> HttpResponse:
    """The closed months of my counties, and the button for the month that is over."""
    page = keyset_page(
        results.closed_seen_by(request.user), order=("-month", "region_id"), cursor=request.GET.get("cursor")
    )
    roots = roots_of(request.user, Verb.APPROVE, Verb.APPOINT)
    context = {
        "rows": [(row, months.totals(row)) for row in page.items],
        "open": [(root, months.last_month()) for root in roots if _is_open(root)],
        "jobs": closings_seen_by(request.user).order_by("-id")[:JOBS],
        **pager(request, page),
    }
    return render(request, "grid/closed_months.html", context)


def _is_open(root: Region) -> bool:
    """Whether something of the month that is over is still to be closed in a county or a city."""
    if root.level > Level.COUNTY:
        return False
    counties = [county.code for county in months.counties_in(root)]
    closed = ClosedMonth.objects.filter(region__in=counties, month=months.last_month()).count()
    return closed < len(counties)


@officer_page(Verb.APPROVE, Verb.APPOINT)
@require_safe
def payment_sheet(request: SignedIn, pk: int) -> HttpResponse:
    """补贴发放表 for the finance office, as XLSX; recorded."""
    closed = get_object_or_404(results.closed_seen_by(request.user), pk=pk)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "payments.xlsx"
        payments.write(actor=request.user, closed=closed, target=path)
        name = f"{closed.region.name}{closed.month:%Y-%m}补贴发放表.xlsx"
        return download(path.read_bytes(), name)
