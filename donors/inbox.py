"""What waits for officers and the charity in the donors room, and its doors (DESIGN 11)."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from accounts.enums import Verb
from accounts.permissions import grants
from donors import account_queries, payout_queries
from donors.adoption_queries import to_answer, to_approve
from donors.enums import OPEN_CASES, AdoptionStatus, PledgeStatus, ThanksStatus
from donors.models import (
    AccountChange,
    Adoption,
    CallbackSheet,
    CharityAccount,
    DeliveryCase,
    Payout,
    Pledge,
    StatementLine,
    Thanks,
)
from donors.office_queries import of_my_accounts, to_confirm
from donors.rows import confirm_row, gift, terms
from donors.services.taken_down import TOLD, to_settle
from donors.statements.queries import lines_waiting, overdue_before
from fupin.lib.clock import day_of, today
from fupin.lib.inbox import Door, Section, since, waiting_urgency
from fupin.lib.money import yuan_display

EXPIRES_SOON = 14
"""Days before a licence ends when the warning turns urgent."""


def receipts_waiting(user: Any) -> QuerySet[Pledge]:
    """Money the charity has to look up in its statement: declared transfers first, then older promises."""
    paid_first = Q(status__in=(PledgeStatus.PAID, PledgeStatus.PLEDGED))
    return of_my_accounts(user).filter(paid_first).order_by("status", "id")


def receipt_row(pledge: Pledge) -> dict[str, Any]:
    declared = pledge.status == PledgeStatus.PAID
    return {
        **_money_row(pledge),
        "what": "对方说已转账，等您核对流水" if declared else "已认领，还没有说转账",
        "urgency": waiting_urgency(pledge.created_at) if declared else "",
        "button": "去核对",
    }


def line_row(line: StatementLine) -> dict[str, Any]:
    late = day_of(line.created_at) < overdue_before()
    return {
        "url": line.get_absolute_url(),
        "title": f"{line.get_direction_display()} {yuan_display(line.open_fen)} 元",
        "what": line.get_reason_display() or "要说明用途",
        "place": line.memo,
        "reason": str(line.account),
        "due": since(line.created_at),
        "urgency": "late" if late else "",
        "icon": "banknotes",
        "button": "去处理",
    }


def payout_row(pledge: Pledge) -> dict[str, Any]:
    url = f"{reverse('donors:payout-new')}?pledge={pledge.pk}"
    return {**_money_row(pledge), "what": "已到账，等您拨付", "url": url, "button": "去登记"}


def missing_row(payout: Payout) -> dict[str, Any]:
    who = payout.household.name if payout.household else payout.need.recipient
    return {
        "url": payout.get_absolute_url(),
        "what": "登记了付款，银行流水里还没有",
        "title": f"{yuan_display(payout.amount_fen)} 元，编号 {payout.number}",
        "place": f"{payout.need.region.name} {who}",
        "reason": "导入支出流水；金额或编号对不上的，到“要处理的流水”里办",
        "due": f"{payout.paid_on:%Y-%m-%d} 付款",
        "urgency": "late",
        "icon": "banknotes",
        "button": "去核对",
    }


def delivery_row(pledge: Pledge) -> dict[str, Any]:
    household = pledge.need.household
    who = household.name if household else pledge.need.region.name
    return {
        **confirm_row(pledge),
        "place": f"{pledge.need.region.name} {who}",
        "reason": "本户没有手机时由您代为确认",
    }


def settling(user: Any) -> QuerySet[Pledge]:
    """Help that somebody acted on before its need was taken down, in the counties where this person approves."""
    mine = to_settle().filter(grants(user).q(Verb.APPROVE, "need__region"))
    related = mine.select_related("need__region", "need__household")
    return related.prefetch_related("items__item").order_by("need__taken_down_at", "id")


def settle_row(pledge: Pledge) -> dict[str, Any]:
    return {
        "url": pledge.get_absolute_url(),
        "what": f"求助已撤下，{pledge.get_status_display()}",
        "title": f"{gift(pledge)}，编号 {pledge.reference}",
        "place": pledge.need.title,
        "reason": "和慈善组织、爱心人士商定怎么办",
        "due": since(pledge.need.taken_down_at or pledge.created_at),
        "urgency": waiting_urgency(pledge.need.taken_down_at or pledge.created_at),
        "icon": "arrow-uturn-left",
        "button": "去处理",
    }


def _money_row(pledge: Pledge) -> dict[str, Any]:
    return {
        "url": pledge.get_absolute_url(),
        "title": f"{gift(pledge)}，编号 {pledge.reference}",
        "place": pledge.need.title,
        "reason": str(pledge.charity_account),
        "due": since(pledge.created_at),
        "urgency": waiting_urgency(pledge.created_at),
        "icon": "banknotes",
    }


def cases_waiting(user: Any) -> QuerySet[DeliveryCase]:
    """Cases the county has not closed, longest waiting first; never about the person's own gifts."""
    mine = grants(user).q(Verb.APPROVE, "pledge__need__region")
    found = DeliveryCase.objects.filter(mine, status__in=OPEN_CASES).exclude(pledge__donor=user)
    return found.select_related("pledge__need__region").prefetch_related("pledge__items__item").order_by("id")


