"""自主申报: a household's own word about its situation, from its page or a QR code (第二十条; REQUIREMENTS 96)."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.services.limits import take
from accounts.views.access import officer_page
from accounts.views.listing import address
from accounts.views.places import asked_region, place
from fupin.lib.clock import day_of
from fupin.lib.downloads import download
from fupin.lib.typeset import pdf, qr_svg
from grid.clue_enums import ClueSource
from grid.forms.clues import DeclareForm
from grid.models import Clue
from grid.services import clues as service
from grid.services.notices import DAYS
from needs.models import Household
from needs.views.filing import file, posted

SHOWN = 20
TEMPLATE = "grid/print/declare.typ"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def situation(request: SignedIn) -> HttpResponse:
    """What I declared and where it stands; the form for my village, or for the one of the QR code."""
    home = (
        Household.objects.filter(account=request.user, closed_at=None)
        .select_related("region__parent")
        .first()
    )
    where = None if home else place(request)
    village = home.region if home else where.region if where else None
    if village and village.level != Level.VILLAGE:
        village = None
    form = DeclareForm(posted(request) if village else None, initial=_known(request, home))
    status: int | None = 200
    if form.is_bound and village:
        if form.is_valid():
            take(f"declare/{request.user.pk}", limit=5, seconds=86400)
        done = "已收到，村里会在 2 天内上门核实，每一步都会通知您。"
        status = file(
            request,
            form,
            purpose="declare",
            about={"village": village.code},
            work=lambda: _declare(request, form, home, village),
            done=done,
        )
        if status is None:
            return redirect("grid:declare")
    mine = Clue.objects.filter(household__account=request.user) | Clue.objects.filter(
        reported_by=request.user, source=ClueSource.SELF
    )
    context = {
        "household": home,
        "place": where,
        "village": village,
        "form": form,
        "form_url": address(request),
        "rows": [_plain(clue) for clue in mine.distinct().order_by("-id")[:SHOWN]],
    }
    return render(request, "grid/declare.html", context, status=status)


@officer_page(Verb.COLLECT, Verb.VISIT)
@require_safe
def poster(request: SignedIn) -> HttpResponse:
    """One A4 page with the village's QR code for self-declaration, to hang up."""
    region = asked_region(request)
    if region is None or region.level != Level.VILLAGE:
        return redirect("grid:clues")
    url = request.build_absolute_uri(f"{reverse('grid:declare')}?region={region.code}")
    data = {
        "village": f"{region.parent.name if region.parent else ''}{region.name}",
        "qr": qr_svg(url),
        "days": DAYS,
    }
    return download(pdf(TEMPLATE, data), "declare.pdf", inline=True)


def _declare(request: SignedIn, form: DeclareForm, home: Household | None, village: Region) -> int:
    given = form.cleaned_data
    known: dict[str, Any] = {"household": home} if home else {"region": village, "name": given["name"]}
    return service.report_clue(
        actor=request.user,
        source=ClueSource.SELF,
        problem=given["problem"],
        situation=given["situation"],
        phone=given["phone"],
        filled_by=given["filled_by"],
        **known,
    ).pk


def _known(request: SignedIn, home: Household | None) -> dict[str, str]:
    phone = request.user.phone.open().removeprefix("+86") if request.user.phone else ""
    return {"name": home.name if home else request.user.name, "phone": phone}


def _plain(clue: Clue) -> dict[str, str]:
    return {
        "number": clue.number,
        "problem": clue.get_problem_display(),
        "state": clue.get_state_display(),
        "day": f"{day_of(clue.reported_at):%Y-%m-%d}",
    }
