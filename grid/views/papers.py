"""The grid's papers in the office: month table, ledgers, poster, 明白纸 of one household and of a whole village."""

import tempfile
from datetime import date
from pathlib import Path

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.outbox import asked_key
from accounts.views.places import asked_region, roots_of
from fupin.lib.clock import month_of, today
from fupin.lib.downloads import download
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from grid.enums import PrintState
from grid.forms.grids import FileForm
from grid.models import Grid, NoticePrint
from grid.permissions import may_lead, own_grids
from grid.queries import grids as queries
from grid.queries import sheets
from grid.queries import visits as visit_queries
from grid.queries.home_ledger import home_ledger
from grid.services import household_notices, month_sheets, papers
from grid.views.grids import village_of
from needs.office_queries import within

FILES = ("xlsx", "pdf")
SEES = (Verb.VISIT, Verb.VIEW)
SHOWN = 10


class MonthField(forms.DateField):
    """`2026-11`."""

    widget = forms.DateInput(attrs={"type": "month"}, format="%Y-%m")

    def __init__(self) -> None:
        super().__init__(label="月份", required=False, input_formats=["%Y-%m"])


class MonthForm(CleanForm):
    month = MonthField()

    def chosen(self) -> date:
        """The asked month, else the present one; never one to come."""
        asked = self.cleaned_data.get("month") if self.is_valid() else None
        present = month_of(today())
        return min(month_of(asked), present) if asked else present


@officer_page(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def month(request: SignedIn, pk: int) -> HttpResponse:
    """《村组网格长月度排查表》 of one grid: read, hand in."""
    grid = _grid(request, pk)
    chosen = MonthForm(request.GET).chosen()
    form = FileForm(request.POST if request.method == "POST" else None)
    status = 400
    if form.is_bound and form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="month-sheet",
                content={"grid": pk, "month": chosen.isoformat(), **form.cleaned_data},
                work=lambda: (
                    month_sheets.file(
                        actor=request.user, grid=grid, month=chosen, remark=form.cleaned_data["remark"]
                    ).pk
                ),
            )
            messages.success(request, f"{chosen.month} 月的排查表已上报。")
            return redirect(f"{request.path}?month={chosen:%Y-%m}")
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    filed = sheets.filed(grid, chosen)
    context = {
        "grid": grid,
        "asked": MonthForm({"month": f"{chosen:%Y-%m}"}),
        "month": chosen,
        "table": sheets.month_table(grid, chosen),
        "filed": filed,
        "form": form,
        "may_file": filed is None and may_lead(request.user, grid),
    }
    return render(request, "grid/papers/month.html", context, status=status if form.errors else 200)


@officer_page(*SEES)
@require_safe
def month_file(request: SignedIn, pk: int, kind: str) -> HttpResponse:
    grid = _grid(request, pk)
    table = sheets.month_table(grid, MonthForm(request.GET).chosen())
    return _file(request, table, grid.village, kind)


@officer_page(*SEES)
@require_safe
def ledger_file(request: SignedIn, which: str, kind: str) -> HttpResponse:
    """走访台账 of a month, 摸排台账 or 登记表, of a place within one's range (`?region=`, `?month=`)."""
    region = asked_region(request)
    if region is None:
        roots = roots_of(request.user, *SEES)
        region = roots[0] if roots else None
    if region is None:
        raise Http404
    try:
        table = _ledger(request, which, region)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("grid:visit-problems")
    return _file(request, table, region, kind)


def _ledger(request: SignedIn, which: str, region: Region) -> sheets.Table:
    rows = visit_queries.visits_of(request.user).filter(within(region))
    if which == "visits":
        return sheets.ledger(rows, region, MonthForm(request.GET).chosen())
    if which == "problems":
        return sheets.problems(rows.filter(has_problem=True).select_related("settled_by"), region)
    if which == "homes":
        return home_ledger(visit_queries.schedule_of(request.user).filter(within(region)), region)
    raise Http404


@officer_page(*SEES)
@require_safe
def notice(request: SignedIn, pk: int) -> HttpResponse:
    """明白纸 of one household, to print."""
    home = get_object_or_404(queries.homes_visible_to(request.user).select_related("grid__village"), pk=pk)
    return download(papers.notice(home), f"明白纸-{home.household.pk}.pdf", inline=True)


@officer_page(*SEES)
@require_safe
def poster(request: SignedIn, code: int) -> HttpResponse:
    """The board of a village on paper."""
    own = Grid.objects.filter(pk__in=own_grids(request.user)).values("village")
    mine = Region.objects.filter(grants(request.user).q(Verb.VIEW, "code")) | Region.objects.filter(
        pk__in=own
    )
    village = get_object_or_404(mine.filter(level=5), code=code)
    return download(papers.poster(village), f"{village.name}网格公示.pdf", inline=True)


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def village_notices(request: SignedIn, code: int) -> HttpResponse:
    """Ask for the sheets of a whole village; what was made before."""
    village = village_of(request, code)
    if request.method == "POST":
        try:
            pk = once(
                actor=request.user,
                key=asked_key(request),
                purpose="notices",
                content={"village": code},
                work=lambda: household_notices.start(actor=request.user, village=village).pk,
            )
            return redirect("grid:home-sheets-print", pk)
        except Conflict as error:
            messages.error(request, error.message)
            return redirect("grid:home-sheets", code)
    jobs = NoticePrint.objects.filter(village=village).select_related("actor").order_by("-id")
    return render(request, "grid/papers/notices.html", {"village": village, "jobs": jobs[:SHOWN]})


@officer_page(*SEES)
@require_safe
def notice_print(request: SignedIn, pk: int) -> HttpResponse:
    """How far one is; the page asks again by itself."""
    job = _job(request, pk)
    running = job.state == PrintState.RUNNING
    return render(request, "grid/papers/notice_print.html", {"job": job, "running": running})


@officer_page(*SEES)
@require_safe
def notice_file(request: SignedIn, pk: int) -> HttpResponse:
    job = _job(request, pk)
    try:
        body = household_notices.read(job)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("grid:home-sheets-print", pk)
    papers.taken(actor=request.user, job=job)
    return download(body, f"{job.village.name}明白纸.pdf")


def _grid(request: SignedIn, pk: int) -> Grid:
    """A grid whose households this person sees."""
    grid = get_object_or_404(queries.visible_to(request.user), pk=pk)
    if grid.pk not in own_grids(request.user) and not grants(request.user).allow(Verb.VIEW, grid.village_id):
        raise Http404
    return grid


def _job(request: SignedIn, pk: int) -> NoticePrint:
    rows = NoticePrint.objects.filter(grants(request.user).q(Verb.VIEW, "village"))
    return get_object_or_404(rows.select_related("village__parent"), pk=pk)


def _file(request: SignedIn, table: sheets.Table, region: Region, kind: str) -> HttpResponse:
    if kind not in FILES:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"table.{kind}"
        papers.export(actor=request.user, table=table, region=region, kind=kind, target=target)
        return download(target.read_bytes(), f"{region.name}{table.title}.{kind}")
