from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models

from accounts.models import Region
from fupin.lib.clock import today
from fupin.lib.model_fields import FenField
from needs.enums import Goods


class CatalogueItem(models.Model):
    """An everyday thing with what it usually costs. `county` empty: the national default, which a county's own row
    of the same name replaces, also when that row is retired (REQUIREMENTS B2)."""

    county = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    goods = models.CharField("分类", max_length=12, choices=Goods.choices)
    name = models.CharField("名称", max_length=40)
    aliases = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    unit = models.CharField("单位", max_length=8)
    price_fen = FenField("参考价", help_text="of one unit")
    yearly_cap = models.PositiveIntegerField(
        "每户一年上限", null=True, blank=True, validators=[MinValueValidator(1)], help_text="whole units"
    )
    valid_from = models.DateField("核价日期", default=today)
    active = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["county", "name"], nulls_distinct=False, name="catalogue_once_a_county"
            ),
            models.CheckConstraint(condition=models.Q(price_fen__gte=1), name="catalogue_has_price"),
        ]
        indexes = [models.Index(fields=["county", "goods", "id"], name="catalogue_county")]

    def __str__(self) -> str:
        return f"{self.name}（{self.unit}）"
