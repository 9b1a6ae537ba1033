"""What must always hold for needs, their gates, their texts and their pictures."""

import hashlib
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from accounts.invariants import Found, invariant, personal_data_in, rows
from accounts.models import User
from fupin.lib.clock import today
from needs import territory
from needs.enums import PUBLIC, ConsentKind, Status
from needs.models import Consent, HouseholdMember, Need, NeedPhoto
from needs.models.member import ADULT

GATES = ("submit", "check", "approve")


@invariant("needs-counters", "没有超额认领，已收不超过认领")
def counters() -> Iterator[Found]:
    for pk, target, pledged, received, delivered in rows(
        """SELECT need_id, target_fen, pledged_fen, received_fen, delivered_fen FROM needs_needprogress
           WHERE NOT (0 <= delivered_fen AND delivered_fen <= received_fen
                      AND received_fen <= pledged_fen AND pledged_fen <= target_fen) ORDER BY 1"""
    ):
        expected = "0 <= delivered <= received <= pledged <= target"
        yield "needs_needprogress", pk, expected, f"{delivered} {received} {pledged} {target}"
    for pk, quantity, pledged, received in rows(
        """SELECT id, quantity, pledged, received FROM needs_needitem
           WHERE NOT (0 <= received AND received <= pledged AND pledged <= quantity) ORDER BY 1"""
    ):
        yield "needs_needitem", pk, "0 <= received <= pledged <= quantity", f"{received} {pledged} {quantity}"


@invariant("needs-open", "只有正在求助的需求可以认领")
def open_needs() -> Iterator[Found]:
    for pk, status, is_open in rows(
        """SELECT n.id, n.status, p.is_open FROM needs_need n LEFT JOIN needs_needprogress p ON p.need_id = n.id
           WHERE p.is_open IS DISTINCT FROM (n.status = 'published') ORDER BY 1"""
    ):
        yield "needs_need", pk, f"open {status == Status.PUBLISHED}", f"{status}, open {is_open}"
    marked = Need.objects.filter(taken_down_at__isnull=False, status__in=PUBLIC).order_by("id")
    for pk in marked.values_list("pk", flat=True):
        yield "needs_need", pk, "public, or taken down", "both"


@invariant("needs-consent", "公开的家庭求助都有有效的公开同意")
def consent() -> Iterator[Found]:
    in_force = Consent.objects.filter(
        household=OuterRef("household"), kind=ConsentKind.PUBLISH, withdrawn_at=None
    )
    without = Need.objects.filter(~Exists(in_force), status__in=PUBLIC, household__isnull=False).order_by(
        "id"
    )
    for pk in without.values_list("pk", flat=True):
        yield "needs_need", pk, "consent to publish in force", "none"


@invariant("needs-gates", "公开的求助经过提交、检查、发布，由不同的人办理")
def gates() -> Iterator[Found]:
    identities = dict(User.objects.exclude(id_index=None).values_list("pk", "id_index"))
    for pk, actors in _last_round():
        people = {action: identities.get(actor, actor) for action, actor in actors.items() if actor}
        missing = [action for action in GATES if action not in people]
        if missing:
            yield "needs_need", pk, "submit, check and approve", f"without {' '.join(missing)}"
        elif len(set(people.values())) < len(people):
            yield "needs_need", pk, "a different person at every gate", "the same person twice"


def _last_round() -> Iterator[tuple[int, dict[str, int]]]:
    """Public needs with who took each gate since the last return."""
    for pk, actions, actors in rows(
        """SELECT n.id, array_agg(r.action ORDER BY r.id) FILTER (WHERE r.id IS NOT NULL),
                  array_agg(r.actor_id ORDER BY r.id) FILTER (WHERE r.id IS NOT NULL)
           FROM needs_need n LEFT JOIN needs_needreview r ON r.need_id = n.id
                AND r.action IN ('submit', 'verify', 'check', 'approve')
                AND r.id > coalesce((SELECT max(b.id) FROM needs_needreview b
                                     WHERE b.need_id = n.id AND b.action IN ('return', 'recall')), 0)
           WHERE n.status = ANY(%(public)s) GROUP BY n.id ORDER BY n.id""",
        {"public": [status.value for status in PUBLIC]},
    ):
        yield pk, dict(zip(actions or (), actors or (), strict=True))


