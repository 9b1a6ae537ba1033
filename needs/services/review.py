"""The gates: submit, verify, check, approve, return, recall, withdraw, and the release at a set date (DESIGN 6)."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import grants
from accounts.services import audit, messages
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from needs import lifecycle, pace, signals
from needs.details import about_minor
from needs.enums import Reason, Status
from needs.models import Campaign, Need, NeedProgress, NeedReview
from needs.reasonableness import flags_of
from needs.services import campaigns
from needs.services.household_flags import ensure_none_open
from needs.services.households import ensure_may_publish
from needs.snapshots import content_of

GATES = (Status.SUBMITTED, Status.VERIFIED, Status.CHECKED)


def submit(*, actor: User, need: Need, comment: str = "") -> Need:
    """Hand the draft in. A household's own goes to the village; an officer's on behalf counts as verified.

    Raises Conflict without the household's consent in force (REQUIREMENTS 36), and what `lifecycle.step` raises.
    """
    with transaction.atomic():
        need = locked(need)
        step = lifecycle.step(actor, need, "submit")
        ensure_may_publish(need.household)
        need.submitted_at = need.submitted_at or now()
        need.flags = flags_of(need)
        return _move(need, step, actor=actor, comment=comment)


def verify(*, actor: User, need: Need, comment: str = "") -> Need:
    """The village's word that a household's own request is true."""
    with transaction.atomic():
        need = locked(need)
        return _move(need, lifecycle.step(actor, need, "verify"), actor=actor, comment=comment)


def check(*, actor: User, need: Need, comment: str = "") -> Need:
    """The township's check (乡镇检查落实). A need with reason codes needs a written answer to them."""
    with transaction.atomic():
        need = locked(need)
        step = lifecycle.step(actor, need, "check")
        if need.flags and len(comment.strip()) < 4:
            raise InvalidInput(
                "这条需求带有提示，请写明核对结果。",
                fields={"comment": ["请写明您核对提示后的意见，至少 4 个字。"]},
            )
        return _move(need, step, actor=actor, comment=comment)


def approve(
    *,
    actor: User,
    need: Need,
    comment: str = "",
    publish_at: datetime | None = None,
    campaign: Campaign | None = None,
    photos: Iterable[int] = (),
    urgent: bool = False,
) -> Need:
    """The county's approval: public now, at `publish_at`, or with a `campaign`. `photos` are the ids to be shown.

    While help lags in the county a routine need waits its turn instead (`Need.queued_at`), unless it is `urgent`.
    Raises Conflict without consent in force, when it is already approved, or when the campaign does not take it;
    InvalidInput for an urgent one without words and for photos of a need that is about a child.
    """
    with transaction.atomic():
        chosen = campaigns.locked(campaign.pk) if campaign else None
        need = locked(need)
        step = lifecycle.step(actor, need, "approve")
        if urgent and len(comment.strip()) < 4:
            raise InvalidInput(fields={"comment": ["不排队的，请写明为什么紧急，至少 4 个字。"]})
        ensure_may_publish(need.household)
        ensure_none_open(need.household)
        if need.publish_at:
            raise Conflict("这条需求已经审批，到时会自动发布。")
        _show_photos(need, list(photos), actor)
        if chosen:
            campaigns.ensure_takes(chosen, need)
            need.campaign, publish_at = chosen, chosen.release_at
        if publish_at and publish_at > now():
            return _schedule(need, publish_at, actor=actor, comment=comment)
        if not urgent and pace.holds_back(need):
            need.queued_at = now()
            return _schedule(need, need.queued_at, actor=actor, comment=comment)
        return _open(_move(need, step, actor=actor, comment=comment))


def _show_photos(need: Need, shown: list[int], actor: User) -> None:
    """Make these photos public; of a need that is about a child none is, whatever an earlier round showed (B8)."""
    if about_minor(need.details):
        if shown:
            raise InvalidInput(fields={"photos": ["这条求助是为孩子写的，照片不公开。"]})
        need.photos.update(reviewed_by=None, reviewed_at=None)
    need.photos.filter(pk__in=shown).update(reviewed_by=actor, reviewed_at=now())


def send_back(*, actor: User, need: Need, reason: str, comment: str = "") -> Need:
    """Return the need to its author with a reason code and words; the first submission date stays.

    Raises InvalidInput without a reason, and for the reason "other" without words.
    """
    _check_reason(reason, comment, words_needed=reason == Reason.OTHER)
    with transaction.atomic():
        need = locked(need)
        step = lifecycle.step(actor, need, "return")
        need.publish_at = need.queued_at = need.campaign = None
        return _move(need, step, actor=actor, comment=comment, reason=reason)


def recall(*, actor: User, need: Need, reason: str, comment: str = "") -> Need:
    """Take a public need off the pages and return it for repair, with a reason code and words.

    No more pledges at once; those living are settled by the donors' room (`Need.taken_down_at`). After the repair it
    goes through every gate again and keeps the date of its first publication. Raises InvalidInput without reason
    or words.
    """
    _check_reason(reason, comment, words_needed=True)
    with transaction.atomic():
        need = locked(need)
        step = lifecycle.step(actor, need, "recall")
        need.publish_at = need.queued_at = need.campaign = None
        return _move(need, step, actor=actor, comment=comment, reason=reason)


def withdraw(*, actor: User, need: Need, comment: str = "") -> Need:
    """Take the need back for good. Raises Conflict once somebody has pledged."""
    with transaction.atomic():
        closed = NeedProgress.objects.filter(need=need, helpers=0).update(is_open=False)
        need = locked(need)
        step = lifecycle.step(actor, need, "withdraw")
        if not closed:
            raise Conflict("已经有人认领帮助，不能撤下；请联系县级管理员。")
        need.closed_at = now()
        return _move(need, step, actor=actor, comment=comment)


