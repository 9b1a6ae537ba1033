"""Parcels of a village together: its station, what is expected, what arrived; and what the place does not need."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Level, Verb
from accounts.http import SignedIn
from accounts.models import Region
from accounts.permissions import grants
from accounts.views.access import officer_page
from accounts.views.outbox import taken_once
from donors import queries
from donors.delivery_forms import NoticeForm, OpenAddressForm, StationForm
from donors.enums import PledgeStatus
from donors.models import GoodsNotice, Parcel, Station
from donors.rows import gift
from donors.services import parcels, stations
from fupin.lib.errors import Conflict, FupinError, InvalidInput, NotAllowed
from fupin.lib.forms import add_errors

SHOWN = 200


@officer_page(Verb.VERIFY)
@require_safe
def pickups(request: SignedIn) -> HttpResponse:
    """Parcels on their way to my villages, village by village, for the day they are fetched; bounded, printable."""
    rows = list(_expected(request)[:SHOWN])
    places = {row.pledge.need.region for row in rows} | set(_villages(request)[:1])
    found = Station.objects.in_bulk([place.code for place in places])
    villages = [
        {
            "region": place,
            "station": found.get(place.code),
            "rows": [
                {"parcel": row, "gift": gift(row.pledge), "who": _who(row)}
                for row in rows
                if row.pledge.need.region == place
            ],
        }
        for place in sorted(places, key=lambda place: place.code)
    ]
    return render(request, "donors/office/pickups.html", {"villages": villages, "full": len(rows) == SHOWN})


@officer_page(Verb.VERIFY)
@require_POST
def arrived(request: SignedIn, pk: int) -> HttpResponse:
    """Tick one parcel off the list."""
    parcel = get_object_or_404(_sent(request), pk=pk)
    try:
        taken_once(
            request,
            "parcel-arrived",
            {"parcel": parcel.pk},
            lambda: parcels.arrive(actor=request.user, pledge=parcel.pledge, number=parcel.number).pk,
        )
        messages.success(request, f"已登记到达：{parcel}。")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("donors:office-pickups")


@officer_page(Verb.VERIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def station(request: SignedIn, code: int) -> HttpResponse:
    """The village's station: address, opening hours, the day parcels are fetched."""
    region = get_object_or_404(_villages(request), code=code)
    known = Station.objects.filter(region=region).first()
    first = {name: getattr(known, name) for name in ("address", "opening", "pickup_day")} if known else {}
    form = StationForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_bound and form.is_valid():
        try:
            taken_once(
                request,
                "station",
                {"region": region.code, **form.cleaned_data},
                lambda: stations.save_station(actor=request.user, region=region, **form.values()).pk,
            )
            messages.success(request, "已保存，爱心人士寄东西时会看到。")
            return redirect("donors:office-pickups")
        except InvalidInput as error:
            add_errors(form, error)
    context = {"form": form, "region": region}
    return render(request, "donors/office/station.html", context, status=400 if form.errors else 200)


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: SignedIn) -> HttpResponse:
    """What my places do not need; add one, end one."""
    places = _notice_places(request)
    form = NoticeForm(request.POST if request.method == "POST" else None, places=places)
    if form.is_bound and form.is_valid():
        try:
            region = Region.objects.get(code=form.cleaned_data["region"])
            text = form.cleaned_data["text"]
            taken_once(
                request,
                "goods-notice",
                form.cleaned_data,
                lambda: stations.add_notice(actor=request.user, region=region, text=text).pk,
            )
            messages.success(request, "已公布。")
            return redirect("donors:office-notices")
        except (InvalidInput, Conflict) as error:
            add_errors(form, error)
    context = {"form": form, "rows": _notices(request).filter(ended_at=None)[:SHOWN]}
    return render(request, "donors/office/notices.html", context, status=400 if form.errors else 200)


@officer_page(Verb.VERIFY, Verb.APPROVE)
@require_POST
def end_notice(request: SignedIn, pk: int) -> HttpResponse:
    try:
        stations.end_notice(actor=request.user, notice=get_object_or_404(_notices(request), pk=pk))
        messages.success(request, "已结束。")
    except Conflict as error:
        messages.error(request, error.message)
    return redirect("donors:office-notices")


@officer_page(Verb.VERIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: SignedIn, pk: int) -> HttpResponse:
    """Open the household's address to this donor, or hide it again."""
    pledge = get_object_or_404(queries.visible_to(request.user), pk=pk)
    if not grants(request.user).allow(Verb.VERIFY, pledge.need.region_id):
        raise NotAllowed("住址由村信息员或乡镇开放。")
    form, status = OpenAddressForm(request.POST if request.method == "POST" else None), 200
    try:
        if request.POST.get("then") == "close":
            stations.close_address(actor=request.user, pledge=pledge)
            messages.success(request, "住址已经收回。")
            return redirect(pledge)
        if form.is_bound and form.is_valid():
            stations.open_address(actor=request.user, pledge=pledge, **form.cleaned_data)
            messages.success(request, "已开放，只有这位爱心人士在这笔帮助进行时能看到。")
            return redirect(pledge)
        status = 400 if form.errors else 200
    except FupinError as error:
        add_errors(form, error)
        status = error.status
    return render(request, "donors/office/address.html", {"form": form, "pledge": pledge}, status=status)


def _expected(request: SignedIn) -> QuerySet[Parcel]:
    return _sent(request).filter(arrived_at=None)


def _sent(request: SignedIn) -> QuerySet[Parcel]:
    """Parcels of gifts on their way to my villages, also those that lie at the station already."""
    mine = grants(request.user).q(Verb.VERIFY, "pledge__need__region")
    return (
        Parcel.objects.filter(mine, pledge__status=PledgeStatus.SHIPPED)
        .exclude(pledge__donor=request.user)
        .select_related("pledge__need__household", "pledge__need__region", "pledge__donor")
        .prefetch_related("pledge__items__item")
        .order_by("pledge__need__region_id", "id")
    )


def _who(parcel: Parcel) -> str:
    household = parcel.pledge.need.household
    return household.name if household else parcel.pledge.need.recipient


def _villages(request: SignedIn) -> QuerySet[Region]:
    mine = grants(request.user).q(Verb.VERIFY, "code")
    return Region.objects.filter(mine, level=Level.VILLAGE, valid_to=None).order_by("code")


def _notice_places(request: SignedIn) -> list[Region]:
    """The places of my own posts."""
    held = grants(request.user)
    codes = {row.low for verb in (Verb.VERIFY, Verb.APPROVE) for row in held.of(verb)}
    return list(Region.objects.filter(code__in=codes).order_by("level", "code"))


def _notices(request: SignedIn) -> QuerySet[GoodsNotice]:
    held = grants(request.user)
    mine = held.q(Verb.VERIFY, "region") | held.q(Verb.APPROVE, "region")
    return GoodsNotice.objects.filter(mine).select_related("region").order_by("-id")
