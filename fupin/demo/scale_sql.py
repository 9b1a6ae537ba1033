"""The statements of `fupin.demo.scale`. `pg_temp.u(n, k)` is a number from 0 to 1 by n and k alone."""

from collections.abc import Iterator

INDEXES = """
SELECT i.indexname, i.indexdef FROM pg_indexes i JOIN pg_class c ON c.relname = i.indexname
WHERE i.tablename = ANY(%s) AND i.schemaname = current_schema()
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid)
ORDER BY i.indexname"""

_FUNCTION = """CREATE FUNCTION pg_temp.u(bigint, bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended($1, $2) & 9007199254740991)::float8 / 9007199254740992 $$"""

_BASE = """CREATE TEMP TABLE scale_base ON COMMIT DROP AS SELECT
  (SELECT coalesce(max(id), 0) FROM accounts_user) AS person,
  (SELECT coalesce(max(id), 0) FROM needs_household) AS home,
  (SELECT coalesce(max(id), 0) FROM needs_need) AS need,
  (SELECT coalesce(max(id), 0) FROM donors_pledge) AS pledge"""

# Villages, and townships of counties whose villages are not loaded. One place in twenty is empty; every ninth county
# is an old one; the county with the most places gets a hundredth of everything.
_PLACES = """CREATE TEMP TABLE scale_place ON COMMIT DROP AS
WITH place AS (
  SELECT r.code, r.code / 1000000 AS county, r.level,
         CASE WHEN pg_temp.u(r.code, %(seed)s) < 0.05 THEN 0
              ELSE ceil(1 + 14 * power(pg_temp.u(r.code, %(seed)s + 1), 4)) END AS weight
  FROM accounts_region r WHERE r.valid_to IS NULL AND (r.level = 5 OR r.level = 4 AND NOT EXISTS (
    SELECT FROM accounts_region v WHERE v.code > r.code AND v.code < r.code + 1000 AND v.level = 5))),
huge AS (SELECT county, count(*) AS places FROM place GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1)
SELECT p.code, p.level, p.county, row_number() OVER (ORDER BY p.code) AS number,
       mod(dense_rank() OVER (ORDER BY p.county), 9) = 0 AND p.county <> h.county AS is_old,
       CASE WHEN p.county = h.county AND p.weight > 0
            THEN greatest(1, (SELECT sum(weight) FROM place) / 100 / h.places) ELSE p.weight END::int AS weight
FROM place p CROSS JOIN huge h"""

_SLOTS = """CREATE TEMP TABLE scale_slot ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY p.code, i) - 1 AS slot, p.code
FROM scale_place p, generate_series(1, p.weight) i"""

_ACCOUNTS = """INSERT INTO donors_charityaccount
  (region_id, charity, bank, number, licence, licence_from, licence_to)
SELECT code, name || '慈善会（测试）', '测试银行', '88' || code, '测试', '2010-01-01', '2099-12-31'
FROM accounts_region WHERE level = 1"""

_COUNTIES = """CREATE TEMP TABLE scale_county ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY code) - 1 AS number, code FROM accounts_region WHERE level = 3"""

_PEOPLE = """INSERT INTO accounts_user (id, password, is_superuser, name, nickname, display, donor_kind, occupation,
  work_county_id, is_active, auth_epoch, created_at)
SELECT b.person + n, '!', false, '测试' || n, '', '', k.kind, '', c.code, true, 0,
       %(base)s::timestamptz - interval '4 years'
FROM scale_base b CROSS JOIN generate_series(1, %(donors)s) n
CROSS JOIN LATERAL (SELECT pg_temp.u(n, %(seed)s + 2) AS u) d
CROSS JOIN LATERAL (SELECT CASE WHEN u < 0.3 THEN '' WHEN u < 0.6 THEN 'individual'
                                WHEN u < 0.9 THEN 'public_employee' ELSE 'company' END AS kind) k
LEFT JOIN scale_county c
  ON k.kind = 'public_employee' AND c.number = mod(n, (SELECT count(*) FROM scale_county))"""

_POSTS = """INSERT INTO accounts_appointment
  (user_id, region_id, role, starts_on, ends_on, source, unit, duty_phone, created_at, end_reason)
SELECT b.person + 1 + mod(p.number, 100), p.code,
       CASE p.level WHEN 5 THEN 'village_officer' ELSE 'township_manager' END,
       (%(base)s::timestamptz)::date - 1200 + (400 * pg_temp.u(p.number, %(seed)s + 3))::int,
       CASE WHEN mod(p.number, 10) = 0 THEN (%(base)s::timestamptz)::date - (300 * pg_temp.u(p.number,
         %(seed)s + 4))::int END,
       '', '', '', %(base)s, ''
FROM scale_base b, scale_place p"""

