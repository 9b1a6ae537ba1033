"""Every public step of money and goods in any order, with the clock moving, against a model in plain Python.

After each step the counters, states and ledger must be what the model says; at the end of each example every
invariant of the needs and donors rooms must hold. The examples share one world and roll back to it.
"""

import io
import itertools
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.utils.module_loading import autodiscover_modules
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.invariants import REGISTRY
from accounts.models import User
from donors.models import CharityAccount, Payout, Pledge, StatementLine
from donors.services import (
    certificates,
    matching,
    money,
    pledges,
    statements,
    steps,
    taken_down,
)
from donors.services.pledges import PledgeInput
from donors.services.steps import Dispatch
from fupin.lib.clock import shifted
from fupin.lib.errors import FupinError
from needs.models import Household, Need
from needs.services import review
from tests import factories
from tests.donors import bank_files
from tests.donors.money_model import KEPT_HOURS, Asked, PaidOut, Promised, Told
from tests.donors.payout_rules import PayoutRules
from tests.factories import Staff

autodiscover_modules("invariants")
PARTS = 4
EXAMPLES = int(os.environ.get("FUPIN_MACHINE_EXAMPLES", "480")) // PARTS
STEPS = 50
# Some sequences end before their last step, because nothing more can be done.
LEAST = EXAMPLES * STEPS * 5 // 6
CHECKED_EACH_STEP = ("ledger-money", "ledger-pledges", "statement-lines", "payout-gifts", "payout-proofs")
AMOUNTS = st.sampled_from([100, 50_00, 100_00, 250_00, 500_00, 1_000_00, 1_000_01])
PICK = st.integers(min_value=0, max_value=1000)
_keys = itertools.count()


class World:
    """The people and the three needs that every example starts from."""

    people: Staff
    account: CharityAccount
    donors: list[User]
    needs: list[Need]


