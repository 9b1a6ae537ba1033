"""What becomes of promised help when its need is taken off the public pages (recalled, or consent withdrawn).

Any step of a need from a public state to returned or withdrawn leaves the mark `Need.taken_down_at`
(`needs.services.review`); nothing else has to be called. The sweep below finds it in the database, so that a lost
signal or a killed worker loses nothing: promises that nobody has acted on are freed, everybody else is told once.
"""

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.services import messages, wake
from donors.enums import PledgeStatus
from donors.models import Pledge, PledgeStep
from donors.services import moves, steps
from fupin.lib.clock import today
from fupin.lib.errors import Conflict
from needs.enums import Form
from needs.services import progress

TOLD = "taken_down"
ON_THE_WAY = (PledgeStatus.PAID, PledgeStatus.RECEIVED, PledgeStatus.DELIVERED, PledgeStatus.SHIPPED)
NOTE = "这条求助已撤下，正在重新核实。"
NEWS = "您帮助的求助“{}”已撤下，要重新核实。您已经付出的这一份还在，县里会处理好，请先不要再转账或寄送。"


def settle_due(*, limit: int = 500) -> int:
    """Free what was only promised to needs that are taken down, and tell the other donors; returns how many.

    Runs row by row, each in its own transaction, and may run twice.
    """
    settled = 0
    for pledge in list(_due().order_by("id")[:limit]):
        try:
            settled += _settle(pledge)
        except Conflict:
            continue  # moved on in the meantime; the next run looks again
    return settled


def to_settle() -> QuerySet[Pledge]:
    """Help that somebody already acted on, of needs that are taken down: the county decides what becomes of it."""
    return Pledge.objects.filter(need__taken_down_at__isnull=False).filter(_acted_on())


def wake_up(sender: Any, need_id: int, **kwargs: Any) -> None:
    """Answers `needs.signals.taken_down`: ask for the sweep now instead of at its next turn."""
    wake.after_commit("donors.settle_taken_down")


def _due() -> QuerySet[Pledge]:
    told = PledgeStep.objects.filter(
        pledge=OuterRef("pk"), action=TOLD, at__gte=OuterRef("need__taken_down_at")
    )
    only_promised = Q(status=PledgeStatus.PLEDGED) & ~_visited()
    return Pledge.objects.filter(need__taken_down_at__isnull=False).filter(
        only_promised | (_acted_on() & ~Exists(told))
    )


def _acted_on() -> Q:
    return Q(status__in=ON_THE_WAY) | _visited()


def _visited() -> Q:
    """Service whose day has come may have been given; its recipient says so."""
    return Q(status=PledgeStatus.PLEDGED, form=Form.SERVICE, service_on__lte=today())


def _settle(pledge: Pledge) -> bool:
    if pledge.status == PledgeStatus.PLEDGED and not _has_visited(pledge):
        steps.free(pledge=pledge)
        return True
    with transaction.atomic():
        progress.lock(pledge.need_id)
        due = (
            _due()
            .filter(pk=pledge.pk)
            .exclude(status=PledgeStatus.PLEDGED, form__in=(Form.MONEY, Form.GOODS))
        )
        found = due.select_related("need", "donor").annotate(since=F("need__taken_down_at")).first()
        if found is None:
            return False
        moves.write_step(found, TOLD, actor=None, label="系统", source=found.status, note=NOTE)
        messages.notify(
            user=found.donor,
            text=NEWS.format(found.need.title),
            dedup_key=f"taken-down:{found.pk}:{found.steps.count()}",
            link=found.get_absolute_url(),
        )
    return True


def _has_visited(pledge: Pledge) -> bool:
    return pledge.form == Form.SERVICE and pledge.service_on is not None and pledge.service_on <= today()