_HOMES = """INSERT INTO needs_household
  (id, region_id, name, members, cause, focus, bank_holder, monitored, risk, risk_since, registered_by_id, created_at)
SELECT b.home + n, s.code, substr('王李张刘陈杨赵黄周吴', 1 + mod(n, 10)::int, 1) || '测', 1 + mod(n, 6),
       (ARRAY['illness', 'disability', 'schooling', 'no_labour'])[1 + mod(n, 4)], '{}', '',
       CASE WHEN mod(n, 40) = 0 THEN 'sudden' ELSE '' END, CASE WHEN mod(n, 40) = 0 THEN 'open' ELSE '' END,
       CASE WHEN mod(n, 40) = 0 THEN (%(base)s::timestamptz)::date - 100 END, b.person + 1,
       %(base)s::timestamptz - (1100 + 365 * pg_temp.u(n,
         %(seed)s + 5)) * interval '1 day' * (1 - n / %(homes)s::float8)
FROM scale_base b, generate_series(1, %(homes)s) n
JOIN scale_slot s ON s.slot = floor(pg_temp.u(n, %(seed)s + 6) * (SELECT count(*) FROM scale_slot))::bigint"""

# Everything about a need that pledges must know, too: age in days, state, form, money asked for in fen.
_WANTED = """CREATE TEMP TABLE scale_need ON COMMIT DROP AS
SELECT w.*, CASE WHEN state IN ('draft', 'submitted', 'verified', 'checked') THEN NULL
                 WHEN mod(n, 1000) = 7 THEN date_trunc('month', born) + interval '9 hours' ELSE born END AS published
FROM (
  SELECT n, h.id AS household, h.region_id,
    CASE WHEN u < 0.37 THEN 'medical' WHEN u < 0.6 THEN 'education' WHEN u < 0.75 THEN 'housing'
         WHEN u < 0.83 THEN 'care' WHEN u < 0.9 THEN 'sponsorship' WHEN u < 0.95 THEN 'industry'
         WHEN u < 0.98 THEN 'employment' WHEN u < 0.995 THEN 'disability' WHEN u < 0.999 THEN 'other'
         WHEN u < 0.9995 THEN 'volunteer' ELSE 'produce' END AS kind,
    CASE WHEN p.is_old THEN CASE WHEN v < 0.94 THEN 'fulfilled' WHEN v < 0.999 THEN 'expired' ELSE 'published' END
         WHEN v < 0.27 THEN 'published' WHEN v < 0.4 THEN 'matched' WHEN v < 0.8 THEN 'fulfilled'
         WHEN v < 0.87 THEN 'expired' WHEN v < 0.91 THEN 'withdrawn' WHEN v < 0.93 THEN 'returned'
         WHEN v < 0.95 THEN 'draft' WHEN v < 0.96 THEN 'submitted' WHEN v < 0.98 THEN 'verified' ELSE 'checked'
         END AS state,
    %(base)s::timestamptz - interval '1 day' * CASE WHEN p.is_old THEN 730 + 365 * pg_temp.u(n, %(seed)s + 9)
      ELSE 1095 * power(1 - n / %(needs)s::float8, 0.7) + 20 * pg_temp.u(n, %(seed)s + 9) END AS born,
    10000 * (1 + floor(49 * power(pg_temp.u(n, %(seed)s + 10), 2)))::bigint AS asked,
    pg_temp.u(n, %(seed)s + 11) < 0.1 AS is_service
  FROM scale_base b CROSS JOIN generate_series(1, %(needs)s) n
  CROSS JOIN LATERAL (SELECT pg_temp.u(n, %(seed)s + 7) AS u, pg_temp.u(n, %(seed)s + 8) AS v) d
  JOIN needs_household h ON h.id = b.home + 1 + floor(pg_temp.u(n, %(seed)s + 12) * %(homes)s)::bigint
  JOIN scale_place p ON p.code = h.region_id) w"""

_NEEDS = """INSERT INTO needs_need (id, region_id, household_id, subject, kind, forms, title, story, details,
  status, flags,
  on_behalf, created_by_id, created_at, submitted_at, published_at, waiting_since, closed_at)
SELECT b.need + n, region_id, household, 'household', kind,
       CASE WHEN is_service AND state NOT IN ('matched', 'fulfilled') THEN '{service}'::varchar[] ELSE '{money}' END,
       '测试求助' || n, '这是压力测试的数据，编号 ' || n || '，不对应任何家庭。', '{}', state, '{}', true, b.person + 1,
       born - interval '10 days', CASE WHEN state <> 'draft' THEN born - interval '9 days' END, published,
       CASE WHEN state IN ('submitted', 'verified', 'checked') THEN born END,
       CASE WHEN state IN ('fulfilled', 'expired', 'withdrawn') THEN least(%(base)s, born + interval '70 days') END
FROM scale_base b, scale_need"""

