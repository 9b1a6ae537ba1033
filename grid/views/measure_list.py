"""政策措施清单 of a county: everybody in office there reads it, the county changes it."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.outbox import asked_key
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from grid.clue_enums import Problem
from grid.forms.measure_list import MeasureEntryForm
from grid.queries.measure_list import Line, lines
from grid.services import measure_list as service
from needs.views.catalogue import asked_county


@officer_page(Verb.VIEW)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """What can be done for whom, and whose work it is (`?county=`)."""
    county = asked_county(request)
    context = {
        "county": county,
        "rows": [
            {"line": line, "problems": [Problem(problem).label for problem in line.values.problems]}
            for line in lines(county.code)
        ],
        "may_edit": _may_edit(request, county),
    }
    return render(request, "grid/measures/list.html", context)


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn, county: int) -> HttpResponse:
    return _edit(request, _own(request, county), None)


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: SignedIn, county: int, code: str) -> HttpResponse:
    place = _own(request, county)
    return _edit(request, place, _line(place, code))


@officer_page(Verb.APPROVE)
@require_POST
def retire(request: SignedIn, county: int, code: str) -> HttpResponse:
    place = _own(request, county)
    line = _line(place, code)
    try:
        service.retire(actor=request.user, county=place, line=line)
        messages.success(request, f"已停用“{line.values.name}”；已经制定的措施不受影响。")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect(_list(place))


def _edit(request: SignedIn, county: Region, line: Line | None) -> HttpResponse:
    initial: dict[str, Any] = asdict(line.values) if line else {}
    form = MeasureEntryForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="measure-list",
                content={"county": county.code, "code": line.code if line else "", **form.cleaned_data},
                work=lambda: _save(request, county, line, form),
            )
            messages.success(request, "已保存。")
            return redirect(_list(county))
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
    context = {"form": form, "line": line, "county": county, "back_url": _list(county)}
    return render(request, "grid/measures/entry.html", context, status=400 if form.errors else 200)


def _save(request: SignedIn, county: Region, line: Line | None, form: MeasureEntryForm) -> int:
    if line is None:
        return service.add(actor=request.user, county=county, values=form.values()).pk
    return service.edit(actor=request.user, county=county, line=line, values=form.values()).pk


def _own(request: SignedIn, code: int) -> Region:
    """The county in the address, where this person approves; 404 else."""
    county = get_object_or_404(Region, code=code, level=Level.COUNTY)
    if not _may_edit(request, county):
        raise Http404
    return county


def _line(county: Region, code: str) -> Line:
    found = next((line for line in lines(county.code) if line.code == code), None)
    if found is None:
        raise Http404
    return found


def _may_edit(request: SignedIn, county: Region) -> bool:
    return grants(request.user).allow(Verb.APPROVE, county.code)


def _list(county: Region) -> str:
    return f"{reverse('grid:measure-list')}?county={county.code}"
