"""The links of the list's filter bar: every choice keeps the others, and none keeps the page's cursor."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import TextChoices
from django.urls import reverse

from accounts.enums import AreaTag
from accounts.models import Region
from accounts.queries import children_of
from accounts.templatetags.ui import KINDS
from needs.enums import Form, Kind, Status, Subject
from needs.queries import with_waiting

MANY_CHILDREN = 60
ORDER_WORDS = {"unhelped": "还没人帮", "waiting": "等得最久", "newest": "最新", "nearly": "快凑齐"}
Params = Mapping[str, str]


def list_url(params: Params, **changes: str) -> str:
    """The list's address with some parameters changed; an empty value takes one away."""
    merged = {name: value for name, value in {**params, **changes}.items() if value}
    return reverse("needs:list") + (f"?{urlencode(merged)}" if merged else "")


def region_url(code: int | str) -> str:
    """The list of one region."""
    return list_url({"region": str(code)})


def chooser_url(parent: Region | None = None) -> str:
    """The page that chooses a place level by level."""
    return reverse("needs:regions") + (f"?parent={parent.code}" if parent else "")


def crumbs(path: list[Region], params: Params, *, here: str = "") -> list[dict[str, str]]:
    """Home, the whole country, each region; `here` names a page below the last of them."""
    country = {"label": "全国求助", "url": list_url(params, region="")}
    places = [{"label": region.name, "url": list_url(params, region=str(region.code))} for region in path]
    last = [{"label": here, "url": ""}] if here else []
    return [{"label": "首页", "url": reverse("needs:home")}, country, *places, *last]


def child_regions(path: list[Region]) -> list[Region]:
    """The regions directly below with open needs; none where there are too many to show in a row."""
    children = list(with_waiting(children_of(path[-1] if path else None))[:MANY_CHILDREN])
    return [] if len(children) == MANY_CHILDREN else [child for child in children if child.waiting]


def bar(params: Params, path: list[Region], children: Iterable[Region], order: str) -> dict[str, Any]:
    """What `components/filter_bar.html` shows; `order` is the one in force, chosen or not."""
    region = path[-1] if path else None
    places = [{"label": child.name, "url": list_url(params, region=str(child.code))} for child in children]
    if region:
        above = str(path[-2].code) if len(path) > 1 else ""
        name = path[-2].name if above else "全国"
        places.insert(0, {"label": f"返回{name}", "url": list_url(params, region=above)})
    places.append({"label": "逐级选择地区…", "url": chooser_url(region)})
    return {
        "action": reverse("needs:list"),
        "q": params.get("q", ""),
        "placeholder": "搜县、乡镇、村名",
        "hidden": [(name, value) for name, value in params.items() if name not in {"q", "region"}],
        "region_label": region.name if region else "全国",
        "regions": places,
        "kinds": _choices(params, "kind", Kind, "全部类别", icons=True),
        "orders": _orders(params, order),
        "clear_url": reverse("needs:list") if set(params) - {"order"} else "",
    }


def more(params: Params) -> list[dict[str, Any]]:
    """The less used choices, kept in a fold: how to help, whom, and the key areas."""
    return [
        {"label": "帮助方式", "choices": _choices(params, "form", Form, "不限")},
        {"label": "求助对象", "choices": _choices(params, "subject", Subject, "不限")},
        {"label": "重点地区", "choices": _choices(params, "area", AreaTag, "不限")},
    ]


def tabs(params: Params) -> list[dict[str, Any]]:
    """Still waiting, or what became of it."""
    words = {"": "正在求助", Status.MATCHED.value: "已全部认领", Status.FULFILLED.value: "已圆满"}
    chosen = params.get("status", "")
    chosen = "" if chosen == Status.PUBLISHED else chosen
    return [
        {
            "label": label,
            "url": list_url({k: v for k, v in params.items() if k != "order"}, status=status),
            "active": chosen == status,
        }
        for status, label in words.items()
    ]


def _choices(
    params: Params, name: str, kinds: type[TextChoices], any_label: str, *, icons: bool = False
) -> list[dict[str, Any]]:
    options = [("", any_label), *kinds.choices]
    return [
        {
            "label": label,
            "url": list_url(params, **{name: value}),
            "active": params.get(name, "") == value,
            "icon": KINDS[value][1] if icons and value else "",
        }
        for value, label in options
    ]


def _orders(params: Params, order: str) -> list[dict[str, Any]]:
    """Orders of those still waiting; the others are simply newest first."""
    if params.get("status", Status.PUBLISHED) != Status.PUBLISHED:
        return []
    return [
        {"label": label, "url": list_url(params, order=name), "active": order == name}
        for name, label in ORDER_WORDS.items()
    ]
