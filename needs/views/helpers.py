"""Helpers on the spot: the office's pages of a household, the helper's own list, and the household's."""

from typing import Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import ensure, grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager
from accounts.views.outbox import asked_key
from fupin.lib.errors import InvalidInput
from fupin.lib.paging import keyset_page
from needs.forms.helpers import HelpDecideForm, HelperEndForm, HelperForm, HelperRespondForm, HelpForm
from needs.household_enums import HelperAnswer, HelpState
from needs.household_queues import HOUSEHOLD_DAYS, help_row, help_waiting
from needs.models import Household, HouseholdHelper, OfflineHelp
from needs.services import helpers as service
from needs.views.filing import file, household_form, posted
from needs.views.household import households_of


def _acts() -> QuerySet[OfflineHelp]:
    return OfflineHelp.objects.select_related(
        "helper__household", "helper__user", "recorded_by", "decided_by"
    )


def _shown(request: SignedIn, acts: list[OfflineHelp]) -> list[dict[str, Any]]:
    return [
        {"act": act, "may_decide": act.state == HelpState.OPEN and service.may_decide(request.user, act)}
        for act in acts
    ]


@officer_page(Verb.VIEW)
@require_safe
def index(request: SignedIn, pk: int) -> HttpResponse:
    """Who helps the household, and what was done, newest first."""
    household = get_object_or_404(households_of(request), pk=pk)
    page = keyset_page(
        _acts().filter(helper__household=household), order=("-id",), cursor=request.GET.get("cursor")
    )
    may_write = grants(request.user).allow(Verb.COLLECT, household.region_id)
    context = {
        "household": household,
        "living": household.helpers.filter(until=None).order_by("id"),
        "ended": household.helpers.exclude(until=None).order_by("-until", "-id")[: service.MOST],
        "rows": _shown(request, page.items),
        "may_end": may_write,
        "may_write": may_write and not household.closed_at,
        **pager(request, page),
    }
    return render(request, "needs/office/helpers.html", context)


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn, pk: int) -> HttpResponse:
    """Link a helper to the household."""
    household = _household(request, pk)
    form = HelperForm(posted(request))
    return household_form(
        request,
        form,
        household=household,
        title="登记帮扶人",
        submit="登记",
        purpose="helper-add",
        work=lambda: service.add(actor=request.user, household=household, content=form.content()).pk,
        done="已登记。",
        note="第一书记、驻村工作队、帮扶单位、帮扶责任人、农技员。只有工作人员和本户看得到，不会公开。",
    )


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: SignedIn, pk: int, helper: int) -> HttpResponse:
    """End a link, saying why."""
    household = _household(request, pk)
    row = _helper(household, helper)
    form = HelperEndForm(posted(request))
    return household_form(
        request,
        form,
        household=household,
        title=f"结束 {row.name} 的帮扶",
        submit="结束",
        purpose="helper-end",
        work=lambda: service.end(actor=request.user, helper=row, **form.cleaned_data).pk,
        done="已结束，登记留作查询。",
        about=f"helper {row.pk}",
        danger=True,
    )


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SignedIn, pk: int, helper: int) -> HttpResponse:
    """The village writes down what a helper did."""
    household = _household(request, pk)
    row = _helper(household, helper)
    form = HelpForm(posted(request))
    return household_form(
        request,
        form,
        household=household,
        title=f"登记 {row.name} 的帮扶",
        submit="登记",
        purpose="help-record",
        work=lambda: service.record(actor=request.user, helper=row, content=form.content()).pk,
        done="已登记，等本户或者另一位工作人员确认。",
        about=f"helper {row.pk}",
    )


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SignedIn, pk: int, act: int) -> HttpResponse:
    """A second officer says whether it happened."""
    household = _household(request, pk)
    row = get_object_or_404(_acts(), pk=act, helper__household=household)
    form = HelpDecideForm(posted(request))
    return household_form(
        request,
        form,
        household=household,
        title="确认线下帮扶",
        submit="保存",
        purpose="help-decide",
        work=lambda: service.decide(actor=request.user, act=row, **form.cleaned_data).pk,
        done="已保存。",
        note=_words(row),
        about=f"help {row.pk}",
    )


