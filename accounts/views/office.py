"""Posts: who holds which, giving one, one post with its history."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role, Verb
from accounts.forms import AmendForm, AppointForm, AppointmentFilter
from accounts.http import SignedIn
from accounts.models import Appointment, Region, User
from accounts.permissions import ROLE_LEVELS, Grants, given_by, grants
from accounts.queries import appointments_seen_by, ending_soon, in_force
from accounts.services import appointments as service
from accounts.services.people import appoint_by_phone
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import address, pager, tabs
from accounts.views.outbox import asked_key
from accounts.views.places import place, roots_of
from fupin.lib.clock import day_of
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page

STATES = (("", "在任"), ("soon", "30 天内到期"), ("ended", "已结束"))
SHOWN_HISTORY = 20


@officer_page(Verb.APPOINT)
@require_safe
def appointments(request: SignedIn) -> HttpResponse:
    """The posts inside my appointing range by place, role and state, newest first."""
    form = AppointmentFilter(request.GET)
    if not form.is_valid():
        raise Http404
    state, role = form.cleaned_data["state"], form.cleaned_data["role"]
    where = place(request, roots=roots_of(request.user, Verb.APPOINT))
    posts = appointments_seen_by(request.user)
    posts = {"": posts.filter(in_force()), "soon": posts.filter(ending_soon())}.get(
        state, posts.exclude(in_force())
    )
    if role:
        posts = posts.filter(role=role)
    if where.region:
        posts = posts.filter(region__gte=where.region.code, region__lte=where.region.code_end)
    page = keyset_page(posts, order=("-id",), cursor=request.GET.get("cursor"))
    mine = grants(request.user)
    given = {
        one for held in mine.of(Verb.APPOINT) for level in (3, 4, 5) for one in given_by(held.role, level)
    }
    roles = [("", "全部职务"), *((one.value, one.label) for one in Role if one in given)]
    context = {
        "rows": [(post, _ends(post), post.role in _roles_over(mine, post.region)) for post in page.items],
        "tabs": tabs(request, "state", STATES, state),
        "roles": tabs(request, "role", roles, role),
        "place": where,
        "state": state,
        **pager(request, page),
    }
    return render(request, "accounts/appointments.html", context)


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: SignedIn) -> HttpResponse:
    """First the place, step by step; then who and what, with the roles that exist at that level."""
    where = place(request, roots=roots_of(request.user, Verb.APPOINT))
    roles = _roles_at(request.user, where.region) if where.region else []
    form = AppointForm(
        request.POST if request.method == "POST" and roles else None,
        roles=roles,
        initial={"role": request.GET.get("role", "")},
    )
    status = 200
    if form.is_bound and form.is_valid() and where.region:
        try:
            _appoint(request, where.region, form)
            messages.success(request, "任命已生效，对方下次打开页面就能使用。")
            return redirect("accounts:appointments")
        except (InvalidInput, Conflict, NotAllowed) as error:
            add_errors(form, error)
            status = error.status
    elif form.is_bound:
        status = 400
    context = {"form": form, "roles": roles, "place": where, "form_url": address(request)}
    return render(request, "accounts/appoint.html", context, status=status)


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One post: what the register says, who held it before, and what else the person holds here."""
    seen = appointments_seen_by(request.user).select_related("ended_by")
    post = get_object_or_404(seen, pk=pk)
    may_end = service.may_appoint(request.user, post.role, post.region)
    may_amend = may_end and not post.ended_at
    initial = {name: getattr(post, name) for name in ("ends_on", "source", "unit", "duty_phone")}
    form = AmendForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 400
    if form.is_bound and form.is_valid():
        try:
            service.amend(actor=request.user, appointment=post, **form.values())
            messages.success(request, "登记已更新。")
            return redirect("accounts:appointment", pk)
        except (InvalidInput, Conflict, NotAllowed) as error:
            add_errors(form, error)
            status = error.status
    same = seen.filter(region=post.region, role=post.role).exclude(pk=pk)
    context = {
        "post": post,
        "form": form,
        "facts": _facts(post),
        "may_amend": may_amend,
        "may_end": may_end,
        "before": [(one, _ends(one)) for one in same[:SHOWN_HISTORY]],
        "others": [(one, _ends(one)) for one in seen.filter(user=post.user).exclude(pk=pk)[:SHOWN_HISTORY]],
    }
    return render(request, "accounts/appointment.html", context, status=status if form.errors else 200)


def _appoint(request: SignedIn, region: Region, form: AppointForm) -> int:
    given = form.appointment()
    return once(
        actor=request.user,
        key=asked_key(request),
        purpose="appoint",
        content={"region": region.pk, **form.cleaned_data},
        work=lambda: appoint_by_phone(actor=request.user, region=region, **given).pk,
    )


def _ends(post: Appointment) -> str:
    if post.ended_at:
        return f"{day_of(post.ended_at):%Y-%m-%d}"
    return f"{post.ends_on:%Y-%m-%d}" if post.ends_on else "长期"


def _facts(post: Appointment) -> list[dict[str, Any]]:
    parent = f"{post.region.parent.name} " if post.region.parent else ""
    facts = [
        {"term": "职务", "value": post.get_role_display()},
        {"term": "地区", "value": f"{parent}{post.region.name}"},
        {"term": "任期", "value": f"{post.starts_on:%Y-%m-%d} 至 {_ends(post)}"},
        {"term": "任命人", "value": post.appointed_by.get_full_name() if post.appointed_by else "系统"},
        {"term": "手机", "value": post.user.phone.masked if post.user.phone else "没有登记"},
        {"term": "来源", "value": post.get_source_display() or "未注明"},
        {"term": "单位及职务", "value": post.unit or "没有登记"},
        {"term": "办公电话", "value": post.duty_phone or "没有登记"},
    ]
    if post.ended_at:
        by = post.ended_by.get_full_name() if post.ended_by else "系统"
        facts.append({"term": "结束", "value": f"{by} {post.end_reason}".strip()})
    return facts


def _roles_over(held: Grants, region: Region) -> set[str]:
    return {role for own in held.roles_over(region.code) for role in given_by(own, region.level)}


def _roles_at(user: User, region: Region) -> list[str]:
    """The roles this person may give that belong on the level of this region."""
    given = _roles_over(grants(user), region)
    return [role for role in ROLE_LEVELS if role in given and region.level in ROLE_LEVELS[role]]
