"""Writing a need: drafts, their items and photos, before anybody decides on them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.enums import Verb
from accounts.models import Region, User
from accounts.permissions import ensure, grants
from accounts.services import audit
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed, StaleState
from fupin.lib.money import yuan_display
from fupin.lib.text import contains_personal_data
from needs.details import problems, target_problem
from needs.enums import Form, Kind, Status, Subject
from needs.kinds import FIELDS
from needs.lifecycle import is_owner
from needs.models import Cooperative, Household, Need, NeedItem, NeedPhoto, NeedProgress
from needs.services import thumbs

MAX_ITEMS, MAX_PHOTOS = 20, 6
EDITABLE = (Status.DRAFT, Status.RETURNED)


@dataclass(frozen=True, slots=True)
class ItemInput:
    """Goods asked for, in whole units; `price_fen` is the estimate for one (0: none)."""

    name: str
    unit: str
    quantity: int
    price_fen: int = 0


@dataclass(frozen=True, slots=True)
class CooperativeInput:
    """Who asks: its name, the role of whom to ask for, the number of its licence."""

    name: str
    contact_role: str
    licence: str


@dataclass(frozen=True, slots=True)
class NeedInput:
    """What a form or the API hands over; shapes are already checked there. Money in fen.

    `details` are by key what `needs/kinds.py` asks of the kind; left out whole they stay open.
    """

    title: str
    story: str
    kind: str
    forms: Sequence[str]
    subject: str = Subject.HOUSEHOLD
    target_fen: int = 0
    items: Sequence[ItemInput] = field(default_factory=tuple)
    details: Mapping[str, Any] = field(default_factory=dict)
    cooperative: CooperativeInput | None = None


def create_draft(
    *, actor: User, content: NeedInput, household: Household | None = None, region: Region | None = None
) -> Need:
    """A new draft for `household`, or for a village, county or cooperative at `region`.

    The household's own account writes for itself; an officer who collects there writes on its behalf.
    Raises NotAllowed outside one's range, InvalidInput for content that contradicts itself.
    """
    place = household.region if household else region
    if place is None:
        raise InvalidInput("请选择求助的家庭或地区。", fields={"household": ["请选择求助的家庭。"]})
    if place.valid_to:
        raise InvalidInput("这个村已经撤并，请到现在的村里填写。", fields={"household": []})
    own = household is not None and household.account_id == actor.pk
    if not own:
        ensure(actor, Verb.COLLECT, place.code)
    _check(content, household)
    with transaction.atomic():
        need = Need.objects.create(
            region=place,
            household=household,
            cooperative=_cooperative(content, place),
            created_by=actor,
            on_behalf=not own,
            **_columns(content),
        )
        NeedProgress.objects.create(need=need, target_fen=content.target_fen)
        _write_items(need, content)
        audit.record(actor=actor, action="need.create", obj=need, region_code=need.region_id)
    return need


def edit_draft(*, actor: User, need: Need, content: NeedInput) -> Need:
    """Replace a draft's or returned need's content. Raises StaleState once it is under review."""
    with transaction.atomic():
        progress = NeedProgress.objects.select_for_update(no_key=True).get(need=need.pk)
        need = Need.objects.select_for_update(no_key=True, of=("self",)).get(pk=need.pk)
        _ensure_may_write(actor, need)
        _check(content, need.household)
        _check_kept(progress, need, content)
        for name, value in _columns(content).items():
            setattr(need, name, value)
        need.cooperative = _cooperative(content, need.region)
        need.save(update_fields=[*_columns(content), "cooperative"])
        NeedProgress.objects.filter(need=need).update(target_fen=content.target_fen)
        _replace_items(need, content)
        audit.record(actor=actor, action="need.edit", obj=need, region_code=need.region_id)
    return need


def add_photo(*, actor: User, need: Need, jpeg: bytes) -> NeedPhoto:
    """Keep one picture (bytes of `lib.images.reencode`); the same picture again returns the first.

    Raises Conflict over 6 photos, StaleState once under review.
    """
    digest = hashlib.sha256(jpeg).hexdigest()
    with transaction.atomic():
        need = Need.objects.select_for_update(no_key=True, of=("self",)).get(pk=need.pk)
        _ensure_may_write(actor, need)
        known = need.photos.filter(sha256=digest).first()
        if known:
            return known
        if need.photos.count() >= MAX_PHOTOS:
            raise Conflict(f"最多上传 {MAX_PHOTOS} 张照片。")
        photo = NeedPhoto(need=need, sha256=digest, uploaded_by=actor)
        photo.file.save("photo.jpg", ContentFile(jpeg), save=False)
        photo.save()
        audit.record(actor=actor, action="need.photo.add", obj=photo, region_code=need.region_id)
    return photo


def remove_photo(*, actor: User, photo: NeedPhoto) -> None:
    """Take a picture out of a draft; the file goes with the commit."""
    with transaction.atomic():
        need = Need.objects.select_for_update(no_key=True, of=("self",)).get(pk=photo.need_id)
        _ensure_may_write(actor, need)
        audit.record(actor=actor, action="need.photo.remove", obj=photo, region_code=need.region_id)
        storage, name = photo.file.storage, photo.file.name
        photo.delete()
        transaction.on_commit(lambda: thumbs.drop(storage, name or ""))


def may_write(actor: User, need: Need) -> bool:
    """The household edits what it wrote; officers who collect there edit what officers wrote."""
    if need.on_behalf:
        return grants(actor).allow(Verb.COLLECT, need.region_id)
    return is_owner(actor, need)


def _ensure_may_write(actor: User, need: Need) -> None:
    if not may_write(actor, need):
        raise NotAllowed("只有填写这条需求的一方可以修改。")
    if need.status not in EDITABLE:
        raise StaleState("这条需求正在审核，不能修改。", extra={"status": need.status})


def _columns(content: NeedInput) -> dict[str, object]:
    names = ("title", "story", "kind", "subject")
    columns = {name: getattr(content, name) for name in names}
    return {**columns, "forms": sorted(set(content.forms)), "details": dict(content.details)}


def _cooperative(content: NeedInput, place: Region) -> Cooperative | None:
    """The cooperative of this licence, noted when it is named first. Raises InvalidInput for another's licence."""
    given = content.cooperative
    if content.subject != Subject.COOPERATIVE or given is None:
        return None
    known, _ = Cooperative.objects.get_or_create(
        licence=given.licence,
        defaults={"region": place, "name": given.name, "contact_role": given.contact_role},
    )
    if known.name != given.name:
        raise InvalidInput(fields={"cooperative": ["这个执照号登记的是另一个名称，请核对执照。"]})
    if known.contact_role != given.contact_role:
        known.contact_role = given.contact_role
        known.save(update_fields=["contact_role"])
    return known


