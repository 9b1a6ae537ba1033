"""The county's queue of households that share a person, a phone or an account."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.views.access import officer_page
from fupin.lib.clock import day_of
from needs.household_enums import FlagState
from needs.household_queues import flag_row, flags_of
from needs.models import Household, HouseholdFlag
from needs.services import household_flags as flags
from needs.views.deciding import decision, queue


@officer_page(Verb.APPROVE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Flags of my places, longest waiting first."""
    return queue(
        request,
        flags_of(request.user),
        states=FlagState.choices,
        row=flag_row,
        title="重复核对",
        lead="同一个人、同一个手机号或同一个银行账号出现在两户。核对清楚以前，这户的求助不能发布。",
    )


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One flag: which households, and what the county found."""
    row = get_object_or_404(flags_of(request.user), pk=pk)
    return decision(
        request,
        thing="flag",
        state=row.state,
        code=row.household.region_id,
        author=None,
        steps={action: partial(_decide, request, row, action) for action in ("legitimate", "correct")},
        back="needs:household-flags",
        shown=lambda: _shown(request, row),
        key=pk,
    )


def _decide(request: SignedIn, row: HouseholdFlag, action: str, comment: str) -> None:
    flags.decide(actor=request.user, flag=row, action=action, comment=comment)


def _shown(request: SignedIn, row: HouseholdFlag) -> dict[str, Any]:
    return {
        "title": row.get_kind_display(),
        "lead": row.get_state_display(),
        "facts": [
            {"term": "这户", **_home(request, row.household)},
            {"term": "相同的一户", **_home(request, row.other)},
            {"term": "一共", "value": f"和别的 {row.sharing} 户相同"},
            {"term": "发现日期", "value": f"{day_of(row.found_at):%Y-%m-%d}"},
        ],
        "texts": [("核对结果", row.decision)],
    }


def _home(request: SignedIn, home: Household) -> dict[str, str]:
    """A household with its page; of another county's only that it is there (THREATS P-11)."""
    if not grants(request.user).allow(Verb.VIEW, home.region_id):
        return {"value": "别的县登记的一户，请联系市里核对", "url": ""}
    place = f"{home.region.parent or ''} {home.region.name}"
    return {"value": f"{home.name}，{place}", "url": f"/office/households/{home.pk}/"}
