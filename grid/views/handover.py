"""The handover wizard: what a post leaves open, who goes on with it, and its end."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.models import Appointment, User
from accounts.permissions import grants
from accounts.queries import appointments_seen_by
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import asked_key
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, LineField, add_errors
from fupin.lib.paging import keyset_page
from grid.models import Subject
from grid.queries.inspections import items_visible_to
from grid.services import handover as service

SENT = ("successor", "leave", "reason")


class FromInspection(CleanForm):
    item = forms.IntegerField(required=False)


class HandoverForm(CleanForm):
    """Ending a post; `successor` and `leave` are asked only where own work is open."""

    successor = forms.ChoiceField(label="由谁接手", required=False, widget=forms.RadioSelect)
    leave = forms.BooleanField(
        label="先不交接",
        required=False,
        help_text="没办完的工作会留在“待交接”里，直到有人接手。",
    )
    reason = LineField(label="结束原因", max_length=200, help_text="例如：换届、调离、本人申请。")

    def __init__(
        self, *args: Any, candidates: list[Appointment], own: int, ended: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].choices = [  # type: ignore[attr-defined]
            (
                str(one.user_id),
                f"{one.user.get_full_name()}（{one.region.name} {one.get_role_display()}）",
            )
            for one in candidates
        ]
        if not own:
            del self.fields["successor"], self.fields["leave"]
        else:
            self.fields["successor"].required = not self.data.get("leave")
            self.fields["successor"].initial = str(candidates[0].user_id) if candidates else None
        if ended:
            del self.fields["reason"]
            self.fields.pop("leave", None)


@officer_page(Verb.APPOINT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """The posts that are over or about to be and whose work nobody took over yet."""
    page = keyset_page(service.due(request.user), order=("-id",), cursor=request.GET.get("cursor"))
    return render(request, "grid/handovers.html", {"rows": page.items, **pager(request, page)})


@officer_page(Verb.APPOINT)
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: SignedIn, pk: int) -> HttpResponse:
    """Everything open at the post, and one form that hands over and ends it."""
    post = get_object_or_404(appointments_seen_by(request.user), pk=pk)
    works = service.open_work(post)
    own = sum(work.count for work in works if work.moves)
    form = HandoverForm(
        request.POST if request.method == "POST" else None,
        candidates=service.candidates(post) if own else [],
        own=own,
        ended=post.ended_at is not None,
        initial={"reason": _found(request, post)},
    )
    status = 400
    if form.is_bound and form.is_valid():
        try:
            once(
                actor=request.user,
                key=asked_key(request),
                purpose="handover",
                # As sent, not as cleaned: once the post is over, the same form has fewer fields.
                content={"post": pk, **{name: request.POST.get(name, "") for name in SENT}},
                work=lambda: _hand_over(request, post, form.cleaned_data),
            )
            messages.success(request, "已办理。权限立即收回，办过的事都保留。")
            return redirect("accounts:appointments")
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {
        "post": post,
        "form": form,
        "works": works,
        "own": own,
        "ended": post.ended_at is not None,
        "idle": post.ended_at is not None and not own,
        "opens": grants(request.user).allow(Verb.VIEW, post.region_id),
    }
    return render(request, "grid/handover.html", context, status=status if form.errors else 200)


def _found(request: SignedIn, post: Appointment) -> str:
    """What an inspection (`?item=`) found at this post, as the reason to begin with."""
    asked = FromInspection(request.GET)
    pk = asked.cleaned_data["item"] if asked.is_valid() else None
    officers = items_visible_to(request.user).filter(inspection__subject=Subject.OFFICERS, object_id=post.pk)
    item = officers.filter(pk=pk).first() if pk else None
    return f"督查发现不履职：{item.finding}"[:200] if item else ""


def _hand_over(request: SignedIn, post: Appointment, values: dict[str, Any]) -> int:
    chosen = values.get("successor")
    successor = User.objects.filter(pk=int(chosen)).first() if chosen and not values.get("leave") else None
    service.hand_over(
        actor=request.user,
        post=post,
        successor=successor,
        reason=values.get("reason", ""),
        leave=bool(values.get("leave")),
    )
    return post.pk
