"""What waits for officers in the needs room, and its doors (DESIGN 11)."""

from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.enums import Role, Verb
from fupin.lib.inbox import Door, Section, since, waiting_urgency
from needs import deadlines, queries
from needs.enums import ConsentKind, Status
from needs.household_queues import (
    claim_row,
    claims_waiting,
    flag_row,
    flags_waiting,
    help_row,
    help_waiting,
    report_row,
    reports_waiting,
)
from needs.lifecycle import SENT_BACK
from needs.models import Consent, Need
from needs.services.drafts import EDITABLE
from needs.services.review import GATES

# Status -> what is asked of me, why me, the words of the button.
WORDS = {
    Status.SUBMITTED: ("本户自己申报，等村里核实", "您负责核实", "去核实"),
    Status.VERIFIED: ("村里已核实，等乡镇检查", "您负责检查", "去检查"),
    Status.CHECKED: ("乡镇已检查，等县里发布", "您负责发布", "去审批"),
    Status.DRAFT: ("还没有写完的草稿", "移交给您的", "去填写"),
    Status.RETURNED: ("被退回，要补充", "您填写的", "去补充"),
}
CLOSED = ("这户已经销户，求助不能再交", "您填写的", "去撤回")
UNAGREED = ("没有公开同意，求助不能交", "本户愿意公开时，先登记新的同意", "去登记同意")


def needs_waiting(user: Any) -> QuerySet[Need]:
    """Needs at the gates this person may open, longest waiting first; their own writing waits for a colleague."""
    own = Q(status__in=GATES, created_by=user)
    returned = Max("reviews__at", filter=Q(reviews__action__in=SENT_BACK))
    agreed = Consent.objects.filter(
        household=OuterRef("household"), kind=ConsentKind.PUBLISH, withdrawn_at=None
    )
    return queries.waiting_for(user).exclude(own).annotate(returned_at=returned, agreed=Exists(agreed))


def need_row(need: Need) -> dict[str, Any]:
    what, why, button = WORDS[Status(need.status)]
    url = reverse("needs:office-need", args=[need.pk])
    if need.keeper_id and need.status in EDITABLE:
        why = "移交给您的"
    if need.household and need.status in EDITABLE:
        if need.household.closed_at:
            what, why, button = CLOSED
        elif not need.agreed:  # type: ignore[attr-defined]
            what, why, button = UNAGREED
            url = reverse("needs:consents", args=[need.household.pk])
    moment = need.returned_at if need.status == Status.RETURNED else need.waiting_since  # type: ignore[attr-defined]
    moment = moment or need.created_at
    due = deadlines.due(need) if need.status in GATES and need.waiting_since else None
    who = need.household.name if need.household else need.region.name
    return {
        "url": url,
        "what": what,
        "title": f"{need.title}（{who}）",
        "place": f"{need.region.parent.name} {need.region.name}" if need.region.parent else need.region.name,
        "reason": "带有提示，要逐条核对" if need.flags and need.status == Status.VERIFIED else why,
        "due": f"{due['words']}，{since(moment)}" if due else since(moment),
        "urgency": due["urgency"] if due else waiting_urgency(moment),
        "icon": "document-text",
        "button": button,
    }


SECTIONS = (
    Section(
        "求助",
        frozenset({Verb.COLLECT, Verb.VERIFY, Verb.CHECK, Verb.APPROVE}),
        needs_waiting,
        need_row,
        "needs:office-needs",
    ),
    Section("动态报告", frozenset({Verb.CHECK}), reports_waiting, report_row, "needs:household-reports"),
    Section("认领家庭", frozenset({Verb.CHECK}), claims_waiting, claim_row, "needs:household-claims"),
    Section("重复核对", frozenset({Verb.APPROVE}), flags_waiting, flag_row, "needs:household-flags"),
    Section("线下帮扶", frozenset({Verb.COLLECT}), help_waiting, help_row, "needs:helps-waiting"),
)
_READERS = frozenset({Verb.VIEW, Verb.REPORT})
DOORS = (
    Door("求助与家庭", "写求助", "needs:need-new", frozenset({Verb.COLLECT}), first=True),
    Door("求助与家庭", "登记家庭", "needs:household-new", frozenset({Verb.COLLECT}), first=True),
    Door("求助与家庭", "求助管理", "needs:office-needs", _READERS, first=True),
    Door("求助与家庭", "需求和项目库", "needs:library", _READERS),
    Door("求助与家庭", "集中发布", "needs:office-campaigns", frozenset({Verb.APPROVE})),
    Door("求助与家庭", "发布节奏", "needs:office-pace", frozenset({Verb.APPROVE})),
    Door("求助与家庭", "宣传链接", "needs:office-sources", frozenset({Verb.APPROVE})),
    Door("求助与家庭", "家庭登记", "needs:households", _READERS, first=True),
    Door("求助与家庭", "动态报告", "needs:household-reports", frozenset({Verb.VIEW})),
    Door("求助与家庭", "认领家庭", "needs:household-claims", frozenset({Verb.CHECK})),
    Door("求助与家庭", "重复核对", "needs:household-flags", frozenset({Verb.APPROVE})),
    Door(
        "求助与家庭",
        "导入登记表",
        "needs:household-imports",
        frozenset({Verb.COLLECT}),
        without=frozenset({Role.VILLAGE_OFFICER}),
    ),
    Door("求助与家庭", "打印申请表", "needs:paper", frozenset({Verb.COLLECT})),
    Door("求助与家庭", "物品目录", "needs:catalogue", frozenset({Verb.COLLECT, Verb.APPROVE})),
)
