"""Campaigns: the county's list and pages, and the public page of one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.views.access import officer_page
from accounts.views.listing import pager
from fupin.lib.clock import ZONE, now
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from needs.enums import PUBLIC
from needs.forms.campaign import CampaignForm, MomentsForm
from needs.models import Campaign
from needs.office_queries import campaigns_in_office
from needs.services import campaigns as service
from needs.services import sources
from needs.views import cards


@officer_page(Verb.APPROVE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """My county's campaigns, newest first."""
    page = keyset_page(campaigns_in_office(request.user), order=("-id",), cursor=request.GET.get("cursor"))
    context = {"rows": [(row, _state(row)) for row in page.items], **pager(request, page)}
    return render(request, "needs/office/campaigns.html", context)


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Make a campaign for a county where I approve."""
    codes = {row.low for row in grants(request.user).of(Verb.APPROVE)}
    regions = list(Region.objects.filter(code__in=codes).order_by("code"))
    form = CampaignForm(request.POST if request.method == "POST" else None, regions=regions)
    if form.is_bound and form.is_valid():
        try:
            region = form.regions[form.cleaned_data["region"]]
            made = service.create(actor=request.user, region=region, content=form.content())
            messages.success(request, "已建好。审批求助时选择它，到时一起公开。")
            return redirect("needs:office-campaign", made.pk)
        except InvalidInput as error:
            add_errors(form, error)
    return render(
        request, "needs/office/campaign_new.html", {"form": form}, status=400 if form.is_bound else 200
    )


@officer_page(Verb.APPROVE)
@require_safe
def office(request: SignedIn, pk: int) -> HttpResponse:
    """What is in a campaign, and the form that moves its date."""
    campaign = get_object_or_404(campaigns_in_office(request.user), pk=pk)
    return _office(request, campaign, MomentsForm(initial=_moments(campaign)))


@officer_page(Verb.APPROVE)
@require_POST
def move(request: SignedIn, pk: int) -> HttpResponse:
    """Set another moment; 409 once it is released."""
    campaign, form = get_object_or_404(campaigns_in_office(request.user), pk=pk), MomentsForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            service.move(actor=request.user, campaign=campaign, **form.cleaned_data)
            messages.success(request, "时间已改，里面的求助一起改了。")
            return redirect("needs:office-campaign", pk)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    return _office(request, campaign, form, status=status)


@require_GET
def public(request: HttpRequest, pk: int) -> HttpResponse:
    """The public page of a released campaign with its needs; before that it is nobody's business (404)."""
    campaign = get_object_or_404(Campaign.objects.select_related("region"), pk=pk, release_at__lte=now())
    needs = campaign.needs.filter(status__in=PUBLIC).select_related("region__parent", "household", "progress")
    page = keyset_page(needs.prefetch_related("items"), order=("id",), cursor=request.GET.get("cursor"))
    context = {
        "campaign": campaign,
        "over": campaign.is_over(),
        "cards": cards.cards(page.items),
        "share_url": sources.link(sources.of_campaign(campaign), campaign.get_absolute_url()),
        **pager(request, page),
    }
    return render(request, "needs/campaign.html", context)


def _office(request: SignedIn, campaign: Campaign, form: MomentsForm, *, status: int = 200) -> HttpResponse:
    needs = campaign.needs.select_related("region__parent", "household")
    page = keyset_page(needs, order=("id",), cursor=request.GET.get("cursor"))
    context: dict[str, Any] = {
        "campaign": campaign,
        "state": _state(campaign),
        "form": form,
        "needs": page.items,
        "share_url": sources.link(sources.of_campaign(campaign), campaign.get_absolute_url()),
        "opened": sources.opened(sources.of_campaign(campaign)),
        "opened_days": sources.SHOWN_DAYS,
        **pager(request, page),
    }
    return render(request, "needs/office/campaign.html", context, status=status)


def _moments(campaign: Campaign) -> dict[str, Any]:
    return {"release_at": campaign.release_at, "closes_at": campaign.closes_at}


def _state(campaign: Campaign) -> str:
    if not campaign.is_released:
        return f"{campaign.release_at.astimezone(ZONE):%Y-%m-%d %H:%M} 发布"
    return "已结束" if campaign.is_over() else "已发布"
