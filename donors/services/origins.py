"""Which pledges came from one device on one day, without knowing the device (B3).

The mark is a keyed hash over day, network and browser, kept for some days and then emptied: nobody can be followed
from one day to the next, and no address is stored.
"""

from datetime import timedelta

from donors.models import Pledge
from fupin.lib.clock import now, today
from fupin.lib.crypto import blind_index
from fupin.lib.requests import origin

KEPT_DAYS, LENGTH = 7, 24


def mark() -> str:
    """The mark of the request being worked on; empty outside of one."""
    where = origin.get()
    return blind_index(f"{today()} {where}", kind="origin")[:LENGTH] if where else ""


def forget() -> int:
    """Empty the marks that are older than `KEPT_DAYS`; returns how many."""
    old = Pledge.objects.filter(created_at__lt=now() - timedelta(days=KEPT_DAYS)).exclude(origin_mark="")
    return old.update(origin_mark="")
