"""Pledges that wait for somebody's word, as rows of the inbox component."""

from typing import Any

from donors.enums import PAIRED, AdoptionStatus, PledgeStatus
from donors.models import Adoption, Pledge
from donors.office_queries import to_confirm_by
from fupin.lib.inbox import since
from fupin.lib.money import yuan_display
from needs.enums import Form
from needs.models import Household

SHOWN = 20
ICONS = {Form.MONEY: "banknotes", Form.GOODS: "truck", Form.SERVICE: "hand-raised"}


def deliveries(sender: Any, household: Household, **kwargs: Any) -> list[dict[str, Any]]:
    """What is on its way to this household and waits for its word; answers `needs.signals.household_page`."""
    return [confirm_row(pledge) for pledge in to_confirm_by(household)[:SHOWN]]


def confirm_row(pledge: Pledge) -> dict[str, Any]:
    """The recipient side's row: open it and say what arrived."""
    words = {
        PledgeStatus.SHIPPED: "物资在路上，收到后确认",
        PledgeStatus.RECEIVED: "善款等待送到，收到后确认",
        PledgeStatus.DELIVERED: "善款已拨付，收到后确认",
    }
    return {
        "url": pledge.get_absolute_url(),
        "what": words.get(PledgeStatus(pledge.status), "服务日期已到，完成后确认"),
        "title": gift(pledge),
        "place": pledge.need.title,
        "due": since(pledge.created_at),
        "urgency": "",
        "icon": ICONS[Form(pledge.form)],
        "button": "去确认",
    }


def gift(pledge: Pledge) -> str:
    """What is given, in a few words; goods need `items__item` prefetched."""
    match pledge.form:
        case Form.MONEY:
            return f"善款 {yuan_display(pledge.amount_fen)} 元"
        case Form.GOODS:
            return "、".join(f"{row.item.name} {row.quantity}{row.item.unit}" for row in pledge.items.all())
    return pledge.service_words()


def terms(adoption: Adoption) -> str:
    """An adoption's agreement in words: 每月 200 元，共 12 期."""
    return f"{adoption.get_rhythm_display()} {yuan_display(adoption.amount_fen)} 元，共 {adoption.count} 期"


def pairings(sender: Any, household: Household, **kwargs: Any) -> list[dict[str, Any]]:
    """What a household has to answer, and whom it is paired with; answers `needs.signals.household_page`."""
    rows = Adoption.objects.filter(need__household=household, status__in=PAIRED).select_related(
        "need", "donor"
    )
    return [_pairing(row) for row in rows.order_by("status", "id")[:SHOWN]]


def _pairing(adoption: Adoption) -> dict[str, Any]:
    asked = adoption.status == AdoptionStatus.APPROVED
    return {
        "url": adoption.get_absolute_url(),
        "what": "有爱心人士愿意和您家结对" if asked else adoption.get_status_display(),
        "title": terms(adoption),
        "place": adoption.need.title,
        "due": since(adoption.created_at) if asked else "",
        "urgency": "",
        "icon": "user-group",
        "button": "去答复" if asked else "看一看",
    }
