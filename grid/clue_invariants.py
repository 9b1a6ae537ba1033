"""What must always hold for clues, their notices, clocks and measures (宿州规范 第十三至十七条)."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import QuerySet

from accounts.invariants import Found, invariant, rows
from fupin.lib.clock import day_of, now
from fupin.lib.crypto import DecryptError
from grid.clue_enums import MeasureState
from grid.models import Clock, ClueFile, Notice
from grid.notice_text import leaks, names_of
from grid.queries.calendar import calendars_of
from grid.services import clue_files
from grid.services.clocks import due_day
from grid.services.clue_steps import RUNNING
from grid.services.notices import DAYS

SWEPT_WITHIN = timedelta(hours=1)
"""After midnight a notice may still stand in the table as up for so long; nobody reads it any more."""
OWN_WORDS = frozenset({"地区", "主要困难", "拟纳入类别", "类别"})
"""Labels whose values are the platform's vocabulary, which may happen to be somebody's name."""


@invariant("clue-filed", "备案的线索都经过民主评议、满期的公示、研判，没有留下异议")
def filed() -> Iterator[Found]:
    for pk, meeting, noticed, judged, objections in rows(
        """SELECT * FROM (SELECT c.id,
             EXISTS (SELECT FROM grid_reviewmeeting m WHERE m.clue_id = c.id) AS meeting,
             EXISTS (SELECT FROM grid_notice n WHERE n.clue_id = c.id AND n.kind = 'review'
                     AND n.ends_on - n.starts_on >= %(days)s AND n.ends_on < c.filed_on
                     AND (n.taken_down_at AT TIME ZONE 'Asia/Shanghai')::date > n.ends_on) AS noticed,
             EXISTS (SELECT FROM grid_cluestep s WHERE s.clue_id = c.id AND s.action = 'judge') AS judged,
             (SELECT count(*) FROM grid_objection o JOIN grid_notice n ON n.id = o.notice_id
              WHERE n.clue_id = c.id AND o.state = 'open' AND o.made_at <=
                (SELECT max(s.at) FROM grid_cluestep s WHERE s.clue_id = c.id AND s.action = 'file')) AS objections
           FROM grid_clue c WHERE c.filed_on IS NOT NULL) found
           WHERE NOT (meeting AND noticed AND judged) OR objections > 0 ORDER BY 1""",
        {"days": DAYS},
    ):
        missing = [
            word
            for word, there in (
                ("meeting", meeting),
                (f"notice of {DAYS} days", noticed),
                ("judgement", judged),
            )
            if not there
        ]
        expected = "meeting, full notice, judgement, no open objection"
        yield "grid_clue", pk, expected, ", ".join([*missing, *(["open objection"] if objections else [])])


@invariant("clue-people", "上报、核实、研判的人没有自己审定自己的线索")
def people() -> Iterator[Found]:
    for pk, action in rows(
        """SELECT s.id, s.action FROM grid_cluestep s JOIN grid_clue c ON c.id = s.clue_id
           JOIN accounts_user u ON u.id = s.actor_id
           WHERE s.action IN ('judge', 'dismiss', 'file', 'clear') AND EXISTS (
             SELECT FROM accounts_user other WHERE (other.id = u.id OR other.id_index = u.id_index)
             AND (other.id = c.reported_by_id OR EXISTS (
               SELECT FROM grid_cluestep e WHERE e.clue_id = c.id AND e.id < s.id AND e.actor_id = other.id
               AND e.action IN ('verify', 'deny', 'judge', 'recheck') AND NOT EXISTS (
                 SELECT FROM grid_cluestep b WHERE b.clue_id = c.id AND b.id BETWEEN e.id AND s.id - 1
                 AND b.action IN ('send_back', 'return', 'file', 'keep'))))) ORDER BY 1"""
    ):
        yield "grid_cluestep", pk, "by somebody else", f"{action} by who reported or decided before"


@invariant("clue-clock", "每条办理中的线索恰好走着这一步的时限")
def clocks() -> Iterator[Found]:
    wanted = {state.value: kind for state, kind in RUNNING.items()}
    for pk, state, running in rows(
        """SELECT c.id, c.state, coalesce(array_agg(k.kind) FILTER (WHERE k.id IS NOT NULL), '{}')
           FROM grid_clue c LEFT JOIN grid_clock k
             ON k.object_id = c.id AND k.kind LIKE 'clue.%%' AND k.done_on IS NULL
           GROUP BY c.id HAVING c.closed_at IS NULL OR count(k.id) > 0 ORDER BY 1""",
        {},
    ):
        expected = [wanted[state]] if state in wanted else []
        if running != expected:
            yield "grid_clue", pk, expected, running


@invariant("clock-due", "走着的时限，到期日按起算日、天数和节假日重算一致")
def due() -> Iterator[Found]:
    calendars = calendars_of(set(Clock.objects.filter(done_on=None).values_list("region_id", flat=True)))
    for clock in Clock.objects.filter(done_on=None, paused_on=None).order_by("id").iterator(2000):
        again = due_day(calendars[clock.region_id], clock.counted_from, clock.left, clock.unit)
        if again != clock.due_on or clock.left > clock.days:
            yield "grid_clock", clock.pk, again, clock.due_on


@invariant("notice-days", "公示都公示满期，期满的都已撤下")
def notice_days() -> Iterator[Found]:
    for pk, starts, ends in rows(
        """SELECT id, starts_on, ends_on FROM grid_notice WHERE ends_on - starts_on < %(days)s
              OR taken_down_at IS NULL AND ends_on < %(today)s ORDER BY 1""",
        {"days": DAYS, "today": day_of(now() - SWEPT_WITHIN)},
    ):
        yield "grid_notice", pk, f"{DAYS} days or more, down afterwards", f"{starts} to {ends}"


@invariant("notice-text", "正在公示的内容里没有证件号、手机号和真实姓名")
def notice_text() -> Iterator[Found]:
    return _leaking(Notice.objects.filter(taken_down_at=None))


@invariant("notice-text-past", "撤下的公示里也没有证件号、手机号和真实姓名", fast=False)
def past_text() -> Iterator[Found]:
    return _leaking(Notice.objects.filter(taken_down_at__isnull=False))


def _leaking(notices: QuerySet[Notice]) -> Iterator[Found]:
    for notice in notices.select_related("clue__household").order_by("id").iterator(500):
        names = names_of(notice.clue)
        told = [("", notice.remark), *notice.content]
        found = {leak for label, value in told for leak in leaks(value, () if label in OWN_WORDS else names)}
        if found:
            yield "grid_notice", notice.pk, "nothing personal", ", ".join(sorted(found))


@invariant("clue-measures", "没有落实的派单都有时限在走，风险消除的线索没有没落实的措施")
def measures() -> Iterator[Found]:
    for pk, state, running in rows(
        """SELECT m.id, m.state, count(k.id) FROM grid_measure m JOIN grid_clue c ON c.id = m.clue_id
           LEFT JOIN grid_clock k ON k.kind = 'measure' AND k.object_id = m.id AND k.done_on IS NULL
           GROUP BY m.id, c.state
           HAVING count(k.id) <> CASE WHEN m.state = ANY(%(over)s) THEN 0 ELSE 1 END
               OR c.state = 'cleared' AND NOT m.state = ANY(%(over)s) ORDER BY 1""",
        {"over": [MeasureState.DONE, MeasureState.RETURNED]},
    ):
        yield (
            "grid_measure",
            pk,
            "done or given back, else one clock of an open clue",
            f"{state}, {running} clocks",
        )


@invariant("clue-files", "案卷里的照片和扫描件都在，打得开，没有改动", fast=False)
def files() -> Iterator[Found]:
    for row in ClueFile.objects.order_by("id").iterator(500):
        try:
            if hashlib.sha256(clue_files.opened(row)).hexdigest() != row.sha256:
                yield "grid_cluefile", row.pk, "the picture of its mark", "another"
        except (FileNotFoundError, DecryptError) as error:
            yield "grid_cluefile", row.pk, "a picture that opens", type(error).__name__
