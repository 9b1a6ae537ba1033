"""Which required posts nobody holds, and the register of those who hold one."""

import tempfile
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.enums import Role, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.services import roster
from accounts.services.appointments import may_appoint
from accounts.slots import SHOWN_VILLAGES, Child, Missing, vacancies
from accounts.views.access import officer_page
from accounts.views.listing import address
from accounts.views.places import place, roots_of
from fupin.lib.clock import today
from fupin.lib.downloads import download

SHOWN_POSTS = 1000
COLUMNS = (
    {"label": "地区"},
    {"label": "本级空缺", "numeric": True},
    {"label": "没有信息员的村", "numeric": True},
    {"label": "村（社区）", "numeric": True},
)


@officer_page(Verb.APPOINT, Verb.REPORT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """`?region=`: its own vacant posts, those of the regions below by number, and its first villages without one."""
    where = place(request, roots=roots_of(request.user, Verb.APPOINT, Verb.REPORT), deepest=4)
    context: dict[str, Any] = {"place": where}
    if where.region:
        found = vacancies(where.region)
        missing = [one for child in found.children for one in child.missing]
        context |= {
            "tiles": [
                {"label": "本级空缺", "value": sum(one.short for one in found.missing), "unit": "人"},
                {"label": "下一级空缺", "value": sum(one.short for one in missing), "unit": "人"},
                {
                    "label": "没有信息员的村",
                    "value": found.vacant,
                    "unit": "个",
                    "note": f"共 {found.villages} 个",
                },
            ],
            "missing": [_row(request, one) for one in [*found.missing, *missing]],
            "columns": COLUMNS,
            "children": [_child_row(request, child) for child in found.children],
            "villages": [_village_row(request, village) for village in found.without],
            "more": max(found.vacant - SHOWN_VILLAGES, 0),
        }
    return render(request, "accounts/vacancies.html", context)


@officer_page(Verb.APPOINT)
@require_safe
def register(request: SignedIn) -> HttpResponse:
    """《信息管理员登记表》 to print; numbers always masked."""
    where = place(request, roots=roots_of(request.user, Verb.APPOINT), deepest=4)
    context: dict[str, Any] = {"place": where, "columns": roster.COLUMNS}
    if where.region:
        posts = list(roster.listed(request.user, where.region)[: SHOWN_POSTS + 1])
        context |= {
            "heading": roster.title(where.region),
            "day": today(),
            "rows": [
                list(zip(roster.COLUMNS, roster.cells(post, number=n, open_phone=False), strict=True))
                for n, post in enumerate(posts[:SHOWN_POSTS], start=1)
            ],
            "more": len(posts) > SHOWN_POSTS,
            "opens": grants(request.user).allow(Verb.REVEAL, where.region.code),
        }
    return render(request, "accounts/roster.html", context)


@officer_page(Verb.APPOINT)
@require_safe
def register_sheet(request: SignedIn) -> HttpResponse:
    """The same as a sheet, recorded."""
    where = place(request, roots=roots_of(request.user, Verb.APPOINT), deepest=4)
    if where.region is None:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        roster.export(actor=request.user, region=where.region, target=path)
        return download(path.read_bytes(), f"{roster.title(where.region)}.xlsx")


def _appoint_url(request: SignedIn, region: Region, role: str) -> str:
    """The appointing form, filled in, where this person may; else nothing."""
    if not may_appoint(request.user, role, region):
        return ""
    return f"{reverse('accounts:appoint')}?{urlencode({'region': str(region.code), 'role': role})}"


def _row(request: SignedIn, one: Missing) -> dict[str, Any]:
    role = Role(one.slot.role)
    return {
        "place": one.region.name,
        "label": one.slot.label,
        "role": role.label,
        "short": one.short,
        "url": _appoint_url(request, one.region, role),
    }


def _child_row(request: SignedIn, child: Child) -> list[dict[str, Any]]:
    return [
        {"value": child.region.name, "url": address(request, region=child.region.code)},
        {"value": child.short},
        {"value": child.vacant},
        {"value": child.villages},
    ]


def _village_row(request: SignedIn, village: Region) -> dict[str, Any]:
    return {
        "name": village.name,
        "town": village.parent.name if village.parent else "",
        "url": _appoint_url(request, village, Role.VILLAGE_OFFICER),
    }