# How many living gifts a need has: so many that four fifths of all pledges live, the rest lapsed or were given back.
_COUNTS = """CREATE TEMP TABLE scale_gift ON COMMIT DROP AS
WITH whole AS (SELECT count(*) FILTER (WHERE state IN ('matched', 'fulfilled')) AS full_ones,
                      count(*) FILTER (WHERE state = 'published') AS open_ones FROM scale_need),
more AS (SELECT greatest(0, floor(2 * ((0.8 * %(pledges)s - 0.75 * open_ones) / greatest(1, full_ones) - 1))) AS top
         FROM whole)
SELECT n, region_id, state, asked, published, is_service AND state = 'published' AS is_service,
       CASE WHEN state <> 'published' THEN 1 + floor(pg_temp.u(n, %(seed)s + 13) * (m.top + 1))::int
            WHEN pg_temp.u(n, %(seed)s + 13) < 0.55 THEN 0
            ELSE 1 + floor(pg_temp.u(n, %(seed)s + 14) * 2)::int END AS count
FROM scale_need, more m WHERE state IN ('matched', 'fulfilled', 'published')"""

_ONES = """CREATE TEMP TABLE scale_one ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY n, j) AS g, n, j, region_id, state, asked, published, is_service, count,
  true AS lives
FROM scale_gift, generate_series(1, count) j"""

_LAPSED = """INSERT INTO scale_one
SELECT l.living + i, s.n, 0, s.region_id, s.state, s.asked, s.published, s.is_service, s.count, false
FROM (SELECT count(*) AS living FROM scale_one) l, generate_series(1, %(pledges)s) i
JOIN (SELECT *, row_number() OVER (ORDER BY n) AS k FROM scale_gift) s
  ON s.k = 1 + floor(pg_temp.u(i, %(seed)s + 15) * (SELECT count(*) FROM scale_gift))::bigint
WHERE i <= %(pledges)s - l.living"""

_PLEDGES = """INSERT INTO donors_pledge (id, need_id, county, donor_id, form, status, amount_fen, hours,
  service_kind, insured, origin_mark,
  date_by, display, idempotency_key, fingerprint, reference, charity_account_id, bank_note, delivery, meet_at,
    meet_with,
  outcome, outcome_note, proof, witness_role, certificate_due, created_at, expires_at, closed_at)
SELECT b.pledge + g, b.need + n, o.region_id / 1000000,
       b.person + 1 + floor(power(pg_temp.u(g, %(seed)s + 16), 2) * %(donors)s)::bigint,
       CASE WHEN is_service THEN 'service' ELSE 'money' END, s.status,
       CASE WHEN is_service THEN 0 WHEN NOT lives THEN 10000 WHEN state = 'published' THEN asked / (2 * count + 2)
            WHEN j = count THEN asked - (count - 1) * (asked / count) ELSE asked / count END,
       CASE WHEN is_service THEN 4 ELSE 0 END, 'hours', false, '', 'donor', 'named', 'scale-' || g, '',
       'SC' || lpad(g::text, 10, '0'), CASE WHEN is_service THEN NULL ELSE a.id END, '', '', '', '',
       CASE WHEN s.status <> 'confirmed' THEN '' WHEN s.is_bad THEN 'problem' ELSE 'complete' END, '',
       CASE WHEN s.status = 'confirmed' THEN 'own' ELSE '' END, '', false, t.at, t.at + interval '3 days',
       CASE WHEN s.status IN ('confirmed', 'lapsed', 'cancelled', 'refunded')
            THEN least(%(base)s, t.at + interval '12 days') END
FROM scale_one o CROSS JOIN scale_base b
JOIN donors_charityaccount a ON a.region_id = o.region_id / 10000000000 * 10000000000 AND a.number LIKE '88%%',
LATERAL (SELECT pg_temp.u(g, %(seed)s + 17) AS v, pg_temp.u(g, %(seed)s + 18) AS w) r,
LATERAL (SELECT least(%(base)s, published + w * w * interval '90 days') AS at) t,
LATERAL (SELECT CASE
    WHEN NOT lives THEN CASE WHEN is_service OR v < 0.7 THEN 'lapsed' WHEN v < 0.9 THEN 'cancelled'
      ELSE 'refunded' END
    WHEN state = 'fulfilled' THEN 'confirmed' WHEN is_service THEN CASE WHEN v < 0.5 THEN 'pledged'
      ELSE 'confirmed' END
    WHEN v < 0.08 THEN 'pledged' WHEN v < 0.2 THEN 'paid' WHEN v < 0.55 THEN 'received'
    WHEN v < 0.8 OR j = 1 THEN 'delivered' ELSE 'confirmed' END AS status,
  v > 0.96 AND state <> 'fulfilled' AND NOT is_service AS is_bad) s"""

