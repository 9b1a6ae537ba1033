"""What money and goods may do, told once more in plain Python: what the machine compares the site with."""

from dataclasses import dataclass, field

LIVING = ("pledged", "paid", "received", "delivered", "shipped", "confirmed")
ARRIVED = ("received", "delivered", "confirmed")
KEPT_HOURS = {"money": 72, "goods": 168}


@dataclass
class Asked:
    """A need: what it asks (fen, or units), and where it stands."""

    form: str
    target: int
    status: str = "published"
    marked: bool = False
    """Taken down while somebody's help hangs on it."""
    promises: list["Promised"] = field(default_factory=list)

    def sum(self, *statuses: str) -> int:
        return sum(one.amount for one in self.promises if one.status in statuses)

    @property
    def open(self) -> int:
        """What may still be promised now."""
        return self.target - self.sum(*LIVING) if self.status == "published" else 0

    @property
    def helpers(self) -> int:
        return sum(one.status in LIVING for one in self.promises)

    def settle_state(self) -> None:
        """Full needs are matched, and open again when something is given back."""
        if self.status == "published" and self.sum(*LIVING) == self.target:
            self.status = "matched"
        elif self.status == "matched" and self.sum(*LIVING) < self.target:
            self.status = "published"


@dataclass
class Promised:
    """One pledge. `proof` is the line of a statement that stands for it."""

    need: Asked
    amount: int
    until: float
    status: str = "pledged"
    proof: "Told | None" = None
    payout: "PaidOut | None" = None
    """The payout that holds it, until that is dropped."""

    @property
    def waits_for_payout(self) -> bool:
        return self.status == "received" and self.payout is None and not self.need.marked

    def takes(self, fen: int) -> int:
        """How many fen of a line this promise would take; 0 where it takes none."""
        if self.need.form != "money" or self.status in ("cancelled", "refunded", "shipped"):
            return 0
        if self.status in ARRIVED:
            return self.amount if self.proof is None and fen >= self.amount else 0
        part = min(fen, self.amount)
        if part < 100 or (self.status == "lapsed" and self.need.open < part):
            return 0
        return part

    def arrive(self, line: "Told | None", fen: int) -> None:
        """The charity has `fen` of it, perhaps by this line."""
        if self.status not in ARRIVED:
            self.amount, self.status = fen, "received"
        if line is not None:
            line.uses.append((self, fen))
            self.proof = line
        self.need.settle_state()


@dataclass
class PaidOut:
    """Gifts of one need's household on one list line, or paid singly. `proven`: a line of the bank stands for it."""

    gifts: list[Promised]
    state: str = "planned"
    proven: bool = False

    @property
    def fen(self) -> int:
        return sum(one.amount for one in self.gifts)

    @property
    def may_be_paid(self) -> bool:
        free = all(
            one.status == "confirmed" or (one.status == "received" and not one.need.marked)
            for one in self.gifts
        )
        return self.state == "planned" and free

    @property
    def may_be_dropped(self) -> bool:
        back = not self.proven and all(one.status == "delivered" for one in self.gifts)
        return self.state == "planned" or (self.state == "paid" and back)

    def pay(self) -> None:
        self.state = "paid"
        for one in self.gifts:
            one.status = "confirmed" if one.status == "confirmed" else "delivered"

    def drop(self) -> None:
        for one in self.gifts:
            one.status = "received" if self.state == "paid" else one.status
            one.payout = None
        self.state = "dropped"


@dataclass
class Told:
    """One line of a statement and what its fen were for, in order; None for what was no promise."""

    fen: int
    uses: list[tuple[Promised | None, int]] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.fen - sum(fen for _, fen in self.uses)
