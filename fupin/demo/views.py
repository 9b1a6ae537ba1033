"""The demo's own pages: who one can be, entering with one click, and the text messages that were not sent."""

import json
from collections import deque
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.sessions import open_session
from donors.models import CharityAccount
from fupin.demo import bank_files
from fupin.demo.bank_files import LAYOUTS
from fupin.demo.moneybox import opening_fen, sample_movements
from fupin.demo.personas import BY_SLUG, GROUPS, user_of
from fupin.demo.places import QIDONG
from fupin.demo.seed import is_seeded
from fupin.lib.clock import ZONE
from fupin.styleguide import sample_context

INBOX_LINES = 100


@never_cache
@require_GET
def personas(request: HttpRequest) -> HttpResponse:
    """What this site is about, and everybody one can be."""
    return render(request, "demo/personas.html", {"groups": GROUPS, "seeded": is_seeded()})


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Enter as a persona; an unknown one, or one not seeded yet, is 404."""
    persona = BY_SLUG.get(request.POST.get("persona", ""))
    user = user_of(persona) if persona else None
    if persona is None or user is None:
        raise Http404
    open_session(request, user)
    return redirect(persona.landing)


@never_cache
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The last text messages, newest first."""
    return render(request, "demo/inbox.html", {"messages_sent": _sent()})


@never_cache
@require_GET
def statements(request: HttpRequest) -> HttpResponse:
    """Bank statements to try out as the charity persona, in the layouts of three banks."""
    account = _sample_account()
    context = {"account": account, "layouts": LAYOUTS, "rows": sample_movements(account) if account else []}
    return render(request, "demo/statements.html", context)


@never_cache
@require_GET
def statement_file(request: HttpRequest, layout: str) -> HttpResponse:
    """One of them, made of what donors declared and the charity planned up to now."""
    account, found = _sample_account(), LAYOUTS.get(layout)
    if account is None or found is None:
        raise Http404
    data = bank_files.statement_file(found, account, sample_movements(account), opening_fen(account))
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="statement-{layout}.{found.suffix}"'
    return response


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component of the design system."""
    return render(request, "styleguide.html", sample_context())


def _sample_account() -> CharityAccount | None:
    return CharityAccount.objects.filter(region=QIDONG).order_by("id").first()


def _sent() -> list[dict[str, Any]]:
    try:
        with (settings.DATA_DIR / "sms.jsonl").open(encoding="utf-8") as lines:
            # The last line may still be growing.
            last = deque((line for line in lines if line.endswith("\n")), INBOX_LINES)
    except FileNotFoundError:
        return []
    rows = [json.loads(line) for line in last]
    return [{**row, "at": datetime.fromisoformat(row["at"]).astimezone(ZONE)} for row in reversed(rows)]
