"""The list to take along (清单): picked before or after signing in, helped in one go, told part by part."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedIn
from accounts.models import User
from accounts.services import profile
from accounts.views.listing import safe_next
from donors import list_forms
from donors.list_forms import ListForm
from donors.models import Pledge
from donors.services import take_along as service
from donors.services.take_along import MOST, Entry, Outcome, Part
from donors.views import list_shown
from fupin.lib.errors import Conflict
from needs.enums import PUBLIC, Status
from needs.lifecycle import is_owner
from needs.models import Need

RESULT = "take_along_result"


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put a need on the list and go back to where the button was."""
    need = get_object_or_404(_needs([_number(request.POST.get("need", ""))]))
    if need.status != Status.PUBLISHED:
        messages.info(request, "这条求助已经全部认领，不用再加。")
    elif is_owner(request.user, need):
        messages.error(request, "不能认领自己家的求助。")
    else:
        try:
            new = service.add(request.session, need)
            messages.success(request, f"已加入清单：{need.title}。" if new else "这条已经在清单里。")
        except Conflict as error:
            messages.error(request, error.message)
            return redirect("donors:list")
    return redirect(safe_next(request) or reverse("donors:list"))


@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    service.drop(request.session, [_number(request.POST.get("need", ""))])
    messages.success(request, "已从清单移除。")
    return redirect("donors:list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The list with a form beside each need; sent in one go."""
    if request.method == "POST":
        return _send(request)
    form = ListForm(donor=request.user) if request.user.is_authenticated else None
    return _page(request, form)


@login_required
@never_cache
@require_safe
def result(request: SignedIn) -> HttpResponse:
    """What became of each part of the last list, and where the money goes."""
    outcomes = [Outcome(**row) for row in request.session.get(RESULT, [])]
    if not outcomes:
        return redirect("donors:list")
    return render(request, "donors/list_result.html", list_shown.result(request.user, outcomes))


@login_required
@require_POST
def paid(request: SignedIn) -> HttpResponse:
    """The donor says that one transfer with several references is made."""
    wanted = [_number(text) for text in request.POST.getlist("pledge")[:MOST]]
    mine = list(Pledge.objects.filter(donor=request.user, pk__in=wanted).order_by("id"))
    if not mine:
        raise Http404
    said = service.declare_paid(actor=request.user, pledges_=mine)
    messages.success(
        request, f"已登记 {said} 笔转账，慈善组织核对后会通知您。" if said else "这些已经登记过。"
    )
    return redirect("donors:list-result")


def _send(request: HttpRequest) -> HttpResponse:
    needs = _posted(request)
    if not request.user.is_authenticated:
        _keep_typed(request, needs)
        return redirect_to_login(reverse("donors:list"), reverse("accounts:enter"))
    actor: User = request.user
    form = ListForm(request.POST, donor=actor)
    if not form.is_valid():
        _keep_typed(request, needs)
        return _page(request, form, status=400)
    profile.set_names(actor=actor, **form.names())
    outcomes = _give(actor, needs, request.POST, form.about_donor())
    _remember(request, needs, outcomes)
    if not outcomes:
        messages.info(request, "还没有填写金额、数量或时间，填好再提交。")
        return redirect("donors:list")
    request.session[RESULT] = [
        {"need": row.need, "form": row.form, "pledge": row.pledge, "errors": row.errors} for row in outcomes
    ]
    return redirect("donors:list-result")


def _give(
    actor: User, needs: dict[int, Need | None], data: QueryDict, about: dict[str, Any]
) -> list[Outcome]:
    """Each filled part on its own; what does not even fit its form is told like a refusal."""
    parts: list[Part] = []
    outcomes = [Outcome(pk, "", errors={"": [list_shown.GONE]}) for pk, need in needs.items() if need is None]
    for need in filter(None, needs.values()):
        for kind in need.forms:
            form = list_forms.part(kind, need=need, donor=actor, data=data)
            if not form.is_filled:
                continue
            if form.is_valid():
                parts.append(list_forms.to_part(form, about))
            else:
                outcomes.append(Outcome(need.pk, kind, errors=list_forms.wrong(form)))
    return service.give(actor=actor, parts=parts) + outcomes


def _remember(request: HttpRequest, needs: dict[int, Need | None], outcomes: list[Outcome]) -> None:
    """What succeeded leaves the list; what failed stays with what was typed and what was wrong."""
    for pk, need in needs.items():
        mine = [row for row in outcomes if row.need == pk]
        failed = {row.form: row.errors for row in mine if row.pledge is None and row.form}
        if failed and need:
            typed = _typed(request, need)
            service.keep(request.session, pk, {kind: typed.get(kind, {}) for kind in failed}, failed)
        elif mine:
            service.drop(request.session, [pk])


def _keep_typed(request: HttpRequest, needs: dict[int, Need | None]) -> None:
    for pk, need in needs.items():
        if need:
            service.keep(request.session, pk, _typed(request, need), {})


def _typed(request: HttpRequest, need: Need) -> dict[str, dict[str, str]]:
    """What was typed beside a need, by form of help, where anything was."""
    forms = {
        kind: list_forms.part(kind, need=need, donor=_donor(request), data=request.POST)
        for kind in need.forms
    }
    return {kind: form.typed() for kind, form in forms.items() if form.is_filled}


def _page(request: HttpRequest, form: ListForm | None, *, status: int = 200) -> HttpResponse:
    rows: list[Entry] = service.entries(request.session)
    needs = {need.pk: need for need in _needs([row["need"] for row in rows])}
    context: dict[str, Any] = {
        "form": form,
        "rows": list_shown.rows(rows, needs, _donor(request)),
        "most": MOST,
    }
    return render(request, "donors/list.html", context, status=status)


def _posted(request: HttpRequest) -> dict[int, Need | None]:
    """The needs of the page that was sent, in its order; None where one is public no more."""
    wanted = list(dict.fromkeys(_number(text) for text in request.POST.getlist("need")))[:MOST]
    found = {need.pk: need for need in _needs(wanted)}
    return {pk: found.get(pk) for pk in wanted}


def _needs(wanted: list[int]) -> Any:
    """Public needs with what their forms and cards read."""
    return (
        Need.objects.filter(pk__in=wanted, status__in=PUBLIC)
        .select_related("region__parent", "household__account", "cooperative", "progress")
        .prefetch_related("items")
    )


def _donor(request: HttpRequest) -> User:
    """Who helps; somebody without a name before signing in."""
    return request.user if request.user.is_authenticated else User()


def _number(text: str) -> int:
    """The number of a row; 404 for what is none."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    return int(text)
