"""The charity's statements: upload, look, confirm; then the lines that a person has to decide about."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from donors import payout_queries
from donors.enums import Direction, LineReason, LineState, StatementState
from donors.models import Pledge, Statement, StatementLine
from donors.office_queries import of_my_accounts
from donors.payout_queries import payouts_of_mine
from donors.services import matching, payout_matching
from donors.services import statements as service
from donors.statement_forms import LineFilter, MatchForm, ReasonForm, SettleForm, UploadForm
from donors.statements import references
from donors.statements.queries import lines_visible_to, my_accounts, overdue_before, statements_visible_to
from fupin.lib.clock import day_of
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.money import yuan_display
from fupin.lib.paging import keyset_page

PREVIEW_LINES = 20
STATES = ((LineState.OPEN, "待处理"), (LineState.SETTLED, "已处理"), (LineState.NEW, "正在核对"))
WORDS = {
    LineReason.AMOUNT: "核对后可以按实际金额确认；多出的部分留在这里另行处理。",
    LineReason.NO_REFERENCE: "看看下面有没有金额一样的认领，或者联系汇款人。",
    LineReason.SEVERAL: "一笔汇款可以分给几个认领：一个一个确认。",
    LineReason.ENDED: "请联系爱心人士：退回，或作为其他捐赠。",
    LineReason.FULL: "求助已由别人认满。请联系爱心人士：退回，或作为其他捐赠。",
    LineReason.COUNTED: "可能是重复汇款，也可能付了两次。请联系对方核实。",
    LineReason.ELSEWHERE: "请与那个账户的慈善组织联系。",
    LineReason.REFUSED: "不能确认自己的捐赠；或者办理人当时没有权限。",
}


@officer_page(Verb.RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """Bring in a statement; what was brought in before."""
    accounts = list(my_accounts(request.user))
    form = UploadForm(
        request.POST if request.method == "POST" else None, request.FILES or None, accounts=accounts
    )
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = service.upload(actor=request.user, account=form.chosen, file_name=file.name, source=file)
            if made.state != StatementState.PREVIEW:
                messages.info(request, "这份文件以前已经导入过，没有重复导入。")
            return redirect(made)
        except InvalidInput as error:
            add_errors(form, error)
    page = keyset_page(
        statements_visible_to(request.user).exclude(state=StatementState.DISCARDED),
        order=("-id",),
        cursor=request.GET.get("cursor"),
    )
    context = {"form": form, "rows": page.items, "accounts": accounts, **pager(request, page)}
    return render(request, "donors/office/statements.html", context, status=400 if form.errors else 200)


@officer_page(Verb.RECONCILE)
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    """One file: what it holds before it is confirmed, how far the matching is, what came of it."""
    statement = _statement(request, pk)
    lines = service.lines_of(statement)
    page = keyset_page(_of(request, statement), order=("number", "id"), cursor=request.GET.get("cursor"))
    counts = [
        {"term": label, "value": f"{statement.lines.filter(state=state).count()} 笔"}
        for state, label in STATES
    ]
    context = {
        "statement": statement,
        "preview": [
            {"line": line, "references": references.readings(line.memo)} for line in lines[:PREVIEW_LINES]
        ],
        "facts": _sums(statement, lines) if lines else counts,
        "lines": [_row(line) for line in page.items],
        "running": statement.state == StatementState.RUNNING,
        **pager(request, page),
    }
    return render(request, "donors/office/statement.html", context)


@officer_page(Verb.RECONCILE)
@require_POST
def confirm(request: SignedIn, pk: int) -> HttpResponse:
    statement = service.confirm(actor=request.user, statement=_statement(request, pk))
    messages.success(request, f"已导入，新的流水 {statement.new_lines} 笔，正在核对。")
    return redirect(statement)


@officer_page(Verb.RECONCILE)
@require_POST
def discard(request: SignedIn, pk: int) -> HttpResponse:
    service.discard(actor=request.user, statement=_statement(request, pk))
    messages.success(request, "已放弃，没有导入任何流水。")
    return redirect("donors:statements")


@officer_page(Verb.RECONCILE)
@require_safe
def queue(request: SignedIn) -> HttpResponse:
    """Lines by state, the longest waiting first."""
    form = LineFilter(request.GET)
    if not form.is_valid():
        raise Http404
    state = form.cleaned_data["state"] or LineState.OPEN
    mine = lines_visible_to(request.user).filter(state=state)
    page = keyset_page(mine, order=("id",), cursor=request.GET.get("cursor"))
    context = {
        "rows": [_row(line) for line in page.items],
        "tabs": tabs(request, "state", STATES, state),
        **pager(request, page),
    }
    return render(request, "donors/office/statement_lines.html", context)


@officer_page(Verb.RECONCILE)
@require_safe
def line(request: SignedIn, pk: int) -> HttpResponse:
    """One line: what the bank says, whose it may be, what was decided."""
    return _line_page(request, _line(request, pk))


@officer_page(Verb.RECONCILE)
@require_POST
def act(request: SignedIn, pk: int, action: str) -> HttpResponse:
    """Say whose money it is, what else it was, or take a match back."""
    if action not in ACTIONS:
        raise Http404
    found = _line(request, pk)
    form_class, work = ACTIONS[action]
    form = form_class(request.POST)
    status = 400
    if form.is_valid():
        try:
            work(request, found, form)
        except InvalidInput as error:
            add_errors(form, error)
        except Conflict as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, "已登记。")
            return redirect(found)
    return _line_page(request, _line(request, pk), action=action, bound=form, status=status)


def _match(request: SignedIn, found: StatementLine, form: CleanForm) -> None:
    number = form.cleaned_data["reference"]
    pledge = of_my_accounts(request.user).filter(reference=number).first()
    payout = payouts_of_mine(request.user).filter(number=number).first()
    if pledge:
        matching.accept(actor=request.user, line=found, pledge=pledge)
    elif payout:
        payout_matching.prove(actor=request.user, line=found, payout=payout)
    else:
        raise InvalidInput(fields={"reference": ["没有找到这个编号的认领或拨付，请核对。"]})


def _settle(request: SignedIn, found: StatementLine, form: CleanForm) -> None:
    matching.settle(actor=request.user, line=found, **form.cleaned_data)


def _undo(request: SignedIn, found: StatementLine, form: CleanForm) -> None:
    last = found.matches.filter(undoes=None, undone_by=None).order_by("-id").first()
    if last is None:
        raise Conflict("这一行没有可以撤销的登记。")
    matching.undo(actor=request.user, match=last, reason=form.cleaned_data["reason"])


ACTIONS: dict[str, tuple[type[CleanForm], Callable[[SignedIn, StatementLine, CleanForm], None]]] = {
    "match": (MatchForm, _match),
    "settle": (SettleForm, _settle),
    "undo": (ReasonForm, _undo),
}


def _line_page(
    request: SignedIn,
    found: StatementLine,
    *,
    action: str = "",
    bound: CleanForm | None = None,
    status: int = 200,
) -> HttpResponse:
    forms = {name: form_class() for name, (form_class, _) in ACTIONS.items()}
    matches = list(found.matches.select_related("pledge__need", "payout", "actor", "undoes"))
    undone = {row.undoes_id for row in matches if row.undoes_id}
    context = {
        "line": found,
        "row": _row(found),
        "forms": {**forms, action: bound} if bound else forms,
        "refusals": bound.non_field_errors() if bound else [],
        "hint": WORDS.get(LineReason(found.reason), "") if found.reason and found.open_fen else "",
        "known": found.pledge if found.open_fen else None,
        "likely": _likely(found),
        "known_payout": found.payout if found.open_fen else None,
        "payouts": _likely_payouts(found),
        "matches": [{"match": row, "undone": row.pk in undone} for row in matches],
        "may_undo": any(row.undoes_id is None and row.pk not in undone for row in matches),
    }
    return render(request, "donors/office/statement_line.html", context, status=status)


def _likely(found: StatementLine) -> list[dict[str, Any]]:
    """Promises of the same amount; never who else is among the charity's donors."""
    if not found.open_fen or found.direction == Direction.OUT:
        return []
    name = found.counterparty.open() if found.counterparty else ""
    rows: list[tuple[Pledge, bool]] = references.likely(found.account, found.open_fen, name)
    return [{"pledge": pledge, "same_name": same} for pledge, same in rows if pledge != found.pledge]


