"""The public grid board (CONTRACT): who looks after which grid, and whom to call. Built from a whitelist."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.enums import Level
from accounts.models import Region
from accounts.queries import children_of, path_of
from accounts.views.places import follow_merged
from grid.models import GridMember
from grid.queries.board import board_of

MOST_CHILDREN = 100
PORTRAIT = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}


@require_safe
def board(request: HttpRequest, code: int) -> HttpResponse:
    """A village's board; of a larger place the way down to its villages."""
    region = get_object_or_404(Region, code=code)
    follow_merged(region)
    if region.valid_to:
        raise Http404
    context: dict[str, object] = {"region": region, "path": path_of(code)[:-1]}
    if region.level == Level.VILLAGE:
        context["board"] = board_of(region)
    else:
        context["below"] = children_of(region)[:MOST_CHILDREN]
    return render(request, "grid/board.html", context)


@require_safe
def portrait(request: HttpRequest, pk: int) -> FileResponse:
    """The photo of somebody who serves in a grid today; they agreed to show it."""
    member = get_object_or_404(GridMember.objects.serving().exclude(photo=""), pk=pk)
    try:
        return FileResponse(member.photo.open("rb"), content_type="image/jpeg", headers=PORTRAIT)
    except FileNotFoundError as error:
        raise Http404 from error
