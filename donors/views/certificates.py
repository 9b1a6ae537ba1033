"""Checking a certificate: by its QR address, by its number, and as a picture or paper. Masked data only."""

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.middleware import client_network
from accounts.services import limits
from donors.certificate_forms import LookupForm
from donors.certificates import drawing, signing
from donors.certificates.layout import TITLE
from donors.models import Certificate
from donors.services import certificates
from needs.views.cards import day_words

MISSES_PER_HOUR = 30
YEAR_TITLE = "社会扶贫年度荣誉证书"
NOT_A_RECEIPT = "本证书为荣誉证书，不是公益事业捐赠票据。"
CACHE = "private, max-age=86400"


@require_GET
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Valid, revoked, not genuine, or unknown (404). Guessing is limited; holding a real address is not."""
    certificate = Certificate.objects.filter(token=token).first()
    if certificate is None:
        _count_miss(request)
        return _answer(request, "unknown", status=404)
    if not certificates.is_genuine(certificate):
        return _answer(request, "forged", certificate)
    return _answer(request, "revoked" if certificate.revoked_at else "valid", certificate)


@require_GET
def png(request: HttpRequest, token: str) -> HttpResponse:
    """The certificate as a picture."""
    certificate = _valid(token)
    url = certificates.check_url(certificate)
    body = drawing.png(
        certificates.payload_of(certificate),
        url=url,
        title=_title(certificate),
        signature=certificate.signature,
    )
    return HttpResponse(body, content_type="image/png", headers={"Cache-Control": CACHE})


@require_GET
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The certificate as one A4 page."""
    certificate = _valid(token)
    url = certificates.check_url(certificate)
    body = drawing.pdf(
        certificates.payload_of(certificate),
        url=url,
        title=_title(certificate),
        signature=certificate.signature,
    )
    name = f'inline; filename="{certificate.number}.pdf"'
    headers = {"Cache-Control": CACHE, "Content-Disposition": name}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


@require_GET
def lookup(request: HttpRequest) -> HttpResponse:
    """Type a number or a code. Numbers follow each other, so every look-up counts against the limit."""
    form = LookupForm(request.GET if "code" in request.GET else None)
    status = 400 if form.errors else 200
    if form.is_bound and form.is_valid():
        _count_miss(request)
        code = form.cleaned_data["code"].strip("/").rpartition("/")[2]
        known = Certificate.objects.filter(Q(token=code) | Q(number=code.upper()))
        found = known.order_by("-version").first()
        if found:
            return redirect(found)
        form.add_error("code", "没有这个编号的证书，请照着证书逐字核对。")
        status = 404
    context = {"form": form, "public_key": signing.public_key_text(certificates.signing_key())}
    return render(request, "donors/certificate_lookup.html", context, status=status)


def _count_miss(request: HttpRequest) -> None:
    limits.take(f"certificate:{client_network(request)}", limit=MISSES_PER_HOUR, seconds=3600)


def _title(certificate: Certificate) -> str:
    return YEAR_TITLE if certificate.year else TITLE


def _valid(token: str) -> Certificate:
    certificate = get_object_or_404(Certificate, token=token, revoked_at=None)
    if not certificates.is_genuine(certificate):
        raise Http404
    return certificate


def _answer(
    request: HttpRequest, state: str, certificate: Certificate | None = None, *, status: int = 200
) -> HttpResponse:
    told = certificate if certificate and state != "forged" else None
    context = {
        "state": state,
        "certificate": certificate,
        "payload": certificates.payload_of(told) if told else None,
        "issued_on": day_words(told.issued_at) if told else "",
        "revoked_on": day_words(told.revoked_at) if told and told.revoked_at else "",
        "host": settings.SITE_URL.partition("://")[2],
        "not_a_receipt": NOT_A_RECEIPT,
    }
    return render(request, "donors/certificate.html", context, status=status)
