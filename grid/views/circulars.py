"""Circulars: drafted from an inspection, issued, read by the places they are about, as DOCX."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedIn
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import asked_key
from fupin.lib.clock import day_of
from fupin.lib.downloads import download
from fupin.lib.errors import FupinError
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from grid.circular_docx import circular as as_docx
from grid.circular_text import draft
from grid.forms.inspections import CircularForm
from grid.models import Circular, Inspection
from grid.queries import inspections as queries
from grid.services import inspections as service
from needs.views.filing import posted


@officer_page()
@require_safe
def index(request: SignedIn) -> HttpResponse:
    page = keyset_page(
        queries.circulars_visible_to(request.user), order=("-id",), cursor=request.GET.get("cursor")
    )
    return render(request, "grid/circulars.html", {"rows": page.items, **pager(request, page)})


@officer_page()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn, pk: int) -> HttpResponse:
    """Write one about an inspection; the first draft is made from its findings."""
    found = get_object_or_404(queries.inspections_of(request.user), pk=pk)
    whole = Inspection.objects.select_related("region").get(pk=found.pk)
    form = CircularForm(posted(request), initial=None if request.method == "POST" else draft(whole))
    status = 400
    if form.is_bound and form.is_valid():
        try:
            made = once(
                actor=request.user,
                key=asked_key(request),
                purpose="circular",
                content={"inspection": pk, **form.cleaned_data},
                work=lambda: service.issue(actor=request.user, inspection=whole, **form.cleaned_data).pk,
            )
            messages.success(request, "通报已发出。")
            return redirect("grid:circular", made)
        except FupinError as error:
            add_errors(form, error)
            status = error.status
    context = {
        "form": form,
        "title": "写通报",
        "lead": "草稿按检查结果生成，请核对修改后发出。",
        "submit": "发出通报",
        "back_url": reverse("grid:inspection", args=[pk]),
    }
    return render(request, "grid/office_form.html", context, status=status if form.errors else 200)


@officer_page()
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    found = _circular(request, pk)
    return render(request, "grid/circular.html", {"circular": found, "lines": found.text.splitlines()})


@officer_page()
@require_safe
def docx(request: SignedIn, pk: int) -> HttpResponse:
    found = _circular(request, pk)
    data = as_docx(
        issuer=found.issuer,
        number=found.number,
        title=found.title,
        text=found.text,
        day=day_of(found.issued_at),
    )
    return download(data, f"通报-{found.pk}.docx")


def _circular(request: SignedIn, pk: int) -> Circular:
    return get_object_or_404(queries.circulars_visible_to(request.user), pk=pk)
