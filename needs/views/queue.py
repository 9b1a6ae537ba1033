"""The queue of a gate, next due first, and checking several routine needs of it at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import asked_key
from accounts.views.places import asked_region
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.paging import keyset_page
from needs import deadlines
from needs.enums import Flag, Status
from needs.forms.office import BulkForm, QueueFilter
from needs.models import Need
from needs.office_queries import VERB_OF, queue, within
from needs.services import bulk

MINE = {Status.SUBMITTED: "待我核实", Status.VERIFIED: "待我检查", Status.CHECKED: "待我发布"}


def gates_of(user: Any) -> list[tuple[str, str]]:
    """The gates this person holds anywhere, with the words of their tabs."""
    held = grants(user)
    return [(status, label) for status, label in MINE.items() if any(True for _ in held.of(VERB_OF[status]))]


def page(
    request: SignedIn,
    status: str,
    tabs: list[dict[str, Any]],
    *,
    form: BulkForm | None = None,
    code: int = 200,
) -> HttpResponse:
    """One gate's queue: `?region=&kind=&flagged=&overdue=`."""
    wanted = QueueFilter(request.GET, places=_places(request.user, status))
    wanted.is_valid()
    needs = queue(request.user, status).filter(within(asked_region(request)))
    if kind := wanted.cleaned_data.get("kind"):
        needs = needs.filter(kind=kind)
    if wanted.cleaned_data.get("flagged"):
        needs = needs.exclude(flags=[])
    if wanted.cleaned_data.get("overdue"):
        needs = needs.filter(waiting_since__lt=deadlines.overdue_before(status))
    found = keyset_page(needs, order=("waiting_since", "id"), cursor=request.GET.get("cursor"))
    opened = bulk.opened_of(request.user, found.items)
    single = bulk.why_single(found.items)
    context = {
        "rows": [_row(need, need.pk in opened, single[need.pk]) for need in found.items],
        "tabs": tabs,
        "status": status,
        "filter": wanted,
        "filtered": any(wanted.cleaned_data.values()),
        "promise": deadlines.promise(),
        "bulk": (form or BulkForm()) if status == Status.VERIFIED else None,
        "most": bulk.MOST,
        **pager(request, found),
    }
    return render(request, "needs/office/queue.html", context, status=code)


@officer_page(Verb.CHECK)
@require_POST
def check_many(request: SignedIn) -> HttpResponse:
    """Check the chosen needs once and say of each whether it was done, or why not: on a page, or to the outbox."""
    form = BulkForm(request.POST)
    back = f"{reverse('needs:office-needs')}?status={Status.VERIFIED}"
    try:
        results = _check(request, form)
    except (InvalidInput, Conflict) as error:
        refused = {"results": [], "error": error.message, "back": back}
        return render(request, "needs/office/bulk_done.html", refused, status=error.status)
    done = sum(not result.problem for result in results)
    if "X-Outbox" in request.headers:
        _say(request, results, done)
        return redirect(back)
    context: dict[str, Any] = {"results": results, "done": done, "left": len(results) - done, "back": back}
    return render(request, "needs/office/bulk_done.html", context)


def _check(request: SignedIn, form: BulkForm) -> list[bulk.Result]:
    """What became of each; nothing where this very form was taken before."""
    if not form.is_valid():
        raise InvalidInput("选中的求助或意见有误，请重新选择。")
    given = {"ids": form.cleaned_data["need"], "comment": form.cleaned_data["comment"]}
    results: list[bulk.Result] = []

    def work() -> int:
        results.extend(bulk.check_many(actor=request.user, **given))
        return request.user.pk

    once(actor=request.user, key=asked_key(request), purpose="check-many", content=given, work=work)
    return results


def _say(request: SignedIn, results: list[bulk.Result], done: int) -> None:
    """The same in messages; what was not done is a refusal that the outbox shows."""
    messages.success(request, f"办好 {done} 条，已交县里发布。" if results else "这些求助已经办过。")
    if refused := [f"“{result.need.title}”{result.problem}" for result in results if result.problem]:
        messages.error(request, f"没有办 {len(refused)} 条：{'；'.join(refused)}。")


def _row(need: Need, opened: bool, single: str) -> dict[str, Any]:
    return {
        "need": need,
        "who": need.household.name if need.household else need.region.name,
        "due": deadlines.due(need),
        "flags": [Flag(code).label for code in need.flags],
        "opened": opened,
        "single": single,
    }


def _places(user: Any, status: str) -> list[Region]:
    """The regions directly below those where the person holds this gate."""
    roots = {row.low for row in grants(user).of(VERB_OF[status])}
    return list(Region.objects.filter(parent__in=roots, valid_to=None).order_by("code"))
