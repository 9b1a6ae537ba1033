"""A donor's certificates: the list, one for a year, the next version; and the county's taking back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.enums import Verb
from accounts.http import SignedIn
from accounts.permissions import grants
from accounts.views.access import officer_page
from accounts.views.listing import pager
from donors.certificate_forms import RevokeForm, SignatureForm, YearForm
from donors.models import Certificate
from donors.services import certificates, year_certificates
from fupin.lib.errors import Conflict, InvalidInput
from fupin.lib.forms import CleanForm, add_errors
from fupin.lib.paging import keyset_page
from needs.views.cards import day_words


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """All valid certificates of mine, newest first, and the form of a year's certificate."""
    years = year_certificates.years_of(request.user)
    form = YearForm(request.POST, donor=request.user) if request.method == "POST" else None
    if form and form.is_valid():
        try:
            return redirect(year_certificates.issue(actor=request.user, **form.cleaned_data))
        except (Conflict, InvalidInput) as error:
            add_errors(form, error)
    mine = Certificate.objects.filter(pledge__donor=request.user, revoked_at=None)
    page = keyset_page(mine, order=("-id",), cursor=request.GET.get("cursor"))
    of_years = request.user.year_certificates.filter(revoked_at=None).order_by("-year")[:20]
    context = {
        "years": [_year_form(request, year, form) for year in years[:5]],
        "rows": [_row(certificate) for certificate in [*of_years, *page.items]],
        **pager(request, page),
    }
    status = 400 if form and form.errors else 200
    return render(request, "donors/my_certificates.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reissue(request: SignedIn, token: str) -> HttpResponse:
    """The donor's next version, named otherwise."""
    found = get_object_or_404(Certificate, token=token, pledge__donor=request.user, revoked_at=None)
    assert found.pledge  # the filter above
    form = SignatureForm(
        request.POST if request.method == "POST" else None,
        donor=request.user,
        initial={"display": found.pledge.display},
    )
    if form.is_bound and form.is_valid():
        try:
            made = certificates.reissue(
                actor=request.user, certificate=found, display=form.cleaned_data["display"]
            )
            messages.success(request, f"已换发第 {made.version} 版，旧的一张不再有效。")
            return redirect(found.pledge)
        except InvalidInput as error:
            add_errors(form, error)
    return _form_page(request, found, form, "换署名重新开具", "编号不变，旧的一张同时作废。", "重新开具")


@officer_page(Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: SignedIn, token: str) -> HttpResponse:
    """The county takes a certificate back whose gift did not arrive after all."""
    mine = grants(request.user).q(Verb.APPROVE, "pledge__need__region")
    found = get_object_or_404(Certificate.objects.filter(mine), token=token, revoked_at=None)
    assert found.pledge  # the filter above
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        certificates.revoke(actor=request.user, certificate=found, reason=form.cleaned_data["reason"])
        messages.success(request, "证书已撤销，爱心人士会收到通知。")
        return redirect(found.pledge)
    return _form_page(request, found, form, "撤销证书", "只在帮助其实没有送达时使用，不能恢复。", "确认撤销")


def _form_page(
    request: SignedIn, certificate: Certificate, form: CleanForm, title: str, lead: str, button: str
) -> HttpResponse:
    context = {"certificate": certificate, "form": form, "title": title, "lead": lead, "button": button}
    return render(request, "donors/certificate_form.html", context, status=400 if form.errors else 200)


def _year_form(request: SignedIn, year: int, sent: YearForm | None) -> dict[str, object]:
    asked = sent if sent and sent.data.get("year") == str(year) else None
    form = asked or YearForm(donor=request.user, initial={"year": year}, auto_id=f"id_{year}_%s")
    return {"year": year, "form": form}


def _row(certificate: Certificate) -> dict[str, object]:
    words = certificates.payload_of(certificate)
    return {
        "url": certificate.get_absolute_url(),
        "what": f"编号 {words.number}" + (f"，第 {words.version} 版" if words.version > 1 else ""),
        "title": words.content,
        "place": f"署名：{words.donor}",
        "due": day_words(certificate.issued_at),
        "urgency": "",
        "icon": "trophy",
        "button": "",
    }
