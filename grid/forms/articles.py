"""Forms of articles."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from accounts.models import Region
from fupin.lib.forms import BodyField, CleanForm, LineField
from grid.article_text import BODY_MAX
from grid.models.article import ArticleKind
from grid.services.articles import ArticleInput


class ArticleForm(CleanForm):
    """The texts of an article, as `edit` takes them."""

    title = LineField(label="标题", max_length=50)
    summary = LineField(label="摘要", max_length=120, help_text="一两句话，列表和分享时显示。")
    body = BodyField(
        label="正文",
        max_length=BODY_MAX,
        help_text="一行一段；单独一行的“一、申请条件”会显示成小标题。不要写手机号、证件号和求助家庭的姓名。",
    )
    source = LineField(label="发文机关或来源", max_length=60, required=False, help_text="政策必须填写。")
    number = LineField(label="文号", max_length=40, required=False, help_text="例如：国发〔2014〕47号。")

    def content(self) -> ArticleInput:
        names = ("title", "summary", "body", "source", "number")
        return ArticleInput(**{name: self.cleaned_data[name] for name in names})


class NewArticleForm(ArticleForm):
    """Also the column and the place, of those that the person writes for (`places`: regions by kind)."""

    kind = forms.ChoiceField(label="栏目", widget=forms.RadioSelect)
    region = forms.ChoiceField(label="地区")
    field_order = ("kind", "region", "title", "summary", "body", "source", "number")

    def __init__(self, *args: Any, places: Mapping[str, Sequence[Region]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = {str(region.code): region for rows in places.values() for region in rows}
        kinds = [(kind.value, kind.label) for kind in ArticleKind if kind in places]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0][0]
        self.fields["region"].choices = [(code, region.name) for code, region in self.regions.items()]  # type: ignore[attr-defined]

    @property
    def chosen_region(self) -> Region:
        return self.regions[self.cleaned_data["region"]]


class NoteForm(CleanForm):
    """Why an article goes back or comes down."""

    note = LineField(label="原因", max_length=120, required=False, help_text="退回和撤下要写原因。")