def case_row(case: DeliveryCase) -> dict[str, Any]:
    return {
        "url": case.get_absolute_url(),
        "what": case.get_reason_display(),
        "title": gift(case.pledge),
        "place": case.pledge.need.title,
        "reason": case.get_status_display(),
        "due": since(case.opened_at),
        "urgency": waiting_urgency(case.opened_at),
        "icon": "exclamation-triangle",
        "button": "去处理",
    }


def thanks_waiting(user: Any) -> QuerySet[Thanks]:
    """Thanks that the township has not read yet."""
    mine = grants(user).q(Verb.CHECK, "pledge__need__region")
    return (
        Thanks.objects.filter(mine, status=ThanksStatus.WAITING).select_related("pledge__need").order_by("id")
    )


def thanks_row(thanks: Thanks) -> dict[str, Any]:
    return {
        "url": reverse("donors:thanks-review", args=[thanks.pk]),
        "what": "写给爱心人士的感谢，等您看过",
        "title": thanks.pledge.need.title,
        "place": thanks.text[:30],
        "due": since(thanks.written_at),
        "urgency": waiting_urgency(thanks.written_at),
        "icon": "heart",
        "button": "去审核",
    }


def callbacks_waiting(user: Any) -> QuerySet[CallbackSheet]:
    """Sheets of my townships with calls left to make."""
    mine = grants(user).q(Verb.CHECK, "region")
    left = Count("callbacks", filter=Q(callbacks__result=""))
    sheets = CallbackSheet.objects.filter(mine).select_related("region").annotate(left=left)
    return sheets.filter(left__gt=0).order_by("id")


def callback_row(sheet: Any) -> dict[str, Any]:
    return {
        "url": reverse("donors:callback-sheet", args=[sheet.pk]),
        "what": f"还有 {sheet.left} 户要回访",
        "title": f"{sheet.region.name} {sheet.month.year}年{sheet.month.month}月送达回访",
        "due": since(sheet.drawn_at),
        "urgency": waiting_urgency(sheet.drawn_at),
        "icon": "phone",
        "button": "去回访",
    }


def account_change_row(change: AccountChange) -> dict[str, Any]:
    return {
        "url": change.get_absolute_url(),
        "what": f"{change.get_kind_display()}，等您对照原件复核",
        "title": change.charity,
        "place": change.region.name,
        "reason": change.note,
        "due": since(change.proposed_at),
        "urgency": waiting_urgency(change.proposed_at),
        "icon": "building-library",
        "button": "去复核",
    }


def expiring_row(account: CharityAccount) -> dict[str, Any]:
    days = (account.licence_to - today()).days
    return {
        "url": account.get_absolute_url(),
        "what": "募捐资格要到期" if days >= 0 else "募捐资格已到期，不再接受捐款",
        "title": account.charity,
        "place": account.region.name,
        "reason": "换发证书后，在这里登记新的有效期",
        "due": f"{account.licence_to:%Y-%m-%d} 到期",
        "urgency": "late" if days < 0 else "soon" if days < EXPIRES_SOON else "",
        "icon": "building-library",
        "button": "去办理",
    }


