"""The public list's pages at 300 000 needs: shared buffers a page, by scope and order; the naive query beside them."""

from collections.abc import Iterator

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext

from accounts.models import Region
from needs.enums import Kind, Status
from needs.models import Need, NeedProgress
from needs.queries import ListFilter, list_page
from tests import factories

NEEDS = 300_000
PROVINCES, CITIES, COUNTIES, TOWNS, VILLAGES = 28, 12, 8, 2, 2
TAGGED = 832  # 国家扶贫开发工作重点县 and 连片特困地区县, as many as there were
TAG = "key-county-national"
HELPED = 5  # every fifth need has a helper
LISTED = 0.3  # this share is open


def main() -> None:
    """Seed, then print the buffers of each page."""
    home = _seed()
    print(f"{Need.objects.count()} needs; every {HELPED}th has a helper")
    show(home)


def show(home: int) -> None:
    """One line a scope and order."""
    for words, where in (
        ("country", ListFilter()),
        ("country, one kind", ListFilter(kind=Kind.MEDICAL)),
        ("county", ListFilter(region=Region.objects.get(code=home // 10**6 * 10**6))),
        (f"{TAGGED} key counties", ListFilter(area=TAG)),
    ):
        for order in ("newest", "waiting", "unhelped"):
            wanted = ListFilter(where.region, where.area, where.kind, order=order)
            pages = ", ".join(f"{count:,}" for count in _pages(wanted))
            print(f"{words:20} {order:9} buffers of the first pages: {pages}")


def _pages(wanted: ListFilter, most: int = 3) -> Iterator[int]:
    """Shared buffers of all queries of each of the first pages."""
    cursor: str | None = None
    for _ in range(most):
        with CaptureQueriesContext(connection) as seen:
            page = list_page(wanted, cursor=cursor)
        yield sum(_buffers(query["sql"]) for query in seen.captured_queries)
        cursor = page.next_cursor
        if cursor is None:
            return


def _buffers(sql: str) -> int:
    with connection.cursor() as asked:
        asked.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON, TIMING OFF) {sql}".replace("%", "%%"))
        plan = asked.fetchone()[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _seed() -> int:
    """Regions, one need by hand and its copies by SQL; the code of a village with needs."""
    need = factories.published_need(factories.staff())
    codes = _regions()
    with connection.cursor() as sql:
        _copy(sql, need.pk, codes)
        sql.execute("VACUUM ANALYZE")
    return codes[0]


def _regions() -> list[int]:
    """A country beside the real one: province codes from 60 on."""
    rows: list[Region] = []
    villages: list[int] = []
    counties = 0

    def add(code: int, level: int, parent: int | None) -> int:
        nonlocal counties
        counties += level == 3
        tags = [TAG] if level == 3 and counties % 3 == 0 and counties // 3 <= TAGGED else []
        rows.append(Region(code=code, name=f"地{code}", level=level, parent_id=parent, tags=tags))
        return code

    for p in range(PROVINCES):
        province = add((60 + p) * 10**10, 1, None)
        for c in range(1, CITIES + 1):
            city = add(province + c * 10**8, 2, province)
            for k in range(1, COUNTIES + 1):
                county = add(city + k * 10**6, 3, city)
                for t in range(1, TOWNS + 1):
                    town = add(county + t * 1000, 4, county)
                    villages += [add(town + v, 5, town) for v in range(1, VILLAGES + 1)]
    for level in range(1, 6):
        Region.objects.bulk_create([row for row in rows if row.level == level], batch_size=5_000)
    return villages


def _copy(sql: CursorWrapper, pk: int, villages: list[int]) -> None:
    """NEEDS copies of the need with their counters, over all villages and kinds, the oldest three years old."""
    own = {
        "id": "1000000 + n",
        "region_id": f"(%s::bigint[])[1 + (n::bigint * 7919) %% {len(villages)}]",
        "kind": f"(%s::varchar[])[1 + floor(random() * {len(Kind)})::int]",
        "published_at": "now() - random() * interval '1000 days'",
        "status": f"CASE WHEN random() < {LISTED} THEN '{Status.PUBLISHED}' ELSE '{Status.FULFILLED}' END",
    }
    counters = {"need_id": "1000000 + n", "helpers": f"(n %% {HELPED} = 0)::int"}
    for model, given in ((Need, own), (NeedProgress, counters)):
        columns = [str(field.column) for field in model._meta.concrete_fields if not field.generated]
        values = ", ".join(given.get(column, f"t.{column}") for column in columns)
        table, key = model._meta.db_table, columns[0]
        # Names of our own models alone; the lists are parameters.
        text = (
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
            f" FROM {table} t, generate_series(1, {NEEDS}) n WHERE t.{key} = %s"
        )
        sql.execute(text, (villages, list(Kind.values), pk) if model is Need else (pk,))
