from django.db import models
from django.db.models import F, Q

from donors.enums import Book
from donors.models.charity_account import CharityAccount
from donors.models.pledge import Pledge
from needs.models import Need, NeedItem


class Transfer(models.Model):
    """One line of the ledger: an amount moves from one book to another, fen or whole units of `item`.

    Append-only (trigger); a correction is a new line the other way round. Need and charity account are kept on the
    line, so that each need and each account can be balanced by itself.
    """

    need = models.ForeignKey(Need, models.PROTECT, related_name="transfers")
    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="transfers")
    item = models.ForeignKey(NeedItem, models.PROTECT, null=True, related_name="transfers")
    charity_account = models.ForeignKey(CharityAccount, models.PROTECT, null=True, related_name="transfers")
    source = models.CharField(max_length=10, choices=Book.choices)
    target = models.CharField(max_length=10, choices=Book.choices)
    amount = models.BigIntegerField(help_text="fen, or whole units where item is set")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfer_moves"),
            # Money is always somebody's account; goods never are.
            models.CheckConstraint(
                condition=Q(item__isnull=True, charity_account__isnull=False)
                | Q(item__isnull=False, charity_account__isnull=True),
                name="transfer_money_or_goods",
            ),
        ]
        indexes = [
            models.Index(fields=["need", "id"], name="transfer_need"),
            models.Index(fields=["charity_account", "id"], name="transfer_account"),
        ]

    def __str__(self) -> str:
        return f"{self.source}->{self.target} {self.amount}"
