"""Choosing a region step by step through GET: province, city, county, township, village, without script."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import Http404, HttpRequest

from accounts.enums import Verb
from accounts.models import Region
from accounts.permissions import grants
from accounts.queries import children_of, path_of
from accounts.views.listing import address
from fupin.lib.forms import CleanForm


class RegionParameter(CleanForm):
    """`?region=`: a 12-digit code or nothing."""

    region = forms.IntegerField(required=False, min_value=10**11, max_value=10**12 - 1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands in the tree: the chosen region, the way to it, and the next choices."""

    region: Region | None
    steps: list[dict[str, object]] = field(default_factory=list)
    choices: list[dict[str, object]] = field(default_factory=list)


class RegionMoved(Exception):
    """The asked village was merged; `domain_errors` sends the visitor on to the `code` that took over."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


def asked_region(request: HttpRequest) -> Region | None:
    """The region of `?region=`; None without one.

    Raises Http404 for a code that names none, RegionMoved for a merged village.
    """
    form = RegionParameter(request.GET)
    if not form.is_valid():
        raise Http404
    code = form.cleaned_data["region"]
    if code is None:
        return None
    region = Region.objects.filter(code=code).first()
    follow_merged(region)
    if region is None or region.valid_to:
        raise Http404
    return region


def follow_merged(region: Region | None) -> None:
    """Raise RegionMoved for a village that another one took over: links to it lead on."""
    if region and region.valid_to and region.successor_id:
        raise RegionMoved(region.successor_id)


def roots_of(user: Any, *verbs: Verb) -> list[Region]:
    """Where a choice begins for somebody: the regions of the posts that give one of these verbs."""
    codes = {row.low for verb in verbs for row in grants(user).of(verb)}
    return list(Region.objects.filter(code__in=codes, valid_to=None).order_by("level", "code"))


def place(request: HttpRequest, *, roots: list[Region] | None = None, deepest: int = 5) -> Place:
    """The present step of a choice that begins at `roots` (the provinces when None) and ends at level `deepest`.

    A single root is taken at once. Raises Http404 for a region outside the roots.
    """
    region = asked_region(request)
    if region is None and roots is not None and len(roots) == 1:
        region = roots[0]
    if region is None:
        below = roots if roots is not None else list(children_of(None))
        return Place(None, [], _links(request, below))
    if roots is not None and not any(root.code <= region.code <= root.code_end for root in roots):
        raise Http404
    way = [
        step
        for step in path_of(region.code)
        if roots is None or any(root.code <= step.code <= root.code_end for root in roots)
    ]
    below = list(children_of(region)) if region.level < deepest else []
    return Place(region, _links(request, way), _links(request, below))


def _links(request: HttpRequest, regions: list[Region]) -> list[dict[str, object]]:
    return [{"label": region.name, "url": address(request, region=region.code)} for region in regions]
