"""What must always hold for grids, the visits they owe and the office's own work."""

from collections.abc import Iterator

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Value

from accounts.invariants import Found, invariant, rows
from fupin.lib.clock import today
from grid import clue_invariants, figure_invariants, quota_invariants  # noqa: F401 (register their own)
from grid.models import Inspection
from grid.models.grid import FULL
from grid.models.inspection import population_hash
from grid.services.inspections import pick


@invariant("grid-size", "每个网格不超过 100 户，超过的写明了原因")
def size() -> Iterator[Found]:
    for pk, count in rows(
        """SELECT g.id, count(*) FROM grid_grid g JOIN grid_gridhousehold h ON h.grid_id = g.id
           WHERE g.oversize_reason = '' GROUP BY g.id HAVING count(*) > %(full)s ORDER BY 1""",
        {"full": FULL},
    ):
        yield "grid_grid", pk, f"{FULL} households at most, or a reason", count


@invariant("assignment-sums", "分解了的任务，完成数等于下一级之和，下一级全部办完才算完成")
def assignments() -> Iterator[Found]:
    for pk, wanted, found in rows(
        """SELECT a.id, concat_ws(' ', sum(p.done), bool_and(p.state = 'done')),
                  concat_ws(' ', a.done, a.state = 'done')
           FROM grid_assignment a JOIN grid_assignment p ON p.parent_id = a.id WHERE a.state <> 'cancelled'
           GROUP BY a.id HAVING (sum(p.done), bool_and(p.state = 'done')) <> (a.done, a.state = 'done') ORDER BY 1"""
    ):
        yield "grid_assignment", pk, wanted, found


@invariant("grid-village", "每户只在本村现有的网格里")
def village() -> Iterator[Found]:
    for pk, home, grid, row in rows(
        """SELECT gh.household_id, h.region_id, g.village_id, gh.region_id FROM grid_gridhousehold gh
           JOIN needs_household h ON h.id = gh.household_id JOIN grid_grid g ON g.id = gh.grid_id
           WHERE h.region_id <> g.village_id OR gh.region_id <> g.village_id OR g.ended_at IS NOT NULL ORDER BY 1"""
    ):
        yield "grid_gridhousehold", pk, f"in a standing grid of {home}", f"grid of {grid}, row says {row}"


@invariant("grid-visits", "最近走访的日期都有走访记录，发现问题的记录写明了情况")
def visits() -> Iterator[Found]:
    for pk, day in rows(
        """SELECT gh.household_id, gh.visited_on FROM grid_gridhousehold gh
           WHERE gh.visited_on IS NOT NULL AND NOT EXISTS
           (SELECT FROM grid_visit v WHERE v.household_id = gh.household_id AND v.on = gh.visited_on) ORDER BY 1"""
    ):
        yield "grid_gridhousehold", pk, f"a visit on {day}", "none"
    for pk, flag in rows(
        """SELECT id, has_problem FROM grid_visit WHERE has_problem <> (points::text LIKE '%"problem"%')
              OR has_problem AND note IS NULL ORDER BY 1"""
    ):
        yield "grid_visit", pk, "marked as its points say, with words", flag


@invariant("grid-leader", "每个网格至多一个网格长，都在本村任职")
def leaders() -> Iterator[Found]:
    for pk, count in rows(
        """SELECT m.grid_id, count(*) FROM grid_gridmember m JOIN accounts_appointment a ON a.id = m.post_id
           WHERE m.ended_at IS NULL AND a.ended_at IS NULL AND a.role = 'grid_leader'
             AND (a.ends_on IS NULL OR a.ends_on >= %(today)s)
           GROUP BY m.grid_id HAVING count(*) > 1 ORDER BY 1""",
        {"today": today()},
    ):
        yield "grid_grid", pk, "one leader at most", count
    for pk, region, place in rows(
        """SELECT m.id, a.region_id, g.village_id FROM grid_gridmember m
           JOIN accounts_appointment a ON a.id = m.post_id JOIN grid_grid g ON g.id = m.grid_id
           WHERE m.ended_at IS NULL AND a.ended_at IS NULL AND a.region_id <> g.village_id ORDER BY 1"""
    ):
        yield "grid_gridmember", pk, f"a post at {place}", region


@invariant("activity-held", "开完的会议和培训有到会的人，并登记了应到人数")
def activities() -> Iterator[Found]:
    for pk, present in rows(
        """SELECT a.id, count(p.id) FROM grid_activity a LEFT JOIN grid_attendance p ON p.activity_id = a.id
           WHERE a.state = 'held' GROUP BY a.id HAVING count(p.id) = 0 ORDER BY 1"""
    ):
        yield "grid_activity", pk, "somebody present", present


@invariant("warning-batches", "核实完的预警批次没有剩下的，没核实完的批次还有")
def warning_batches() -> Iterator[Found]:
    for pk, left, done in rows(
        """SELECT b.id, count(*) FILTER (WHERE w.state = 'sent'), b.done_at IS NOT NULL
           FROM grid_warningbatch b JOIN grid_riskwarning w ON w.batch_id = b.id GROUP BY b.id
           HAVING (count(*) FILTER (WHERE w.state = 'sent') = 0) <> (b.done_at IS NOT NULL) ORDER BY 1"""
    ):
        yield (
            "grid_warningbatch",
            pk,
            "done" if not left else f"open, {left} left",
            "done" if done else "open",
        )


@invariant("inspection-draws", "每次抽查按编号重抽，结果相同")
def inspection_draws() -> Iterator[Found]:
    rows_drawn = Inspection.objects.annotate(drawn=ArrayAgg("items__object_id", default=Value([])))
    for row in rows_drawn.order_by("id").iterator(100):
        wanted = pick(row.population, row.seed, row.wanted)
        if sorted(row.drawn) != wanted or population_hash(row.population) != row.population_hash:
            yield "grid_inspection", row.pk, f"{len(wanted)} items of seed {row.seed[:8]}", "others"
