"""What every step of an adoption shares: the saved state, the dated step, the audit row, the messages."""

from accounts.models import User
from accounts.services import audit, messages
from donors.adoptions import AdoptionMove
from donors.enums import AdoptionStatus
from donors.models import Adoption, AdoptionStep
from fupin.lib.clock import now

LABELS = {"donor": "爱心人士", "office": "乡镇（县）管理员", "household": "受助家庭", "system": "系统"}
TOLD: dict[str, str] = {
    "approve": "乡镇已经同意，正在问受助家庭的意思。",
    "refuse": "这次没有结成：{note}。您仍然可以直接捐助。",
    "agree": "受助家庭愿意结对。每期到日子会提醒您。",
    "decline": "受助家庭这次没有答应结对，谢谢您的心意。您仍然可以直接捐助。",
    "close": "结对到这里结束了：{why}。{note}。谢谢您一路的帮助。",
    "stop": "结对到这里结束了：{why}。谢谢您一路的帮助。",
    "complete": "最后一期已经到日子，结对圆满。谢谢您一路的帮助。",
}
TOLD_TO_HOUSEHOLD = {
    "approve": "有爱心人士愿意和您家结对，请看一看，愿意就点同意。",
    "withdraw": "结对申请已撤回，不用再答复。",
    "pause": "和您家结对的爱心人士暂停了一段时间。",
    "resume": "和您家结对的爱心人士继续结对了。",
    "end": "结对到这里结束了。前面的帮助都算数。",
    "close": "结对到这里结束了：{why}。",
    "stop": "结对到这里结束了：{why}。",
    "complete": "结对的全部期数已经办完。",
}


def move(adoption: Adoption, row: AdoptionMove, *, actor: User | None, note: str = "") -> Adoption:
    """Save the adoption in the row's target, with its step, audit row and messages; the caller holds its lock."""
    adoption.status = row.target
    if row.target not in (AdoptionStatus.APPROVED, AdoptionStatus.RUNNING, AdoptionStatus.PAUSED):
        adoption.closed_at = now()
    adoption.save()
    write_step(adoption, row.action, actor=actor, by=row.by, source=row.source, note=note)
    _tell(adoption, row, actor, note)
    return adoption


def write_step(
    adoption: Adoption, action: str, *, actor: User | None, by: str, source: str, note: str = ""
) -> None:
    """Append one dated step and its audit row; donors read a side, never a name."""
    AdoptionStep.objects.create(
        adoption=adoption,
        action=action,
        actor=actor,
        actor_label=LABELS[by],
        source=source,
        target=adoption.status,
        note=note[:200],
        at=now(),
    )
    audit.record(
        actor=actor,
        action=f"adoption.{action}",
        obj=adoption,
        region_code=adoption.need.region_id,
        changes={"status": [str(source), str(adoption.status)], "need": adoption.need_id},
    )


def _tell(adoption: Adoption, row: AdoptionMove, actor: User | None, note: str) -> None:
    """Tell each side what the other did."""
    why = adoption.get_ended_for_display()
    household = adoption.need.household
    account = household.account if household else None
    knew = row.source != AdoptionStatus.ASKED or row.action == "approve"
    for person, words in (
        (adoption.donor, TOLD.get(row.action)),
        (account, TOLD_TO_HOUSEHOLD.get(row.action) if knew else None),
    ):
        if person and words and person != actor:
            messages.notify(
                user=person,
                text=f"关于“{adoption.need.title}”：" + words.format(note=note.rstrip("。"), why=why),
                dedup_key=f"adoption:{adoption.pk}:{adoption.steps.count()}:{person.pk}",
                link=adoption.get_absolute_url(),
            )
