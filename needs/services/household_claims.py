"""A household that an officer registered gets its own log-in: claimed and checked, or opened at the township's desk."""

from django.db import IntegrityError, transaction

from accounts.enums import Verb
from accounts.models import Region, User
from accounts.permissions import ensure, is_officer
from accounts.services import audit, limits, messages
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.text import skeleton
from needs import household_lifecycle
from needs.models import Household, HouseholdClaim

DAILY = 3
OFFICER = "工作人员的手机号不能用作家庭的账号。"


def claim(*, actor: User, region: Region, name: str, id_tail: str = "") -> HouseholdClaim:
    """Ask for the household of this head in this village; at most 3 a day and one at a time.

    Whether one fitted is for the township alone. `id_tail`, the last 4 characters of the head's ID, counts where an
    ID is recorded. Raises TooMany, Conflict while one waits or with a household already, InvalidInput for officers.
    """
    limits.take(f"claim:{actor.pk}", limit=DAILY, seconds=86_400)
    _ensure_free(actor)
    try:
        with transaction.atomic():
            made = HouseholdClaim.objects.create(
                region=region, name=name, claimant=actor, household=_fitting(region, name, id_tail)
            )
            _record(actor, made, "household.claim")
    except IntegrityError as error:
        raise Conflict("您已经提交过，请等乡镇核对。") from error
    return made


def accept(*, actor: User, claim: HouseholdClaim, comment: str = "") -> HouseholdClaim:
    """The township saw the ID at its desk: the account is the household's from now on.

    Raises NotAllowed, Conflict for one's own claim or where nothing fitted, StaleState.
    """
    with transaction.atomic():
        claim = _decided(actor, claim, "accept", comment)
        if claim.household is None:
            raise Conflict("没有找到对应的家庭。请在那一户的页面当面开通，或者不同意。")
        _give(claim.household, claim.claimant)
        _tell(claim, "乡镇已核对，您家的账号开通了，可以自己写求助。")
    return claim


def refuse(*, actor: User, claim: HouseholdClaim, comment: str) -> HouseholdClaim:
    """Say no, and why. Raises InvalidInput without a reason."""
    if len(comment.strip()) < 4:
        raise InvalidInput(fields={"comment": ["请写明为什么不同意，至少 4 个字。"]})
    with transaction.atomic():
        claim = _decided(actor, claim, "refuse", comment)
        _tell(claim, f"认领家庭没有通过：{claim.decision}")
    return claim


def open_at_desk(*, actor: User, household: Household, person: User) -> Household:
    """The household stands at the township's desk and has read out the code sent to its phone.

    Raises NotAllowed without the township's verb, Conflict where the household or the person has one already.
    """
    ensure(actor, Verb.CHECK, household.region_id)
    if actor.same_person(person):
        raise InvalidInput(OFFICER)
    with transaction.atomic():
        _give(household, person)
        audit.record(actor=actor, action="household.account", obj=household, region_code=household.region_id)
        messages.notify(
            user=person,
            text="您家的账号已在乡镇窗口开通，可以自己写求助。",
            dedup_key=f"household-account:{household.pk}:{person.pk}",
            link="/apply/",
        )
    return household


def _fitting(region: Region, name: str, id_tail: str) -> Household | None:
    """The one household this can mean; nothing where several or none do."""
    wanted, tail = skeleton(name), id_tail.upper()
    homes = Household.objects.filter(region=region, account=None, closed_at=None, name__startswith=name[0])
    fitting = [
        home
        for home in homes[:500]
        if skeleton(home.name) == wanted and (not home.id_number or home.id_number.masked[-4:] == tail)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _ensure_free(person: User) -> None:
    if is_officer(person):
        raise InvalidInput(OFFICER)
    if Household.objects.filter(account=person).exists():
        raise Conflict("您已经有登记的家庭。")


def _give(household: Household, person: User) -> None:
    household = Household.objects.select_for_update(no_key=True, of=("self",)).get(pk=household.pk)
    _ensure_free(person)
    if household.account_id or household.closed_at:
        raise Conflict("这户已经有账号，或者已经销户。")
    household.account = person
    household.save(update_fields=["account"])


def _decided(actor: User, claim: HouseholdClaim, action: str, comment: str) -> HouseholdClaim:
    rows = HouseholdClaim.objects.select_for_update(no_key=True, of=("self",))
    claim = rows.select_related("household", "claimant").get(pk=claim.pk)
    row = household_lifecycle.step(
        "claim", action, claim.state, actor=actor, code=claim.region_id, author=claim.claimant
    )
    claim.state, claim.decision = row.target, comment.strip()[:200]
    claim.decided_by, claim.decided_at = actor, now()
    claim.save()
    _record(actor, claim, f"household.claim.{action}")
    return claim


def _record(actor: User, claim: HouseholdClaim, action: str) -> None:
    changes = {"household": claim.household_id}
    audit.record(actor=actor, action=action, obj=claim, region_code=claim.region_id, changes=changes)


def _tell(claim: HouseholdClaim, text: str) -> None:
    key = f"household-claim:{claim.pk}"
    messages.notify(user=claim.claimant, text=text, dedup_key=key, link="/apply/")
