"""What one follows: the page, the buttons on places and needs, and the one tap that stops all digests."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedIn
from accounts.views.listing import safe_next
from donors import follow_queries
from donors.follow_forms import FollowForm, PlanForm
from donors.models import DigestPlan, Follow
from donors.services import follows as service
from fupin.lib.errors import Conflict, NotVisible
from needs.views import cards


@login_required
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Followed places and needs, the digest's choices, and who might be helped next."""
    return _page(request, PlanForm(initial=_chosen(request)))


@login_required
@require_POST
def plan(request: SignedIn) -> HttpResponse:
    """Whether a digest comes every week, and whether also as a text message."""
    form = PlanForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    service.plan(actor=request.user, weekly=form.cleaned_data["weekly"], by_sms=form.cleaned_data["by_sms"])
    notices.success(request, "已保存。")
    return redirect("donors:follows")


@login_required
@require_POST
def add(request: SignedIn) -> HttpResponse:
    """Follow a place or a public need and go back to where the button was."""
    form = FollowForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        made = service.follow(
            actor=request.user, region=form.cleaned_data["region"], need=form.cleaned_data["need"]
        )
        notices.success(request, f"已关注“{made}”。每周有新消息会告诉您。")
    except Conflict as error:
        notices.error(request, error.message)
        return redirect("donors:follows")
    return redirect(safe_next(request) or "/me/follows/")


@login_required
@require_POST
def drop(request: SignedIn, pk: int) -> HttpResponse:
    """Stop following; only one's own, everything else is not found."""
    row = get_object_or_404(Follow, pk=pk, user=request.user)
    name = str(row)
    service.unfollow(actor=request.user, follow=row)
    notices.success(request, f"不再关注“{name}”。")
    return redirect(safe_next(request) or "/me/follows/")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the digests by the link of a message, without signing in. A GET only asks: mail readers open links."""
    try:
        service.person_of(token)
    except NotVisible as error:  # not ours; signing in would not help
        raise Http404 from error
    if request.method == "POST":
        service.stop(token)
    return render(request, "donors/follows/stop.html", {"done": request.method == "POST"})


def _page(request: SignedIn, form: PlanForm, *, status: int = 200) -> HttpResponse:
    mine = {follow.region_id or -(follow.need_id or 0): follow.pk for follow in _all(request)}
    needs = list(follow_queries.needs_of(request.user))
    context = {
        "form": form,
        "regions": [
            {"region": region, "pk": mine[region.code]} for region in follow_queries.regions_of(request.user)
        ],
        "needs": [{"need": need, "pk": mine[-need.pk]} for need in needs],
        "most": service.MOST,
        "cards": cards.cards(follow_queries.suggested(request.user)),
    }
    return render(request, "donors/follows/index.html", context, status=status)


def _all(request: SignedIn) -> list[Follow]:
    return list(Follow.objects.filter(user=request.user)[: service.MOST])


def _chosen(request: SignedIn) -> dict[str, bool]:
    made = DigestPlan.objects.filter(user=request.user).first()
    return {"weekly": made is None or made.stopped_at is None, "by_sms": bool(made and made.by_sms)}
