"""Meetings and trainings: the list, one of them with its attendance, minutes and photos, the code on the wall."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.queries import children_of
from accounts.services.submissions import once
from accounts.views.access import officer_page
from accounts.views.listing import pager, tabs
from accounts.views.outbox import asked_key
from accounts.views.places import asked_region
from fupin.lib.errors import Conflict, FupinError
from fupin.lib.forms import add_errors
from fupin.lib.paging import keyset_page
from grid.forms.activities import (
    ActivityFilter,
    ActivityForm,
    ActivityPhotoForm,
    AttendanceForm,
    MinutesForm,
)
from grid.models import Activity, ActivityKind, ActivityState
from grid.models.activity import MOST_PHOTOS
from grid.queries import activities as queries
from grid.services import activities as service
from needs.views.filing import file, posted

SHOWN = 300


@officer_page(Verb.VIEW, Verb.REPORT)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """Meetings and trainings of my places, newest first; what is owed stands above."""
    asked = ActivityFilter(request.GET)
    rows = listed(request.user, asked)
    page = keyset_page(rows, order=("-held_on", "-id"), cursor=request.GET.get("cursor"))
    context = {
        "rows": page.items,
        "owing": list(queries.owing(request.user)[: SHOWN // 10]),
        "may_add": bool(queries.places_to_run(request.user)),
        "tabs": tabs(request, "kind", [("", "全部"), *ActivityKind.choices], request.GET.get("kind", "")),
        **pager(request, page),
    }
    return render(request, "grid/activities.html", context)


def listed(user: Any, asked: ActivityFilter) -> QuerySet[Activity]:
    """The visible ones of the asked kind and year. Raises Http404 for words that mean nothing."""
    if not asked.is_valid():
        raise Http404
    rows, given = queries.visible_to(user), asked.cleaned_data
    rows = rows.filter(kind=given["kind"]) if given["kind"] else rows
    return rows.filter(held_on__year=given["year"]) if given["year"] else rows


@officer_page(Verb.VERIFY, Verb.CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """Put one down, ahead or afterwards."""
    form = ActivityForm(
        posted(request),
        places=queries.places_to_run(request.user),
        initial={"region": request.GET.get("region", "")},
    )
    status = 400
    if form.is_bound and form.is_valid():
        try:
            pk = once(
                actor=request.user,
                key=asked_key(request),
                purpose="activity",
                content=form.cleaned_data,
                work=lambda: (
                    service.plan(actor=request.user, region=form.chosen_region, content=form.content()).pk
                ),
            )
            messages.success(request, "已登记。开会时打开签到码，会后写纪要。")
            return redirect("grid:activity", pk)
        except FupinError as error:
            add_errors(form, error)
            status = error.status
    context = {
        "form": form,
        "title": "登记会议或培训",
        "submit": "保存",
        "back_url": reverse("grid:activities"),
    }
    return render(request, "grid/office_form.html", context, status=status if form.errors else 200)


@officer_page()
@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    return _page(request, _activity(request, pk))


@officer_page(Verb.VERIFY, Verb.CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def attend(request: SignedIn, pk: int) -> HttpResponse:
    """Tick off who was there; a county does it township by township."""
    activity = _activity(request, pk)
    if not queries.may_run(request.user, activity.region):
        raise Http404
    town = asked_region(request) if activity.region.level < Level.TOWNSHIP else None
    if town and not activity.region.code <= town.code <= activity.region.code_end:
        raise Http404
    whole = activity.region.level < Level.TOWNSHIP and town is None
    posts = [] if whole else list(queries.expected(activity.region, below=town)[:SHOWN])
    there = list(activity.attendances.values_list("user_id", flat=True))
    form = AttendanceForm(posted(request), posts=posts, there=there)

    def work() -> int:
        return service.tick(
            actor=request.user, activity=activity, present=form.people(), offered=form.offered
        )

    about = {"activity": activity.pk, "town": town.code if town else 0}
    status = file(request, form, purpose="attendance", about=about, work=work, done="名单已保存。")
    if status is None:
        return redirect(activity)
    context = {
        "activity": activity,
        "form": form,
        "towns": list(children_of(activity.region)) if activity.region.level < Level.TOWNSHIP else [],
        "town": town,
    }
    return render(request, "grid/activity_attend.html", context, status=status)


@officer_page(Verb.VERIFY, Verb.CHECK)
@require_POST
def close(request: SignedIn, pk: int) -> HttpResponse:
    """Write the minutes; it counts from now on."""
    activity = _activity(request, pk)
    form = MinutesForm(request.POST)

    def work() -> int:
        return service.close(actor=request.user, activity=activity, **form.cleaned_data).pk

    about = {"activity": activity.pk}
    status = file(request, form, purpose="minutes", about=about, work=work, done="纪要已登记。")
    return redirect(activity) if status is None else _page(request, activity, minutes=form, status=status)


@officer_page(Verb.VERIFY, Verb.CHECK)
@require_POST
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    activity = _activity(request, pk)
    try:
        service.cancel(actor=request.user, activity=activity)
        messages.success(request, "已取消。")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect(activity)


@officer_page(Verb.VERIFY, Verb.CHECK)
@require_POST
def add_photo(request: SignedIn, pk: int) -> HttpResponse:
    activity = _activity(request, pk)
    form = ActivityPhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for text in form.errors["photo"]))
        return redirect(activity)
    try:
        service.add_photo(actor=request.user, activity=activity, jpeg=form.cleaned_data["photo"].read())
        messages.success(request, "照片已保存。")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect(activity)


@officer_page()
@require_safe
def photo(request: SignedIn, pk: int, photo: int) -> Any:
    row = get_object_or_404(_activity(request, pk).photos, pk=photo)
    try:
        file = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(file, content_type="image/jpeg", headers=headers)


@officer_page(Verb.VERIFY, Verb.CHECK)
@require_safe
def code(request: SignedIn, pk: int) -> HttpResponse:
    """The code for the wall; the page fetches a fresh one by itself before the old one is over."""
    activity = _activity(request, pk)
    try:
        token = service.code(actor=request.user, activity=activity)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect(activity)
    url = f"{settings.SITE_URL}{reverse('grid:sign-in', args=[token])}"
    context = {
        "activity": activity,
        "qr": segno.make_qr(url, error="m").svg_data_uri(border=2),
        "fresh_after": service.CODE_SECONDS // 3,
        "minutes": service.CODE_SECONDS // 60,
    }
    response = render(request, "grid/activity_code.html", context)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: SignedIn, token: str) -> HttpResponse:
    """What the code opens on the phone of somebody who is there: one button."""
    try:
        activity = service.of_code(request.user, token)
        if request.method == "POST":
            service.sign_in(actor=request.user, token=token)
            messages.success(request, "签到成功。")
            return redirect(activity)
    except Conflict as error:
        return render(request, "grid/activity_sign.html", {"error": error.message}, status=error.status)
    there = activity.attendances.filter(user=request.user).exists()
    return render(request, "grid/activity_sign.html", {"activity": activity, "there": there})


def _activity(request: SignedIn, pk: int) -> Activity:
    return get_object_or_404(queries.visible_to(request.user), pk=pk)


def _page(
    request: SignedIn, activity: Activity, *, minutes: MinutesForm | None = None, status: int = 200
) -> HttpResponse:
    runs = queries.may_run(request.user, activity.region)
    inside = grants(request.user).rows and (runs or _oversees(request, activity.region))
    planned = activity.state == ActivityState.PLANNED
    photos = list(activity.photos.all()[:MOST_PHOTOS])
    people = activity.attendances.select_related("user").order_by("at", "id")[:SHOWN]
    context = {
        "activity": activity,
        "people": list(people) if inside else [],
        "expected": activity.expected or queries.expected(activity.region).values("user").distinct().count(),
        "photos": [
            {"url": address, "thumb": address, "alt": f"现场照片 {number}"}
            for number, row in enumerate(photos, start=1)
            for address in [reverse("grid:activity-photo", args=[activity.pk, row.pk])]
        ],
        "may_photo": runs and activity.state != ActivityState.CANCELLED and len(photos) < MOST_PHOTOS,
        "photo_form": ActivityPhotoForm(),
        "open": runs and planned,
        "minutes": minutes or MinutesForm(),
    }
    return render(request, "grid/activity.html", context, status=status)


def _oversees(request: SignedIn, region: Region) -> bool:
    held = grants(request.user)
    return held.allow(Verb.VIEW, region.code) or held.allow(Verb.REPORT, region.code)
