"""On whose word a delivery counts: the household's own account, its code, an officer with a witness (B9)."""

from dataclasses import dataclass

from accounts.models import User
from donors.enums import Proof
from donors.models import Pledge
from donors.services import codes
from fupin.lib.errors import InvalidInput
from fupin.lib.text import skeleton


@dataclass(frozen=True, slots=True)
class Witness:
    """A second person who was there: name and what they are (邻居, 组长, …)."""

    name: str = ""
    role: str = ""


def settle(pledge: Pledge, actor: User, witness: Witness | None) -> None:
    """Write onto the pledge how its receipt is proved; an officer alone is possible, and always called back on."""
    household = pledge.need.household
    if household and household.account_id == actor.pk:
        pledge.proof = Proof.OWN
    elif codes.take(actor=actor, pledge=pledge):
        pledge.proof = Proof.CODE
    elif witness and witness.name:
        _check(pledge, actor, witness)
        pledge.proof = Proof.WITNESS
        pledge.witness_name, pledge.witness_role = witness.name, witness.role
    else:
        pledge.proof = Proof.OFFICER


def _check(pledge: Pledge, actor: User, witness: Witness) -> None:
    """A witness is somebody else than the officer and the donor, and says as what they were there."""
    if not witness.role:
        raise InvalidInput(fields={"witness_role": ["请写明见证人的身份，例如“邻居”“小组长”。"]})
    if skeleton(witness.name) in {skeleton(person.name) for person in (actor, pledge.donor) if person.name}:
        raise InvalidInput(fields={"witness_name": ["见证人不能是经办人或爱心人士本人。"]})
