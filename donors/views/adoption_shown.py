"""How an adoption looks: its dated steps, its instalments, what each side may read of the other."""

from datetime import timedelta
from typing import Any

from accounts.enums import Verb
from accounts.permissions import grants
from donors.enums import AdoptionStatus, PledgeStatus
from donors.models import Adoption, AdoptionStep, Instalment, Pledge
from donors.rows import terms
from fupin.lib.clock import today
from fupin.lib.money import yuan_display
from needs.views.cards import day_words

WORDS = {
    "ask": "提出结对",
    "approve": "乡镇同意",
    "refuse": "乡镇没有同意",
    "agree": "受助家庭愿意，结对开始",
    "decline": "受助家庭没有答应",
    "withdraw": "申请撤回",
    "pause": "暂停",
    "resume": "继续",
    "end": "结对结束",
    "close": "结对结束",
    "stop": "结对结束",
    "complete": "全部期数办完，结对圆满",
}
AHEAD = {
    AdoptionStatus.ASKED: ("乡镇审核", "问受助家庭的意思", "按期帮助"),
    AdoptionStatus.APPROVED: ("问受助家庭的意思", "按期帮助"),
    AdoptionStatus.RUNNING: ("按期帮助",),
    AdoptionStatus.PAUSED: ("继续按期帮助",),
}
HELPER = "一位爱心人士"


def rows(adoptions: list[Adoption]) -> list[dict[str, Any]]:
    """One line each for lists."""
    return [
        {
            "adoption": row,
            "terms": terms(row),
            "day": day_words(row.created_at),
            "who": row.donor_shown,
        }
        for row in adoptions
    ]


def page(user: Any, adoption: Adoption) -> dict[str, Any]:
    """What the page of one adoption tells this person."""
    parts = list(adoption.instalments.select_related("pledge"))
    officer = grants(user).allow(Verb.VIEW, adoption.need.region_id)
    mine = adoption.donor_id == user.pk
    # No name before the household agreed (privacy): it reads that somebody would, not who.
    named = mine or officer or adoption.agreed_at is not None
    return {
        "facts": [
            {"term": "爱心人士", "value": adoption.donor_shown if named else HELPER},
            {"term": "受助家庭", "value": adoption.need.recipient},
            {"term": "约定", "value": terms(adoption)},
            {"term": "共计", "value": f"{yuan_display(adoption.amount_fen * adoption.count)} 元"},
            *([{"term": "想说的话", "value": adoption.words}] if adoption.words else []),
            *(
                [{"term": "结束原因", "value": adoption.get_ended_for_display()}]
                if adoption.ended_for
                else []
            ),
        ],
        "steps": timeline(adoption, list(adoption.steps.all())),
        "instalments": [_instalment(adoption, part, mine or officer) for part in parts],
        "record": _record(adoption) if officer else None,
    }


def timeline(adoption: Adoption, steps: list[AdoptionStep]) -> list[dict[str, str]]:
    done = [
        {
            "label": WORDS[step.action],
            "at": day_words(step.at),
            "actor": step.actor_label,
            "note": "" if step.action == "ask" else step.note,
            "state": "done",
        }
        for step in steps
    ]
    ahead = AHEAD.get(AdoptionStatus(adoption.status), ())
    states = ["now", *["todo"] * len(ahead)]
    return done + [{"label": label, "state": state} for label, state in zip(ahead, states, strict=False)]


def _instalment(adoption: Adoption, part: Instalment, linked: bool) -> dict[str, Any]:
    pledge = part.pledge
    waiting = adoption.status in (AdoptionStatus.RUNNING, AdoptionStatus.PAUSED)
    soon = part.due_on <= today() + timedelta(days=7)
    return {
        "label": f"第 {part.number} 期",
        "day": day_words(part.due_on),
        "fen": pledge.amount_fen if pledge else adoption.amount_fen,
        "status": pledge.get_status_display()
        if pledge
        else _open_words(adoption, soon)
        if waiting
        else "不再进行",
        "code": pledge.status if pledge else "",
        "url": pledge.get_absolute_url() if pledge and linked else "",
    }


def _open_words(adoption: Adoption, soon: bool) -> str:
    if adoption.status == AdoptionStatus.PAUSED:
        return "暂停中"
    return "快到了" if soon else "还没到"


def _record(adoption: Adoption) -> dict[str, int]:
    """What the township may weigh: how earlier promises of this donor went, as bounded counts."""
    mine = Pledge.objects.filter(donor=adoption.donor).exclude(instalment__adoption=adoption)
    kept = (PledgeStatus.RECEIVED, PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED)
    return {
        "kept": mine.filter(status__in=kept)[:100].count(),
        "lapsed": mine.filter(status=PledgeStatus.LAPSED)[:100].count(),
    }