@invariant("needs-state", "需求的状态与最后一次审核一致，前后相接")
def states() -> Iterator[Found]:
    for pk, status, last in rows(
        """SELECT n.id, n.status, coalesce(r.target, 'draft') FROM needs_need n
           LEFT JOIN LATERAL (SELECT target FROM needs_needreview WHERE need_id = n.id
                              ORDER BY id DESC LIMIT 1) r ON true
           WHERE n.status <> coalesce(r.target, 'draft') ORDER BY 1"""
    ):
        yield "needs_need", pk, last, status
    for pk, before, source in rows(
        """SELECT id, before, source FROM (
             SELECT id, source, coalesce(lag(target) OVER (PARTITION BY need_id ORDER BY id), 'draft') AS before
             FROM needs_needreview) chain WHERE before <> source ORDER BY 1"""
    ):
        yield "needs_needreview", pk, f"from {before}", f"from {source}"


@invariant("needs-no-personal-data", "求助的公开文字里没有手机号、证件号或卡号", fast=False)
def no_personal_data() -> Iterator[Found]:
    texts = Need.objects.order_by("id").values_list("pk", "title", "story", "details")
    for pk, title, story, details in texts.iterator(chunk_size=2000):
        told = [value for value in details.values() if isinstance(value, str)]
        yield from personal_data_in("needs_need", pk, "\n".join([title, story, *told]))


@invariant("needs-in-force", "撤并的村里没有家庭和在办的求助")
def in_force() -> Iterator[Found]:
    for code in territory.left_behind().values_list("code", flat=True):
        yield "accounts_region", code, "nothing open in a merged village", "households or open needs"


@invariant("needs-photos", "照片文件都在，内容未变", fast=False)
def photos() -> Iterator[Found]:
    for photo in NeedPhoto.objects.order_by("id").iterator(chunk_size=2000):
        try:
            with photo.file.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            yield "needs_needphoto", photo.pk, "a file", "none"
            continue
        if digest != photo.sha256:
            yield "needs_needphoto", photo.pk, photo.sha256[:12], digest[:12]


@invariant("needs-members", "家庭人口不少于登记的成员，户主姓名一致")
def members() -> Iterator[Found]:
    for pk, size, listed in rows(
        """SELECT h.id, h.members, p.listed FROM needs_household h JOIN (
             SELECT household_id, count(*) FILTER (WHERE relation <> 'head') + 1 AS listed
             FROM needs_householdmember GROUP BY household_id) p ON p.household_id = h.id
           WHERE h.members < p.listed ORDER BY 1"""
    ):
        yield "needs_household", pk, f"at least {listed} members", size
    for pk in rows(
        """SELECT m.id FROM needs_householdmember m JOIN needs_household h ON h.id = m.household_id
           WHERE m.relation = 'head' AND m.name <> h.name ORDER BY 1"""
    ):
        yield "needs_householdmember", pk[0], "the head's name", "another"


@invariant("needs-minors", "未成年人都有监护人，其家庭有有效的登记同意")
def minors() -> Iterator[Found]:
    in_force = Consent.objects.filter(
        household=OuterRef("household"), kind=ConsentKind.REGISTER, withdrawn_at=None
    )
    # Who left the register may have ended the consent with it.
    young = HouseholdMember.objects.filter(birth_year__gte=today().year - ADULT, household__closed_at=None)
    for member in young.filter(~Exists(in_force) | Q(guardian="")).order_by("id"):
        known = "no guardian" if not member.guardian else "no consent to register"
        yield "needs_householdmember", member.pk, "a guardian and the family's consent", known


@invariant("needs-shared", "同一个人、手机号、银行账号出现在两户的都有核对记录")
def shared() -> Iterator[Found]:
    for pk, kind in rows(
        """WITH entries AS (
             SELECT 'phone' AS kind, phone_index AS value, id FROM needs_household WHERE closed_at IS NULL
             UNION SELECT 'bank', bank_index, id FROM needs_household WHERE closed_at IS NULL
             UNION SELECT 'person', id_index, id FROM needs_household WHERE closed_at IS NULL
             UNION SELECT 'person', m.id_index, h.id FROM needs_householdmember m
               JOIN needs_household h ON h.id = m.household_id AND h.closed_at IS NULL
           ), twice AS (
             SELECT kind, unnest(array_agg(id)) AS id FROM entries WHERE value IS NOT NULL
             GROUP BY kind, value HAVING count(*) > 1)
           SELECT DISTINCT t.id, t.kind FROM twice t WHERE NOT EXISTS (
             SELECT 1 FROM needs_householdflag f
             WHERE f.household_id = t.id AND f.kind = t.kind AND f.state <> 'gone') ORDER BY 1, 2"""
    ):
        yield "needs_household", pk, f"a flag for the shared {kind}", "none"
