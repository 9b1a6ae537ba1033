"""What pages of the needs room show of the donors' room, which they may not import."""

from typing import Any

from django import template
from django.urls import reverse

from accounts.models import Region
from donors import figures, queries
from donors.models import Pledge
from donors.services.adoptions import may_be_adopted
from fupin.lib.money import yuan_display
from needs.enums import Form
from needs.models import Need

register = template.Library()


@register.inclusion_tag("donors/helpers.html")
def helpers_of(need: Need) -> dict[str, Any]:
    """Who helped a need: names as their owners wish, those who wish none only as a number."""
    total = need.progress.helpers
    named = figures.named_helpers(need) if total else []
    rows = [
        {"who": pledge.donor_shown, "what": gift(pledge), "status": pledge.get_status_display()}
        for pledge in named
    ]
    return {"total": total, "rows": rows, "others": total - len(rows)}


@register.inclusion_tag("donors/goods_notices.html")
def goods_notices(region: Region | None) -> dict[str, Any]:
    """What this place does not need, for lists of its needs; nothing for the whole country."""
    return {"notices": queries.notices_for(region.code) if region else []}


@register.simple_tag
def received_lately() -> dict[str, Any]:
    """Fen that charities received and paid out, from a bounded number of ledger lines."""
    lately = figures.lately()
    return {
        "fen": lately.received,
        "paid_out": lately.paid_out,
        "capped": lately.capped,
        "cap": figures.LATEST,
    }


@register.simple_tag
def money_closed(need: Need) -> bool:
    """Whether this need asks for money that no licensed account may take today (THREATS L-01, M-25)."""
    return Form.MONEY in need.forms and queries.account_for(need) is None


@register.simple_tag
def adopt_url(need: Need) -> str:
    """Where a donor offers to adopt the household of this need; "" where it can not be adopted."""
    return reverse("donors:adoption-new", args=[need.pk]) if may_be_adopted(need) else ""


@register.filter
def gift(pledge: Pledge) -> str:
    """What a pledge gives, in a few words; prefetch `items__item`."""
    match pledge.form:
        case Form.MONEY:
            return f"{yuan_display(pledge.amount_fen)} 元"
        case Form.GOODS:
            return "、".join(f"{row.item.name} {row.quantity} {row.item.unit}" for row in pledge.items.all())
    return pledge.service_words()