_PROGRESS = """INSERT INTO needs_needprogress
  (need_id, is_open, target_fen, pledged_fen, received_fen, delivered_fen, helpers)
SELECT b.need + w.n, w.state = 'published',
       CASE WHEN w.is_service AND w.state NOT IN ('matched', 'fulfilled') THEN 0 ELSE w.asked END,
       coalesce(p.pledged, 0), coalesce(p.received, 0), coalesce(p.delivered, 0), coalesce(p.helpers, 0)
FROM scale_base b CROSS JOIN scale_need w
LEFT JOIN (
  SELECT need_id, sum(amount_fen) AS pledged, count(*) AS helpers,
         coalesce(sum(amount_fen) FILTER (WHERE status IN ('received', 'delivered', 'confirmed')), 0) AS received,
         coalesce(sum(amount_fen) FILTER (WHERE status = 'delivered' OR outcome = 'complete'), 0) AS delivered
  FROM donors_pledge, scale_base b
  WHERE id > b.pledge AND status NOT IN ('lapsed', 'cancelled',
    'refunded') GROUP BY 1) p ON p.need_id = b.need + w.n"""

_MATCHES = """INSERT INTO needs_needreview (need_id, action, actor_name, role, source, target, reason, comment,
  flags, at)
SELECT b.need + n, 'match', '系统', '', 'published', 'matched', '', '', '{}',
       least(%(base)s, published + pg_temp.u(n, %(seed)s + 19) * interval '60 days')
FROM scale_base b, scale_need WHERE state IN ('matched', 'fulfilled')"""

_LEDGER = """INSERT INTO donors_transfer (need_id, pledge_id, charity_account_id, source, target, amount, at)
SELECT p.need_id, p.id, p.charity_account_id, t.source, t.target, p.amount_fen,
  p.created_at + t.after * interval '1 day'
FROM scale_base b, donors_pledge p, LATERAL (VALUES
  ('open', 'promised', 0, true),
  ('promised', 'open', 3, p.status IN ('lapsed', 'cancelled')),
  ('promised', 'held', 1, p.status IN ('received', 'delivered', 'confirmed', 'refunded')),
  ('held', 'refunded', 4, p.status = 'refunded'),
  ('held', 'delivered', 5, p.status = 'delivered' OR p.outcome = 'complete')) t (source, target, after, moved)
WHERE p.id > b.pledge AND p.form = 'money' AND t.moved"""

_CASES = """INSERT INTO donors_deliverycase (pledge_id, county, reason, status, opened_at)
SELECT p.id, p.county, 'problem', 'opened', p.closed_at FROM scale_base b, donors_pledge p
WHERE p.id > b.pledge AND p.outcome = 'problem'"""

_CLOCKS = """INSERT INTO grid_clock (kind, object_id, title, region_id, level, clause, unit, days, at_least,
  started_on,
  counted_from, "left", due_on, pause_reason, pauses, done_on, started_at)
SELECT 'warning.verify', n, '测试', s.code, 4, '测试', 'working', 3, false, d.day, d.day, 3, d.day + 3, '', '[]',
       CASE WHEN mod(n, 20) = 0 THEN NULL ELSE d.day + mod(n, 5)::int END, %(base)s
FROM generate_series(1, %(clocks)s) n
JOIN scale_slot s ON s.slot = floor(pg_temp.u(n, %(seed)s + 20) * (SELECT count(*) FROM scale_slot))::bigint,
LATERAL (SELECT (%(base)s::timestamptz)::date - (1000 * pg_temp.u(n, %(seed)s + 21))::int AS day) d"""


def statements(*, ledger: bool) -> Iterator[tuple[str, str]]:
    """Table (empty: a helper of the load) and statement."""
    analyze = ("ANALYZE scale_slot", "ANALYZE scale_place", "ANALYZE scale_county")
    for helper in (_FUNCTION, _BASE, _PLACES, _SLOTS, _COUNTIES, *analyze):
        yield "", helper
    yield "donors_charityaccount", _ACCOUNTS
    yield "accounts_user", _PEOPLE
    yield "accounts_appointment", _POSTS
    yield "needs_household", _HOMES
    for helper in ("ANALYZE needs_household", _WANTED, "ANALYZE scale_need"):
        yield "", helper
    yield "needs_need", _NEEDS
    for helper in (_COUNTS, "ANALYZE scale_gift", _ONES, _LAPSED, "ANALYZE scale_one"):
        yield "", helper
    yield "donors_pledge", _PLEDGES
    yield "", "ANALYZE donors_pledge"
    yield "needs_needprogress", _PROGRESS
    yield "needs_needreview", _MATCHES
    yield "donors_deliverycase", _CASES
    yield "grid_clock", _CLOCKS
    if ledger:
        yield "donors_transfer", _LEDGER
