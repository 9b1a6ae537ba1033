"""The money machine's rules about payouts: lists for the bank, single ones, what the bank says, what came back."""

import itertools
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from donors.models import StatementLine
from donors.services import matching, payout_matching, payouts
from donors.services.payouts import Terms
from fupin.lib.clock import shifted
from tests import factories
from tests.donors.money_model import PaidOut, Promised, Told

PICK = st.integers(min_value=0, max_value=1000)
_keys = itertools.count()


def _received(one: Promised) -> bool:
    return one.status == "received" or one.payout is not None


class PayoutRules:
    """Mixed into `MoneyMachine`, which holds `promises`, `payouts`, `out_lines`, and does things by `attempt`."""

    world: Any
    hours: float

    @precondition(lambda self: any(one.status == "received" for one, _ in self.promises))
    @rule(picks=st.lists(PICK, min_size=1, max_size=3), singly=st.booleans())
    def pay_out(self, picks: list[int], singly: bool) -> None:
        """A list for the bank, or one payout that was made; bound and unready gifts spoil it."""
        chosen = {id(row[0]): row for row in (self.one(pick, _received) for pick in picks)}
        ones, pledges_ = [row[0] for row in chosen.values()], [row[1] for row in chosen.values()]
        homes = {id(one.need): [each for each in ones if each.need is one.need] for one in ones}
        allowed = all(one.waits_for_payout for one in ones) and (len(homes) == 1 or not singly)
        actor, made = self.world.people.charity, []
        terms = Terms("bank", self.world_today())

        def work() -> None:
            if singly:
                made.append(payouts.record(actor=actor, pledges=pledges_, terms=terms))
            else:
                made.extend(payouts.plan(actor=actor, pledges=pledges_).payouts.order_by("id"))

        if self.attempt(allowed, work):
            for payout in made:
                pks = set(payout.gifts.values_list("pledge", flat=True))
                gifts = [one for one, pledge in chosen.values() if pledge.pk in pks]
                told = PaidOut(gifts)
                for one in gifts:
                    one.payout = told
                if singly:
                    told.pay()
                self.payouts.append((told, payout))

    @precondition(lambda self: self.payouts)
    @rule(pick=PICK)
    def mark_paid(self, pick: int) -> None:
        told, payout = self.payouts[pick % len(self.payouts)]
        actor, day = self.world.people.charity, self.world_today()
        if self.attempt(told.may_be_paid, lambda: payouts.mark_paid(actor=actor, payout=payout, paid_on=day)):
            told.pay()

    @precondition(lambda self: self.payouts)
    @rule(pick=PICK)
    def drop_payout(self, pick: int) -> None:
        """It was not paid, or the bank gave the money back."""
        told, payout = self.payouts[pick % len(self.payouts)]
        actor = self.world.people.charity
        work = lambda: payouts.drop(actor=actor, payout=payout, reason="账号不对")  # noqa: E731
        if self.attempt(told.may_be_dropped, work):
            told.drop()

    @precondition(lambda self: self.payouts)
    @rule(pick=PICK, off=st.sampled_from([0, 0, 0, -1, 5_00]))
    def bank_pays(self, pick: int, off: int) -> None:
        """An outgoing line with the payout's number: exact ones are matched by themselves, and pay what was planned."""
        told, payout = self.payouts[pick % len(self.payouts)]
        if told.fen + off < 1:
            return
        serial = f"out-{next(_keys)}"
        before = set(StatementLine.objects.values_list("pk", flat=True))
        self.bring([(payout.number, -(told.fen + off))], "signed", serial)
        (line,) = StatementLine.objects.exclude(pk__in=before)
        bank = Told(told.fen + off)
        self.out_lines.append((bank, line, told))
        ready = told.may_be_paid or told.state == "paid"
        if off == 0 and ready and not told.proven:
            self._prove(bank, told)

    @precondition(lambda self: any(bank.left for bank, _, _ in self.out_lines))
    @rule(pick=PICK)
    def prove_payout(self, pick: int) -> None:
        """A person says which payout an open outgoing line was."""
        waiting = [row for row in self.out_lines if row[0].left]
        bank, line, told = waiting[pick % len(waiting)]
        payout = next(row for mine, row in self.payouts if mine is told)
        allowed = (told.may_be_paid or told.state == "paid") and not told.proven and bank.left >= told.fen
        actor = self.world.people.charity
        if self.attempt(allowed, lambda: payout_matching.prove(actor=actor, line=line, payout=payout)):
            self._prove(bank, told)

    @precondition(lambda self: any(bank.uses for bank, _, _ in self.out_lines))
    @rule(pick=PICK)
    def undo_proof(self, pick: int) -> None:
        used = [row for row in self.out_lines if row[0].uses]
        bank, line, told = used[pick % len(used)]
        match = line.matches.filter(undoes=None, undone_by=None).get()
        actor = self.world.people.charity
        if self.attempt(True, lambda: matching.undo(actor=actor, match=match, reason="对错了一行")):
            bank.uses.pop()
            told.proven = False

    def _prove(self, bank: Told, told: PaidOut) -> None:
        if told.state == "planned":
            told.pay()
        told.proven = True
        bank.uses.append((None, told.fen))

    def world_today(self) -> Any:
        with shifted(timedelta(hours=self.hours)):
            return factories.today()
