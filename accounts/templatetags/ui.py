"""Template tags of the design system: money, status badges, kind tags, form fields and navigation links.

They know words and pictures, never the database. See docs/design.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms, template
from django.forms import BoundField
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fupin.lib import money
from fupin.lib.fields import CodeField, PhoneField, PhotoField, QuantityField, ResidentIdField, YuanField
from fupin.lib.money import yuan_display

register = template.Library()

# code -> (words, tone, heroicon). Need and pledge states share no code, so one table serves both.
STATUSES: Mapping[str, tuple[str, str, str]] = {
    "draft": ("草稿", "neutral", "pencil-square"),
    "submitted": ("待村级核实", "waiting", "clock"),
    "verified": ("待乡镇检查", "waiting", "clock"),
    "checked": ("待县级发布", "waiting", "clock"),
    "published": ("正在求助", "open", "megaphone"),
    "matched": ("已认领，等待送达", "active", "link"),
    "fulfilled": ("已圆满", "done", "check-circle"),
    "returned": ("已退回补充", "attention", "arrow-uturn-left"),
    "withdrawn": ("已撤回", "closed", "minus-circle"),
    "expired": ("已到期", "closed", "minus-circle"),
    "pledged": ("已认领", "waiting", "clock"),
    "paid": ("已转账，待慈善会确认", "active", "banknotes"),
    "received": ("慈善会已收到", "active", "inbox-arrow-down"),
    "delivered": ("已拨付", "active", "truck"),
    "shipped": ("已寄出或约好", "active", "truck"),
    "confirmed": ("受助方已确认", "done", "check-circle"),
    "lapsed": ("超时失效", "closed", "minus-circle"),
    "cancelled": ("已取消", "closed", "x-circle"),
    "refunded": ("已退款", "closed", "arrow-uturn-left"),
}

KINDS: Mapping[str, tuple[str, str]] = {
    "medical": ("医疗", "lifebuoy"),
    "education": ("教育", "academic-cap"),
    "housing": ("住房", "home-modern"),
    "care": ("关爱陪伴", "hand-raised"),
    "sponsorship": ("一对一救助", "user-group"),
    "produce": ("农产品销售", "shopping-bag"),
    "industry": ("产业发展", "wrench-screwdriver"),
    "employment": ("就业", "briefcase"),
    "disability": ("助残", "users"),
    "volunteer": ("志愿服务", "hand-thumb-up"),
    "other": ("其他", "ellipsis-horizontal-circle"),
}

TONE_ICONS: Mapping[str, str] = {
    "info": "information-circle",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "error": "x-circle",
    "debug": "information-circle",
}


@register.filter
def yuan(fen: int | None) -> str:
    """Money in words a reader expects: 100000 (fen) -> "¥1,000", 1250 -> "¥12.50", -2500 -> "−¥25", None -> "—"."""
    if fen is None:
        return "—"
    return f"{'−' if fen < 0 else ''}¥{yuan_display(abs(fen))}"


@register.filter
def yuan_plain(fen: int) -> str:
    """Yuan as an input takes them: 100000 (fen) -> "1000", 1250 -> "12.50"."""
    return money.yuan(fen).removesuffix(".00")


@register.simple_tag
def submission_key() -> SafeString:
    """A hidden number of its own for each form shown, by which the server knows the same form again."""
    return format_html('<input type="hidden" name="submission_key" value="{}">', uuid4())


@register.simple_tag
def seen(mark: str) -> SafeString:
    """What the page showed, as a mark sent along: a decision on something that has changed since is refused."""
    return format_html('<input type="hidden" name="seen" value="{}">', mark)


@register.simple_tag
def tone_icon_name(tone: str) -> str:
    """The heroicon of a message tone (info, success, warning, error)."""
    return TONE_ICONS.get(tone, "information-circle")


@register.inclusion_tag("components/status.html")
def status_badge(code: str, label: str = "") -> dict[str, str]:
    """A need's or pledge's state as words, icon and shape; `label` replaces the words."""
    words, tone, icon = STATUSES.get(code, (code, "neutral", "question-mark-circle"))
    return {"label": label or words, "tone": tone, "icon": icon}


@register.inclusion_tag("components/kind.html")
def kind_tag(code: str, label: str = "") -> dict[str, str]:
    """A need's kind with its icon; `label` replaces the words."""
    words, icon = KINDS.get(code, (code, "tag"))
    return {"label": label or words, "icon": icon}


@register.simple_tag
def kind_icon(code: str) -> str:
    """The heroicon name of a kind."""
    return KINDS.get(code, ("", "tag"))[1]


@register.simple_tag
def cell_column(columns: Sequence[Mapping[str, Any]], index: int) -> Mapping[str, Any]:
    """The column a table cell stands in, by its zero-based place."""
    return columns[index]


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context: template.Context, url: str, label: str, icon: str = "") -> dict[str, Any]:
    """One navigation entry; the page one is on, or inside of, is marked for eyes and screen readers."""
    request: HttpRequest | None = context.get("request")
    path = request.path if request else ""
    here = path == url or (url != "/" and path.startswith(url))
    return {"url": url, "label": label, "icon": icon, "here": here}


def _field_kind(bound: BoundField) -> str:
    """Which markup a field asks for by its own class or its widget's; the more special class comes first."""
    kinds: tuple[tuple[type, str], ...] = (
        (YuanField, "money"),
        (QuantityField, "quantity"),
        (CodeField, "code"),
        (forms.CheckboxSelectMultiple, "chips"),
        (forms.RadioSelect, "cards"),
        (forms.CheckboxInput, "check"),
        (PhotoField, "photo"),
    )
    sorts = (bound.field, bound.field.widget)
    return next((kind for cls, kind in kinds if any(isinstance(sort, cls) for sort in sorts)), "plain")


def _options(field: BoundField, hints: Mapping[str, str], icons: Mapping[str, str]) -> list[dict[str, Any]]:
    """The choices of a radio or checkbox group, each with its hint and icon by value."""
    return [
        {
            "widget": choice,
            "hint": hints.get(str(choice.data["value"]), ""),
            "icon": icons.get(str(choice.data["value"]), ""),
        }
        for choice in field.subwidgets
    ]


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField,
    *,
    kind: str = "",
    quick: str = "",
    hints: Mapping[str, str] | None = None,
    icons: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A form field: label, help, control, and its errors beside it.

    `kind` is plain, money, quantity, code, photo, cards, chips or check; by default the field's class or
    widget says it. `quick` are amounts in yuan offered as buttons ("50 100 200"). `hints` and `icons` map
    choice values to a line of explanation and a heroicon name, for radio cards and chips.
    """
    kind = kind or _field_kind(bound)
    grouped = kind in {"chips", "cards"}
    return {
        "field": bound,
        "kind": kind,
        "grouped": grouped,
        "quick": quick.split(),
        "options": _options(bound, hints or {}, icons or {}) if grouped else [],
        "describedby": bound.aria_describedby,
        "private": isinstance(bound.field, PhoneField | ResidentIdField),
    }
