"""Reserving and freeing what a need still has open. The need's lock is its progress row (DESIGN 7).

Lock order, everywhere: progress row, then items by id, then the need row, then the pledge. A reservation is one
conditional update, taken as late as possible; giving back needs no condition.
"""

from collections.abc import Mapping

from django.conf import settings
from django.db.models import F

from fupin.lib.errors import Conflict
from fupin.lib.money import yuan
from needs.enums import Status
from needs.models import Need, NeedItem, NeedProgress
from needs.services.review import move_by_system


def reserve_money(need_id: int, fen: int) -> None:
    """Hold `fen` of the need's open target; raises Conflict with what is open (`extra["open"]`, yuan)."""
    if "reserve" in settings.TEST_SKIP_GUARDS:
        return _reserve_without_guard(need_id, fen)
    held = NeedProgress.objects.filter(
        need=need_id, is_open=True, pledged_fen__lte=F("target_fen") - fen
    ).update(pledged_fen=F("pledged_fen") + fen, helpers=F("helpers") + 1)
    if not held:
        progress = NeedProgress.objects.get(need=need_id)
        _refuse(yuan(progress.open_fen if progress.is_open else 0))
    return None


def reserve_items(need_id: int, quantities: Mapping[int, int]) -> None:
    """Hold whole units by item id; raises Conflict with what is open by item (`extra["open"]`)."""
    held = NeedProgress.objects.filter(need=need_id, is_open=True).update(helpers=F("helpers") + 1)
    for item_id, quantity in sorted(quantities.items()):
        held = held and NeedItem.objects.filter(
            pk=item_id, need=need_id, pledged__lte=F("quantity") - quantity
        ).update(pledged=F("pledged") + quantity)
        if not held:
            items = NeedItem.objects.filter(need=need_id)
            _refuse([{"item": item.pk, "quantity": item.open_quantity} for item in items])


def reserve_visit(need_id: int) -> None:
    """Count a helper who gives time; raises Conflict when the need is closed."""
    if not NeedProgress.objects.filter(need=need_id, is_open=True).update(helpers=F("helpers") + 1):
        _refuse(None)


def lock(need_id: int) -> NeedProgress:
    """Take the need's lock before giving back or confirming."""
    return NeedProgress.objects.select_for_update(no_key=True).get(need=need_id)


def release(
    need_id: int, *, fen: int = 0, quantities: Mapping[int, int] | None = None, helpers: int = 1
) -> None:
    """Give back what a pledge held, or a part of it (`helpers=0`: its donor stays); a matched need opens again."""
    NeedProgress.objects.filter(need=need_id).update(
        pledged_fen=F("pledged_fen") - fen, helpers=F("helpers") - helpers
    )
    for item_id, quantity in sorted((quantities or {}).items()):
        NeedItem.objects.filter(pk=item_id).update(pledged=F("pledged") - quantity)
    need = (
        Need.objects.select_for_update(no_key=True, of=("self",)).select_related("household").get(pk=need_id)
    )
    if need.status == Status.MATCHED:
        NeedProgress.objects.filter(need=need_id).update(is_open=True)
        move_by_system(need, "reopen")


def add_received(need_id: int, fen: int) -> None:
    """Count money the charity now has; negative where it gives some back."""
    NeedProgress.objects.filter(need=need_id).update(received_fen=F("received_fen") + fen)


def add_delivered(need_id: int, *, fen: int = 0, quantities: Mapping[int, int] | None = None) -> None:
    """Count money paid out (fen) or goods that arrived (whole units by item id)."""
    if fen:
        NeedProgress.objects.filter(need=need_id).update(delivered_fen=F("delivered_fen") + fen)
    for item_id, quantity in sorted((quantities or {}).items()):
        NeedItem.objects.filter(pk=item_id).update(received=F("received") + quantity)


def match_if_full(need_id: int) -> bool:
    """Close the need once everything is pledged; the caller's transaction holds the need's lock."""
    if not NeedProgress.objects.get(need=need_id).is_full:
        return False
    NeedProgress.objects.filter(need=need_id).update(is_open=False)
    need = (
        Need.objects.select_for_update(no_key=True, of=("self",)).select_related("household").get(pk=need_id)
    )
    if need.status == Status.PUBLISHED:
        move_by_system(need, "match")
    return True


def _refuse(still_open: object) -> None:
    raise Conflict("别人刚刚认领了一部分，剩下的不够了。", code="not_enough_open", extra={"open": still_open})


def _reserve_without_guard(need_id: int, fen: int) -> None:
    """Look, then write: what the guard above prevents. Only the twin test switches it on."""
    progress = NeedProgress.objects.get(need=need_id)
    if not progress.is_open or progress.open_fen < fen:
        _refuse(yuan(progress.open_fen))
    NeedProgress.objects.filter(need=need_id).update(
        pledged_fen=F("pledged_fen") + fen, helpers=F("helpers") + 1
    )
