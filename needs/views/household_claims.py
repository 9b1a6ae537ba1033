"""Claiming a household: the household's own page, the township's queue, and opening it at the desk."""

import secrets
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.middleware import client_network
from accounts.permissions import ensure
from accounts.services import enter
from accounts.views.access import officer_page
from accounts.views.listing import address
from accounts.views.places import place
from fupin.lib.clock import day_of
from fupin.lib.errors import Conflict, InvalidInput, TooMany
from fupin.lib.forms import add_errors
from needs.forms.household_claims import ClaimForm, DeskCodeForm, DeskPhoneForm
from needs.household_enums import ClaimState
from needs.household_queues import claim_row, claims_of
from needs.models import Household, HouseholdClaim
from needs.services import household_claims as claims
from needs.views.deciding import decision, queue
from needs.views.filing import posted
from needs.views.household import households_of

DESK = "desk"
SENT = "已提交。请带上身份证到乡镇窗口核对，核对以后这里就能用。"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: SignedIn) -> HttpResponse:
    """First the village, then head and ID ending. The answer is the same whoever is registered."""
    if Household.objects.filter(account=request.user).exists():
        return redirect("needs:apply")
    where = place(request)
    chosen = where.region is not None and where.region.level == Level.VILLAGE
    form = ClaimForm(posted(request) if chosen else None)
    status = 400
    if form.is_bound and form.is_valid() and where.region:
        try:
            claims.claim(actor=request.user, region=where.region, **form.cleaned_data)
            messages.success(request, SENT)
            return redirect("needs:apply")
        except (InvalidInput, Conflict, TooMany) as error:
            add_errors(form, error)
            status = error.status
    context = {"form": form, "place": where, "chosen": chosen, "form_url": address(request)}
    return render(request, "needs/apply/claim.html", context, status=status if form.errors else 200)


@officer_page(Verb.CHECK)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Claims of my places, longest waiting first."""
    return queue(
        request,
        claims_of(request.user),
        states=ClaimState.choices,
        row=claim_row,
        title="认领家庭",
        lead="村里代为登记的家庭要自己的账号。请本人带身份证到窗口，当面核对后再同意。",
    )


@officer_page(Verb.CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One claim: who claims what, and the decision at the desk."""
    row = get_object_or_404(claims_of(request.user), pk=pk)
    return decision(
        request,
        thing="claim",
        state=row.state,
        code=row.region_id,
        author=row.claimant,
        steps={
            "accept": lambda comment: claims.accept(actor=request.user, claim=row, comment=comment),
            "refuse": lambda comment: claims.refuse(actor=request.user, claim=row, comment=comment),
        },
        back="needs:household-claims",
        shown=lambda: _shown(row),
        key=pk,
    )


@never_cache
@officer_page(Verb.CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: SignedIn, pk: int) -> HttpResponse:
    """The household stands here: its number, the code on its phone, and the account is open."""
    household = get_object_or_404(households_of(request), pk=pk)
    ensure(request.user, Verb.CHECK, household.region_id)
    begun = request.session.get(DESK) or {}
    begun = begun if begun.get("household") == pk else {}
    if request.method == "POST" and "again" in request.POST:
        request.session.pop(DESK, None)
        return redirect("needs:household-desk", pk)
    form: Any = (DeskCodeForm if begun else DeskPhoneForm)(posted(request))
    status = 200 if not form.is_bound else 400
    if form.is_bound and form.is_valid():
        try:
            return _opened(request, household, begun, form) if begun else _sent(request, household, form)
        except (InvalidInput, Conflict, TooMany) as error:
            add_errors(form, error)
            status = error.status
    context = {"form": form, "household": household, "begun": bool(begun)}
    return render(request, "needs/office/desk.html", context, status=status)


def _shown(row: HouseholdClaim) -> dict[str, Any]:
    claimant, home = row.claimant, row.household
    words = f"{home.name}，{home.members} 人" if home else "没有对上登记的家庭"
    facts = [
        {"term": "认领", "value": words, "url": f"/office/households/{home.pk}/" if home else ""},
        {"term": "填写的户主", "value": row.name},
        {"term": "村（社区）", "value": f"{row.region.parent or ''} {row.region.name}"},
        {"term": "提出的人", "value": claimant.get_full_name()},
        {"term": "手机号", "value": claimant.phone.masked if claimant.phone else "没有"},
        {"term": "提交日期", "value": f"{day_of(row.created_at):%Y-%m-%d}"},
    ]
    return {
        "title": "认领家庭",
        "lead": row.get_state_display(),
        "facts": facts,
        "texts": [
            (
                "怎样核对",
                "请本人带身份证到窗口，核对姓名和号码，再问家里几口人。" if row.state == "open" else "",
            ),
            ("意见", row.decision),
        ],
    }


def _sent(request: SignedIn, household: Household, form: DeskPhoneForm) -> HttpResponse:
    """Send the code; it opens this household's account alone, in this officer's browser."""
    number, binding = form.cleaned_data["phone"], f"desk:{household.pk}:{secrets.token_urlsafe(16)}"
    enter.send_code(phone=number, binding=binding, address=client_network(request), at_desk=True)
    request.session[DESK] = {"household": household.pk, "phone": number, "binding": binding}
    return redirect("needs:household-desk", household.pk)


def _opened(
    request: SignedIn, household: Household, begun: dict[str, str], form: DeskCodeForm
) -> HttpResponse:
    person = enter.prove(phone=begun["phone"], code=form.cleaned_data["code"], binding=begun["binding"])
    claims.open_at_desk(actor=request.user, household=household, person=person)
    request.session.pop(DESK, None)
    messages.success(request, "账号已开通，本户可以用这个手机号登录。")
    return redirect("needs:household", household.pk)
