"""The people of a household, and what the township records about it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import ensure
from accounts.views.access import officer_page
from needs.forms.household import BankForm, LeavingForm, MemberForm, MonitoringForm
from needs.models import Household, HouseholdMember
from needs.services import household_records, members
from needs.views.filing import household_form, posted
from needs.views.household import households_of


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedIn, pk: int) -> HttpResponse:
    """One more person of the household."""
    household = _household(request, pk, Verb.COLLECT)
    form = MemberForm(posted(request))
    return household_form(
        request,
        form,
        household=household,
        title="登记家庭成员",
        submit="保存",
        purpose="member-add",
        work=lambda: members.add(actor=request.user, household=household, content=form.content()).pk,
        done="已登记。",
        note="只有办理的工作人员能看到，不会公开。",
    )


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, pk: int, member: int) -> HttpResponse:
    """Correct a person."""
    household = _household(request, pk, Verb.COLLECT)
    person = _member(household, member)
    form = MemberForm(posted(request), member=person)
    return household_form(
        request,
        form,
        household=household,
        title=f"修改 {person.name}",
        submit="保存",
        purpose="member-edit",
        work=lambda: members.edit(actor=request.user, member=person, content=form.content()).pk,
        done="已修改。",
        about=f"member {person.pk}",
        remove=person.pk,
    )


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedIn, pk: int, member: int) -> HttpResponse:
    """Take a person off the list, saying why."""
    household = _household(request, pk, Verb.COLLECT)
    person = _member(household, member)
    form = LeavingForm(posted(request))

    def work() -> int:
        members.remove(actor=request.user, member=person, why=form.cleaned_data["why"])
        return household.pk

    return household_form(
        request,
        form,
        household=household,
        title=f"移出 {person.name}",
        submit="移出",
        purpose="member-remove",
        work=work,
        done="已移出。",
        about=f"member {person.pk}",
        danger=True,
        note="移出后，这个人登记的内容全部删除；迁出和去世会减少家庭人口。",
    )


@officer_page(Verb.CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def monitoring(request: SignedIn, pk: int) -> HttpResponse:
    """Whether the household is watched (监测对象), and its risk."""
    household = _household(request, pk, Verb.CHECK)
    known = {"monitored": household.monitored, "risk": household.risk, "since": household.risk_since}
    form = MonitoringForm(posted(request), initial=known)

    def work() -> int:
        household_records.set_monitoring(actor=request.user, household=household, **form.cleaned_data)
        return household.pk

    return household_form(
        request,
        form,
        household=household,
        title="监测情况",
        submit="保存",
        purpose="monitoring",
        work=work,
        done="已保存。",
    )


@officer_page(Verb.CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def bank(request: SignedIn, pk: int) -> HttpResponse:
    """The household's own account; recorded by the township alone."""
    household = _household(request, pk, Verb.CHECK)
    form = BankForm(posted(request), holders=household_records.holders(household))

    def work() -> int:
        household_records.set_bank_account(
            actor=request.user,
            household=household,
            number=form.cleaned_data["number"],
            holder=form.cleaned_data["holder"],
        )
        return household.pk

    return household_form(
        request,
        form,
        household=household,
        title="银行账号",
        submit="保存",
        purpose="bank",
        work=work,
        done="已保存，只显示后四位。",
        note="照着社保卡或存折填写。村里的工作人员不能填写账号。",
    )


def _household(request: SignedIn, pk: int, verb: Verb) -> Household:
    household = get_object_or_404(households_of(request), pk=pk)
    ensure(request.user, verb, household.region_id)
    return household


def _member(household: Household, pk: int) -> HouseholdMember:
    return get_object_or_404(household.people.select_related("household"), pk=pk)
