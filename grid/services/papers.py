"""Setting the grid's papers: tables as XLSX and PDF, the poster, 明白纸; taking names away is recorded."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import Region, User
from accounts.services import audit
from fupin.lib import typeset
from fupin.lib.clock import today
from fupin.lib.images import reencode
from fupin.lib.official_sheets import write_form
from grid.models import GridHousehold, GridMember, NoticePrint
from grid.queries.board import Board, Person, board_of, levels_for
from grid.queries.sheets import Table

TABLE, NOTICE, POSTER = "grid/print/table.typ", "grid/print/notice.typ", "grid/print/poster.typ"
PORTRAIT, PORTRAIT_BYTES = 300, 40_000
LARGE, SMALL, FEW = 13, 10.5, 12
"""Type of a poster in points, by how many people stand on it: one with few is to be read from afar."""
NOBODY = Person("（还没有确定）", "", "", "")


def export(*, actor: User, table: Table, region: Region, kind: str, target: Path) -> int:
    """Write a table as XLSX or PDF; who took how many lines with names away is recorded. Returns the lines."""
    if kind == "xlsx":
        write_form(
            target,
            title=table.title,
            note=table.note,
            columns=table.columns,
            rows=table.rows,
            foot=table.foot,
        )
    else:
        target.write_bytes(typeset.pdf(TABLE, table_data(table)))
    audit.record(
        actor=actor,
        action="grid.export",
        obj=region,
        region_code=region.code,
        changes={"table": table.title, "rows": len(table.rows), "as": kind},
    )
    return len(table.rows)


def taken(*, actor: User, job: NoticePrint) -> None:
    """Record that somebody took the sheets of a whole village away."""
    audit.record(
        actor=actor,
        action="notice_print.take",
        obj=job,
        region_code=job.village_id,
        changes={"households": job.total},
    )


def report_taken(*, actor: User, region: Region, month: str, kind: str) -> None:
    """Record that somebody took a report away as a file; `month` such as 2026-10, or a year."""
    audit.record(
        actor=actor,
        action="report.export",
        obj=region,
        region_code=region.code,
        changes={"month": month, "as": kind},
    )


def table_data(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "note": table.note,
        "widths": [column.width for column in table.columns],
        "heads": [column.label for column in table.columns],
        "rows": [list(row) for row in table.rows],
        "foot": table.foot,
    }


def notice_page(home: GridHousehold, board: Board) -> dict[str, Any]:
    """One household's sheet: who answers on three levels, the phone to call, the way to the board."""
    return {
        "household": home.household.name,
        "place": board.village.name,
        "grid": home.grid.name,
        "levels": [
            {"title": title, "people": [_person(one) for one in people or [NOBODY]]}
            for title, people in levels_for(board, home.grid_id)
        ],
        "qr": typeset.qr_svg(board_url(board.village)),
        "board": board_url(board.village),
        "date": f"{today():%Y-%m-%d}",
    }


def notice(home: GridHousehold) -> bytes:
    """明白纸 of one household as PDF: one page (REQUIREMENTS 99)."""
    return typeset.pdf(NOTICE, {"pages": [notice_page(home, board_of(home.grid.village))]})


def poster_data(board: Board) -> dict[str, Any]:
    """What the poster shows: as the board, with the portraits of those who agreed."""
    photos = _portraits(board)
    people = len(board.above) + sum(len(people) for _, people in board.grids)
    return {
        "size": LARGE if people <= FEW else SMALL,
        "village": board.village.name,
        "officers": [[level, one.name, one.phone or "—", one.duty] for level, one in board.above],
        "grids": [
            {
                "title": f"{grid.name}（{grid.size} 户）",  # type: ignore[attr-defined]
                "people": [
                    [photos.get(one.photo, ""), one.name, one.post, one.kind, one.duty]
                    for one in people or [NOBODY]
                ],
                "note": "　".join(
                    words
                    for words in (
                        f"范围：{grid.area}" if grid.area else "",
                        f"值班电话：{grid.duty_phone}" if grid.duty_phone else "",
                    )
                    if words
                ),
            }
            for grid, people in board.grids
        ],
        "qr": typeset.qr_svg(board_url(board.village)),
        "board": board_url(board.village),
        "date": f"{today():%Y-%m-%d}",
    }


def poster(village: Region) -> bytes:
    """The board on paper (REQUIREMENTS 98)."""
    return typeset.pdf(POSTER, poster_data(board_of(village)))


def _portraits(board: Board) -> dict[int, str]:
    """The portraits of those on the board, small enough for a poster, by member."""
    wanted = [one.photo for _, people in board.grids for one in people if one.photo]
    found = {}
    for member in GridMember.objects.filter(pk__in=wanted):
        with suppress(FileNotFoundError, ValidationError), member.photo.open("rb") as file:
            found[member.pk] = typeset.photo_svg(reencode(file, max_side=PORTRAIT, max_bytes=PORTRAIT_BYTES))
    return found


def board_url(village: Region) -> str:
    return f"{settings.SITE_URL}{reverse('grid:board', args=[village.code])}"


def _person(one: Person) -> dict[str, str]:
    return {
        "name": one.name,
        "post": "，".join(words for words in (one.post, one.kind) if words),
        "phone": f"电话 {one.phone}" if one.phone else "",
        "duty": one.duty,
    }
