"""The officer's QR code that helps people in, and the short address behind it."""

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import SignedIn
from accounts.services import referrals

REFERRAL = "referral"  # the session's key


@never_cache
@require_safe
def come_in(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the code until the visitor registers. Every code leads the same way, known or not."""
    if request.user.is_authenticated:
        return redirect("/needs/")
    request.session[REFERRAL] = code[: referrals.LENGTH]
    return redirect(f"{reverse('accounts:enter')}?next=/needs/")


@login_required
@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """One's own code to show or print, for officers."""
    code = referrals.code_of(actor=request.user)
    url = f"{settings.SITE_URL}{reverse('accounts:come-in', args=[code])}"
    context = {
        "url": url,
        "qr": segno.make_qr(url, error="m").svg_data_uri(border=2),
        "list_url": f"{settings.SITE_URL}/needs/?from={code}",
        "count": referrals.brought_by(request.user),
    }
    return render(request, "accounts/referral.html", context)