def publish_by_system(need: Need) -> Need:
    """Make public what was approved; the caller holds the need (`locked`)."""
    return _open(_move(need, lifecycle.step(None, need, "publish"), actor=None))


def move_by_system(need: Need, action: str) -> Need:
    """Let the platform itself take a step (match, reopen, fulfil); the caller holds the need's lock."""
    return _move(need, lifecycle.step(None, need, action), actor=None)


def _check_reason(reason: str, comment: str, *, words_needed: bool) -> None:
    if reason not in Reason.values:
        raise InvalidInput("请选择退回原因。", fields={"reason": ["请选择退回原因。"]})
    if words_needed and len(comment.strip()) < 4:
        text = "请写明哪里要改，至少 4 个字。"
        raise InvalidInput(text, fields={"comment": [text]})


def locked(need: Need) -> Need:
    """The progress row, then the need, re-read: the order of whoever pledges or confirms."""
    if "review" in settings.TEST_SKIP_GUARDS:  # the twin of the race test reads without waiting
        return Need.objects.select_related("region", "household").get(pk=need.pk)
    NeedProgress.objects.select_for_update(no_key=True).get(need=need.pk)
    return (
        Need.objects.select_for_update(no_key=True, of=("self",))
        .select_related("region", "household")
        .get(pk=need.pk)
    )


def _open(need: Need) -> Need:
    """Take pledges from now on. What stayed from before a recall may fill the need at once, or fulfil it."""
    progress = NeedProgress.objects.get(need=need)
    if progress.is_full:
        need = _move(need, lifecycle.step(None, need, "match"), actor=None)
        if progress.has_all:
            need.closed_at = now()
            need = _move(need, lifecycle.step(None, need, "fulfil"), actor=None)
        return need
    NeedProgress.objects.filter(need=need).update(is_open=True)
    return need


def _take_down(need: Need) -> None:
    """Close a need that was public; where help was promised, leave the mark by which donors are told and freed."""
    NeedProgress.objects.filter(need=need).update(is_open=False)
    if NeedProgress.objects.filter(need=need, helpers__gt=0).exists():
        need.taken_down_at = now()
        transaction.on_commit(partial(signals.taken_down.send, Need, need_id=need.pk), robust=True)


def _schedule(need: Need, publish_at: datetime, *, actor: User, comment: str) -> Need:
    need.publish_at = publish_at
    need.save(update_fields=["publish_at", "queued_at", "campaign"])
    _write_review(need, "approve", need.status, actor=actor, comment=comment, reason="")
    audit.record(
        actor=actor,
        action="need.approve",
        obj=need,
        region_code=need.region_id,
        changes={"publish_at": publish_at.isoformat(), "queued": need.queued_at is not None},
    )
    if need.queued_at:
        _tell_queued(need)
    return need


def _move(
    need: Need, step: lifecycle.Step, *, actor: User | None, comment: str = "", reason: str = ""
) -> Need:
    """Write the new state, the decision row, the audit row and the news to the household."""
    moment = now()
    need.status = step.target
    need.waiting_since = moment if step.target in GATES else None
    if step.target == Status.PUBLISHED:
        need.published_at, need.taken_down_at = need.published_at or moment, None
    if step.source in (Status.PUBLISHED, Status.MATCHED) and step.target in (
        Status.RETURNED,
        Status.WITHDRAWN,
    ):
        _take_down(need)
    need.save()
    _write_review(need, step.action, step.source, actor=actor, comment=comment, reason=reason)
    audit.record(
        actor=actor,
        action=f"need.{step.action}",
        obj=need,
        region_code=need.region_id,
        changes={"status": [step.source.value, step.target.value]},
        reason=reason,
    )
    _tell_household(need, step)
    return need


def _write_review(
    need: Need, action: str, source: str, *, actor: User | None, comment: str, reason: str
) -> None:
    NeedReview.objects.create(
        need=need,
        action=action,
        actor=actor,
        actor_name=actor.get_full_name() if actor else "系统",
        role=_role(actor, need),
        source=source,
        target=need.status,
        reason=reason,
        comment=comment.strip()[:500],
        flags=need.flags,
        at=now(),
        snapshot=content_of(need) if action == "submit" else None,
    )


def _role(actor: User | None, need: Need) -> str:
    roles = grants(actor).roles_over(need.region_id) if actor else set()
    return next((role for role in Role.values if role in roles), "")


def _tell_queued(need: Need) -> None:
    """The household, and the officer who wrote for it, hear that it is approved and waits for its turn."""
    text = f"“{need.title}”县里已批准。现在求助多、帮助少，按先后公开，轮到了会告诉您。"
    people = {need.keeper or need.created_by} if need.on_behalf else set()
    if need.household and need.household.account:
        people.add(need.household.account)
    for person in people:
        key = f"queued:{need.pk}:{need.queued_at:%Y%m%d%H%M%S}:{person.pk}"
        own = need.household and need.household.account_id == person.pk
        messages.notify(
            user=person, text=text, dedup_key=key, link="/apply/" if own else f"/office/needs/{need.pk}/"
        )


def _tell_household(need: Need, step: lifecycle.Step) -> None:
    account = need.household.account if need.household else None
    if account and step.action in {
        "verify",
        "check",
        "approve",
        "publish",
        "return",
        "recall",
        "match",
        "fulfil",
    }:
        review = need.reviews.order_by("-id").values_list("pk", flat=True)[0]
        text = f"您的求助“{need.title}”：{step.label}，现在是“{step.target.label}”。"
        messages.notify(user=account, text=text, dedup_key=f"review:{review}", link=need.get_absolute_url())
