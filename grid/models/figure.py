from datetime import date

from django.conf import settings
from django.db import models

from accounts.models import Region
from fupin.lib.clock import now
from grid.figure_enums import AreaKind, FigureSource

ALL_TIME = date(1900, 1, 1)
"""The month under which the sum over all months is kept."""


def _number(words: str = "") -> models.BigIntegerField:
    return models.BigIntegerField(null=True, help_text=words)


class Figure(models.Model):
    """The sums of one region (county and above), month and part: kept by `grid.services.figures`, nobody else.

    A row of the register, a need or a pledge belongs to one month for ever (docs/figures.md) and is counted in the
    state it has today. Columns that a source does not use are null. `part` is a kind of need, a side, a role, a kind
    of clock or an action, as the source says.
    """

    region = models.BigIntegerField(help_text="12 digits; also a place that only the code knows")
    source = models.CharField(max_length=10, choices=FigureSource.choices)
    month = models.DateField(help_text="its first day, or ALL_TIME")
    part = models.CharField(max_length=30)
    published = _number("needs ever published")
    open = _number("of these, still open")
    matched = _number("of these, fully pledged or fulfilled")
    fulfilled = _number("of these, everything arrived")
    asked_fen = _number("money asked for by the published")
    promised_fen = _number("money of it that living pledges hold")
    open_days = _number("of the open: days from 2000-01-01 to their publication, summed")
    waited_days = _number("of the matched: days from publication to the last match, summed")
    gifts = _number("pledges not ended unmet")
    gift_fen = _number("their money")
    arrived_fen = _number("of this, what the charity got")
    passed_fen = _number("of this, what was paid out")
    refunded_fen = _number("money given back")
    confirmed = _number("pledges that arrived complete")
    problems = _number("pledges that arrived with a problem standing")
    donors = _number("people with their first pledge in the county")
    households = _number("registered and not closed")
    posts = _number("posts begun less posts ended")
    kept = _number("clocks due that were kept")
    late = _number("clocks due that were done late")
    running = _number("clocks due that still run or stand")
    forms = _number("things that officers filed")
    asking = _number("villages in force with published needs")
    neglected = _number("of these, villages in which no need has a living helper")
    homes = _number("households in force, by village")
    used = _number("of these, those with a need handed in")
    covered = _number("of these, those with a person or a measure")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["region", "source", "month", "part"], name="figure_once")
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.source} {self.month:%Y-%m} {self.part}"


class VillageFigure(models.Model):
    """What stands in one village today; the source of `neglected`, `used` and `covered`."""

    village = models.BigIntegerField(primary_key=True)
    needs = models.IntegerField(help_text="ever published")
    waiting = models.IntegerField(help_text="of these, open")
    helped = models.IntegerField(help_text="of these, with a living pledge")
    homes = models.IntegerField()
    used = models.IntegerField()
    covered = models.IntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.village)


class FigureMark(models.Model):
    """One place whose sums of one source have to be counted again; laid by triggers, taken by the sweep.

    `region` is a county, for the source `village` a village. `month` is null where all months are counted again.
    """

    source = models.CharField(max_length=10, choices=FigureSource.choices)
    region = models.BigIntegerField()
    month = models.DateField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source} {self.region}"


class FigureState(models.Model):
    """One row: until when the figures were counted."""

    counted_at = models.DateTimeField(help_text="every change committed before this moment is in the figures")
    sealed = models.BigIntegerField(default=0, help_text="the last link of the audit chain that is counted")
    recounted_on = models.DateField(null=True, help_text="the last night a slice was counted anew")
    recounted_to = models.BigIntegerField(default=0, help_text="the last county of that slice")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.counted_at:%F %T}"


class AreaNumber(models.Model):
    """A number that an office sets for its area from a month on: the target of the match rate, the poor households."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    kind = models.CharField("数字", max_length=12, choices=AreaKind.choices)
    value = models.PositiveIntegerField("数值")
    valid_from = models.DateField(help_text="the first day of its first month")
    clause = models.CharField("依据", max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "valid_from"], name="area_number_once_a_month")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