def adoption_row(adoption: Adoption) -> dict[str, Any]:
    asked = adoption.status == AdoptionStatus.ASKED
    return {
        "url": adoption.get_absolute_url(),
        "what": "有人申请结对，等您审核" if asked else "结对已同意，等问过本户",
        "title": adoption.need.title,
        "place": f"{adoption.need.region.name} {terms(adoption)}",
        "due": since(adoption.created_at),
        "urgency": waiting_urgency(adoption.created_at),
        "icon": "user-group",
        "button": "去审核" if asked else "去登记",
    }


_CHARITY = frozenset({Verb.RECONCILE})
SECTIONS = (
    Section("等确认到账的善款", _CHARITY, receipts_waiting, receipt_row, "donors:office-receipts"),
    Section(
        "等拨付的善款",
        _CHARITY,
        payout_queries.waiting,
        payout_row,
        "donors:payouts",
    ),
    Section(
        "银行流水里没有的拨付",
        _CHARITY,
        payout_queries.missing_lines,
        missing_row,
        "donors:payout-records",
        "?state=missing",
    ),
    Section("要处理的银行流水", _CHARITY, lines_waiting, line_row, "donors:statement-lines"),
    Section(
        "求助撤下，要处理的帮助",
        frozenset({Verb.APPROVE}),
        settling,
        settle_row,
        "donors:office-pledges",
        f"?status={TOLD}",
    ),
    Section("等确认收到的帮助", frozenset({Verb.VERIFY}), to_confirm, delivery_row, "donors:office-pledges"),
    Section(
        "送达有问题，等县里处理", frozenset({Verb.APPROVE}), cases_waiting, case_row, "donors:office-cases"
    ),
    Section(
        "等审核的结对",
        frozenset({Verb.CHECK}),
        to_approve,
        adoption_row,
        "donors:office-adoptions",
        "?state=asked",
    ),
    Section(
        "等问过本户的结对",
        frozenset({Verb.COLLECT}),
        to_answer,
        adoption_row,
        "donors:office-adoptions",
        "?state=approved",
    ),
    Section("等审核的感谢", frozenset({Verb.CHECK}), thanks_waiting, thanks_row, "donors:office-thanks"),
    Section(
        "等复核的募捐账户",
        frozenset({Verb.APPOINT}),
        account_queries.changes_waiting,
        account_change_row,
        "donors:accounts",
    ),
    Section(
        "募捐资格要到期的账户",
        frozenset({Verb.APPOINT, Verb.RECONCILE}),
        account_queries.expiring,
        expiring_row,
        "donors:accounts",
    ),
    Section(
        "等回访的送达", frozenset({Verb.CHECK}), callbacks_waiting, callback_row, "donors:office-callbacks"
    ),
)
DOORS = (
    Door(
        "捐赠与送达",
        "认领情况",
        "donors:office-pledges",
        frozenset({Verb.VIEW, Verb.REPORT, Verb.RECONCILE}),
        first=True,
    ),
    Door("捐赠与送达", "银行流水", "donors:statements", _CHARITY, first=True),
    Door("捐赠与送达", "送达问题", "donors:office-cases", frozenset({Verb.CHECK, Verb.APPROVE})),
    Door("捐赠与送达", "包裹领取", "donors:office-pickups", frozenset({Verb.VERIFY})),
    Door("捐赠与送达", "不需要的物资", "donors:office-notices", frozenset({Verb.VERIFY, Verb.APPROVE})),
    Door("捐赠与送达", "结对帮扶", "donors:office-adoptions", frozenset({Verb.CHECK, Verb.COLLECT})),
    Door("捐赠与送达", "送达回访", "donors:office-callbacks", frozenset({Verb.CHECK})),
    Door("捐赠与送达", "感谢审核", "donors:office-thanks", frozenset({Verb.CHECK})),
    Door("捐赠与送达", "善款拨付", "donors:payouts", _CHARITY, first=True),
    Door("捐赠与送达", "募捐账户", "donors:accounts", frozenset({Verb.APPOINT, Verb.RECONCILE})),
    Door("捐赠与送达", "善款到账", "donors:office-receipts", _CHARITY, first=True),
)
