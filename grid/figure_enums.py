"""The fixed vocabularies of the leaders' figures."""

from django.db.models import TextChoices


class FigureSource(TextChoices):
    """What a sum is counted from; `grid/figure_sources.py` says how."""

    NEED = "need", "求助"
    GIFT = "gift", "帮助"
    HOUSEHOLD = "household", "登记家庭"
    POST = "post", "在岗人员"
    CLOCK = "clock", "时限"
    FORM = "form", "填报"
    VILLAGE = "village", "村"


class AreaKind(TextChoices):
    MATCH_RATE = "match_rate", "对接率目标（%）"
    POOR_HOMES = "poor_homes", "应登记户数"
