"""People in grids: adding, correcting, taking out; leaders who answer for a township."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.outbox import asked_key
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from grid.forms.grids import MemberForm, TownshipLeaderForm
from grid.models import GridMember, TownshipLeader
from grid.permissions import ensure_may_arrange
from grid.queries import grids as queries
from grid.services import members as service
from grid.services import townships


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Let somebody in post at the village serve in the grid."""
    grid = get_object_or_404(queries.visible_to(request.user), pk=pk)
    ensure_may_arrange(request.user, grid.village_id)
    serving = {row.post_id for row in queries.members_of(grid)}
    posts = {str(post.pk): post for post in queries.posts_in(grid.village_id) if post.pk not in serving}
    bound = request.method == "POST"
    form = MemberForm(request.POST if bound else None, request.FILES or None, posts=posts.values())
    status = 400
    if form.is_bound and form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="grid-member",
                content={"grid": pk, "post": form.cleaned_data["post"], "kind": form.cleaned_data["kind"]},
                work=lambda: (
                    service.add(
                        actor=request.user,
                        grid=grid,
                        post=posts[form.cleaned_data["post"]],
                        content=form.content(),
                    ).pk
                ),
            )
            messages.success(request, "已加入网格。")
            return redirect("grid:grid", grid.pk)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {"form": form, "grid": grid, "nobody": not posts}
    return render(request, "grid/grids/member.html", context, status=status if form.errors else 200)


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: SignedIn, pk: int) -> HttpResponse:
    """Correct what the board says of somebody."""
    member = _member(request, pk)
    form = MemberForm(
        request.POST if request.method == "POST" else None, request.FILES or None, member=member
    )
    status = 400
    if form.is_bound and form.is_valid():
        try:
            service.amend(actor=request.user, member=member, content=form.content())
            messages.success(request, "已保存。")
            return redirect("grid:grid", member.grid_id)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {"form": form, "grid": member.grid, "member": member}
    return render(request, "grid/grids/member.html", context, status=status if form.errors else 200)


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_POST
def remove(request: SignedIn, pk: int) -> HttpResponse:
    member = _member(request, pk)
    try:
        service.remove(actor=request.user, member=member)
        messages.success(request, f"{member.post.user.get_full_name()} 已退出“{member.grid.name}”。")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("grid:grid", member.grid_id)


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def township(request: SignedIn, code: int) -> HttpResponse:
    """Who of the county answers for a township."""
    mine = Region.objects.filter(grants(request.user).q(Verb.APPOINT, "code"), level=Level.TOWNSHIP)
    region = get_object_or_404(mine.select_related("parent"), code=code)
    posts = {str(post.pk): post for post in townships.may_answer(region)}
    form = TownshipLeaderForm(request.POST if request.method == "POST" else None, posts=posts.values())
    status = 400
    if form.is_bound and form.is_valid():
        try:
            post = posts[form.cleaned_data["post"]]
            townships.assign(actor=request.user, township=region, post=post)
            messages.success(request, "已登记。")
            return redirect("grid:township", region.code)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context: dict[str, Any] = {"form": form, "region": region, "leaders": queries.leaders_of(region.code)}
    return render(request, "grid/grids/township.html", context, status=status if form.errors else 200)


@officer_page(Verb.APPOINT)
@require_POST
def release(request: SignedIn, pk: int) -> HttpResponse:
    mine = TownshipLeader.objects.filter(grants(request.user).q(Verb.APPOINT, "township"))
    duty = get_object_or_404(mine, pk=pk)
    try:
        townships.release(actor=request.user, duty=duty)
        messages.success(request, "已结束包保。")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("grid:township", duty.township_id)


def _member(request: SignedIn, pk: int) -> GridMember:
    rows = GridMember.objects.filter(ended_at=None, grid__in=queries.visible_to(request.user).values("pk"))
    member = get_object_or_404(rows.select_related("grid__village__parent", "post__user"), pk=pk)
    ensure_may_arrange(request.user, member.grid.village_id)
    return member
