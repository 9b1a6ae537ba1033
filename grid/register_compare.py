"""The provincial register line by line beside ours: what is missing on either side, what differs, field by field."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from accounts.models import Region
from fupin.lib import crypto
from fupin.lib.secret import Secret
from grid.models import DifferenceKind, RegisterCheck, RegisterDifference
from needs.enums import Cause, Focus
from needs.imports import columns
from needs.imports.checks import Checker, Row
from needs.imports.places import Places
from needs.models import Household

CONTEXT = "grid_registercheck.rows_file"
PIECE, FIRST = 1_000, 8
MOST = 20_000
"""Differences that are kept one by one; of the others only the number."""
FIELDS = ("region", "name", "id_number", "phone", "members", "cause", "focus")


@dataclass
class Result:
    """What a run counts; `matched` are the households that some line names."""

    lines: int = 0
    equal: int = 0
    found: int = 0
    matched: set[int] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    @property
    def unlisted(self) -> int:
        return max(self.found - MOST, 0)


def compare(check: RegisterCheck, data: bytes) -> Result:
    """Write every difference (at most MOST) of the file's lines and of our households without a line."""
    county, result = check.county, Result()
    checker = _checker(check)
    lines = _lines(check, data)
    while piece := list(islice(lines, PIECE)):
        _write(check, result, _piece(county, checker, piece, result))
    _write(check, result, _missing_there(county, result))
    return result


def preview(check: RegisterCheck, data: bytes) -> list[tuple[list[str], str]]:
    """The first lines with the columns as they are mapped now, each with what cannot be read in it."""
    checker = _checker(check)
    return [
        (cells, "；".join(problem.message for problem in checker.check(number, cells)[1]))
        for number, cells in islice(_lines(check, data), FIRST)
    ]


def _checker(check: RegisterCheck) -> Checker:
    county = check.county
    ranges = [(county.code, county.code_end)]
    return Checker(places=Places(county), mapping=check.mapping, ranges=ranges, officers=())


def _lines(check: RegisterCheck, data: bytes) -> Iterator[tuple[int, list[str]]]:
    rows = csv.reader(io.StringIO(data.decode(), newline=""))
    for number, cells in enumerate(rows):
        if number > check.header_line and columns.is_data(cells, check.mapping):
            yield number, cells


def _piece(
    county: Region, checker: Checker, piece: Sequence[tuple[int, list[str]]], result: Result
) -> list[RegisterDifference]:
    found, rows = [], []
    for number, cells in piece:
        result.lines += 1
        row, problems = checker.check(number, cells)
        if row is None:
            words = "；".join(problem.message for problem in problems)[:200]
            found.append(RegisterDifference(kind=DifferenceKind.UNREADABLE, line=number + 1, problem=words))
        else:
            rows.append(row)
    homes = _homes(county, rows)
    for row in rows:
        found += _one(row, homes, result)
    return found


def _one(row: Row, homes: dict[Any, Household], result: Result) -> list[RegisterDifference]:
    """The difference of one line, or none."""
    line = row.line + 1
    mark = _mark(row)
    home = homes.get(mark) or homes.get((row.region, row.name))
    if (mark and mark in result.seen) or (home and home.pk in result.matched):
        words = "这一户在名单里写了两遍。"
        return [
            RegisterDifference(kind=DifferenceKind.UNREADABLE, line=line, region_id=row.region, problem=words)
        ]
    result.seen.add(mark)
    if home is None:
        theirs = {name: ["", value] for name, value in _values(row).items() if value not in ("", None)}
        return [_difference(DifferenceKind.MISSING_HERE, row, line, theirs)]
    result.matched.add(home.pk)
    fields = _differing(row, home)
    if not fields:
        result.equal += 1
        return []
    made = _difference(DifferenceKind.DIFFERS, row, line, fields)
    made.household, made.region_id = home, home.region_id
    return [made]


def _difference(kind: str, row: Row, line: int, fields: dict[str, list[Any]]) -> RegisterDifference:
    return RegisterDifference(
        kind=kind,
        line=line,
        region_id=row.region,
        name=row.name,
        fields=json.dumps(fields, ensure_ascii=False),
    )


