"""What must always hold: a registry that every room fills, and the invariants of people, posts, audit and outbox.

A check yields one `Violation` a broken row and never a personal value. Checks read whole sets by SQL; the slow ones
(every ciphertext, every hash, every file) are marked `fast=False` and run with `manage.py audit --full` only.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models

from accounts.enums import MessageState, Role
from accounts.models import Appointment, AuditEntry, AuditSeal, Message, RegionPermission
from accounts.permissions import ROLE_LEVELS, ROLE_VERBS, given_by
from accounts.regions import subtree_end
from accounts.services.audit import GENESIS, entry_hash
from accounts.services.messages import MAX_ATTEMPTS
from fupin.lib import crypto
from fupin.lib.append_only import guarded_tables
from fupin.lib.clock import now
from fupin.lib.model_fields import SecretField
from fupin.lib.text import contains_personal_data

APPEND_ONLY = (
    "accounts_auditentry",
    "accounts_auditseal",
    "needs_needreview",
    "donors_pledgestep",
    "donors_statementmatch",
    "donors_transfer",
    "grid_cluestep",
    "grid_assignmentstep",
    "grid_problemstep",
    "grid_reviewmeeting",
    "grid_subsidyline",
)
SEALED_WITHIN = SENT_WITHIN = timedelta(minutes=10)
NEWEST_SEALS = 1000
# Digits that belong to no number of ours; only such texts are looked at more closely.
_DIGITS = re.compile(r"[0-9０-９]{7}")


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken row: the invariant, where, what should be and what is. Never a personal value."""

    id: str
    table: str
    pk: str
    expected: str
    actual: str