class MoneyMachine(PayoutRules, RuleBasedStateMachine):
    world: ClassVar[World]
    taken: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.hours, self.changed = 0.0, True
        self.needs = [Asked("money", 1_000_00), Asked("money", 1_000_00), Asked("goods", 2)]
        self.promises: list[tuple[Promised, Pledge]] = []
        self.lines: list[tuple[Told, StatementLine]] = []
        self.payouts: list[tuple[PaidOut, Payout]] = []
        self.out_lines: list[tuple[Told, StatementLine, PaidOut]] = []

    def teardown(self) -> None:
        try:
            self.certify()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            self.hold(id for id, check in REGISTRY.items() if check.fast and _ours(check.check))
        finally:
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)

    # ---- the donor -------------------------------------------------------------------------------

    @rule(which=st.integers(0, 1), fen=AMOUNTS, who=st.integers(0, 2))
    def promise_money(self, which: int, fen: int, who: int) -> None:
        self.promise(which, fen, who, PledgeInput(form="money", amount_fen=fen))

    @rule(units=st.integers(1, 3), who=st.integers(0, 2))
    def promise_goods(self, units: int, who: int) -> None:
        item = self.world.needs[2].items.all()[0]
        content = PledgeInput(form="goods", items={item.pk: units}, delivery="in_person")
        self.promise(2, units, who, content)

    @precondition(lambda self: self.promises)
    @rule(pick=PICK)
    def pay(self, pick: int) -> None:
        one, pledge = self.one(pick)
        allowed = one.need.form == "money" and one.status == "pledged" and not one.need.marked
        if self.attempt(allowed, lambda: steps.pay(actor=pledge.donor, pledge=pledge)):
            one.status = "paid"

    @precondition(lambda self: self.promises)
    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        one, pledge = self.one(pick)
        if self.attempt(one.status == "pledged", lambda: steps.cancel(actor=pledge.donor, pledge=pledge)):
            self.end(one, "cancelled")

    @precondition(lambda self: any(one.need.form == "goods" for one, _ in self.promises))
    @rule(pick=PICK)
    def ship(self, pick: int) -> None:
        one, pledge = self.one(pick, lambda one: one.need.form == "goods")
        way = Dispatch(meet_at="村委会", meet_on=_someday())
        allowed = one.status == "pledged" and not one.need.marked
        if self.attempt(allowed, lambda: steps.ship(actor=pledge.donor, pledge=pledge, dispatch=way)):
            one.status = "shipped"

    # ---- the charity -----------------------------------------------------------------------------

    @precondition(lambda self: self.promises)
    @rule(pick=PICK)
    def receive_by_hand(self, pick: int) -> None:
        one, pledge = self.one(pick, lambda one: one.need.form == "money")
        fen = one.takes(one.amount) if one.status in ("pledged", "paid", "lapsed") else 0
        if self.attempt(fen, lambda: steps.receive(actor=self.world.people.charity, pledge=pledge)):
            one.arrive(None, fen)

    @rule(
        given=st.lists(st.tuples(PICK, st.sampled_from([0, 0, 0, -1, 1, -50_00, 50_00])), max_size=3),
        stranger=st.booleans(),
        layout=st.sampled_from(["two columns", "signed", "mark"]),
        twice=st.booleans(),
    )
    def import_statement(self, given: list[Any], stranger: bool, layout: str, twice: bool) -> None:
        """Lines for some promises, exact or off, and one without a reference; the same file once or twice."""
        wanted = [
            (one, pledge, max(1, one.amount + off))
            for (one, pledge), off in ((self.one(pick), off) for pick, off in given if self.promises)
            if one.need.form == "money"
        ]
        rows = [(f"捐款 {pledge.reference.lower()}", fen) for _, pledge, fen in wanted]
        rows += [("捐款", 77_00)] * stranger
        if not rows:
            return
        before = set(StatementLine.objects.values_list("pk", flat=True))
        for _ in range(1 + twice):
            self.bring(rows, layout, f"{next(_keys)}" if _ == 0 else None)
        new = list(StatementLine.objects.exclude(pk__in=before).order_by("id"))
        assert len(new) == len(rows)
        for line, row in itertools.zip_longest(new, wanted):
            told = Told(line.amount_fen)
            self.lines.append((told, line))
            if row:
                self.found(row[0], told)

    @precondition(lambda self: self.lines and self.promises)
    @rule(pick=PICK, line_pick=PICK)
    def accept(self, pick: int, line_pick: int) -> None:
        one, pledge = self.one(pick)
        told, line = self.lines[line_pick % len(self.lines)]
        fen = one.takes(told.left) if told.left else 0
        actor = self.world.people.charity
        if self.attempt(fen, lambda: matching.accept(actor=actor, line=line, pledge=pledge)):
            one.arrive(told, fen)

    @precondition(lambda self: self.lines)
    @rule(pick=PICK)
    def settle(self, pick: int) -> None:
        told, line = self.lines[pick % len(self.lines)]
        actor = self.world.people.charity
        work = lambda: matching.settle(actor=actor, line=line, purpose="other", note="电话里同意")  # noqa: E731
        if self.attempt(told.left, work):
            told.uses.append((None, told.left))

    @precondition(lambda self: any(told.uses for told, _ in self.lines))
    @rule(pick=PICK)
    def undo_last_use(self, pick: int) -> None:
        used = [row for row in self.lines if row[0].uses]
        told, line = used[pick % len(used)]
        one = told.uses[-1][0]
        match = line.matches.filter(undoes=None, undone_by=None).order_by("-id")[0]
        allowed = one is None or (one.status == "received" and one.payout is None)
        actor = self.world.people.charity
        if self.attempt(allowed, lambda: matching.undo(actor=actor, match=match, reason="对错了一行")):
            told.uses.pop()
            if one:
                self.promise_again(one)

    @precondition(lambda self: self.promises)
    @rule(pick=PICK)
    def take_back(self, pick: int) -> None:
        one, pledge = self.one(pick)
        actor = self.world.people.charity
        work = lambda: matching.take_back(actor=actor, pledge=pledge, reason="登记错了")  # noqa: E731
        if self.attempt(one.status == "received" and one.payout is None, work):
            if one.proof:
                one.proof.uses = [use for use in one.proof.uses if use[0] is not one]
            self.promise_again(one)

    @precondition(lambda self: self.promises)
    @rule(pick=PICK)
    def refund(self, pick: int) -> None:
        one, pledge = self.one(pick)
        actor = self.world.people.charity
        work = lambda: money.refund(actor=actor, pledge=pledge, reason="求助人不再需要")  # noqa: E731
        if self.attempt(one.status == "received" and one.payout is None, work):
            self.end(one, "refunded")

    # ---- the household, the platform, the county ----------------------------------------------------

    @precondition(lambda self: self.promises)
    @rule(pick=PICK)
    def confirm(self, pick: int) -> None:
        one, pledge = self.one(pick)
        allowed = one.status in ("received", "delivered", "shipped")
        if self.attempt(allowed, lambda: steps.receive(actor=self.world.people.village, pledge=pledge)):
            one.status = "confirmed"
            self.fulfil(one.need)

    @rule(hours=st.sampled_from([1, 20, 73, 170]))
    def time_passes(self, hours: int) -> None:
        self.hours += hours
        with self.then():
            steps.lapse_due()
        for one, _ in self.promises:
            if one.status == "pledged" and one.until <= self.hours:
                self.end(one, "lapsed")

    @rule()
    def certify(self) -> None:
        with self.then():
            certificates.issue_due()

    @rule(which=st.integers(0, 2))
    def recall(self, which: int) -> None:
        """The county takes a need down; what is only promised is freed, what was acted on stays."""
        asked, need = self.needs[which], self.world.needs[which]
        allowed = asked.status in ("published", "matched")
        actor = self.world.people.county
        work = lambda: review.recall(actor=actor, need=need, reason="unclear", comment="请补充说明")  # noqa: E731
        if self.attempt(allowed, work):
            asked.marked, asked.status = asked.helpers > 0, "returned"
            with self.then():
                taken_down.settle_due()
            self.free_promised(asked)

    @precondition(lambda self: any(asked.status == "returned" for asked in self.needs))
    @rule(which=st.integers(0, 2))
    def publish_again(self, which: int) -> None:
        asked, need = self.needs[which], self.world.needs[which]
        if asked.status != "returned":
            return
        people = self.world.people
        with self.then():
            review.submit(actor=people.village, need=need)
            review.check(actor=people.township, need=need, comment="已补充")
            review.approve(actor=people.county, need=need)
        asked.marked, asked.status = False, "published"
        asked.settle_state()
        self.fulfil(asked)

    @staticmethod
    def fulfil(asked: Any) -> None:
        """A need whose every promise has arrived is fulfilled, also where that happened while it was down."""
        if asked.status == "matched" and not any(one.status in ARRIVING for one in asked.promises):
            asked.status = "fulfilled"

    # ---- how it is done ----------------------------------------------------------------------------

    def then(self) -> Any:
        """The clock as it stands in this example."""
        self.changed = True
        return shifted(timedelta(hours=self.hours))

    def attempt(self, allowed: object, work: Callable[[], object]) -> bool:
        """Do it; the site must let it happen exactly where the model does. Then everything must agree."""
        done = True
        try:
            with shifted(timedelta(hours=self.hours)):
                work()
        except FupinError:
            done = False
        self.changed = self.changed or done
        assert done == bool(allowed), f"done {done}, the model says {bool(allowed)}"
        return done

    def one(self, pick: int, fits: Callable[[Promised], bool] = lambda one: True) -> tuple[Promised, Pledge]:
        some = [row for row in self.promises if fits(row[0])] or self.promises
        return some[pick % len(some)]

    def promise(self, which: int, amount: int, who: int, content: PledgeInput) -> None:
        asked, need = self.needs[which], self.world.needs[which]
        made: list[Pledge] = []
        donor, key = self.world.donors[who], f"machine-{next(_keys)}"
        work = lambda: made.append(  # noqa: E731
            pledges.pledge(actor=donor, need=need, content=content, idempotency_key=key)
        )
        if self.attempt(asked.open >= amount, work):
            one = Promised(asked, amount, self.hours + KEPT_HOURS[asked.form])
            asked.promises.append(one)
            self.promises.append((one, made[0]))
            asked.settle_state()

    def end(self, one: Promised, status: str) -> None:
        one.status = status
        one.need.settle_state()

    def promise_again(self, one: Promised) -> None:
        one.status, one.proof, one.until = "pledged", None, self.hours + KEPT_HOURS["money"]
        if one.need.marked:
            with self.then():
                taken_down.settle_due()
            self.free_promised(one.need)

    def free_promised(self, asked: Asked) -> None:
        for one in asked.promises:
            if asked.marked and one.status == "pledged":
                one.status = "cancelled"

    def bring(self, rows: list[tuple[str, int]], layout: str, serial: str | None) -> None:
        """Import these lines as a bank file; without a serial the last file comes once more."""
        if serial is not None:
            self.last_file = bank_files.as_csv(_laid_out(self.world.account.number, rows, layout, serial))
        source = io.BytesIO(self.last_file)
        actor = self.world.people.charity
        with self.then():
            made = statements.upload(
                actor=actor, account=self.world.account, file_name="流水.csv", source=source
            )
            if made.state == "preview":
                statements.confirm(actor=actor, statement=made)
            matching.match_due()

    def found(self, one: Promised, told: Told) -> None:
        """What the platform does by itself with a line that names this promise."""
        exact = told.fen == one.amount and told.left == told.fen
        if exact and one.takes(told.fen) == told.fen:
            one.arrive(told, told.fen)

    @invariant()
    def agree(self) -> None:
        """States, counters, lines and the ledger are what the model says."""
        MoneyMachine.taken += 1
        kept = dict(
            Pledge.objects.filter(pk__in=[p.pk for _, p in self.promises]).values_list("pk", "status")
        )
        assert [kept[pledge.pk] for _, pledge in self.promises] == [one.status for one, _ in self.promises]
        rows = Need.objects.annotate(unmarked=Q(taken_down_at__isnull=True)).filter(pk__in=_pks(self))
        needs = rows.order_by("id").values_list(
            "status", "unmarked", "progress__pledged_fen", "progress__received_fen",
            "progress__delivered_fen", "progress__helpers", "progress__is_open",
        )  # fmt: skip
        assert list(needs) == [(asked.status, not asked.marked, *_counters(asked)) for asked in self.needs]
        settled = dict(StatementLine.objects.values_list("pk", "settled_fen"))
        lines = [*self.lines, *((bank, line) for bank, line, _ in self.out_lines)]
        assert [settled[line.pk] for _, line in lines] == [told.fen - told.left for told, _ in lines]
        states = dict(Payout.objects.values_list("pk", "state"))
        assert [states[payout.pk] for _, payout in self.payouts] == [told.state for told, _ in self.payouts]
        if self.changed:
            self.hold(CHECKED_EACH_STEP)
        self.changed = False

    def hold(self, ids: Any) -> None:
        for id in ids:
            assert list(REGISTRY[id].violations()) == [], id


