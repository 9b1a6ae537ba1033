"""Forms of the county's catalogue."""

from typing import Any

from django import forms

from fupin.lib.clock import today
from fupin.lib.errors import FupinError
from fupin.lib.forms import CleanForm, LineField, QuantityField, YuanField, add_errors
from needs.enums import Goods
from needs.models import CatalogueItem
from needs.services.catalogue import ItemValues

MAX_ALIASES = 10


class CatalogueFilter(CleanForm):
    """`?q=&goods=&county=`."""

    q = LineField(label="物品名称", required=False, max_length=40)
    goods = forms.ChoiceField(required=False, choices=[("", ""), *Goods.choices])
    county = forms.IntegerField(required=False, min_value=10**11, max_value=10**12 - 1)


class EntryForm(CleanForm):
    """What a county says about a thing; its name is asked only once, of a new one."""

    goods = forms.ChoiceField(label="分类", choices=[("", "请选择"), *Goods.choices])
    unit = LineField(label="单位", max_length=8, help_text="例如“床”“袋”“台”。")
    price_fen = YuanField(label="参考价", max_fen=100_000_00, help_text="一个单位的当地普通价。")
    yearly_cap = QuantityField(label="每户一年上限", required=False, help_text="留空就不限数量。")
    aliases = LineField(
        label="别名", required=False, max_length=200, help_text="用顿号隔开，例如“被子、棉絮”。"
    )
    valid_from = forms.DateField(
        label="核价日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_aliases(self) -> list[str]:
        typed = self.cleaned_data["aliases"].replace("，", "、").replace(",", "、").split("、")
        aliases = list(dict.fromkeys(alias.strip() for alias in typed if alias.strip()))
        if len(aliases) > MAX_ALIASES or any(len(alias) > 40 for alias in aliases):
            raise forms.ValidationError(f"最多 {MAX_ALIASES} 个别名，每个最多 40 个字。", code="aliases")
        return aliases

    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if day > today():
            raise forms.ValidationError("核价日期不能晚于今天。", code="future")
        return day

    def values(self) -> ItemValues:
        """What was typed, for the services."""
        return ItemValues(**{name: self.cleaned_data[name] for name in EntryForm.base_fields})

    def refuse(self, error: FupinError) -> None:
        add_errors(self, error)


class NewEntryForm(EntryForm):
    name = LineField(label="名称", max_length=40, help_text="通用名称，不写品牌；规格写在括号里。")
    field_order = ("name",)


def typed(item: CatalogueItem) -> dict[str, Any]:
    """The form's initial values of an entry."""
    return {
        **{name: getattr(item, name) for name in EntryForm.base_fields},
        "aliases": "、".join(item.aliases),
    }
