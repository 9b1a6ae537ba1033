"""One's own page: who I am here, what I can do, my messages, and the larger type for elders."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Verb
from accounts.forms import ProfileForm
from accounts.http import SignedIn
from accounts.models import Appointment, Message, User
from accounts.permissions import grants
from accounts.queries import inbox_of
from accounts.services import profile as service
from accounts.views.listing import pager
from fupin.lib.clock import now
from fupin.lib.paging import keyset_page

# For everybody, after the work.
OWN_DOORS = (
    ("/pledges/", "我的帮助", "每一笔走到哪一步", "heart"),
    ("/me/follows/", "爱心关注", "关注的地方和求助，每周一次的消息", "star"),
    ("/me/hours/", "我的时间银行", "志愿服务和看望的时长，可以导出", "clock"),
    ("/me/certificates/", "我的荣誉证书", "每一笔的证书和年度证书", "trophy"),
    ("/me/helping/", "我帮扶的家庭", "村里登记的帮扶对象，登记线下的帮扶", "home-modern"),
    ("/apply/", "我要求助", "自己家有困难，可以在这里申请", "hand-raised"),
    ("/accounts/post/", "申请信息员权限", "村、乡镇、县的工作人员，由县里审核", "identification"),
)
YEAR = 365 * 24 * 3600
# Doors by verb, as paths of the contract: the rooms above this one are not imported here.
DOORS = (
    ((), "/office/", "工作台", "等我办理的事，按时间排好", "inbox"),
    ((Verb.COLLECT,), "/office/needs/new/", "帮人发布求助", "登记申请和同意后代为填写", "pencil-square"),
    ((Verb.VIEW,), "/office/households/", "家庭登记", "查询和登记本辖区的家庭", "home-modern"),
    ((Verb.RECONCILE,), "/office/receipts/", "善款到账", "确认到账，登记拨付", "banknotes"),
    ((Verb.APPOINT,), "/office/appointments/", "人员任命", "任命和结束下一级的职务", "user-group"),
    ((Verb.REPORT,), "/dashboard/", "数据看板", "登记、求助和对接的数字", "chart-bar"),
    ((), "/me/badge/", "我的工作证", "打印佩戴，入户时请对方扫码核验", "identification"),
    ((), "/me/referral/", "我的邀请二维码", "请想帮忙的人扫一扫，用手机号注册", "qr-code"),
)


@login_required
@require_safe
def home(request: SignedIn) -> HttpResponse:
    held = grants(request.user)
    verbs = {row.verb for row in held.rows}
    doors = [door for door in DOORS if held.rows and (not door[0] or verbs & set(door[0]))]
    posts = Appointment.objects.active().filter(user=request.user).select_related("region")
    unread = inbox_of(request.user).filter(read_at=None)[:100].count()
    return render(
        request,
        "accounts/me.html",
        {
            "doors": [_door(*door[1:]) for door in doors],
            "own": [_door(*door) for door in OWN_DOORS],
            "posts": posts.order_by("region__level", "id"),
            "unread": unread,
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedIn) -> HttpResponse:
    user = request.user
    if request.method == "POST":
        form = ProfileForm(request.POST)
        if form.is_valid():
            name, nickname = form.cleaned_data["name"] or None, form.cleaned_data["nickname"]
            service.set_names(actor=user, name=name, nickname=nickname)
            service.set_donor(actor=user, content=form.content())
            notices.success(request, "已保存。")
            return redirect("accounts:me")
    else:
        form = ProfileForm(initial=_said(user))
    return render(request, "accounts/profile.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_safe
def messages(request: SignedIn) -> HttpResponse:
    """The inbox; what this page shows counts as read from now on."""
    page = keyset_page(inbox_of(request.user), order=("-id",), cursor=request.GET.get("cursor"))
    unread = [message.pk for message in page.items if message.read_at is None]
    Message.objects.filter(pk__in=unread, user=request.user).update(read_at=now())
    rows = [
        {
            "text": message.text.open() if message.text else "",
            "link": message.link,
            "at": message.created_at,
            "new": message.pk in unread,
        }
        for message in page.items
    ]
    return render(request, "accounts/messages.html", {"rows": rows, **pager(request, page)})


@require_http_methods(["GET", "POST"])
def elder(request: HttpRequest) -> HttpResponse:
    """Switch the larger type: a POST turns it over, a link says with `?on=1` or `?on=0` what it wants."""
    was = request.COOKIES.get("elder") == "1"
    on = not was if request.method == "POST" else request.GET.get("on") == "1"
    response = redirect(_back(request))
    response.set_cookie(
        "elder", "1" if on else "0", max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
    )
    return response


def _said(user: User) -> dict[str, str]:
    names = ("name", "nickname", "display", "donor_kind", "occupation")
    county = user.work_county
    place = f"{county.parent.name if county.parent else ''}{county.name}" if county else ""
    return {**{name: getattr(user, name) for name in names}, "work_county": place}


def _door(url: str, label: str, hint: str, icon: str) -> dict[str, str]:
    return {"url": url, "label": label, "hint": hint, "icon": icon}


def _back(request: HttpRequest) -> str:
    came_from = request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return came_from if safe else "/"
