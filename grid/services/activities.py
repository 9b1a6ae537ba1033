"""Meetings (一月一会商、一月一研判) and trainings: planned, signed into on the spot, closed with their minutes."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction

from accounts.models import Region, User
from accounts.services import audit
from fupin.lib.clock import now, seconds, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, NotVisible
from fupin.lib.text import contains_personal_data
from grid.models import Activity, ActivityKind, ActivityPhoto, ActivityState, Attendance
from grid.models.activity import MOST_PHOTOS, SignedBy
from grid.queries.activities import could_sign, expected, may_run

CODE_SECONDS = 600
"""How long a code that was on the wall lets people sign in: a picture of it sent on is soon worthless."""
_signer = Signer(salt="grid.activities.sign-in")
LEAST_MINUTES = 20
BACK = timedelta(days=400)
AHEAD = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class ActivityInput:
    """What a form hands over."""

    kind: str
    held_on: date
    topic: str
    place: str = ""


def plan(*, actor: User, region: Region, content: ActivityInput) -> Activity:
    """Put a meeting or training down, ahead or after the fact.

    Raises NotAllowed where the person holds none, InvalidInput for a day far off or personal numbers in the topic.
    """
    _ensure_runs(actor, region)
    if content.kind not in ActivityKind.values:
        raise InvalidInput(fields={"kind": ["请选择是会议还是培训。"]})
    if not today() - BACK <= content.held_on <= today() + AHEAD:
        raise InvalidInput(fields={"held_on": ["日期不对：可以安排半年以内的，可以补记一年以内的。"]})
    _no_numbers("topic", content.topic)
    _no_numbers("place", content.place)
    with transaction.atomic():
        made = Activity.objects.create(
            region=region,
            kind=content.kind,
            held_on=content.held_on,
            topic=content.topic,
            place=content.place,
            planned_by=actor,
            created_at=now(),
        )
        _record(actor, made, "activity.plan", {"kind": made.kind, "on": str(made.held_on)})
    return made


def code(*, actor: User, activity: Activity) -> str:
    """A code to show on the spot today, good for `CODE_SECONDS`. Raises Conflict on another day."""
    _ensure_runs(actor, activity.region)
    if activity.state != ActivityState.PLANNED or activity.held_on != today():
        raise Conflict("签到码只在开会当天、纪要登记之前可用；其他时候请按名单登记。")
    return _signer.sign_object([activity.pk, seconds()])


def of_code(user: User, token: str) -> Activity:
    """The activity that a code on the wall stands for.

    Raises NotVisible for a code that is none and for people of other places, Conflict for one that is too old.
    """
    try:
        pk, moment = _signer.unsign_object(token)
    except BadSignature as error:
        raise NotVisible from error
    if seconds() - moment > CODE_SECONDS:
        raise Conflict("这个签到码已经过期，请扫现场大屏上最新的码。", code="code_expired")
    activity = Activity.objects.select_related("region__parent").filter(pk=pk).first()
    if activity is None or not could_sign(user, activity.region):
        raise NotVisible
    return activity


def sign_in(*, actor: User, token: str) -> Attendance:
    """Sign in with the code on the wall; a second time changes nothing.

    Raises as `of_code`, and Conflict once it is over.
    """
    with transaction.atomic():
        activity = _open(of_code(actor, token))
        row, fresh = Attendance.objects.get_or_create(
            activity=activity, user=actor, defaults={"how": SignedBy.CODE, "at": now()}
        )
        if fresh:
            _record(actor, activity, "activity.sign", {"how": SignedBy.CODE})
    return row


def tick(*, actor: User, activity: Activity, present: Collection[int], offered: Collection[int]) -> int:
    """Set who of the `offered` people (ids) was there, by list; who scanned the code stays. Returns how many are.

    Raises NotAllowed, Conflict before the day or once it is closed, InvalidInput for people who hold no post there.
    """
    _ensure_runs(actor, activity.region)
    with transaction.atomic():
        activity = _open(activity)
        _begun(activity)
        known = set(expected(activity.region).values_list("user_id", flat=True))
        if not set(present) <= set(offered) or not set(offered) <= known:
            raise InvalidInput(fields={"present": ["名单有变化，请刷新后重新勾选。"]})
        rows = Attendance.objects.filter(activity=activity)
        rows.filter(user__in=set(offered) - set(present), how=SignedBy.LIST).delete()
        there = set(rows.values_list("user_id", flat=True))
        added = set(present) - there
        Attendance.objects.bulk_create(
            Attendance(activity=activity, user_id=pk, how=SignedBy.LIST, at=now()) for pk in sorted(added)
        )
        count = rows.count()
        _record(actor, activity, "activity.tick", {"added": len(added), "present": count})
    return count


def close(*, actor: User, activity: Activity, minutes: str, guests: str = "") -> Activity:
    """Write the minutes: from now on it counts and nothing changes.

    Raises InvalidInput for minutes too short or with personal numbers, Conflict before the day or without anybody.
    """
    _ensure_runs(actor, activity.region)
    if len(minutes) < LEAST_MINUTES:
        raise InvalidInput(fields={"minutes": [f"请写明议了什么、定了什么，至少 {LEAST_MINUTES} 个字。"]})
    _no_numbers("minutes", minutes)
    _no_numbers("guests", guests)
    with transaction.atomic():
        activity = _open(activity)
        _begun(activity)
        present = activity.attendances.count()
        if not present:
            raise Conflict("还没有人签到，请先扫码或按名单登记到会的人。")
        activity.expected = expected(activity.region).values("user").distinct().count()
        activity.state, activity.minutes, activity.guests = ActivityState.HELD, minutes, guests
        activity.closed_by, activity.closed_at = actor, now()
        activity.save()
        _record(actor, activity, "activity.close", {"present": present, "expected": activity.expected})
    return activity


def cancel(*, actor: User, activity: Activity) -> Activity:
    """It did not take place. Raises Conflict once it is closed."""
    _ensure_runs(actor, activity.region)
    with transaction.atomic():
        activity = _open(activity)
        activity.state, activity.closed_by, activity.closed_at = ActivityState.CANCELLED, actor, now()
        activity.save()
        _record(actor, activity, "activity.cancel", {})
    return activity


def add_photo(*, actor: User, activity: Activity, jpeg: bytes) -> ActivityPhoto:
    """Keep a re-encoded picture; the same one again changes nothing. Raises Conflict beyond 6 or when cancelled."""
    _ensure_runs(actor, activity.region)
    mark = hashlib.sha256(jpeg).hexdigest()
    with transaction.atomic():
        activity = Activity.objects.select_for_update(no_key=True, of=("self",)).get(pk=activity.pk)
        known = activity.photos.filter(sha256=mark).first()
        if known:
            return known
        if activity.state == ActivityState.CANCELLED or activity.photos.count() >= MOST_PHOTOS:
            raise Conflict(f"最多放 {MOST_PHOTOS} 张照片，已取消的不能放。", code="photos_full")
        photo = ActivityPhoto(activity=activity, sha256=mark, uploaded_by=actor, uploaded_at=now())
        photo.file.save("photo.jpg", ContentFile(jpeg), save=False)
        try:
            photo.save()
        except IntegrityError:
            photo.file.delete(save=False)
            raise
        _record(actor, activity, "activity.photo", {})
    return photo


def _open(activity: Activity) -> Activity:
    """The locked row. Raises Conflict once it is closed."""
    locked = Activity.objects.select_for_update(no_key=True, of=("self",)).select_related("region__parent")
    activity = locked.get(pk=activity.pk)
    if activity.state != ActivityState.PLANNED:
        raise Conflict(f"这次活动{activity.get_state_display()}，不能再改。")
    return activity


def _begun(activity: Activity) -> None:
    if activity.held_on > today():
        raise Conflict(f"还没有到 {activity.held_on:%m-%d}，开会当天再登记。")


def _ensure_runs(actor: User, region: Region) -> None:
    if not may_run(actor, region):
        raise NotAllowed("这里的会议和培训由本级的信息员或管理员登记。")


def _no_numbers(field: str, text: str) -> None:
    if contains_personal_data(text):
        raise InvalidInput(fields={field: ["请不要写电话、证件号和卡号。"]})


def _record(actor: User, activity: Activity, action: str, changes: dict[str, object]) -> None:
    audit.record(actor=actor, action=action, obj=activity, region_code=activity.region_id, changes=changes)
