"""The county's holiday table: the State Council's arrangement, and what the county changed of it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import tabs
from accounts.views.outbox import asked_key
from fupin.lib.clock import today
from fupin.lib.errors import InvalidInput
from fupin.lib.forms import add_errors
from grid.forms.clocks import CalendarDayForm, CalendarFilter
from grid.models import CalendarDay
from grid.queries.calendar import counties_with, year_of
from grid.services import calendar as service


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """One year of one county, and the form that changes a day."""
    counties = _counties(request)
    asked = CalendarFilter(request.GET, counties=counties)
    if not counties or not asked.is_valid():
        raise Http404
    county = next((one for one in counties if one.code == asked.cleaned_data["county"]), counties[0])
    year = asked.cleaned_data["year"] or today().year
    form, status = CalendarDayForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        status = _change(request, form, county)
        if status == 302:
            return redirect(_address(county, form.cleaned_data["day"].year))
    context = {
        "county": county,
        "counties": tabs(
            request, "county", [(str(one.code), one.name) for one in counties], str(county.code)
        ),
        "many": len(counties) > 1,
        "years": tabs(request, "year", [(str(n), f"{n}年") for n in _years()], str(year)),
        "year": year,
        "weekdays": "一二三四五六日",
        "shown": year_of(county.code, year),
        "form": form,
    }
    return render(request, "grid/calendar.html", context, status=status)


@officer_page(Verb.APPROVE)
@require_POST
def drop(request: SignedIn, pk: int) -> HttpResponse:
    """Take the county's own day back."""
    mine = CalendarDay.objects.filter(grants(request.user).q(Verb.APPROVE, "county"))
    row = get_object_or_404(mine.select_related("county"), pk=pk)
    county = row.county
    service.drop(actor=request.user, row=row)
    messages.success(request, "已恢复国家的安排，时限已重新计算。")
    return redirect(_address(county, row.day.year) if county else reverse("grid:calendar"))


def _change(request: SignedIn, form: CalendarDayForm, county: Region) -> int:
    if not form.is_valid():
        return 400
    values = {**form.cleaned_data, "works": form.cleaned_data["works"] == "works"}
    try:
        once(
            actor=request.user,
            key=asked_key(request),
            purpose="calendar",
            content={"county": county.code, **values},
            work=lambda: service.change(actor=request.user, county=county, **values).pk,
        )
    except InvalidInput as error:
        add_errors(form, error)
        return error.status
    messages.success(request, "已登记，正在计时的工作日时限已重新计算。")
    return 302


def _counties(request: SignedIn) -> list[Region]:
    return counties_with((row.low, row.high) for row in grants(request.user).of(Verb.APPROVE))


def _years() -> range:
    return range(today().year - 1, today().year + service.YEARS_AHEAD)


def _address(county: Region, year: int) -> str:
    return f"{reverse('grid:calendar')}?county={county.code}&year={year}"
