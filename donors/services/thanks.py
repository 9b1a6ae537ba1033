"""Thanks from a household to its donor: written on the recipient side, read by the township, then by the donor."""

from django.db import transaction

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit, messages
from donors import lifecycle
from donors.enums import Outcome, PledgeStatus, ThanksStatus
from donors.models import Pledge, Thanks
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from fupin.lib.text import contains_personal_data

LEAST_WORDS = 4


def may_write(actor: User, pledge: Pledge) -> bool:
    """After a complete receipt, on the recipient side, until the township has let the words through."""
    done = pledge.status == PledgeStatus.CONFIRMED and pledge.outcome == Outcome.COMPLETE
    known = Thanks.objects.filter(pledge=pledge).first()
    open_still = known is None or known.status != ThanksStatus.APPROVED
    return done and open_still and lifecycle.may(actor, pledge, lifecycle.RECIPIENT)


def write(*, actor: User, pledge: Pledge, text: str) -> Thanks:
    """Say thank you, or say it again in other words before it was read. Raises NotAllowed, Conflict, InvalidInput."""
    pledge = Pledge.objects.select_related("need__household", "donor").get(pk=pledge.pk)
    if not lifecycle.may(actor, pledge, lifecycle.RECIPIENT):
        raise NotAllowed("感谢的话由受助方来写。")
    if not may_write(actor, pledge):
        raise Conflict("确认完好收到以后才能写感谢；通过审核后不能再改。")
    _check(pledge, text)
    with transaction.atomic():
        thanks, _ = Thanks.objects.update_or_create(
            pledge=pledge,
            defaults={
                "text": text.strip(),
                "written_by": actor,
                "written_at": now(),
                "status": ThanksStatus.WAITING,
                "reviewed_by": None,
                "reviewed_at": None,
                "reason": "",
            },
        )
        _record(actor, thanks, "thanks.write")
    return thanks


def review(*, actor: User, thanks: Thanks, passes: bool, reason: str = "") -> Thanks:
    """The township lets it through to the donor, or sends it back with a reason. Not by who wrote it."""
    if not passes and len(reason.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"reason": ["请写明为什么退回，至少 4 个字。"]})
    with transaction.atomic():
        locked = Thanks.objects.select_for_update(no_key=True, of=("self",))
        thanks = locked.select_related("pledge__need", "pledge__donor", "written_by").get(pk=thanks.pk)
        ensure(actor, Verb.CHECK, thanks.pledge.need.region_id)
        if actor.same_person(thanks.written_by) or actor.same_person(thanks.pledge.donor):
            raise Conflict("自己写的或写给自己的，要由别的同志审核。")
        if thanks.status != ThanksStatus.WAITING:
            raise StaleState("这份感谢已经审核过了。")
        thanks.status = ThanksStatus.APPROVED if passes else ThanksStatus.RETURNED
        thanks.reviewed_by, thanks.reviewed_at, thanks.reason = actor, now(), reason.strip()[:200]
        thanks.save()
        _record(actor, thanks, "thanks.approve" if passes else "thanks.return")
        _tell(thanks)
    return thanks


def _check(pledge: Pledge, text: str) -> None:
    """Donors read it: no numbers that belong to somebody, and not the household's whole name."""
    if len(text.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"text": ["请写几句话，至少 4 个字。"]})
    household = pledge.need.household
    if contains_personal_data(text) or (household and household.name in text):
        raise InvalidInput(fields={"text": ["请不要写户主全名、电话、证件号和卡号，爱心人士会看到这段话。"]})


def _tell(thanks: Thanks) -> None:
    title = thanks.pledge.need.title
    if thanks.status == ThanksStatus.APPROVED:
        user, text = thanks.pledge.donor, f"“{title}”的受助方给您写了一段感谢的话。"
    else:
        user, text = thanks.written_by, f"给“{title}”的感谢没有通过审核：{thanks.reason}"
    messages.notify(
        user=user,
        text=text,
        dedup_key=f"thanks:{thanks.pk}:{thanks.reviewed_at}",
        link=thanks.pledge.get_absolute_url(),
    )


def _record(actor: User, thanks: Thanks, action: str) -> None:
    audit.record(actor=actor, action=action, obj=thanks, region_code=thanks.pledge.need.region_id)
