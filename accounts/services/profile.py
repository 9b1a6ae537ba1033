"""What a person says about themselves."""

from dataclasses import dataclass

from django.db import transaction

from accounts.enums import Display, DonorKind, Occupation, Side
from accounts.models import Region, User
from accounts.services import audit
from fupin.lib.errors import InvalidInput
from fupin.lib.text import clean_line, clean_name

NICKNAME_MAX = 30


def set_names(*, actor: User, name: str | None = None, nickname: str | None = None) -> User:
    """Set the actor's own name or nickname; None leaves it, "" takes a nickname away.

    Raises ValidationError for a name that is none. The audit row says which one changed, never what it was.
    """
    changed = {}
    if name is not None:
        changed["name"] = clean_name(name)
    if nickname is not None:
        changed["nickname"] = clean_line(nickname, max_length=NICKNAME_MAX)
    changed = {field: value for field, value in changed.items() if getattr(actor, field) != value}
    if not changed:
        return actor
    with transaction.atomic():
        for field, value in changed.items():
            setattr(actor, field, value)
        actor.save(update_fields=list(changed))
        audit.record(actor=actor, action="account.names", obj=actor, changes={"fields": sorted(changed)})
    return actor


@dataclass(frozen=True, slots=True)
class DonorProfile:
    """What a donor may say; empty is "not said". Codes of DonorKind, Occupation and Display."""

    donor_kind: str = ""
    occupation: str = ""
    work_county: Region | None = None
    display: str = ""


def set_donor(*, actor: User, content: DonorProfile) -> User:
    """Set what the actor says as a donor; a county of work is kept for public employees only.

    Raises InvalidInput for an unknown code. The audit row names the fields, never what was said.
    """
    known = {"donor_kind": DonorKind, "occupation": Occupation, "display": Display}
    wrong = [name for name, kinds in known.items() if getattr(content, name) not in ["", *kinds.values]]
    if wrong:
        raise InvalidInput(fields={name: ["没有这个选项。"] for name in wrong})
    public = content.donor_kind == DonorKind.PUBLIC_EMPLOYEE
    wanted = {
        "donor_kind": content.donor_kind,
        "occupation": content.occupation,
        "display": content.display,
        "work_county": content.work_county if public else None,
    }
    changed = sorted(name for name, value in wanted.items() if getattr(actor, name) != value)
    if not changed:
        return actor
    with transaction.atomic():
        for name in changed:
            setattr(actor, name, wanted[name])
        actor.save(update_fields=changed)
        audit.record(actor=actor, action="account.donor", obj=actor, changes={"fields": changed})
    return actor


def side_of(donor: User, county: int) -> Side:
    """Whose help a donor's pledge to a need of this county (six digits) is (REQUIREMENTS 63, B3)."""
    if not donor.donor_kind:
        return Side.UNKNOWN
    if donor.donor_kind != DonorKind.PUBLIC_EMPLOYEE:
        return Side.SOCIETY
    return Side.LOCAL_CADRE if donor.work_county_id == county * 10**6 else Side.PUBLIC