def _homes(county: Region, rows: Sequence[Row]) -> dict[Any, Household]:
    """Our households of these lines: by ID number, and by village and name where we know no number; two queries."""
    inside = Household.objects.filter(region__gte=county.code, region__lte=county.code_end, closed_at=None)
    marks = [mark for row in rows if (mark := _mark(row))]
    homes: dict[Any, Household] = {home.id_index: home for home in inside.filter(id_index__in=marks)}
    names = {row.name for row in rows}
    places = {row.region for row in rows}
    twice: set[tuple[int, str]] = set()
    known = {(row.region, row.name): _mark(row) for row in rows}
    for home in inside.filter(region__in=places, name__in=names):
        key = (home.region_id, home.name)
        if key in twice or (home.id_index and known.get(key)):
            continue
        if key in homes:
            twice.add(key)
            del homes[key]
        else:
            homes[key] = home
    return homes


def _mark(row: Row) -> str:
    return crypto.blind_index(row.id_number, kind="id") if row.id_number else ""


def _values(row: Row) -> dict[str, Any]:
    return {name: list(value) if isinstance(value := getattr(row, name), tuple) else value for name in FIELDS}


def _differing(row: Row, home: Household) -> dict[str, list[Any]]:
    """Field by field, ours as shown and theirs; what the file leaves empty says nothing."""
    theirs, found = _values(row), {}
    ours = {
        "region": home.region_id,
        "name": home.name,
        "members": home.members,
        "cause": home.cause,
        "focus": sorted(home.focus),
        "phone": home.phone_index or "",
        "id_number": home.id_index or "",
    }
    marks = {
        "phone": crypto.blind_index(row.phone, kind="phone") if row.phone else "",
        "id_number": _mark(row),
        "focus": sorted(row.focus or ()),
    }
    for name in FIELDS:
        said = marks.get(name, theirs[name])
        if theirs[name] in ("", None) or said == ours[name]:
            continue
        found[name] = [_own(home, name), theirs[name]]
    return found


def _own(home: Household, name: str) -> Any:
    if name in ("phone", "id_number"):
        secret = getattr(home, name)
        return secret.masked if isinstance(secret, Secret) else ""
    return home.region_id if name == "region" else getattr(home, name)


def _missing_there(county: Region, result: Result) -> Iterator[RegisterDifference]:
    rows = Household.objects.filter(
        region__gte=county.code, region__lte=county.code_end, closed_at=None
    ).order_by("region_id", "id")
    for pk, region, name in rows.values_list("pk", "region_id", "name").iterator(PIECE):
        if pk not in result.matched:
            yield RegisterDifference(
                kind=DifferenceKind.MISSING_THERE, household_id=pk, region_id=region, name=name
            )


def _write(check: RegisterCheck, result: Result, found: Iterable[RegisterDifference]) -> None:
    rows = iter(found)
    while piece := list(islice(rows, PIECE)):
        keep = piece[: max(MOST - result.found, 0)]
        result.found += len(piece)
        for row in keep:
            row.check_of = check
        RegisterDifference.objects.bulk_create(keep)


def shown(name: str, value: Any, places: dict[int, str]) -> str:
    """A value of a difference for people: names of places and causes, numbers masked."""
    if value in ("", None, []):
        return "没有"
    if name == "region":
        return places.get(int(value), str(value))
    if name == "cause":
        return str(dict(Cause.choices).get(value, value))
    if name == "focus":
        labels = dict(Focus.choices)
        return "，".join(str(labels.get(group, group)) for group in value)
    if name in ("phone", "id_number") and "*" not in str(value):
        return Secret(str(value), kind="phone" if name == "phone" else "id").masked
    return str(value)


LABELS = {
    "region": "村（社区）",
    "name": "户主姓名",
    "id_number": "身份证号",
    "phone": "联系电话",
    "members": "家庭人口",
    "cause": "主要困难原因",
    "focus": "户类型",
}
