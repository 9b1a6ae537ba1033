"""The same person, phone or account in two households: found when saving, decided by the county."""

from collections.abc import Iterable

from django.db import connection, transaction

from accounts.models import User
from accounts.services import audit
from fupin.lib.clock import now
from fupin.lib.errors import Conflict, InvalidInput
from needs import household_lifecycle
from needs.household_enums import FlagState
from needs.models import Household, HouseholdFlag

BLOCKING = (FlagState.OPEN, FlagState.CORRECT)

# Every household that shares a value with one of `mine`; linear in the households that do.
_REFRESH = """
WITH mine AS (
    SELECT unnest(%(ids)s::bigint[]) AS id UNION SELECT household_id FROM needs_householdflag
    WHERE other_id = ANY(%(ids)s) AND state IN ('open', 'correct')
), people AS (
    SELECT id_index FROM needs_household WHERE id IN (SELECT id FROM mine) AND id_index IS NOT NULL
    UNION SELECT id_index FROM needs_householdmember
    WHERE household_id IN (SELECT id FROM mine) AND id_index IS NOT NULL
), entries AS (
    SELECT 'phone' AS kind, phone_index AS value, id FROM needs_household WHERE closed_at IS NULL AND phone_index IN
        (SELECT phone_index FROM needs_household WHERE id IN (SELECT id FROM mine))
    UNION SELECT 'bank', bank_index, id FROM needs_household WHERE closed_at IS NULL AND bank_index IN
        (SELECT bank_index FROM needs_household WHERE id IN (SELECT id FROM mine))
    UNION SELECT 'person', id_index, id FROM needs_household WHERE closed_at IS NULL
        AND id_index IN (SELECT id_index FROM people)
    UNION SELECT 'person', m.id_index, m.household_id FROM needs_householdmember m
        JOIN needs_household h ON h.id = m.household_id AND h.closed_at IS NULL
        WHERE m.id_index IN (SELECT id_index FROM people)
), shared AS (
    SELECT kind, array_agg(id ORDER BY id) AS homes FROM entries GROUP BY kind, value HAVING count(*) > 1
), found AS (
    SELECT kind, home, min(CASE WHEN home = homes[1] THEN homes[2] ELSE homes[1] END) AS other,
        sum(cardinality(homes) - 1) AS sharing
    FROM shared CROSS JOIN unnest(homes) AS home GROUP BY kind, home
), written AS (
    INSERT INTO needs_householdflag AS f
        (household_id, other_id, kind, sharing, state, found_at, decision)
    SELECT home, other, kind, sharing, 'open', %(now)s, '' FROM found
    ON CONFLICT (household_id, kind) DO UPDATE SET other_id = EXCLUDED.other_id, sharing = EXCLUDED.sharing,
        state = 'open', found_at = EXCLUDED.found_at, decided_by_id = NULL, decided_at = NULL, decision = ''
    WHERE f.state = 'gone' OR f.state = 'legitimate' AND EXCLUDED.sharing > f.sharing
)
UPDATE needs_householdflag f SET state = 'gone' WHERE f.household_id IN (SELECT id FROM mine)
AND f.state IN ('open', 'correct')
AND NOT EXISTS (SELECT 1 FROM found WHERE found.home = f.household_id AND found.kind = f.kind)
"""


def refresh(household_ids: Iterable[int]) -> None:
    """Find what these households share with others, and settle what they share no more; one statement for all.

    A decision stands until more households share the value than when it was made.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, {"ids": list(household_ids), "now": now()})


def ensure_none_open(household: Household | None) -> None:
    """Raise Conflict while the county has not settled a flag of this household; its needs are not published."""
    if household is None:
        return
    kinds = [
        flag.get_kind_display() for flag in household.shared_flags.filter(state__in=BLOCKING).order_by("id")
    ]
    if kinds:
        raise Conflict(
            f"这户和别的家庭有重复：{'、'.join(kinds)}。请先到“重复核对”里处理，再发布。", code="flagged"
        )


def is_blocked(household: Household | None) -> bool:
    """Whether a flag of this household is not settled yet."""
    return household is not None and household.shared_flags.filter(state__in=BLOCKING).exists()


def decide(*, actor: User, flag: HouseholdFlag, action: str, comment: str) -> HouseholdFlag:
    """`legitimate`: it is right as it is; `correct`: it has to be corrected, and goes once it is.

    Raises NotAllowed without the county's verb, InvalidInput without a reason, StaleState.
    """
    if len(comment.strip()) < 4:
        raise InvalidInput(fields={"comment": ["请写明核对的结果，至少 4 个字。"]})
    with transaction.atomic():
        rows = HouseholdFlag.objects.select_for_update(no_key=True, of=("self",))
        flag = rows.select_related("household").get(pk=flag.pk)
        code = flag.household.region_id
        row = household_lifecycle.step("flag", action, flag.state, actor=actor, code=code)
        flag.state, flag.decision = row.target, comment.strip()[:200]
        flag.decided_by, flag.decided_at = actor, now()
        flag.save()
        audit.record(
            actor=actor,
            action=f"household.flag.{action}",
            obj=flag,
            region_code=code,
            changes={"household": flag.household_id, "kind": flag.kind, "state": flag.state},
        )
    return flag