Found = tuple[str, object, object, object]
"""What a check yields: table, primary key, expected, actual."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """A registered check."""

    id: str
    title: str
    fast: bool
    check: Callable[[], Iterable[Found]]

    def violations(self) -> Iterator[Violation]:
        for table, pk, expected, actual in self.check():
            yield Violation(self.id, table, str(pk), str(expected), str(actual))


REGISTRY: dict[str, Invariant] = {}


def invariant(
    id: str, title: str, *, fast: bool = True
) -> Callable[[Callable[[], Iterable[Found]]], Callable[[], Iterable[Found]]]:
    """Register a check under a stable id. Raises ValueError when the id is taken."""

    def register(check: Callable[[], Iterable[Found]]) -> Callable[[], Iterable[Found]]:
        if id in REGISTRY:
            raise ValueError(f"invariant {id} is registered twice")
        REGISTRY[id] = Invariant(id, title, fast, check)
        return check

    return register


def rows(sql: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows of one reading statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


@invariant("append-only", "审计、审核、步骤和账本的表不能改写")
def append_only_triggers() -> Iterator[Found]:
    guarded = guarded_tables()
    for table in APPEND_ONLY:
        if table not in guarded:
            yield table, "-", "both triggers enabled", "missing or disabled"


@invariant("audit-chain", "审计链编号连续、前后相接、最近一千条的哈希正确")
def audit_chain() -> Iterator[Found]:
    broken = rows(
        """SELECT seq, expected_seq, prev_hash = expected_prev FROM (
             SELECT seq, prev_hash, row_number() OVER (ORDER BY seq) AS expected_seq,
                    coalesce(lag(hash) OVER (ORDER BY seq), %(genesis)s) AS expected_prev
             FROM accounts_auditseal) chain
           WHERE seq <> expected_seq OR prev_hash <> expected_prev ORDER BY seq""",
        {"genesis": GENESIS},
    )
    for seq, expected, linked in broken:
        if seq != expected:
            yield "accounts_auditseal", seq, f"seq {expected}", f"seq {seq}"
        if not linked:
            yield "accounts_auditseal", seq, "prev_hash of the seal before", "another"
    yield from _wrong_hashes(AuditSeal.objects.order_by("-seq")[:NEWEST_SEALS])


@invariant("audit-chain-full", "审计链全部哈希正确", fast=False)
def audit_chain_full() -> Iterator[Found]:
    yield from _wrong_hashes(AuditSeal.objects.order_by("seq"))


def _wrong_hashes(seals: models.QuerySet[AuditSeal]) -> Iterator[Found]:
    for seal in seals.select_related("entry").iterator(chunk_size=2000):
        if entry_hash(seal.prev_hash, seal.entry) != seal.hash:
            yield "accounts_auditseal", seal.pk, "hash of its entry", "another"


@invariant("audit-sealed", "十分钟前的审计记录都已封存")
def audit_sealed() -> Iterator[Found]:
    late = AuditEntry.objects.filter(seal=None, at__lt=now() - SEALED_WITHIN)
    for pk in late.order_by("id").values_list("pk", flat=True):
        yield "accounts_auditentry", pk, "sealed", "not sealed"


@invariant("permissions-equal-posts", "每个人的权限正好等于他未结束的职务")
def permissions_equal_posts() -> Iterator[Found]:
    wanted: dict[tuple[int, int], set[str]] = {}
    posts = Appointment.objects.filter(ended_at=None).values_list("user_id", "region_id", "role")
    for user, region, role in posts:
        wanted.setdefault((user, region), set()).update(verb.value for verb in ROLE_VERBS[role])
    held: dict[tuple[int, int], set[str]] = {}
    grants = RegionPermission.objects.values_list("user_id", "content_object_id", "permission__codename")
    for user, region, verb in grants:
        held.setdefault((user, region), set()).add(verb)
    for key in sorted(wanted.keys() | held.keys()):
        expected, actual = wanted.get(key, set()), held.get(key, set())
        if expected != actual:
            pk = f"user {key[0]} region {key[1]}"
            yield "accounts_regionpermission", pk, " ".join(sorted(expected)), " ".join(sorted(actual))


@invariant("posts-in-force", "撤并的村里没有未结束的职务")
def posts_in_force() -> Iterator[Found]:
    posts = Appointment.objects.filter(ended_at=None, region__valid_to__isnull=False).order_by("id")
    for pk, code in posts.values_list("pk", "region_id"):
        yield "accounts_appointment", pk, "a region in force", code


@invariant("posts-in-lattice", "职务由有权任命的人任命，级别相符，审计员不兼任")
def posts_in_lattice() -> Iterator[Found]:
    posts = Appointment.objects.filter(ended_at=None).select_related("region", "user", "appointed_by")
    auditors: set[int] = set()
    others: set[int] = set()
    appointers: dict[int, list[tuple[str, int, int]]] = {}
    for user, role, code, level in Appointment.objects.values_list(
        "user_id", "role", "region_id", "region__level"
    ):
        appointers.setdefault(user, []).append((role, code, subtree_end(code, level)))
    for post in posts:
        (auditors if post.role == Role.AUDITOR else others).add(post.user_id)
        if post.region.level not in ROLE_LEVELS[post.role]:
            yield "accounts_appointment", post.pk, f"a level of {post.role}", f"level {post.region.level}"
        if not post.user.is_active:
            yield "accounts_appointment", post.pk, "an active account", "an inactive one"
        by = post.appointed_by
        if by and not by.is_superuser and not _may_appoint(appointers.get(by.pk, []), post):
            yield (
                "accounts_appointment",
                post.pk,
                f"appointed by one who may name {post.role}",
                f"user {by.pk}",
            )
    for user in sorted(auditors & others):
        yield "accounts_user", user, "an auditor holds no other post", "holds another"


def _may_appoint(held: list[tuple[str, int, int]], post: Appointment) -> bool:
    return any(
        low <= post.region_id <= high and post.role in given_by(role, post.region.level)
        for role, low, high in held
    )


@invariant("outbox-moves", "到期消息十分钟内发出或判定失败")
def outbox_moves() -> Iterator[Found]:
    stuck = Message.objects.filter(state=MessageState.QUEUED, next_at__lt=now() - SENT_WITHIN)
    for pk in stuck.order_by("id").values_list("pk", flat=True):
        yield "accounts_message", pk, "sent or dead", "queued"
    tired = Message.objects.filter(attempts__gt=MAX_ATTEMPTS)
    for pk, attempts in tired.order_by("id").values_list("pk", "attempts"):
        yield "accounts_message", pk, f"at most {MAX_ATTEMPTS} attempts", attempts


@invariant("secrets-open", "加密列的每个值都能解开", fast=False)
def secrets_open() -> Iterator[Found]:
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if isinstance(column, SecretField) and model._meta.managed:
                yield from _closed(model, column)


def _closed(model: type[models.Model], column: SecretField) -> Iterator[Found]:
    filled = model._default_manager.exclude(**{f"{column.name}__isnull": True})
    for pk, secret in filled.order_by("pk").values_list("pk", column.name).iterator(chunk_size=2000):
        try:
            secret.open()
        except crypto.DecryptError:
            yield model._meta.db_table, pk, f"{column.column} decrypts", "does not"


@invariant("audit-no-personal-data", "审计记录里没有手机号、证件号或卡号", fast=False)
def audit_no_personal_data() -> Iterator[Found]:
    texts = AuditEntry.objects.order_by("id").values_list("pk", "object_name", "reason", "changes")
    for pk, name, reason, changes in texts.iterator(chunk_size=2000):
        yield from personal_data_in("accounts_auditentry", pk, f"{name} {reason} {changes}")


def personal_data_in(table: str, pk: object, text: str) -> Iterator[Found]:
    """A finding where `text` holds a phone, ID or card number; says which kind, never which number."""
    found = contains_personal_data(text) if _DIGITS.search(text) else []
    if found:
        yield table, pk, "no personal number", " ".join(found)
