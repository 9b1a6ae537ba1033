"""Asking for an officer's rights, and the county's queue of such requests (REQUIREMENTS 51)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import ApplicationState, Verb
from accounts.forms import PostApplicationForm, PostDecisionForm
from accounts.http import SignedIn
from accounts.models import PostApplication, User
from accounts.queries import applications_for
from accounts.services import applications as service
from accounts.services.applications import ApplicationInput
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import address, pager, tabs
from accounts.views.outbox import asked_key
from accounts.views.places import place
from fupin.lib.clock import day_of
from fupin.lib.errors import FupinError, InvalidInput
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page

STATES = (("", "等待审核"), ("granted", "已同意"), ("refused", "未同意"), ("withdrawn", "已撤回"))
SHOWN_EARLIER = 5


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedIn) -> HttpResponse:
    """Where and as what; one open request a person, which this page then shows instead of the form."""
    mine = request.user.post_applications.select_related("region__parent").order_by("-id")
    waiting = mine.filter(state=ApplicationState.WAITING).first()
    where = place(request)
    roles = service.roles_to_ask(where.region) if where.region else []
    ready = request.method == "POST" and roles and not waiting
    form = PostApplicationForm(
        request.POST if ready else None, roles=roles, initial={"name": request.user.name}
    )
    status = 200
    if form.is_bound and form.is_valid() and where.region:
        try:
            region, content = where.region, ApplicationInput(**form.cleaned_data)
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="post",
                content={"region": region.code, **form.cleaned_data},
                work=lambda: service.ask(actor=request.user, region=region, content=content).pk,
            )
            messages.success(request, "申请已提交，审核结果会用消息和短信告诉您。")
            return redirect("accounts:post")
        except FupinError as error:
            add_errors(form, error)
            status = error.status
    elif form.is_bound:
        status = 400
    context = {
        "form": form,
        "place": where,
        "roles": roles,
        "form_url": address(request),
        "waiting": waiting,
        "waiting_facts": _facts(waiting) if waiting else [],
        "earlier": mine.exclude(state=ApplicationState.WAITING)[:SHOWN_EARLIER],
    }
    return render(request, "accounts/posts/ask.html", context, status=status)


@login_required
@require_POST
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    application = get_object_or_404(request.user.post_applications, pk=pk)
    service.take_back(actor=request.user, application=application)
    messages.success(request, "申请已撤回。")
    return redirect("accounts:post")


@officer_page(Verb.APPOINT)
@require_safe
def queue(request: SignedIn) -> HttpResponse:
    """The requests I may decide on; the open ones oldest first."""
    chosen = request.GET.get("state", "")
    state = chosen if chosen in ApplicationState.values else ""
    rows = applications_for(request.user).filter(state=state or ApplicationState.WAITING)
    page = keyset_page(rows, order=("-id" if state else "id",), cursor=request.GET.get("cursor"))
    context = {"rows": page.items, "tabs": tabs(request, "state", STATES, state), **pager(request, page)}
    return render(request, "accounts/posts/queue.html", context)


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SignedIn, pk: int) -> HttpResponse:
    """One request: who asks for what, and the answer."""
    application = get_object_or_404(_decidable(request), pk=pk)
    form = PostDecisionForm(request.POST if request.method == "POST" else None)
    status = 400
    if form.is_bound and form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="post-decision",
                content={"application": pk, **form.cleaned_data},
                work=lambda: _decide(request.user, application, form.cleaned_data).pk,
            )
            messages.success(request, "已办理，结果已经告诉申请人。")
            return redirect("accounts:post-queue")
        except FupinError as error:
            add_errors(form, error)
            status = error.status
    context = {
        "application": application,
        "open": application.state == ApplicationState.WAITING,
        "form": form,
        "facts": [*_facts(application), *_person_facts(application)],
    }
    return render(request, "accounts/posts/decide.html", context, status=status if form.errors else 200)


def _decide(actor: User, application: PostApplication, values: dict[str, Any]) -> PostApplication:
    if values["decision"] == "refuse":
        return service.refuse(actor=actor, application=application, reason=values["reason"])
    if values["reason"]:
        raise InvalidInput(fields={"reason": ["同意时不用填写原因；如果不同意，请选择“不同意”。"]})
    return service.grant(actor=actor, application=application, ends_on=values["ends_on"])


def _decidable(request: SignedIn) -> QuerySet[PostApplication]:
    return applications_for(request.user).select_related("decided_by")


def _facts(row: PostApplication) -> list[dict[str, Any]]:
    parent = f"{row.region.parent.name} " if row.region.parent else ""
    facts = [
        {"term": "申请的职务", "value": row.get_role_display()},
        {"term": "地区", "value": f"{parent}{row.region.name}"},
        {"term": "来源", "value": row.get_source_display()},
        {"term": "单位及职务", "value": row.unit or "没有填写"},
        {"term": "办公电话", "value": row.duty_phone or "没有填写"},
        {"term": "提交日期", "value": f"{day_of(row.created_at):%Y-%m-%d}"},
    ]
    if row.decided_at:
        facts.append({"term": "结果", "value": f"{row.get_state_display()} {row.reason}".strip()})
    return facts


def _person_facts(row: PostApplication) -> list[dict[str, Any]]:
    """Who asks, masked; whether another account carries the same identity number."""
    twin = row.id_index and User.objects.filter(id_index=row.id_index).exclude(pk=row.user_id).exists()
    number = row.id_number or row.user.id_number
    facts = [
        {"term": "姓名", "value": row.user.name or row.name},
        {"term": "手机", "value": row.user.phone.masked if row.user.phone else "没有登记"},
        {"term": "身份证号", "value": number.masked if number else "没有填写"},
    ]
    if twin:
        facts.append({"term": "请核对", "value": "这个身份证号已经有另一个账号，两个账号会按同一个人对待"})
    return facts
