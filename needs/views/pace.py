"""How fast a county makes needs public: its numbers, its rule, and what waits."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import asked_key
from accounts.views.places import asked_region, roots_of
from fupin.lib.clock import day_of, today
from fupin.lib.errors import InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from needs import pace
from needs.enums import Kind
from needs.forms.pace import PaceForm
from needs.models import PublicationPace
from needs.services.pace import set_pace

SHOWN = 30


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """`?region=` (the own county by default): numbers, rules, the queue, and the form for one more rule."""
    county = _county(request)
    form, status = PaceForm(request.POST if request.method == "POST" else None), 400
    if form.is_bound and form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="need-pace",
                content={name: str(value) for name, value in form.cleaned_data.items()},
                work=lambda: set_pace(actor=request.user, county=county, content=form.content()).pk,
            )
            messages.success(request, "已定下。")
            return redirect(f"{reverse('needs:office-pace')}?region={county.code}")
        except InvalidInput as error:
            add_errors(form, error)
            status = error.status
    return render(
        request,
        "needs/office/pace.html",
        _context(request, county, form),
        status=status if form.errors else 200,
    )


def _context(request: SignedIn, county: Region, form: PaceForm) -> dict[str, Any]:
    state = pace.state_of(county.code)
    rules = PublicationPace.objects.filter(county=county).select_related("made_by").order_by("-valid_from")
    waiting = pace.queue_of(county.code).select_related("region__parent", "household")
    page = keyset_page(waiting, order=("queued_at", "id"), cursor=request.GET.get("cursor"))
    return {
        "county": county,
        "state": state,
        "least": pace.LEAST,
        "released": pace.released_today(county.code) if state.holds else 0,
        "form": form,
        "columns": [{"label": label} for label in ("从", "规则", "不用排队", "依据", "谁定的")],
        "rows": [_row(rule, state.rule) for rule in rules[:SHOWN]],
        "waiting": [(need, day_of(need.queued_at)) for need in page.items if need.queued_at],
        **pager(request, page),
    }


def _county(request: SignedIn) -> Region:
    region = asked_region(request) or next(
        iter(row for row in roots_of(request.user, Verb.APPROVE) if row.level == Level.COUNTY), None
    )
    if region is None or region.level != Level.COUNTY:
        raise Http404
    if not grants(request.user).allow(Verb.APPROVE, region.code):
        raise Http404
    return region


def _row(rule: PublicationPace, current: PublicationPace | None) -> list[dict[str, str]]:
    words = "不限，审批了就公开"
    if rule.percent:
        words = f"满 {rule.after_days} 天没有人认领的超过 {rule.percent}% 时，每天公开 {rule.per_day} 条"
    when = "（现行）" if rule == current else "（还没有开始）" if rule.valid_from > today() else ""
    exempt = "、".join(Kind(code).label for code in rule.exempt) if rule.percent else ""
    cells = (
        f"{rule.valid_from:%Y-%m-%d}{when}",
        words,
        exempt or "—",
        rule.clause,
        rule.made_by.get_full_name(),
    )
    return [{"value": cell} for cell in cells]
