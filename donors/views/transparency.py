"""Where the money is, for everybody, and the heads by which the record can be checked."""

import csv
import io
from datetime import timedelta

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.enums import Level
from accounts.views.listing import pager
from accounts.views.places import place
from donors import figures
from donors.enums import Book
from fupin.lib.clock import month_of, today
from fupin.lib.forms import CleanForm
from fupin.lib.money import yuan
from needs.imports.sheets import harmless
from needs.views.cards import day_words


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Promised, received and passed on by charity account (`?region=` narrows); the last links of the audit chain."""
    where = place(request, deepest=Level.COUNTY)
    page, accounts = figures.account_page(where.region, request.GET.get("cursor"))
    heads = figures.audit_heads()
    context = {
        "place": where,
        "totals": figures.totals(where.region),
        "newest": heads[:1],
        "heads": heads[1:],
        **pager(request, page),
        "accounts": [
            {
                "figures": row,
                "valid_words": f"{day_words(row.account.licence_from)}至{day_words(row.account.licence_to)}",
                "licensed": row.account.is_licensed,
            }
            for row in accounts
        ],
        "last_month": month_of(month_of(today()) - timedelta(days=1)),
    }
    return render(request, "donors/transparency.html", context)


class MonthFilter(CleanForm):
    """`?month=2026-11`; the present one without."""

    month = forms.DateField(required=False, input_formats=["%Y-%m"])


@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """One month's movements by day and account as CSV; 404 for what is no month."""
    form = MonthFilter(request.GET)
    if not form.is_valid():
        raise Http404
    month = month_of(form.cleaned_data["month"] or today())
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["日期", "慈善组织", "从", "到", "笔数", "金额（元）"])
    for day, charity, source, target, lines, fen in figures.daily_movements(month):
        words = [harmless(charity), Book(source).label, Book(target).label]
        writer.writerow([day.isoformat(), *words, lines, yuan(fen)])
    name = f"transparency-{month:%Y-%m}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    # The mark at the start lets spreadsheet programs read it as UTF-8.
    return HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
