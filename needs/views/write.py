"""Writing needs: officers on behalf, households for themselves; drafts, photos, handing in, taking back."""

from collections.abc import Sequence
from dataclasses import asdict

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region, User
from accounts.permissions import grants
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.outbox import asked_key
from accounts.views.places import RegionParameter, place
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from needs import pace, queries
from needs.catalogue import book, county_of
from needs.enums import Status, Subject
from needs.forms.office import NeedFilter, SearchForm
from needs.forms.writing import NeedSheet, PhotoForm
from needs.lifecycle import is_owner
from needs.models import Household, Need, PaperForm
from needs.office_queries import households_to_write_for
from needs.services import drafts, review
from needs.services import paper as paper_forms
from needs.writing_guide import GUIDE

# What a need can be for, by the level of the place; households are chosen by themselves.
SUBJECTS: dict[Level, Sequence[str]] = {
    Level.VILLAGE: (Subject.VILLAGE, Subject.COOPERATIVE),
    Level.TOWNSHIP: (Subject.COOPERATIVE,),
    Level.COUNTY: (Subject.COUNTY, Subject.COOPERATIVE),
}
FOUND = 20


@officer_page(Verb.COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """First for whom (`?household=` or `?region=`), then the sheet."""
    household, region = _chosen(request)
    if household is None and region is None:
        return _choose(request)
    subjects = SUBJECTS.get(Level(region.level), ()) if region else ()
    if region and not subjects:
        raise Http404
    context = {"household": household, "region": region, "cancel_url": "/office/needs/"}
    return write(request, context, household=household, region=region, subjects=subjects)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """The same sheet for a draft or a returned need."""
    need = get_object_or_404(queries.visible_to(request.user), pk=pk)
    if not drafts.may_write(request.user, need):
        raise NotAllowed("只有填写这条需求的一方可以修改。")
    if need.status not in drafts.EDITABLE:
        raise Conflict(f"这条需求现在是“{Status(need.status).label}”，不能修改。")
    subjects = () if need.household else SUBJECTS.get(Level(need.region.level), ())
    context = {
        "need": need,
        "household": need.household,
        "region": need.region,
        "own": is_owner(request.user, need),
        "returned": _last_return(need),
        "cancel_url": _home_of(request.user, need),
    }
    return write(request, context, need=need, subjects=subjects)


def write(
    request: SignedIn,
    context: dict,
    *,
    need: Need | None = None,
    household: Household | None = None,
    region: Region | None = None,
    subjects: Sequence[str] = (),
    paper: PaperForm | None = None,
) -> HttpResponse:
    """The sheet shown, grown by rows, saved, or saved and handed in."""
    place = need.region if need else household.region if household else region
    known = book(county_of(place.code)) if place else {}
    if request.method != "POST":
        return _sheet_page(
            request,
            context,
            NeedSheet(need=need, subjects=subjects, book=known, kind=paper.kind if paper else ""),
        )
    sheet = NeedSheet(data=request.POST, files=request.FILES, need=need, subjects=subjects, book=known)
    if request.POST.get("then") == "more":
        return _sheet_page(request, context, sheet.with_more_rows())
    if not sheet.is_valid():
        return _sheet_page(request, context, sheet, status=400)
    try:
        saved = _save(request, sheet, need, household, region, paper)
    except (InvalidInput, Conflict) as error:
        sheet.refuse(error)
        return _sheet_page(request, context, sheet, status=error.status)
    return _after_save(request, saved)


@login_required
@require_POST
def add_photo(request: SignedIn, pk: int) -> HttpResponse:
    """One photo by itself, after the text: what the outbox sends. The same photo again changes nothing."""
    need = get_object_or_404(queries.visible_to(request.user), pk=pk)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"error": " ".join(map(str, form.errors["photo"]))}, status=400)
    try:
        photo = drafts.add_photo(actor=request.user, need=need, jpeg=form.cleaned_data["photo"].read())
    except Conflict as error:
        return JsonResponse({"error": error.message}, status=error.status)
    return JsonResponse({"photo": photo.pk})


@login_required
@require_POST
def remove_photo(request: SignedIn, pk: int, photo: int) -> HttpResponse:
    need = get_object_or_404(queries.visible_to(request.user), pk=pk)

    def work() -> int:
        drafts.remove_photo(actor=request.user, photo=get_object_or_404(need.photos, pk=photo))
        return pk

    once(
        actor=request.user,
        key=asked_key(request),
        purpose="photo-remove",
        content={"photo": photo},
        work=work,
    )
    messages.success(request, "照片已移除。")
    return redirect("needs:need-edit", need.pk)


@login_required
@require_POST
def submit(request: SignedIn, pk: int) -> HttpResponse:
    need = get_object_or_404(queries.visible_to(request.user), pk=pk)
    return _hand_in(request, need)


