"""A household's own door (自主申报): registering itself, its own needs, what is on its way."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Level
from accounts.http import SignedIn
from accounts.models import Region, User
from accounts.services.submissions import once
from accounts.views.listing import address
from accounts.views.outbox import asked_key
from accounts.views.places import place
from fupin.lib.clock import ZONE, now
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import add_errors
from needs.enums import Evidence, Status
from needs.forms.apply import SelfRegisterForm
from needs.household_queues import help_of
from needs.lifecycle import SENT_BACK
from needs.models import Household, HouseholdClaim, Need
from needs.office_queries import own_needs
from needs.pace import place_of
from needs.services import households as service
from needs.signals import household_page
from needs.views.write import write

SHOWN = 50
CONSENT = f"needs/consent_{service.CONSENT_TEXT}.html"
# Status -> where it stands in plain words, and what comes next.
PLAIN = {
    Status.DRAFT: ("还没有提交", "点“接着写”，写好后提交给村里。"),
    Status.SUBMITTED: ("村里正在核实", "村信息员会上门或打电话了解情况。"),
    Status.VERIFIED: ("村里已核实", "乡镇正在检查，有问题会联系您。"),
    Status.CHECKED: ("乡镇已检查", "等县里审批，批准后就公开。"),
    Status.PUBLISHED: ("正在求助", "爱心人士可以看到，有人帮助会告诉您。"),
    Status.MATCHED: ("已经有人全部认下", "东西或善款在路上，收到后请在这里确认。"),
    Status.FULFILLED: ("帮助已全部送到", "不用再做什么。"),
    Status.RETURNED: ("退回来了，要补充", "看看退回的原因，改好再提交。"),
    Status.EXPIRED: ("时间到了，已关闭", "还有困难可以重新写一条。"),
}
BARRED = "现在没有您家的公开同意，不能提交。还想求助，请到“我同意过什么”里重新同意。"


@login_required
@require_safe
def home(request: SignedIn) -> HttpResponse:
    """My needs in plain words, and what waits for my word; before registering: how it works."""
    household = _own(request.user)
    if household is None:
        waiting = HouseholdClaim.objects.filter(claimant=request.user).order_by("-id").first()
        return render(request, "needs/apply/start.html", {"claim": waiting})
    answers: list[tuple[Any, Any]] = household_page.send(sender=Household, household=household)
    deliveries = [row for _, rows in answers for row in rows]
    deliveries += help_of(household, request.user)
    barred = service.why_not_public(household)
    context = {
        "household": household,
        "needs": [_in_plain_words(need, barred) for need in own_needs(household)[:SHOWN]],
        "deliveries": deliveries,
    }
    return render(request, "needs/apply/home.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: SignedIn) -> HttpResponse:
    """First the village, a tap a level; then the few words about the family."""
    if _own(request.user):
        return redirect("needs:apply")
    where = place(request)
    chosen = where.region is not None and where.region.level == Level.VILLAGE
    form = SelfRegisterForm(
        request.POST if request.method == "POST" and chosen else None, initial=_known(request.user)
    )
    status = 400
    if form.is_bound and form.is_valid() and where.region:
        try:
            _register(request, where.region, form)
            messages.success(request, "登记好了，现在可以写求助。")
            return redirect("needs:apply-new")
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
            status = error.status
    context = {
        "form": form,
        "place": where,
        "chosen": chosen,
        "form_url": address(request),
        "consent_text": CONSENT,
    }
    return render(request, "needs/apply/register.html", context, status=status if form.errors else 200)


def _register(request: SignedIn, village: Region, form: SelfRegisterForm) -> int:
    def work() -> int:
        made = service.register(
            actor=request.user,
            region=village,
            content=form.content(),
            evidence=Evidence.OWN_ACCOUNT,
            account=request.user,
        )
        return made.pk

    content = {"village": village.pk, **form.cleaned_data}
    return once(actor=request.user, key=asked_key(request), purpose="register", content=content, work=work)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """The same sheet officers use, in the household's own name."""
    household = _own(request.user)
    if household is None:
        return redirect("needs:apply-register")
    context = {"household": household, "own": True, "cancel_url": "/apply/"}
    return write(request, context, household=household)


def _own(user: User) -> Household | None:
    return Household.objects.filter(account=user).select_related("region__parent").first()


def _known(user: User) -> dict[str, str]:
    """What the account knows already. It is the person's own number, on their own page."""
    phone = user.phone.open().removeprefix("+86") if user.phone else ""
    return {"name": user.name, "phone": phone}


def _when_public(need: Need) -> str:
    if need.queued_at:
        return f"现在求助多、帮助少，按先后公开，您家排第 {place_of(need)} 位。轮到了会告诉您。"
    moment = need.publish_at.astimezone(ZONE) if need.publish_at else now()
    return f"{moment.month}月{moment.day}日 {moment:%H:%M} 公开，到时会告诉您。"


def _in_plain_words(need: Need, barred: str) -> dict[str, Any]:
    now_, next_ = PLAIN[Status(need.status)]
    if need.on_behalf and need.status in (Status.DRAFT, Status.RETURNED):
        next_ = "这条由村信息员替您写，补充好以后会再提交。"
    editable = need.status in (Status.DRAFT, Status.RETURNED) and not need.on_behalf
    if need.status == Status.CHECKED and need.publish_at:
        now_, next_ = "县里已批准", _when_public(need)
    if barred and need.status in (Status.DRAFT, Status.RETURNED):
        next_ = BARRED
    returns = [row for row in need.reviews.all() if row.action in SENT_BACK and row.comment + row.reason]
    note = max(returns, key=lambda row: row.pk) if returns and need.status == Status.RETURNED else None
    early = (Status.DRAFT, Status.SUBMITTED, Status.VERIFIED, Status.CHECKED, Status.RETURNED)
    return {
        "need": need,
        "now": now_,
        "next": next_,
        "note": note,
        "editable": editable,
        "may_withdraw": need.status in early,
    }
