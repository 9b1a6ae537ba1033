"""What must always hold for closed months, their payments, rules and rates (I-21 to I-23)."""

from collections.abc import Iterator

from accounts.invariants import Found, invariant, rows


@invariant("month-sums", "结账月份的县合计等于各岗位结果之和，也等于审计记录当时写下的")
def month_sums() -> Iterator[Found]:
    """The audit chain keeps hash, posts' money and month of each closing; the rows must still say the same."""
    for pk, wanted, found in rows(
        """SELECT c.id, concat_ws(' ', a.changes->>'month', a.changes->>'hash', a.changes->>'fen'),
                  concat_ws(' ', to_char(c.month, 'YYYY-MM'), c.inputs_hash, (
                    SELECT coalesce(sum(fen), 0) FROM grid_subsidyline l WHERE l.closed_id = c.id))
           FROM grid_closedmonth c JOIN accounts_auditentry a ON a.action = 'month.close'
             AND a.object_type = 'grid.closedmonth' AND a.object_id = c.id::text
           WHERE concat_ws(' ', a.changes->>'month', a.changes->>'hash', a.changes->>'fen')
              <> concat_ws(' ', to_char(c.month, 'YYYY-MM'), c.inputs_hash, (
                   SELECT coalesce(sum(fen), 0) FROM grid_subsidyline l WHERE l.closed_id = c.id))
           ORDER BY 1"""
    ):
        yield "grid_closedmonth", pk, wanted, found
    for pk, wanted, found in rows(
        """WITH said AS (
             SELECT c.id, c.report->'places'->(c.region_id::text) AS place FROM grid_closedmonth c),
           sums AS (
             SELECT closed_id, sum(expected) AS expected, sum(submitted) AS submitted, sum(on_time) AS on_time,
                    sum(confirmed) AS confirmed FROM grid_quotaresult GROUP BY closed_id)
           SELECT s.id, concat_ws(' ', s.place->>'expected', s.place->>'submitted', s.place->>'on_time',
                                  s.place->>'confirmed'),
                  concat_ws(' ', r.expected, r.submitted, r.on_time, r.confirmed)
           FROM said s JOIN sums r ON r.closed_id = s.id
           WHERE concat_ws(' ', s.place->>'expected', s.place->>'submitted',
                   s.place->>'on_time', s.place->>'confirmed')
                 <> concat_ws(' ', r.expected, r.submitted, r.on_time, r.confirmed) ORDER BY 1"""
    ):
        yield "grid_closedmonth", pk, f"county says {wanted}", f"its posts sum to {found}"


@invariant("subsidy-lines", "补贴逐项符合规则：本月的不超过标准，补差和更正只针对以前的月份，更正有答复")
def lines() -> Iterator[Found]:
    for pk, kind, fen, base, month, closed in rows(
        """SELECT l.id, l.kind, l.fen, l.base, l.month, c.month
           FROM grid_subsidyline l JOIN grid_closedmonth c ON c.id = l.closed_id
           JOIN grid_subsidyrate r ON r.id = l.rate_id
           WHERE NOT CASE WHEN l.kind = 'regular' THEN l.month = c.month AND l.fen BETWEEN 0 AND l.base
                            AND l.base <= r.fen
                          ELSE l.month < c.month AND l.fen <> 0 END ORDER BY 1"""
    ):
        yield (
            "grid_subsidyline",
            pk,
            "regular within its rate, others for an earlier month",
            (f"{kind} {fen} of {base} for {month} in {closed}"),
        )
    for pk, booked, answered in rows(
        """SELECT l.id, l.fen, coalesce(sum(o.correction_fen), 0) FROM grid_subsidyline l
           LEFT JOIN (grid_subsidyobjection o JOIN grid_subsidyline old ON old.id = o.line_id)
             ON o.booked_in_id = l.closed_id AND old.appointment_id = l.appointment_id AND old.rate_id = l.rate_id
                AND old.month = l.month
           WHERE l.kind = 'correction' GROUP BY l.id HAVING l.fen <> coalesce(sum(o.correction_fen), 0) ORDER BY 1"""
    ):
        yield "grid_subsidyline", pk, f"{answered} fen answered", f"{booked} fen booked"


@invariant("subsidy-whole", "前后接替一个岗位的人，一个月合计不超过一份")
def whole() -> Iterator[Found]:
    """Days are counted once: what several holders get for their days is at most one rate for each day's holders."""
    for closed, rate, region, days, most in rows(
        """SELECT l.closed_id, l.rate_id, a.region_id, sum(l.days), count(DISTINCT a.user_id)
             * extract(day FROM c.month + interval '1 month' - interval '1 day')
           FROM grid_subsidyline l JOIN accounts_appointment a ON a.id = l.appointment_id
           JOIN grid_closedmonth c ON c.id = l.closed_id
           WHERE l.kind = 'regular' GROUP BY 1, 2, 3, c.month
           HAVING sum(l.days) > count(DISTINCT a.user_id)
             * extract(day FROM c.month + interval '1 month' - interval '1 day') ORDER BY 1, 2, 3"""
    ):
        yield "grid_closedmonth", closed, f"{most} days at most at {region} for rate {rate}", days


@invariant("quota-needs", "每条求助只计一次，计给那天在岗的人，归在第一次提交的月份；计数和明细相符")
def needs() -> Iterator[Found]:
    for pk, count in rows(
        """SELECT need, count(*) FROM grid_quotaresult r, jsonb_array_elements_text(r.needs) need
           GROUP BY need HAVING count(*) > 1 ORDER BY 1"""
    ):
        yield "needs_need", pk, "counted once", f"counted {count} times"
    for pk, submitted, listed in rows(
        """SELECT id, submitted, jsonb_array_length(needs) FROM grid_quotaresult
           WHERE submitted <> jsonb_array_length(needs) OR on_time > submitted OR confirmed > submitted ORDER BY 1"""
    ):
        yield "grid_quotaresult", pk, f"{submitted} counted", f"{listed} listed"
    for pk, need, month, handed in rows(
        """SELECT r.id, n.id, c.month, (n.submitted_at AT TIME ZONE 'Asia/Shanghai')::date
           FROM grid_quotaresult r JOIN grid_closedmonth c ON c.id = r.closed_id
           JOIN accounts_appointment a ON a.id = r.appointment_id,
           jsonb_array_elements_text(r.needs) one JOIN needs_need n ON n.id = one::bigint
           WHERE date_trunc('month', n.submitted_at AT TIME ZONE 'Asia/Shanghai')::date <> c.month
              OR (n.submitted_at AT TIME ZONE 'Asia/Shanghai')::date < a.starts_on
              OR (n.submitted_at AT TIME ZONE 'Asia/Shanghai')::date > a.ends_on ORDER BY 1, 2"""
    ):
        yield "grid_quotaresult", pk, f"need {need} handed in in {month} by its post", handed


@invariant("rates-apart", "同一地区、职务、名称的补贴标准时间不重叠")
def rates() -> Iterator[Found]:
    for pk, other in rows(
        """SELECT a.id, b.id FROM grid_subsidyrate a JOIN grid_subsidyrate b
             ON b.region_id = a.region_id AND b.role = a.role AND b.name = a.name AND b.id > a.id
           WHERE daterange(a.valid_from, a.valid_to, '[]') && daterange(b.valid_from, b.valid_to, '[]')
           ORDER BY 1, 2"""
    ):
        yield "grid_subsidyrate", pk, "alone in its time", f"overlaps rate {other}"
