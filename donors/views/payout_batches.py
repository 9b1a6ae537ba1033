"""Lists for the bank: all of them, one with its lines, the file to hand in, what the bank has paid."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.views.access import officer_page
from accounts.views.listing import pager
from donors import payout_queries as queries
from donors.enums import PayoutState
from donors.models import PayoutBatch
from donors.payout_forms import BatchPaidForm
from donors.services import payouts as service
from donors.views.payouts import sections
from fupin.lib.downloads import download
from fupin.lib.errors import Conflict, FupinError, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from needs.imports.sheets import write_sheet

COLUMNS = ("序号", "收款户名", "收款账号", "金额（元）", "附言")


@officer_page(Verb.RECONCILE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    page = keyset_page(
        queries.batches_of_mine(request.user), order=("-id",), cursor=request.GET.get("cursor")
    )
    context = {"rows": page.items, "sections": sections("batches"), **pager(request, page)}
    return render(request, "donors/office/payout_batches.html", context)


@officer_page(Verb.RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: SignedIn, pk: int) -> HttpResponse:
    """One list; its lines are marked as paid together or one by one."""
    found = _batch(request, pk)
    rows = list(found.payouts.select_related("household", "need__region").order_by("id"))
    waiting = [row for row in rows if row.state == PayoutState.PLANNED]
    form, status = BatchPaidForm(request.POST if request.method == "POST" else None, payouts=waiting), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            paid = _mark(request, form)
            if paid:
                messages.success(request, f"已登记付款 {paid} 笔，爱心人士和受助方会收到通知。")
                return redirect(found)
            status = 400 if "paid_on" in form.errors else 409
    context = {
        "batch": found,
        "rows": [{"payout": row, "open": row.state == PayoutState.PLANNED} for row in rows],
        "form": form if waiting else None,
        "total": sum(row.amount_fen for row in rows if row.state != PayoutState.DROPPED),
    }
    return render(request, "donors/office/payout_batch.html", context, status=status)


@officer_page(Verb.RECONCILE)
@require_POST
def sheet(request: SignedIn, pk: int) -> HttpResponse:
    """The file for the bank, with full account numbers; taking it is recorded."""
    found = _batch(request, pk)
    rows = service.payment_list(actor=request.user, batch=found)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        write_sheet(path, COLUMNS, ((row, ()) for row in rows))
        return download(path.read_bytes(), f"{found.number}.xlsx")


def _mark(request: SignedIn, form: BatchPaidForm) -> int:
    """Line by line, so that one that cannot be paid does not hold up the others; what was refused is said."""
    paid = 0
    for payout in form.chosen():
        try:
            service.mark_paid(actor=request.user, payout=payout, paid_on=form.cleaned_data["paid_on"])
            paid += 1
        except InvalidInput as error:
            add_errors(form, error)
            break
        except (Conflict, FupinError) as error:
            text = f"{payout.number}：{error.message}"
            form.add_error(None, text)
            messages.warning(request, text)
    return paid


def _batch(request: SignedIn, pk: int) -> PayoutBatch:
    return get_object_or_404(queries.batches_of_mine(request.user), pk=pk)