def _write_items(need: Need, content: NeedInput) -> None:
    NeedItem.objects.bulk_create(
        NeedItem(need=need, name=item.name, unit=item.unit, quantity=item.quantity, price_fen=item.price_fen)
        for item in content.items
    )


def _check_kept(progress: NeedProgress, need: Need, content: NeedInput) -> None:
    """A recalled need asks at least for what it already has. Raises InvalidInput by field."""
    errors: dict[str, list[str]] = {}
    if content.target_fen < progress.pledged_fen:
        held = yuan_display(progress.pledged_fen)
        errors["target_amount"] = [f"已有 {held} 元转账或到账，金额不能低于这个数。"]
    wanted = {(item.name, item.unit): item.quantity for item in content.items}
    short = [
        f"{item.name} {item.pledged} {item.unit}"
        for item in need.items.filter(pledged__gt=0)
        if wanted.get((item.name, item.unit), 0) < item.pledged
    ]
    if short:
        errors["items"] = [f"已有人寄出或送到：{'、'.join(short)}，不能少于这个数。"]
    if errors:
        raise InvalidInput(fields=errors)


def _replace_items(need: Need, content: NeedInput) -> None:
    """Write the items anew; of a need that was public before, the rows that pledges name stay."""
    if need.published_at is None:
        need.items.all().delete()
        return _write_items(need, content)
    known = {(item.name, item.unit): item for item in need.items.all()}
    new = []
    for wanted in content.items:
        item = known.pop((wanted.name, wanted.unit), None)
        if item is None:
            new.append(wanted)
        else:
            NeedItem.objects.filter(pk=item.pk).update(quantity=wanted.quantity, price_fen=wanted.price_fen)
    NeedItem.objects.filter(pk__in=[item.pk for item in known.values()]).update(is_dropped=True)
    return _write_items(need, replace(content, items=new))


def _check(content: NeedInput, household: Household | None) -> None:
    """What no single field can know. Raises InvalidInput by field."""
    errors: dict[str, list[str]] = {}
    forms = set(content.forms)
    if not forms:
        errors["forms"] = ["请至少选择一种帮助方式。"]
    if (Form.MONEY in forms) != (content.target_fen > 0):
        errors["target_amount"] = ["需要资金时请填写金额；不需要资金时请留空。"]
    if (Form.GOODS in forms) != bool(content.items):
        errors["items"] = ["需要物资时请至少写一种物品；不需要物资时请留空。"]
    if len(content.items) > MAX_ITEMS:
        errors["items"] = [f"最多写 {MAX_ITEMS} 种物品。"]
    if (content.subject == Subject.HOUSEHOLD) != (household is not None):
        errors["subject"] = ["家庭的需求请选择家庭；村、县、合作社的需求不选家庭。"]
    if content.kind == Kind.SPONSORSHIP and content.subject != Subject.HOUSEHOLD:
        errors["kind"] = ["一对一救助只为家庭，请换一个类别。"]
    errors |= _details_errors(content) | _public_texts(content)
    if errors:
        raise InvalidInput(fields=errors)


def _details_errors(content: NeedInput) -> dict[str, list[str]]:
    """What the kind asks for. Details left out whole are no error: they may come with the next edit."""
    errors = {}
    if content.details and (wrong := problems(content.kind, content.details)):
        labels = {asked.key: asked.label for asked in FIELDS[content.kind]}
        errors["details"] = [f"{labels.get(key, key)}：{words}" for key, words in wrong.items()]
    if wrong_target := target_problem(content.kind, content.details, content.forms, content.target_fen):
        errors["target_amount"] = [wrong_target]
    return errors


def _public_texts(content: NeedInput) -> dict[str, list[str]]:
    """Texts that everybody will read and that hold somebody's number."""
    texts = {"title": content.title, "story": content.story}
    texts["items"] = " ".join(f"{item.name} {item.unit}" for item in content.items)
    texts["cooperative"] = content.cooperative.name if content.cooperative else ""
    words = "这里会公开，请不要写手机号、身份证号或银行卡号。"
    return {name: [words] for name, text in texts.items() if contains_personal_data(text)}
