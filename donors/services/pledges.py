"""Making a pledge: idempotent, reserved by one conditional update, written to the ledger in the same transaction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.services import audit
from donors.enums import LAPSES_AFTER, Book, Delivery, Display, ServiceKind
from donors.models import CharityAccount, Pledge, PledgeItem
from donors.queries import account_for
from donors.services import ledger, origins, service_days
from donors.services.moves import write_step
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from fupin.lib.idempotency import fingerprint
from fupin.lib.money import yuan
from fupin.lib.text import skeleton
from needs.enums import Form
from needs.models import Need
from needs.services import progress

CHILD_UNNAMED = "未满 18 周岁的，不公开真实姓名，请选昵称或匿名。"
MIN_FEN, MAX_FEN = 100, 1_000_000_00


@dataclass(frozen=True, slots=True)
class PledgeInput:
    """What a form or the API hands over. Money in fen, goods in whole units by item id, service in hours."""

    form: str
    display: str = Display.NAMED
    amount_fen: int = 0
    items: Mapping[int, int] = field(default_factory=dict)
    delivery: str = ""
    hours: int = 0
    service_on: date | None = None
    service: str = ServiceKind.HOURS
    insured: bool = False
    guardian: str = ""
    """Whole name of the guardian who agrees to this one gift of a donor under 18; "" for adults."""


def pledge(*, actor: User, need: Need, content: PledgeInput, idempotency_key: str) -> Pledge:
    """Promise help to a need; reserves it at once, for 3 days (money), 7 (goods) or 30 (service; two weeks
    beyond its day at least).

    The same key again returns the same pledge; with another content it raises Conflict. Raises Conflict with what is
    open when it asks for more, InvalidInput for content that does not fit the need, NotAllowed to one's own need.
    """
    print_ = fingerprint({"need": need.pk, **_canonical(content)})
    known = _known(actor, idempotency_key, print_)
    if known:
        return known
    account = _check(actor, need, content)
    try:
        with transaction.atomic():
            return _write(actor, need, content, account, idempotency_key, print_)
    except IntegrityError:
        known = _known(actor, idempotency_key, print_)
        if known is None:
            raise
        return known


def _write(
    actor: User, need: Need, content: PledgeInput, account: CharityAccount | None, key: str, print_: str
) -> Pledge:
    """Insert first, lock last (PERFORMANCE 3): whoever waits for the need waits only for this commit."""
    _ensure_still_open(account)
    made = Pledge.objects.create(
        need=need,
        county=need.county,
        donor=actor,
        form=content.form,
        amount_fen=content.amount_fen,
        hours=content.hours,
        service_on=content.service_on,
        service_kind=content.service,
        insured=content.insured,
        display=content.display,
        guardian=content.guardian or None,
        delivery=content.delivery,
        charity_account=account,
        idempotency_key=key,
        fingerprint=print_,
        origin_mark=origins.mark(),
        expires_at=_expiry(content),
    )
    PledgeItem.objects.bulk_create(
        PledgeItem(pledge=made, item_id=item, quantity=quantity)
        for item, quantity in sorted(content.items.items())
    )
    write_step(made, "pledge", actor=actor, label="爱心人士")
    if content.form != Form.SERVICE:
        ledger.append(made, Book.OPEN, Book.PROMISED, content.items)
    audit.record(
        actor=actor,
        action="pledge.create",
        obj=made,
        region_code=need.region_id,
        changes={
            "need": need.pk,
            "form": content.form,
            "amount": yuan(content.amount_fen),
            **({"guardian_agreed": True} if content.guardian else {}),
        },
    )
    _reserve(need, content)
    return made


def _reserve(need: Need, content: PledgeInput) -> None:
    match content.form:
        case Form.MONEY:
            progress.reserve_money(need.pk, content.amount_fen)
        case Form.GOODS:
            progress.reserve_items(need.pk, content.items)
        case _:
            progress.reserve_visit(need.pk)
    progress.match_if_full(need.pk)


def _expiry(content: PledgeInput) -> datetime:
    """A service waits two weeks beyond its day."""
    after = LAPSES_AFTER[Form(content.form)]
    if content.service_on:
        after = max(after, content.service_on - today() + service_days.AFTER_THE_DAY)
    return now() + after


def _known(actor: User, key: str, print_: str) -> Pledge | None:
    known = Pledge.objects.filter(donor=actor, idempotency_key=key).first()
    if known and known.fingerprint != print_:
        raise Conflict("这次提交和之前用同一编号的提交内容不同，请刷新页面后重新填写。", code="key_reused")
    return known


def _canonical(content: PledgeInput) -> dict[str, object]:
    values = asdict(content)
    values["items"] = sorted(values["items"].items())
    if not content.guardian:
        del values["guardian"]
    values["service_on"] = content.service_on.isoformat() if content.service_on else None
    return values


def _check(actor: User, need: Need, content: PledgeInput) -> CharityAccount | None:
    """What no single field can know; returns the charity account that will receive money."""
    household = need.household
    if household and household.account and actor.same_person(household.account):
        raise NotAllowed("不能认领自己家的求助。")
    if content.form not in need.forms:
        raise InvalidInput(
            "这条求助不需要这种帮助方式。", fields={"form": ["请选择这条求助需要的帮助方式。"]}
        )
    if content.guardian:
        _check_guardian(actor, content)
    match content.form:
        case Form.MONEY:
            return _check_money(need, content)
        case Form.GOODS:
            _check_goods(need, content)
        case Form.SERVICE:
            _check_service(content)
    return None


def _check_guardian(actor: User, content: PledgeInput) -> None:
    """A child's gift has another's consent, asked for each time, and never the child's name (REQUIREMENTS 126)."""
    errors: dict[str, list[str]] = {}
    if skeleton(content.guardian) in {skeleton(actor.name), skeleton(actor.nickname)}:
        errors["guardian"] = ["请写监护人的姓名，不是您自己的。"]
    if content.display == Display.NAMED:
        errors["display"] = [CHILD_UNNAMED]
    if errors:
        raise InvalidInput(fields=errors)


