"""What in a county's records a person should look at (B3): one bounded query a kind, nothing is decided here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.enums import Verb
from accounts.models import Region
from accounts.permissions import grants
from fupin.lib.clock import ZONE, day_of, today
from grid import likeness
from grid.models import Question
from grid.question_enums import Answer, Asked

WINDOW_DAYS = 40
"""Records so old are looked at: the present month and the one whose closing is near."""
COMPARED_DAYS, MOST_TEXTS = 130, 4_000
BURST_MINUTES, BURST_DONORS = 10, 3
TINY_FEN, TINY_ROWS = 100, 3
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to ask about; `key` stays the same however often it is found."""

    kind: str
    key: str
    facts: str
    needs: list[int]
    doubtful: list[int] = field(default_factory=list)
    pledges: list[int] = field(default_factory=list)


# Who stands behind a need's counting: its writer on behalf and who verified it; `who` is the household's side.
_HANDS = """
hands AS (
  SELECT n.id AS need, n.created_by_id AS person, '代写' AS deed FROM fresh n WHERE n.on_behalf
  UNION SELECT r.need_id, r.actor_id, CASE r.action WHEN 'verify' THEN '核实' WHEN 'check' THEN '检查' ELSE '审批' END
  FROM needs_needreview r JOIN fresh n ON n.id = r.need_id WHERE r.action IN ('verify', 'check', 'approve'))
"""
_FRESH = """fresh AS (
  SELECT * FROM needs_need WHERE county = %(county)s AND submitted_at >= %(since)s ORDER BY submitted_at DESC
  LIMIT 20000)"""

_DONORS = """
WITH given AS (
  SELECT p.id AS pledge, p.need_id, p.donor_id, p.form FROM donors_pledge p
  WHERE p.county = %(county)s AND p.created_at >= %(since)s AND p.status NOT IN ('cancelled', 'expired')),
fresh AS (SELECT * FROM needs_need WHERE id IN (SELECT need_id FROM given)), /*hands*/
SELECT g.need_id, n.title, g.donor_id, array_agg(DISTINCT g.pledge),
       coalesce(string_agg(DISTINCT h.deed, '、') FILTER (WHERE o.id IS NOT NULL), ''), bool_or(o.id IS NULL) AS home
FROM given g JOIN needs_need n ON n.id = g.need_id JOIN accounts_user d ON d.id = g.donor_id
LEFT JOIN hands h ON h.need = g.need_id AND h.deed IN ('代写', '核实')
LEFT JOIN accounts_user o ON o.id = h.person AND (o.id = d.id OR o.id_index = d.id_index)
LEFT JOIN needs_household k ON k.id = n.household_id
WHERE o.id IS NOT NULL OR k.phone_index = d.phone_index OR k.id_index = d.id_index OR k.account_id = d.id
GROUP BY 1, 2, 3 ORDER BY 1, 3 LIMIT %(rows)s
"""

_TINY = """
SELECT donor_id, date_trunc('month', created_at AT TIME ZONE 'Asia/Shanghai')::date, array_agg(id ORDER BY id),
       array_agg(DISTINCT need_id)
FROM donors_pledge
WHERE county = %(county)s AND created_at >= %(month)s AND form = 'money' AND amount_fen <= %(tiny)s
GROUP BY 1, 2 HAVING count(*) >= %(tiny_rows)s ORDER BY 2, 1 LIMIT %(rows)s
"""

_BURSTS = """
SELECT origin_mark, created_at, donor_id, id, need_id FROM donors_pledge
WHERE county = %(county)s AND created_at >= %(week)s AND created_at < %(today)s AND origin_mark <> ''
ORDER BY origin_mark, created_at, id LIMIT %(marked)s
"""

_RELATIVES = """
WITH /*fresh*/, /*hands*/
SELECT h.need, n.title, u.id, u.name, string_agg(DISTINCT h.deed, '、'),
       bool_or(k.account_id = u.id OR k.id_index = u.id_index) AS own,
       bool_or(k.phone_index = u.phone_index) AS phone,
       bool_or(m.id IS NOT NULL) AS member,
       bool_or(k.bank_holder <> '' AND k.bank_holder = u.name) AS holder,
       bool_or(mine.id IS NOT NULL) AS account
FROM hands h JOIN fresh n ON n.id = h.need JOIN needs_household k ON k.id = n.household_id
JOIN accounts_user u ON u.id = h.person
LEFT JOIN needs_householdmember m ON m.household_id = k.id AND m.id_index = u.id_index
LEFT JOIN needs_household mine ON mine.id <> k.id AND mine.bank_index = k.bank_index
  AND (mine.account_id = u.id OR mine.id_index = u.id_index)
WHERE k.account_id = u.id OR k.id_index = u.id_index OR k.phone_index = u.phone_index OR m.id IS NOT NULL
   OR (k.bank_holder <> '' AND k.bank_holder = u.name) OR mine.id IS NOT NULL
GROUP BY 1, 2, 3, 4 ORDER BY 1, 3 LIMIT %(rows)s
"""

