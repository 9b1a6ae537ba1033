"""Opening one sensitive value on purpose: a right, a reason, an audit row (DESIGN 9)."""

from django.db import models, transaction

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.errors import InvalidInput, NotVisible
from fupin.lib.secret import Secret


def reveal(obj: models.Model, field: str, *, actor: User, region_code: int, reason: str) -> str:
    """The plaintext of `obj.field`. Needs the `reveal` verb on `region_code` and a reason of 4 characters or more.

    Raises NotAllowed, InvalidInput without a reason, NotVisible where nothing is recorded.
    """
    ensure(actor, Verb.REVEAL, region_code)
    if len(reason.strip()) < 4:
        raise InvalidInput(
            "请写明查看原因。", fields={"reason": ["请用一句话写明为什么需要查看，至少 4 个字。"]}
        )
    value = getattr(obj, field)
    if not isinstance(value, Secret):
        raise NotVisible("这一项没有登记。")
    with transaction.atomic():
        audit.record(
            actor=actor,
            action="secret.reveal",
            obj=obj,
            region_code=region_code,
            changes={"field": field},
            reason=reason.strip(),
        )
    return value.open()
