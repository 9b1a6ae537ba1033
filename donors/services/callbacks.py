"""Call-backs: a share of a township's deliveries, drawn by chance, is asked about at the household (B9)."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.regions import subtree_end
from accounts.services import audit
from donors.enums import CallResult, CaseReason, Outcome, PledgeStatus, Proof
from donors.models import MOST_CALLS, Callback, CallbackSheet, Pledge
from donors.services import cases
from fupin.lib.clock import ZONE, month_of, now, today
from fupin.lib.errors import Conflict, InvalidInput, StaleState
from fupin.lib.secret import Secret

SHARE_PERCENT = 5
LEAST_WORDS = 4


def draw(population: Sequence[int], seed: str) -> list[int]:
    """5 % of the pledges (at least one), by the hash of seed and id: the same seed always draws the same."""
    ordered = sorted(population, key=lambda pk: hashlib.sha256(f"{seed}:{pk}".encode()).hexdigest())
    return sorted(ordered[: max(1, -(-len(ordered) * SHARE_PERCENT // 100))]) if ordered else []


def draw_due(*, limit: int = 200) -> int:
    """Draw last month's sheet of every township that has deliveries and no sheet; returns how many."""
    month = month_of(month_of(today()) - timedelta(days=1))
    low, high = _bounds(month)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT (n.region_id / 1000) * 1000 FROM donors_pledge p JOIN needs_need n ON n.id = p.need_id
               WHERE p.status = 'confirmed' AND p.outcome = 'complete' AND n.household_id IS NOT NULL
                 AND p.closed_at >= %s AND p.closed_at < %s
                 AND NOT EXISTS (SELECT FROM donors_callbacksheet s
                                 WHERE s.month = %s AND s.region_id = (n.region_id / 1000) * 1000)
               LIMIT %s""",
            [low, high, month, limit],
        )
        townships = [code for (code,) in cursor.fetchall()]
    return sum(make(Region.objects.get(code=code), month) is not None for code in townships)


def make(township: Region, month: date, *, actor: User | None = None) -> CallbackSheet | None:
    """The sheet of a township for a month, drawn once; None where nothing was delivered."""
    with transaction.atomic():
        known = CallbackSheet.objects.filter(region=township, month=month).first()
        rows = dict(_delivered(township, month)) if known is None else {}
        if known or not rows:
            return known
        population = sorted(rows)
        sheet, fresh = CallbackSheet.objects.get_or_create(
            region=township,
            month=month,
            defaults={"seed": secrets.token_hex(16), "population": population, "drawn_at": now()},
        )
        if fresh:
            _fill(sheet, rows)
            audit.record(
                actor=actor,
                action="callback.draw",
                obj=sheet,
                region_code=township.code,
                changes={"month": f"{month:%Y-%m}", "of": len(population), "drawn": sheet.callbacks.count()},
            )
        return sheet


def call(*, actor: User, callback: Callback, result: str, note: str = "") -> Callback:
    """Note one call. Not reached counts up to 3 tries; a mismatch needs words and opens a case with the county.

    Raises NotAllowed outside the township, Conflict to the donor and to whoever confirmed it, StaleState when done.
    """
    if result not in CallResult.values:
        raise InvalidInput(fields={"result": ["请选择回访结果。"]})
    if result == CallResult.MISMATCH and len(note.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"note": [f"请写明哪里不符，至少 {LEAST_WORDS} 个字。"]})
    with transaction.atomic():
        callback = _locked(actor, callback)
        callback.calls += 1
        callback.note, callback.called_by, callback.called_at = note.strip()[:300], actor, now()
        if result != CallResult.UNREACHED or callback.calls >= MOST_CALLS:
            callback.result = result
        callback.save()
        _record(actor, callback, "callback.call", {"result": result, "calls": callback.calls})
        if result == CallResult.MISMATCH:
            cases.open_case(
                callback.pledge, CaseReason.CALLBACK, actor=actor, label="乡镇回访", note="回访发现与登记不符"
            )
        return callback


def open_phone(*, actor: User, callback: Callback) -> str:
    """The household's number for this call; every look is recorded. Raises NotAllowed, InvalidInput without one."""
    household = callback.pledge.need.household
    ensure(actor, Verb.CHECK, callback.sheet.region_id)
    phone = household.phone if household else None
    if household is None or not isinstance(phone, Secret):
        raise InvalidInput("这户没有登记手机，请上门回访。")
    with transaction.atomic():
        audit.record(
            actor=actor,
            action="secret.reveal",
            obj=household,
            region_code=household.region_id,
            changes={"field": "phone"},
            reason=f"送达回访 {callback.pledge.reference}",
        )
    return phone.open().removeprefix("+86")


def _locked(actor: User, callback: Callback) -> Callback:
    locked = Callback.objects.select_for_update(no_key=True, of=("self",))
    callback = locked.select_related("sheet", "pledge__need", "pledge__donor").get(pk=callback.pk)
    ensure(actor, Verb.CHECK, callback.sheet.region_id)
    last = callback.pledge.steps.filter(target=PledgeStatus.CONFIRMED).order_by("-id").first()
    confirmed_by = last.actor if last else None
    if actor.same_person(callback.pledge.donor) or (confirmed_by and actor.same_person(confirmed_by)):
        raise Conflict("自己捐的或自己确认的，要由别的同志回访。")
    if callback.result:
        raise StaleState("这一户已经回访完了。")
    return callback


def _delivered(township: Region, month: date) -> list[tuple[int, str]]:
    low, high = _bounds(month)
    return list(
        Pledge.objects.filter(
            status=PledgeStatus.CONFIRMED,
            outcome=Outcome.COMPLETE,
            need__household__isnull=False,
            need__region__gte=township.code,
            need__region__lte=subtree_end(township.code, Level.TOWNSHIP),
            closed_at__gte=low,
            closed_at__lt=high,
        ).values_list("pk", "proof")
    )


def _fill(sheet: CallbackSheet, rows: dict[int, str]) -> None:
    """The drawn ones, and every delivery that an officer confirmed alone."""
    always = {pk for pk, proof in rows.items() if proof == Proof.OFFICER}
    drawn = set(draw(sheet.population, sheet.seed))
    Callback.objects.bulk_create(
        Callback(sheet=sheet, pledge_id=pk, always=pk in always) for pk in sorted(always | drawn)
    )


def _bounds(month: date) -> tuple[datetime, datetime]:
    """The month in China as two instants."""
    after = month_of(month + timedelta(days=31))
    return datetime.combine(month, time(), ZONE), datetime.combine(after, time(), ZONE)


def _record(actor: User, callback: Callback, action: str, changes: dict[str, object]) -> None:
    audit.record(
        actor=actor, action=action, obj=callback, region_code=callback.sheet.region_id, changes=changes
    )