ARRIVING = ("pledged", "paid", "received", "delivered", "shipped")


def _pks(machine: MoneyMachine) -> list[int]:
    return [need.pk for need in machine.world.needs]


def _counters(asked: Asked) -> tuple[int, int, int, int, bool]:
    is_open = asked.status == "published"
    if asked.form == "goods":
        return 0, 0, 0, asked.helpers, is_open
    living = ("pledged", "paid", "received", "delivered", "confirmed")
    return (
        asked.sum(*living),
        asked.sum("received", "delivered", "confirmed"),
        asked.sum("delivered", "confirmed"),
        asked.helpers,
        is_open,
    )


def _someday() -> Any:
    return factories.today() + timedelta(days=3650)


def _ours(check: Callable[..., object]) -> bool:
    return check.__module__ in ("donors.invariants", "needs.invariants")


def _laid_out(number: str, rows: list[tuple[str, int]], layout: str, serial: str) -> list[list[str]]:
    """The same lines in the column styles that banks have."""
    day = "2026-11-20"
    yuan = [f"{'-' * (fen < 0)}{abs(fen) // 100}.{abs(fen) % 100:02d}" for _, fen in rows]
    names = [
        (memo, money_, f"{serial}-{n}") for n, ((memo, _), money_) in enumerate(zip(rows, yuan, strict=True))
    ]
    if layout == "two columns":
        head = ["交易日期", "借方发生额", "贷方发生额", "附言", "流水号"]
        return [["账号", number], head, *([day, "", fen, memo, mark] for memo, fen, mark in names)]
    if layout == "signed":
        head = ["交易时间", "交易金额", "摘要", "交易流水号"]
        return [head, *([f"{day} 08:00:00", fen, memo, mark] for memo, fen, mark in names)]
    head = ["日期", "借贷标志", "金额", "备注", "流水号"]
    return [["账号：" + number], head, *(["20261120", "贷", fen, memo, mark] for memo, fen, mark in names)]


def _homes(people: Staff) -> list[Household]:
    """Two households whose accounts the township recorded."""
    return [
        factories.bank_account(people, factories.household(people.village, name=name), f"62170000{n:08d}")
        for n, name in enumerate(("张测试", "李测试"))
    ]


@pytest.fixture
def world(db: None) -> World:
    made = World()
    made.people = factories.staff()
    made.account = factories.charity_account(days=10_000)
    made.donors = [factories.user(f"捐赠人{name}") for name in "甲乙丙"]
    goods = factories.goods_content().items[:1]
    made.needs = [
        *(factories.published_need(made.people, home) for home in _homes(made.people)),
        factories.published_need(made.people, items=goods),
    ]
    return made


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
def test_money_is_what_the_model_says_after_any_steps(world: World, part: int) -> None:
    """Always the same sequences for one part; FUPIN_MACHINE_EXAMPLES asks for more of them, or fewer."""
    MoneyMachine.world, MoneyMachine.taken = world, 0
    run_state_machine_as_test(
        seed(part)(type(f"Part{part}", (MoneyMachine,), {})),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert MoneyMachine.taken >= LEAST, "fewer steps than asked for"