def _likely_payouts(found: StatementLine) -> list[dict[str, Any]]:
    """Payouts of the same amount that no line proves yet."""
    if not found.open_fen or found.direction == Direction.IN:
        return []
    name = found.counterparty.open() if found.counterparty else ""
    rows = payout_queries.likely(found.account, found.open_fen, name)
    return [{"payout": payout, "same_name": same} for payout, same in rows if payout != found.payout]


def _statement(request: SignedIn, pk: int) -> Statement:
    return get_object_or_404(statements_visible_to(request.user), pk=pk)


def _line(request: SignedIn, pk: int) -> StatementLine:
    return get_object_or_404(lines_visible_to(request.user), pk=pk)


def _of(request: SignedIn, statement: Statement) -> QuerySet[StatementLine]:
    return lines_visible_to(request.user).filter(statement=statement)


def _sums(statement: Statement, lines: list[Any]) -> list[dict[str, str]]:
    facts = [{"term": "期间", "value": f"{statement.first_on:%Y-%m-%d} 至 {statement.last_on:%Y-%m-%d}"}]
    for direction in Direction:
        mine = [line.fen for line in lines if line.direction == direction]
        value = f"{len(mine)} 笔，{yuan_display(sum(mine))} 元"
        facts.append({"term": direction.label, "value": value})
    named = sum(1 for line in lines if references.readings(line.memo))
    return [*facts, {"term": "附言里有转账编号", "value": f"{named} 笔"}]


def _row(found: StatementLine) -> dict[str, Any]:
    open_still = found.state == LineState.OPEN
    return {"line": found, "late": open_still and day_of(found.created_at) < overdue_before()}