_TEXTS = """
SELECT id, title, story, submitted_at >= %(since)s FROM (
  SELECT n.id, n.title, n.story, n.submitted_at FROM needs_need n
  WHERE n.county = %(county)s AND n.submitted_at >= %(compared)s AND n.subject = 'household'
    AND n.status NOT IN ('draft', 'returned', 'withdrawn')
  ORDER BY n.submitted_at DESC, n.id DESC LIMIT %(texts)s) latest
ORDER BY submitted_at, id
"""


def findings(county: Region) -> Iterator[Finding]:
    """Everything that this county's records of the last weeks ask; five queries."""
    yield from near_copies(county)
    yield from donors_at_work(county)
    yield from bursts(county)
    yield from tiny_pledges(county)
    yield from relatives(county)


def questions_seen_by(user: Any) -> QuerySet[Question]:
    """The questions of the counties where this person approves."""
    rows = Question.objects.filter(grants(user).q(Verb.APPROVE, "region"))
    return rows.select_related("region", "answered_by")


def waiting(user: Any) -> QuerySet[Question]:
    """Those that nobody has answered, oldest first."""
    return questions_seen_by(user).filter(answer=Answer.OPEN).order_by("id")


def near_copies(county: Region) -> Iterator[Finding]:
    rows = _rows(county, _TEXTS)
    known = {pk: (title, story) for pk, title, story, _ in rows}
    fresh = {pk for pk, _, _, is_fresh in rows if is_fresh}
    for pk, earlier in likeness.nearest_earlier((pk, story) for pk, _, story, _ in rows).items():
        if pk in fresh:
            same = likeness.percent(known[pk][1], known[earlier][1])
            facts = f"“{known[pk][0]}”的情况说明与较早的“{known[earlier][0]}”有 {same}% 相同。"
            yield Finding(Asked.COPY, str(pk), facts, [earlier, pk], [pk])


def donors_at_work(county: Region) -> Iterator[Finding]:
    for need, title, donor, pledges, deeds, home in _rows(county, _DONORS):
        who = "求助家庭自己的账号或电话" if home and not deeds else f"{deeds or '经办'}的人自己"
        yield Finding(Asked.DONOR, f"{need}:{donor}", f"认领“{title}”的是{who}。", [need], [need], pledges)


def bursts(county: Region) -> Iterator[Finding]:
    """Days that are over, so that a row of pledges is whole when it is first seen."""
    for _, rows in groupby(_rows(county, _BURSTS), key=lambda row: row[0]):
        for group in _clusters(list(rows)):
            donors = {row[2] for row in group}
            if len(donors) >= BURST_DONORS:
                first, last = group[0][1].astimezone(ZONE), group[-1][1].astimezone(ZONE)
                facts = (
                    f"{first:%Y-%m-%d %H:%M} 到 {last:%H:%M}，{len(donors)} 位爱心人士在同一网络、同一种浏览器上"
                    f"认领了 {len(group)} 次。"
                )
                needs = sorted({row[4] for row in group})
                pledges = [row[3] for row in group]
                yield Finding(Asked.DEVICE, str(pledges[0]), facts, needs, needs, pledges)


def _clusters(rows: list[tuple[Any, ...]]) -> list[list[tuple[Any, ...]]]:
    """Rows of one mark that follow one another within minutes."""
    found: list[list[tuple[Any, ...]]] = []
    for row in rows:
        if found and row[1] - found[-1][-1][1] <= timedelta(minutes=BURST_MINUTES):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def tiny_pledges(county: Region) -> Iterator[Finding]:
    for donor, month, pledges, needs in _rows(county, _TINY):
        facts = f"同一位爱心人士在 {month:%Y 年 %m 月}有 {len(pledges)} 笔一元的认领。"
        yield Finding(Asked.TINY, f"{donor}:{month:%Y-%m}", facts, needs, needs, pledges[:50])


def relatives(county: Region) -> Iterator[Finding]:
    words = (
        "是办理人自己的家庭",
        "登记的电话是办理人的",
        "家里有办理人",
        "户名与办理人同名",
        "银行账号与办理人家相同",
    )
    for need, title, person, name, deeds, *signs in _rows(county, _RELATIVES):
        shown = "，".join(word for word, sign in zip(words, signs, strict=True) if sign)
        facts = f"“{title}”由{name or '办理人'}{deeds}；这户{shown}。"
        yield Finding(Asked.RELATIVE, f"{need}:{person}", facts, [need], [need])


def _rows(county: Region, statement: str) -> list[tuple[Any, ...]]:
    day = today()
    values: dict[str, int | datetime] = {
        "rows": MOST_ROWS,
        "marked": 40 * MOST_ROWS,
        "texts": MOST_TEXTS,
        "tiny": TINY_FEN,
        "tiny_rows": TINY_ROWS,
        "county": county.code // 10**6,
        "since": _start(WINDOW_DAYS),
        "compared": _start(COMPARED_DAYS),
        "week": _start(7),
        "today": datetime.combine(day, time(), ZONE),
        "month": _start((day - day_of(_start(WINDOW_DAYS)).replace(day=1)).days),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("/*fresh*/", _FRESH).replace("/*hands*/", _HANDS), values)
        return cursor.fetchall()


def _start(days_ago: int) -> datetime:
    return datetime.combine(today() - timedelta(days=days_ago), time(), ZONE)
