"""Entering by phone and code, in two steps, and leaving."""

import math
import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import CodeForm, PhoneForm
from accounts.middleware import client_network
from accounts.models import User
from accounts.permissions import holds_post
from accounts.services import enter as service
from accounts.services import referrals, sessions
from accounts.sessions import open_session
from accounts.views.referrals import REFERRAL
from fupin.lib.errors import InvalidInput, TooMany
from fupin.lib.forms import add_errors

PHONE, BINDING, NEXT = "enter_phone", "enter_binding", "next"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Step one: the number. The answer is the same for every number."""
    target = _safe_next(request)
    if request.user.is_authenticated:
        return redirect(target or _home_of(request.user))
    if request.method != "POST":
        return _phone_page(request, PhoneForm(), target)
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _phone_page(request, form, target, status=400)
    try:
        _send(request, form.cleaned_data["phone"])
    except TooMany as error:
        form.add_error("phone", f"获取验证码太频繁了，请 {_in_words(error.retry_after)}后再试。")
        response = _phone_page(request, form, target, status=error.status)
        response["Retry-After"] = str(error.retry_after)
        return response
    return redirect(_with_next("accounts:code", target))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Step two: the six digits. A right code signs in or registers, and the session gets a new key."""
    number, binding = request.session.get(PHONE), request.session.get(BINDING)
    target = _safe_next(request)
    if not number or not binding:
        return redirect(_with_next("accounts:enter", target))
    form = CodeForm(request.POST) if request.method == "POST" else CodeForm()
    if form.is_valid():
        try:
            user = service.enter(phone=number, code=form.cleaned_data["code"], binding=binding)
            return _signed_in(request, user, target)
        except InvalidInput as error:
            add_errors(form, error)
    context = {"form": form, "next": target, "number": f"{number[3:6]} {number[6:10]} {number[10:]}"}
    return render(request, "accounts/code.html", context, status=400 if form.errors else 200)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End the session and tell the browser to forget what it kept (THREATS P-14).

    With `keep`, what waits in the outbox stays on the device; the page has said so and deletes the rest itself.
    `everywhere` ends the person's sessions on all devices (A-12): a lost phone, somebody else's computer.
    """
    user = request.user
    if request.POST.get("everywhere") == "1" and isinstance(user, User):
        sessions.end_everywhere(actor=user, user=user)
        logout(request)
        messages.success(request, "已经在所有设备上退出。下次进入需要新的验证码。")
    else:
        logout(request)
    response = redirect("/")
    stays = request.POST.get("keep") == "1"
    response["Clear-Site-Data"] = '"cache"' if stays else '"cache", "storage"'
    return response


def _send(request: HttpRequest, number: str) -> None:
    """The nonce ties the code to this browser; a code read out to a stranger opens nothing there."""
    binding = secrets.token_urlsafe(24)
    service.send_code(phone=number, binding=binding, address=client_network(request))
    request.session[PHONE], request.session[BINDING] = number, binding


def _phone_page(request: HttpRequest, form: PhoneForm, target: str, *, status: int = 200) -> HttpResponse:
    return render(request, "accounts/enter.html", {"form": form, "next": target}, status=status)


def _signed_in(request: HttpRequest, user: User, target: str) -> HttpResponse:
    for key in (PHONE, BINDING):
        request.session.pop(key, None)
    code = request.session.pop(REFERRAL, "")
    if code:
        referrals.record(user=user, code=code)
    open_session(request, user)
    return redirect(target or _home_of(user))


def _home_of(user: object) -> str:
    return "/office/" if holds_post(user) else settings.LOGIN_REDIRECT_URL


def _safe_next(request: HttpRequest) -> str:
    """Where to go afterwards, if that is a page of this site."""
    wanted = request.POST.get(NEXT) or request.GET.get(NEXT, "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


def _with_next(name: str, target: str) -> str:
    return f"{reverse(name)}?{urlencode({NEXT: target})}" if target else reverse(name)


def _in_words(seconds: int) -> str:
    """How long to wait, in words."""
    if seconds < 90:
        return f"{seconds} 秒"
    return f"{math.ceil(seconds / 60)} 分钟" if seconds < 5400 else f"{math.ceil(seconds / 3600)} 小时"
