"""Printed application forms: printing them with their codes, and keying one into its draft (B4)."""

from uuid import UUID, uuid4

from django.db import transaction

from accounts.enums import Level, Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.errors import Conflict, InvalidInput
from needs.models import Household, Need, PaperForm
from needs.services import drafts
from needs.services.drafts import NeedInput

MAX_COPIES = 50


def print_forms(
    *, actor: User, region: Region, household: Household | None = None, kind: str = "", copies: int = 1
) -> UUID:
    """Make `copies` forms of a village, each with a code of its own; returns their batch.

    A form printed for one household is one. Raises NotAllowed outside one's range, InvalidInput over 50 copies,
    for a place that is no village, and for a household of another one.
    """
    ensure(actor, Verb.COLLECT, region.code)
    if region.level != Level.VILLAGE:
        raise InvalidInput(fields={"village": ["请选择到村（社区）。"]})
    if not 1 <= copies <= (1 if household else MAX_COPIES):
        raise InvalidInput(fields={"copies": [f"一次最多打印 {MAX_COPIES} 张；为一户打印只要 1 张。"]})
    if household and household.region_id != region.code:
        raise InvalidInput(fields={"village": ["这户人家不在这个村。"]})
    batch = uuid4()
    with transaction.atomic():
        forms = PaperForm.objects.bulk_create(
            PaperForm(batch=batch, region=region, household=household, kind=kind, printed_by=actor)
            for _ in range(copies)
        )
        audit.record(
            actor=actor,
            action="paper.print",
            obj=forms[0],
            region_code=region.code,
            changes={"copies": copies, "kind": kind},
        )
    return batch


def key_in(*, actor: User, form: PaperForm, household: Household, content: NeedInput) -> Need:
    """The draft of this paper, written on behalf of its household. Raises Conflict once it has one."""
    with transaction.atomic():
        form = PaperForm.objects.select_for_update(no_key=True, of=("self",)).get(pk=form.pk)
        if form.need_id:
            raise Conflict("这张申请表已经录入过，请重新扫码打开那份草稿。", code="paper_used")
        if household.region_id != form.region_id or (form.household_id or household.pk) != household.pk:
            raise InvalidInput("这张申请表是别家的，请核对。")
        need = drafts.create_draft(actor=actor, content=content, household=household)
        form.need = need
        form.household = household
        form.save(update_fields=["need", "household"])
        audit.record(actor=actor, action="paper.key_in", obj=form, region_code=form.region_id)
    return need
