"""What every step of a pledge shares: locking, the table's word, the dated step, the audit row, the messages."""

from accounts.models import User
from accounts.permissions import grants
from accounts.services import audit, messages, wake
from donors import lifecycle
from donors.models import Pledge, PledgeStep
from fupin.lib.clock import now
from needs.services import progress

FREED = "您认领的求助“{}”已撤下，要重新核实。您的这份认领已经解除，请不要再转账或寄送。谢谢您的心意。"
TOLD_TO_HOUSEHOLD = {
    "ship": "在路上了，收到后请点确认。",
    "pay_out": "在路上了，收到后请点确认。",
    "come_back": "被银行退回了，慈善会核对账号以后会再付。",
    "arrive": "到了村服务点，可以去领取；领到后请点确认。",
    "propose": "想换一个日期，请看一看是否合适。",
    "agree": "定下了日期，请留意。",
}


def locked(pledge: Pledge, actor: User | None, action: str) -> tuple[Pledge, lifecycle.Step]:
    """The need's lock, then the pledge, re-read; then what the table says."""
    progress.lock(pledge.need_id)
    pledge = (
        Pledge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("need__household", "need__cooperative", "need__region", "donor", "charity_account")
        .get(pk=pledge.pk)
    )
    return pledge, lifecycle.step(actor, pledge, action)


def move(pledge: Pledge, step: lifecycle.Step, *, actor: User | None, note: str = "") -> Pledge:
    """Save the pledge in the step's target state, with its dated step, audit row and messages."""
    pledge.status = step.target
    pledge.save()
    if pledge.certificate_due:
        wake.after_commit("donors.issue_certificates")
    write_step(pledge, step.action, actor=actor, label=label_of(actor, step), source=step.source, note=note)
    audit.record(
        actor=actor,
        action=f"pledge.{step.action}",
        obj=pledge,
        region_code=pledge.need.region_id,
        changes={"status": [step.source.value, step.target.value]},
    )
    _tell(pledge, step, actor)
    return pledge


def _tell(pledge: Pledge, step: lifecycle.Step, actor: User | None) -> None:
    """Tell the donor what others did, and the household what is on its way to it."""
    number = pledge.steps.count()
    if actor is None or actor.pk != pledge.donor_id:
        messages.notify(
            user=pledge.donor,
            text=FREED.format(pledge.need.title)
            if step.action == "free"
            else f"您对“{pledge.need.title}”的帮助：{step.label}，现在是“{step.target.label}”。",
            dedup_key=f"pledge:{pledge.pk}:{number}",
            link=pledge.get_absolute_url(),
        )
    household = pledge.need.household
    account = household.account if household else None
    if account and account != actor and step.action in TOLD_TO_HOUSEHOLD:
        messages.notify(
            user=account,
            text=f"给“{pledge.need.title}”的帮助{TOLD_TO_HOUSEHOLD[step.action]}",
            dedup_key=f"household:{pledge.pk}:{number}",
            link=pledge.get_absolute_url(),
        )


def label_of(actor: User | None, step: lifecycle.Step) -> str:
    """As what somebody takes a step, in words for everybody: a side or post, never a name."""
    if actor is None:
        return "系统"
    if step.action == "handover":
        return "受助家庭（短信确认码）"
    if step.by == lifecycle.RECIPIENT:
        return "信息员" if grants(actor).rows else "受助家庭"
    return {lifecycle.DONOR: "爱心人士", lifecycle.CHARITY: "慈善组织"}[step.by]


def write_step(
    pledge: Pledge, action: str, *, actor: User | None, label: str, source: str = "", note: str = ""
) -> None:
    """Append one dated step. `label` says as what somebody acted; names stay out of what donors read."""
    PledgeStep.objects.create(
        pledge=pledge,
        action=action,
        actor=actor,
        actor_label=label,
        source=source,
        target=pledge.status,
        note=note[:500],
        at=now(),
    )