@officer_page(Verb.COLLECT)
@require_safe
def waiting(request: SignedIn) -> HttpResponse:
    """Recorded help that I may confirm as a second person, longest waiting first."""
    page = keyset_page(help_waiting(request.user), order=("id",), cursor=request.GET.get("cursor"))
    context = {
        "rows": [help_row(act) for act in page.items],
        "title": "线下帮扶等确认",
        "lead": f"帮扶人做过的事，由另一个人确认。本户有账号的先问本户，{HOUSEHOLD_DAYS} 天没有答复再请您确认。",
        **pager(request, page),
    }
    return render(request, "needs/office/household_queue.html", context)


@login_required
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """The households I help now, as their villages recorded it, newest first."""
    rows = request.user.helping.filter(until=None).select_related("household__region__parent")
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("cursor"))
    return render(request, "needs/apply/helping.html", {"rows": page.items, **pager(request, page)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_record(request: SignedIn, pk: int) -> HttpResponse:
    """I write down what I did for a household I help; the village confirms it."""
    row = get_object_or_404(request.user.helping.select_related("household"), pk=pk)
    form = HelpForm(posted(request))
    status = file(
        request,
        form,
        purpose="help-own",
        about={"helper": row.pk},
        work=lambda: service.record(actor=request.user, helper=row, content=form.content()).pk,
        done="已登记，等本户或者村里确认。",
    )
    if status is None:
        return redirect("needs:helping-record", row.pk)
    page = keyset_page(_acts().filter(helper=row), order=("-id",), cursor=request.GET.get("cursor"))
    context = {
        "helper": row,
        "form": form,
        "respond": HelperRespondForm(),
        "rows": _shown(request, page.items),
        **pager(request, page),
    }
    return render(request, "needs/apply/helping_record.html", context, status=status)


@login_required
@require_POST
def respond(request: SignedIn, pk: int) -> HttpResponse:
    """I agree to be named as a helper, or decline."""
    row = get_object_or_404(request.user.helping.select_related("household"), pk=pk)
    form = HelperRespondForm(request.POST)
    if not form.is_valid():
        raise InvalidInput("请点“是我，同意”或者“不同意”。")
    agrees = form.cleaned_data["answer"] == HelperAnswer.AGREED
    content = {"helper": row.pk, **form.cleaned_data}
    once(
        actor=request.user,
        key=asked_key(request),
        purpose="helper-respond",
        content=content,
        work=lambda: (
            service.respond(
                actor=request.user, helper=row, agrees=agrees, reason=form.cleaned_data["reason"]
            ).pk
        ),
    )
    notices.success(
        request, "谢谢您，以后做了什么可以在这里登记。" if agrees else "已记下，您不再列为这户的帮扶人。"
    )
    return redirect("needs:helping-record", row.pk) if agrees else redirect("needs:helping")


@login_required
@require_safe
def received(request: SignedIn) -> HttpResponse:
    """My family's helpers, and what was recorded as done for us."""
    household = Household.objects.filter(account=request.user).first()
    if household is None:
        return redirect("needs:apply")
    page = keyset_page(
        _acts().filter(helper__household=household), order=("-id",), cursor=request.GET.get("cursor")
    )
    context = {
        "living": household.helpers.filter(until=None).order_by("id"),
        "rows": _shown(request, page.items),
        **pager(request, page),
    }
    return render(request, "needs/apply/helpers.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """The household says whether recorded help happened."""
    row = get_object_or_404(_acts(), pk=pk, helper__household__account=request.user)
    form: Form = HelpDecideForm(posted(request))
    status = file(
        request,
        form,
        purpose="help-answer",
        about={"help": row.pk},
        work=lambda: service.decide(actor=request.user, act=row, **form.cleaned_data).pk,
        done="已保存，谢谢您。",
    )
    if status is None:
        return redirect("needs:apply-helpers")
    context = {"form": form, "words": _words(row)}
    return render(request, "needs/apply/helper_answer.html", context, status=status)


def _words(act: OfflineHelp) -> str:
    return f"{act.day:%Y-%m-%d} {act.helper.name} {act.get_kind_display()}：{act.words}"


def _household(request: SignedIn, pk: int) -> Household:
    household = get_object_or_404(households_of(request), pk=pk)
    ensure(request.user, Verb.COLLECT, household.region_id)
    return household


def _helper(household: Household, pk: int) -> HouseholdHelper:
    return get_object_or_404(household.helpers.select_related("household", "user"), pk=pk)
