"""The county's catalogue of goods: the list, a new entry, changing and retiring one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import AuditEntry, Region
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from fupin.lib.clock import ZONE, today
from fupin.lib.errors import InvalidInput
from fupin.lib.money import yuan_display
from fupin.lib.paging import keyset_page
from needs.catalogue import county_of, entries
from needs.enums import Goods
from needs.forms.catalogue import CatalogueFilter, EntryForm, NewEntryForm, typed
from needs.models import CatalogueItem
from needs.services import catalogue as service

SHOWN_HISTORY = 20
PAGE = 20
DEEDS = {"catalogue.add": "新增", "catalogue.edit": "修改", "catalogue.retire": "停用"}
COLUMNS = {
    "goods": "分类",
    "unit": "单位",
    "price_fen": "参考价",
    "yearly_cap": "每户一年上限",
    "aliases": "别名",
    "valid_from": "核价日期",
    "active": "在用",
}


@officer_page(Verb.VIEW)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """What the county's catalogue says: its own entries and the national ones that stand beside them."""
    form, county = CatalogueFilter(request.GET), asked_county(request)
    if not form.is_valid():
        raise Http404
    rows = entries(county.code)
    if form.cleaned_data["goods"]:
        rows = rows.filter(goods=form.cleaned_data["goods"])
    if form.cleaned_data["q"]:
        wanted = form.cleaned_data["q"]
        rows = rows.filter(name__contains=wanted) | rows.filter(aliases__contains=[wanted])
    page = keyset_page(rows, order=("goods", "id"), cursor=request.GET.get("cursor"), size=PAGE)
    context = {
        "form": form,
        "county": county,
        "rows": page.items,
        "may_edit": _may_edit(request, county),
        "tabs": tabs(request, "goods", [("", "全部"), *Goods.choices], form.cleaned_data["goods"]),
        **pager(request, page),
    }
    return render(request, "needs/office/catalogue.html", context)


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    county = _own_county(request)
    form = NewEntryForm(request.POST if request.method == "POST" else None, initial={"valid_from": today()})
    if form.is_bound and form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="catalogue-new",
                content=form.cleaned_data,
                work=lambda: (
                    service.add(
                        actor=request.user,
                        county=county,
                        name=form.cleaned_data["name"],
                        values=form.values(),
                    ).pk
                ),
            )
            return _saved(request, county, "已加入目录。")
        except InvalidInput as error:
            form.refuse(error)
    return _entry_page(request, county, form, None)


@officer_page(Verb.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: SignedIn, pk: int) -> HttpResponse:
    """One entry with its history; the county changes it, the others read."""
    county = asked_county(request)
    item = get_object_or_404(entries(county.code), pk=pk)
    form = EntryForm(request.POST if request.method == "POST" else None, initial=typed(item))
    if form.is_bound and form.is_valid():
        service.edit(actor=request.user, county=county, item=item, values=form.values())
        return _saved(request, county, "已保存，新的参考价马上使用。")
    return _entry_page(request, county, form, item)


@officer_page(Verb.APPROVE)
@require_POST
def retire(request: SignedIn, pk: int) -> HttpResponse:
    county = _own_county(request)
    item = get_object_or_404(entries(county.code), pk=pk)
    service.retire(actor=request.user, county=county, item=item)
    return _saved(request, county, f"已停用“{item.name}”，以后算目录外。")


def _entry_page(
    request: SignedIn, county: Region, form: EntryForm, item: CatalogueItem | None
) -> HttpResponse:
    context = {
        "form": form,
        "item": item,
        "county": county,
        "may_edit": _may_edit(request, county),
        "history": _history(item) if item else [],
    }
    return render(request, "needs/office/catalogue_entry.html", context, status=400 if form.errors else 200)


def _history(item: CatalogueItem) -> list[dict[str, str]]:
    """Who set which price when, as the audit chain tells it, newest first."""
    rows = AuditEntry.objects.filter(object_type="needs.catalogueitem", object_id=str(item.pk)).order_by(
        "-id"
    )
    return [
        {
            "label": DEEDS.get(row.action, row.action),
            "at": f"{row.at.astimezone(ZONE):%Y-%m-%d %H:%M}",
            "actor": row.actor_name,
            "note": "；".join(_change(name, *change) for name, change in row.changes.items()),
        }
        for row in rows[:SHOWN_HISTORY]
    ]


def _change(name: str, old: Any, new: Any) -> str:
    return f"{COLUMNS.get(name, name)} {_words(name, old)} → {_words(name, new)}"


def _words(name: str, value: Any) -> str:
    if value in (None, "", []):
        return "无"
    if name == "price_fen":
        return f"{yuan_display(value)} 元"
    if name == "goods":
        return Goods(value).label
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(value) if isinstance(value, list) else str(value)


def _saved(request: SignedIn, county: Region, words: str) -> HttpResponse:
    messages.success(request, words)
    response = redirect("needs:catalogue")
    response["Location"] += f"?county={county.code}"
    return response


def asked_county(request: SignedIn) -> Region:
    """The county asked for, or the only one there is; 404 outside one's own."""
    form = CatalogueFilter(request.GET)
    if not form.is_valid():
        raise Http404
    held = [row for row in grants(request.user).of(Verb.VIEW)]
    codes = {county_of(row.low) for row in held}
    asked = form.cleaned_data["county"]
    if asked is not None and asked not in codes:
        codes = {asked} if any(row.low <= asked <= row.high for row in held) else set()
    code = asked if asked in codes else min(codes, default=0) if asked is None else 0
    return get_object_or_404(Region, code=code, level=Level.COUNTY)


def _own_county(request: SignedIn) -> Region:
    county = asked_county(request)
    if not _may_edit(request, county):
        raise Http404
    return county


def _may_edit(request: SignedIn, county: Region) -> bool:
    return grants(request.user).allow(Verb.APPROVE, county.code)
