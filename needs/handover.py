"""What an officer leaves behind in the needs room (`accounts.handover`)."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.enums import Verb
from accounts.handover import SHOWN, Work
from accounts.models import Appointment, User
from accounts.permissions import ROLE_VERBS
from accounts.regions import ancestors
from accounts.services import audit
from needs.enums import Status
from needs.models import HouseholdImport, Need
from needs.models.household_import import OPEN_STATES, ImportState
from needs.queries import written_by
from needs.services.drafts import EDITABLE

RUNNING = (*OPEN_STATES, ImportState.RUNNING)
COUNTY_SPAN = 10**6 - 1
GATES = (
    (Verb.VERIFY, Status.SUBMITTED, "等村里核实的求助"),
    (Verb.CHECK, Status.VERIFIED, "等乡镇检查的求助"),
    (Verb.APPROVE, Status.CHECKED, "等县里发布的求助"),
)


def open_work(post: Appointment) -> list[Work]:
    """Drafts and returned needs the person answers for, imports under way, and what waits at the post's gates."""
    verbs = ROLE_VERBS[post.role]
    own = _writing(post)
    found = [
        _needs("没有写完的求助草稿", own.filter(status=Status.DRAFT), moves=True),
        _needs("被退回、要补充的求助", own.filter(status=Status.RETURNED), moves=True),
        _imports(post),
    ]
    inside = Need.objects.filter(region__gte=post.region_id, region__lte=post.region.code_end)
    found += [_needs(title, inside.filter(status=status)) for verb, status, title in GATES if verb in verbs]
    return [work for work in found if work.count]


def move(post: Appointment, *, actor: User, successor: User) -> int:
    """Make the successor answer for what the person wrote and imports here; who wrote it stays written."""
    needs = list(_writing(post).select_for_update(no_key=True, of=("self",)).order_by("id"))
    jobs = list(_jobs(post).select_for_update(no_key=True, of=("self",)).order_by("id"))
    Need.objects.filter(pk__in=[need.pk for need in needs]).update(keeper=successor)
    HouseholdImport.objects.filter(pk__in=[job.pk for job in jobs]).update(keeper=successor)
    changes = {"from": post.user_id, "to": successor.pk}
    for need in needs:
        audit.record(
            actor=actor, action="need.handover", obj=need, region_code=need.region_id, changes=changes
        )
    for job in jobs:
        audit.record(
            actor=actor, action="import.handover", obj=job, region_code=job.county_id, changes=changes
        )
    return len(needs) + len(jobs)


def unattended() -> Q:
    """Posts whose holder still answers for writing or imports there."""
    holder = OuterRef("user")
    needs = Need.objects.filter(
        Q(keeper=holder) | Q(keeper=None, created_by=holder),
        on_behalf=True,
        status__in=EDITABLE,
        region__gte=OuterRef("region_id"),
        region__lte=OuterRef("reach"),
    )
    jobs = HouseholdImport.objects.filter(
        Q(keeper=holder) | Q(keeper=None, actor=holder),
        state__in=RUNNING,
        county__lte=OuterRef("region_id"),
        county__gte=OuterRef("region_id") - COUNTY_SPAN,
    )
    return Q(Exists(needs)) | Q(Exists(jobs))


def _writing(post: Appointment) -> QuerySet[Need]:
    return Need.objects.filter(
        written_by(post.user),
        on_behalf=True,
        status__in=EDITABLE,
        region__gte=post.region_id,
        region__lte=post.region.code_end,
    )


def _jobs(post: Appointment) -> QuerySet[HouseholdImport]:
    mine = Q(keeper=post.user) | Q(keeper=None, actor=post.user)
    return HouseholdImport.objects.filter(
        mine, state__in=RUNNING, county__in=[post.region_id, *ancestors(post.region_id)]
    )


def _imports(post: Appointment) -> Work:
    jobs = _jobs(post)
    rows = [(job.file_name, reverse("needs:household-import", args=[job.pk])) for job in jobs[:SHOWN]]
    return Work("没有完成的名单导入", jobs.count(), rows, moves=True)


def _needs(title: str, needs: QuerySet[Need], *, moves: bool = False) -> Work:
    first = needs.select_related("region").order_by("id")[:SHOWN]
    rows = [
        (f"{need.title}（{need.region.name}）", reverse("needs:office-need", args=[need.pk]))
        for need in first
    ]
    return Work(title, needs.count(), rows, moves=moves)