@login_required
@require_POST
def withdraw(request: SignedIn, pk: int) -> HttpResponse:
    need = get_object_or_404(queries.visible_to(request.user), pk=pk)
    review.withdraw(actor=request.user, need=need)
    messages.success(request, "已撤回。")
    return redirect(_home_of(request.user, need))


def _chosen(request: SignedIn) -> tuple[Household | None, Region | None]:
    form, where = NeedFilter(request.GET), RegionParameter(request.GET)
    if not form.is_valid() or not where.is_valid():
        raise Http404
    if form.cleaned_data["household"]:
        pk = form.cleaned_data["household"]
        return get_object_or_404(households_to_write_for(request.user), pk=pk), None
    code = where.cleaned_data["region"]
    if code and "write" in request.GET:
        if not grants(request.user).allow(Verb.COLLECT, code):
            raise Http404
        return None, get_object_or_404(Region, code=code)
    return None, None


def _choose(request: SignedIn) -> HttpResponse:
    """For whom: a household found by name, or one of my places."""
    codes = {row.low for row in grants(request.user).of(Verb.COLLECT)}
    where = place(request, roots=list(Region.objects.filter(code__in=codes).order_by("level", "code")))
    form = SearchForm(request.GET)
    households = households_to_write_for(request.user)
    if form.is_valid() and form.cleaned_data["q"]:
        households = households.filter(name__contains=form.cleaned_data["q"])
    found = list(households.order_by("-id")[: FOUND + 1])
    context = {
        "form": form,
        "households": found[:FOUND],
        "more": len(found) > FOUND,
        "place": where,
        "may_write_here": where.region and where.region.level in SUBJECTS,
    }
    return render(request, "needs/office/choose.html", context, status=400 if form.errors else 200)


def _sheet_page(request: SignedIn, context: dict, sheet: NeedSheet, *, status: int = 200) -> HttpResponse:
    need, target = context.get("need"), context.get("household") or context["region"]
    context = {
        **context,
        "sheet": sheet,
        "guide": GUIDE,
        "pace": pace.state_of(county_of(getattr(target, "region_id", target.pk))).note,
        "photos": need.photos.all() if need else [],
        "photos_lost": bool(request.FILES),
        "draft_key": context.get("draft_key") or (f"need-{need.pk}" if need else f"need-new-{target.pk}"),
    }
    return render(request, "needs/office/write.html", context, status=status)


def _save(
    request: SignedIn,
    sheet: NeedSheet,
    need: Need | None,
    household: Household | None,
    region: Region | None,
    paper: PaperForm | None,
) -> Need:
    actor, content = request.user, sheet.content()

    def work() -> int:
        if need:
            return drafts.edit_draft(actor=actor, need=need, content=content).pk
        if paper and household:
            return paper_forms.key_in(actor=actor, form=paper, household=household, content=content).pk
        return drafts.create_draft(actor=actor, content=content, household=household, region=region).pk

    whose = need or paper or household or region
    sent = {**asdict(content), "for": f"{type(whose).__name__} {whose.pk if whose else ''}"}
    pk = once(actor=actor, key=asked_key(request), purpose="need", content=sent, work=work)
    saved = Need.objects.get(pk=pk)
    # The same form again may find its need handed in already, with its photos.
    for photo in sheet.photos if saved.status in drafts.EDITABLE else ():
        drafts.add_photo(actor=actor, need=saved, jpeg=photo.read())
    return saved


def _after_save(request: SignedIn, need: Need) -> HttpResponse:
    if request.POST.get("then") == "submit":
        return _hand_in(request, need)
    messages.success(request, "草稿已保存，还没有提交。")
    return redirect("needs:need-edit", need.pk)


def _hand_in(request: SignedIn, need: Need) -> HttpResponse:
    """Submit; what stands in the way is said above the saved sheet."""
    try:
        once(
            actor=request.user,
            key=asked_key(request),
            purpose="need-hand-in",
            content={"need": need.pk},
            work=lambda: review.submit(actor=request.user, need=need).pk,
        )
    except (InvalidInput, Conflict) as error:
        messages.error(request, f"内容已保存，但没有提交：{error.message}")
        return redirect("needs:need-edit", need.pk)
    need.refresh_from_db()
    messages.success(request, f"已提交，现在是“{Status(need.status).label}”。")
    return redirect(_home_of(request.user, need))


def _home_of(user: User, need: Need) -> str:
    if is_owner(user, need):
        return "/apply/"
    return f"/office/needs/{need.pk}/"


def _last_return(need: Need) -> object:
    if need.status != Status.RETURNED:
        return None
    return need.reviews.filter(action="return").order_by("-id").first()
