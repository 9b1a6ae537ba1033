"""The instalments of adoptions: planned when the household agrees, each an ordinary pledge on its day.

The sweeps find their work in the database and may run twice: a pledge is made under the instalment's own key.
"""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.services import messages
from donors.adoptions import adoption_move
from donors.enums import LIVING_ADOPTIONS, RHYTHM_MONTHS, AdoptionEnd, AdoptionStatus, PledgeStatus, Rhythm
from donors.models import Adoption, Instalment
from donors.services import pledges
from donors.services.adoption_moves import move
from donors.services.pledges import MIN_FEN, PledgeInput
from fupin.lib.clock import add_months, now, today
from fupin.lib.errors import FupinError
from needs.enums import ConsentKind, Form, Status
from needs.models import Consent, NeedProgress

AHEAD = timedelta(days=7)


def plan(adoption: Adoption) -> None:
    """Write the term's instalments down; the first on the chosen day, or today where that is over."""
    step = RHYTHM_MONTHS[Rhythm(adoption.rhythm)]
    first = max(adoption.first_on, today())
    days = [add_months(first, step * number) for number in range(adoption.months // step)]
    Instalment.objects.bulk_create(
        Instalment(adoption=adoption, number=number, due_on=day, try_on=day)
        for number, day in enumerate(days, 1)
    )


def shift(adoption: Adoption) -> None:
    """After a pause: what is still open begins today or later, in the same rhythm; nothing falls due at once."""
    open_ = list(adoption.instalments.filter(pledge=None).order_by("number"))
    if not open_ or open_[0].due_on >= today():
        return
    step, late = RHYTHM_MONTHS[Rhythm(adoption.rhythm)], open_[0].due_on
    months = next(n for n in range(step, 1200, step) if add_months(late, n) >= today())
    for row in open_:
        row.due_on = row.try_on = add_months(row.due_on, months)
        row.told_at = None
    Instalment.objects.bulk_update(open_, ["due_on", "try_on", "told_at"])


def make_due(*, limit: int = 200) -> int:
    """Make the pledges of instalments whose day has come; returns how many.

    One an adoption and run, and none while an earlier one waits for its transfer: who was away finds one, not five.
    """
    due = Instalment.objects.filter(
        pledge=None, try_on__lte=today(), adoption__status=AdoptionStatus.RUNNING
    ).order_by("try_on", "id")
    ids = list(dict.fromkeys(due.values_list("adoption_id", flat=True)[:limit]))
    return sum(_each(pk, _make) for pk in ids)


def remind_due(*, limit: int = 500) -> int:
    """Announce instalments a week ahead, once; returns how many."""
    soon = Instalment.objects.filter(
        pledge=None,
        told_at=None,
        due_on__gt=today(),
        due_on__lte=today() + AHEAD,
        adoption__status=AdoptionStatus.RUNNING,
    )
    return sum(
        _announce(row)
        for row in soon.select_related("adoption__need", "adoption__donor").order_by("id")[:limit]
    )


def stop_broken(*, limit: int = 200) -> int:
    """End what can not go on: the need is full, withdrawn or expired, the household closed or its consent gone.

    A need that was only recalled for repair keeps its adoption waiting. Returns how many ended.
    """
    consent = Consent.objects.filter(
        household=OuterRef("need__household"), kind=ConsentKind.PUBLISH, withdrawn_at=None
    )
    broken = Adoption.objects.filter(status__in=LIVING_ADOPTIONS).filter(
        Q(need__status__in=(Status.MATCHED, Status.FULFILLED, Status.WITHDRAWN, Status.EXPIRED))
        | Q(need__household__closed_at__isnull=False)
        | ~Exists(consent)
    )
    ids = list(broken.order_by("id").values_list("pk", flat=True)[:limit])
    return sum(_each(pk, _stop_one) for pk in ids)


def _each(pk: int, work: Callable[[Adoption], bool]) -> bool:
    """One adoption in its own transaction, left to another worker where that holds it."""
    with transaction.atomic():
        rows = Adoption.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
        found = rows.select_related("need__household__account", "need__region", "donor").filter(pk=pk).first()
        return bool(found and work(found))


def _make(adoption: Adoption) -> bool:
    rows = list(adoption.instalments.select_related("pledge"))
    row = next((one for one in rows if one.pledge is None), None)
    unpaid = any(one.pledge and one.pledge.status == PledgeStatus.PLEDGED for one in rows)
    if adoption.status != AdoptionStatus.RUNNING or row is None or row.try_on > today() or unpaid:
        return False
    if adoption.need.status != Status.PUBLISHED or not _pledge(adoption, row):
        Instalment.objects.filter(pk=row.pk).update(try_on=today() + timedelta(days=1))
        return False
    if row == rows[-1]:
        _by_platform(adoption, "complete")
    return True


def _pledge(adoption: Adoption, row: Instalment) -> bool:
    """The instalment's pledge: what was said, or what is still open; False where nothing can be promised today."""
    fen = min(adoption.amount_fen, NeedProgress.objects.get(need=adoption.need_id).open_fen)
    if fen < MIN_FEN:
        return False
    content = PledgeInput(form=Form.MONEY, display=adoption.display, amount_fen=fen)
    key = f"adoption-{adoption.pk}-{row.number}"
    try:
        row.pledge = pledges.pledge(
            actor=adoption.donor, need=adoption.need, content=content, idempotency_key=key
        )
    except FupinError:
        return False
    row.save(update_fields=["pledge"])
    messages.notify(
        user=adoption.donor,
        text=f"和“{adoption.need.title}”结对的第 {row.number} 期到日子了，已为您留好，请按编号转账。",
        dedup_key=f"instalment:{row.pk}",
        link=row.pledge.get_absolute_url(),
    )
    return True


def _announce(row: Instalment) -> bool:
    with transaction.atomic():
        claimed = Instalment.objects.filter(pk=row.pk, told_at=None, pledge=None).update(told_at=now())
        if claimed:
            day, title = row.due_on, row.adoption.need.title
            when = f"{day.month}月{day.day}日"
            messages.notify(
                user=row.adoption.donor,
                text=f"和“{title}”结对的第 {row.number} 期在{when}。如果不方便，可以先暂停。",
                dedup_key=f"instalment-soon:{row.pk}:{day.isoformat()}",
                link=row.adoption.get_absolute_url(),
            )
        return bool(claimed)


def _stop_one(adoption: Adoption) -> bool:
    if adoption.closed_at:
        return False
    full = adoption.need.status in (Status.MATCHED, Status.FULFILLED)
    adoption.ended_for = AdoptionEnd.FULL if full else AdoptionEnd.HOUSEHOLD
    _by_platform(adoption, "stop")
    return True


def _by_platform(adoption: Adoption, action: str) -> None:
    move(adoption, adoption_move(None, adoption, action), actor=None)


def next_open(adoption: Adoption) -> date | None:
    """The day of the next instalment; None where none is left."""
    row = adoption.instalments.filter(pledge=None).order_by("number").first()
    return row.due_on if row else None