def _check_money(need: Need, content: PledgeInput) -> CharityAccount:
    if not MIN_FEN <= content.amount_fen <= MAX_FEN:
        text = f"金额请填 {yuan(MIN_FEN)} 元到 {yuan(MAX_FEN)} 元。"
        raise InvalidInput(text, fields={"amount": [text]})
    account = account_for(need)
    if account is None:
        raise _no_account()
    return account


def _ensure_still_open(account: CharityAccount | None) -> None:
    """Looked at again and held until the commit: who closes the account waits for it, and tells its donor."""
    if account is None or "account" in settings.TEST_SKIP_GUARDS:
        return
    with connection.cursor() as cursor:
        # Foreign keys are checked at the commit here, so they hold nothing; Django knows no key share.
        cursor.execute(
            "SELECT closed_at IS NULL AND %s BETWEEN licence_from AND licence_to FROM donors_charityaccount "
            "WHERE id = %s FOR KEY SHARE",
            [today(), account.pk],
        )
        if not cursor.fetchone()[0]:
            raise _no_account()


def _no_account() -> Conflict:
    return Conflict("当地慈善组织的募捐账户暂不可用，现在不能捐款。", code="no_charity_account")


def _check_goods(need: Need, content: PledgeInput) -> None:
    known = set(need.items.values_list("pk", flat=True))
    if not content.items or not set(content.items) <= known or min(content.items.values()) < 1:
        text = "请选择要捐的物品和数量。"
        raise InvalidInput(text, fields={"items": [text]})
    if content.delivery not in Delivery.values:
        raise InvalidInput(fields={"delivery": ["请选择快递配送或面对面交付。"]})


def _check_service(content: PledgeInput) -> None:
    errors: dict[str, list[str]] = {}
    if content.service not in ServiceKind.values:
        errors["service"] = ["请选择服务、看望或写信。"]
    least = 0 if content.service == ServiceKind.LETTER else 1
    if not least <= content.hours <= 200:
        errors["hours"] = ["请填 1 到 200 小时。"]
    if content.service_on is None or not today() <= content.service_on <= today() + timedelta(days=365):
        errors["date"] = ["请选择一年以内的日期。"]
    if errors:
        raise InvalidInput(fields=errors)
