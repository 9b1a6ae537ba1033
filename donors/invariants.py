"""What must always hold for pledges, the ledger and certificates."""

from collections.abc import Iterator

from accounts.invariants import Found, invariant, rows
from donors.enums import ENDED_UNMET
from donors.models import CallbackSheet, Certificate
from donors.services import callbacks
from donors.services.certificates import is_genuine

ENDED = tuple(status.value for status in ENDED_UNMET)
# What each book holds of a need, from its lines; pledged is everything that left OPEN and did not come back.
_BOOKS = """
    sum(CASE WHEN source = 'open' THEN amount WHEN target IN ('open', 'refunded') THEN -amount ELSE 0 END) AS pledged,
    sum(CASE WHEN target = 'held' AND source <> 'delivered' THEN amount
             WHEN source = 'held' AND target <> 'delivered' THEN -amount ELSE 0 END) AS received,
    sum(CASE WHEN target = 'delivered' THEN amount WHEN source = 'delivered' THEN -amount ELSE 0 END) AS delivered
"""


@invariant("ledger-money", "需求的金额等于账本")
def money() -> Iterator[Found]:
    for pk, *numbers in rows(
        f"""SELECT p.need_id, coalesce(l.pledged, 0), coalesce(l.received, 0), coalesce(l.delivered, 0),
                   p.pledged_fen, p.received_fen, p.delivered_fen
            FROM needs_needprogress p
            LEFT JOIN (SELECT need_id, {_BOOKS} FROM donors_transfer WHERE item_id IS NULL GROUP BY 1) l
                   USING (need_id)
            WHERE (coalesce(l.pledged, 0), coalesce(l.received, 0), coalesce(l.delivered, 0))
                  <> (p.pledged_fen, p.received_fen, p.delivered_fen) ORDER BY 1"""  # noqa: S608
    ):
        yield "needs_needprogress", pk, _join(numbers[:3]), _join(numbers[3:])


@invariant("ledger-items", "物品的数量等于账本")
def items() -> Iterator[Found]:
    for pk, *numbers in rows(
        f"""SELECT i.id, coalesce(l.pledged, 0), coalesce(l.delivered, 0), i.pledged, i.received
            FROM needs_needitem i
            LEFT JOIN (SELECT item_id, {_BOOKS} FROM donors_transfer WHERE item_id IS NOT NULL GROUP BY 1) l
                   ON l.item_id = i.id
            WHERE (coalesce(l.pledged, 0), coalesce(l.delivered, 0)) <> (i.pledged, i.received) ORDER BY 1"""  # noqa: S608
    ):
        yield "needs_needitem", pk, _join(numbers[:2]), _join(numbers[2:])


@invariant("ledger-pledges", "每笔帮助在账本上的位置与它的状态相符")
def pledges() -> Iterator[Found]:
    for pk, status, form, held, wanted in rows(
        """WITH promised AS (
             SELECT id, amount_fen AS whole FROM donors_pledge WHERE form = 'money'
             UNION ALL SELECT pledge_id, sum(quantity - released) FROM donors_pledgeitem GROUP BY 1),
           ledger AS (
             SELECT pledge_id,
                    sum(CASE WHEN source = 'open' THEN amount
                             WHEN target IN ('open', 'refunded') THEN -amount ELSE 0 END) AS held
             FROM donors_transfer GROUP BY 1)
           SELECT p.id, p.status, p.form, coalesce(l.held, 0),
                  CASE WHEN p.status = ANY(%(ended)s) OR p.form = 'service' THEN 0 ELSE coalesce(w.whole, 0) END
           FROM donors_pledge p LEFT JOIN promised w ON w.id = p.id LEFT JOIN ledger l ON l.pledge_id = p.id
           WHERE coalesce(l.held, 0) <>
                 CASE WHEN p.status = ANY(%(ended)s) OR p.form = 'service' THEN 0 ELSE coalesce(w.whole, 0) END
           ORDER BY 1""",
        {"ended": list(ENDED)},
    ):
        yield "donors_pledge", pk, f"ledger holds {wanted}", f"{held} ({form} {status})"


@invariant("pledge-helpers", "帮助人数等于未结束的认领数")
def helpers() -> Iterator[Found]:
    for pk, expected, actual in rows(
        """SELECT p.need_id, coalesce(l.living, 0), p.helpers FROM needs_needprogress p
           LEFT JOIN (SELECT need_id, count(*) AS living FROM donors_pledge
                      WHERE status <> ALL(%(ended)s) GROUP BY 1) l USING (need_id)
           WHERE coalesce(l.living, 0) <> p.helpers ORDER BY 1""",
        {"ended": list(ENDED)},
    ):
        yield "needs_needprogress", pk, f"{expected} helpers", actual


@invariant("pledge-steps", "每笔帮助的步骤前后相接，最后一步就是现在的状态")
def steps() -> Iterator[Found]:
    for pk, last, status in rows(
        """SELECT p.id, coalesce(s.target, 'no step'), p.status FROM donors_pledge p
           LEFT JOIN LATERAL (SELECT target FROM donors_pledgestep WHERE pledge_id = p.id
                              ORDER BY id DESC LIMIT 1) s ON true
           WHERE p.status IS DISTINCT FROM s.target ORDER BY 1"""
    ):
        yield "donors_pledge", pk, last, status
    for pk, before, source in rows(
        """SELECT id, before, source FROM (
             SELECT id, source, coalesce(lag(target) OVER (PARTITION BY pledge_id ORDER BY id), '') AS before
             FROM donors_pledgestep) chain WHERE before <> source ORDER BY 1"""
    ):
        yield "donors_pledgestep", pk, f"from {before or 'nothing'}", f"from {source or 'nothing'}"


@invariant("pledge-account", "善款只进认领时资格有效的慈善账户")
def licensed() -> Iterator[Found]:
    for pk, account in rows(
        """SELECT p.id, a.id FROM donors_pledge p LEFT JOIN donors_charityaccount a ON a.id = p.charity_account_id
           LEFT JOIN LATERAL (SELECT before FROM donors_accountchange c
                              WHERE c.account_id = a.id AND c.before IS NOT NULL AND c.decided_at > p.created_at
                              ORDER BY c.decided_at, c.id LIMIT 1) v ON true
           WHERE p.form = 'money' AND (a.id IS NULL OR a.closed_at < p.created_at OR
                 (p.created_at AT TIME ZONE 'Asia/Shanghai')::date
                 NOT BETWEEN coalesce((v.before->>'licence_from')::date, a.licence_from)
                         AND coalesce((v.before->>'licence_to')::date, a.licence_to))
           ORDER BY 1"""
    ):
        yield "donors_pledge", pk, "an account licensed on that day", f"account {account}"


@invariant("account-four-eyes", "募捐账户的变更由一人提出、另一人同意，账户就是最后同意的样子")
def four_eyes() -> Iterator[Found]:
    for pk, first, second in rows(
        """SELECT c.id, c.proposed_by_id, c.decided_by_id FROM donors_accountchange c
           JOIN accounts_user p ON p.id = c.proposed_by_id JOIN accounts_user d ON d.id = c.decided_by_id
           WHERE c.state = 'approved' AND (p.id = d.id OR p.id_index = d.id_index) ORDER BY 1"""
    ):
        yield "donors_accountchange", pk, "two people", f"{first} and {second}"
    for pk, kind in rows(
        """SELECT a.id, c.kind FROM donors_charityaccount a
           JOIN LATERAL (SELECT * FROM donors_accountchange o WHERE o.account_id = a.id AND o.state = 'approved'
                         ORDER BY o.decided_at DESC, o.id DESC LIMIT 1) c ON true
           WHERE (a.charity, a.bank, a.number, a.licence, a.licence_from, a.licence_to, a.closed_at IS NOT NULL) <>
                 (c.charity, c.bank, c.number, c.licence, c.licence_from, c.licence_to, c.kind = 'close') ORDER BY 1"""
    ):
        yield "donors_charityaccount", pk, "as it was approved last", f"otherwise, after {kind}"


@invariant("certificate-earned", "收到帮助才有证书，收到就有证书，只有一张有效")
def certificates() -> Iterator[Found]:
    for pk, earned, due, valid in rows(
        """SELECT id, earned, due, valid FROM (
             SELECT p.id, CASE p.form WHEN 'money' THEN p.status IN ('received', 'delivered', 'confirmed')
                          ELSE p.status = 'confirmed' AND p.outcome = 'complete' END AS earned,
                    p.certificate_due AS due,
                    (SELECT count(*) FROM donors_certificate c
                     WHERE c.pledge_id = p.id AND c.revoked_at IS NULL) AS valid,
                    EXISTS (SELECT FROM donors_certificate c WHERE c.pledge_id = p.id
                            AND c.revoked_at IS NOT NULL) AS revoked
             FROM donors_pledge p) gift
           WHERE valid > 1 OR (NOT earned AND (due OR valid > 0))
              OR (earned AND NOT revoked AND valid + due::int <> 1) ORDER BY 1"""
    ):
        expected = "one valid or one due" if earned else "none"
        yield "donors_pledge", pk, expected, f"{valid} valid, due {due}"


@invariant("certificate-numbers", "证书编号按县和年连续，没有空号")
def numbers() -> Iterator[Found]:
    for pk, expected, actual in rows(
        r"""WITH given AS (
              SELECT split_part(number, '-', 2)::int AS county, split_part(number, '-', 3)::int AS year,
                     count(DISTINCT number) AS n, max(split_part(number, '-', 4)::int) AS top
              FROM donors_certificate GROUP BY 1, 2)
            SELECT coalesce(s.county, g.county) || '-' || coalesce(s.year, g.year), coalesce(s.last, 0),
                   coalesce(g.n, 0) || ' numbers, highest ' || coalesce(g.top, 0)
            FROM donors_certificateseries s FULL JOIN given g ON g.county = s.county AND g.year = s.year
            WHERE coalesce(s.last, 0) <> coalesce(g.n, 0) OR coalesce(g.n, 0) <> coalesce(g.top, 0) ORDER BY 1"""
    ):
        yield "donors_certificateseries", pk, f"{expected} numbers without a gap", actual


@invariant("certificate-signature", "每张证书的签名都有效，编号与签名的内容一致", fast=False)
def signatures() -> Iterator[Found]:
    for certificate in Certificate.objects.order_by("id").iterator(chunk_size=2000):
        if not is_genuine(certificate):
            yield "donors_certificate", certificate.pk, "a valid signature", "none"
        elif certificate.payload["number"] != certificate.number:
            yield "donors_certificate", certificate.pk, "the number that is signed", "another"


@invariant("statement-lines", "流水的每一分钱最多用一次，登记的用途加起来等于已处理的金额")
def statement_lines() -> Iterator[Found]:
    for pk, expected, actual in rows(
        """SELECT l.id, coalesce(m.total, 0), l.settled_fen FROM donors_statementline l
           LEFT JOIN (SELECT line_id, sum(amount_fen) AS total FROM donors_statementmatch GROUP BY 1) m
                  ON m.line_id = l.id
           WHERE coalesce(m.total, 0) <> l.settled_fen OR l.settled_fen > l.amount_fen
              OR (l.state = 'settled') <> (l.settled_fen = l.amount_fen) ORDER BY 1"""
    ):
        yield "donors_statementline", pk, f"{expected} fen by its matches", actual


@invariant("statement-pledges", "一笔认领最多由一行流水证明，金额一致，账户一致")
def statement_pledges() -> Iterator[Found]:
    for pk, purpose, lines, fen in rows(
        """SELECT p.id, m.purpose, count(*), sum(m.amount_fen) FROM donors_statementmatch m
           JOIN donors_statementline l ON l.id = m.line_id JOIN donors_pledge p ON p.id = m.pledge_id
           LEFT JOIN donors_statementmatch u ON u.undoes_id = m.id
           WHERE m.undoes_id IS NULL AND u.id IS NULL
           GROUP BY p.id, m.purpose
           HAVING count(*) > 1 OR sum(m.amount_fen) <> p.amount_fen
               OR bool_or(l.account_id <> p.charity_account_id)
               OR bool_or((m.purpose = 'refund') <> (l.direction = 'out'))
               OR p.status NOT IN ('received', 'delivered', 'confirmed', 'refunded') ORDER BY 1"""
    ):
        yield "donors_pledge", pk, f"one line of its account for its {purpose}", f"{lines} lines, {fen} fen"


@invariant("payout-gifts", "一笔善款最多在一份付款里，付款的金额就是它的善款之和，付了的都记了账")
def payouts() -> Iterator[Found]:
    for pk, expected, actual in rows(
        """SELECT o.id, o.amount_fen, coalesce(sum(g.amount_fen), 0) FROM donors_payout o
           LEFT JOIN donors_payoutgift g ON g.payout_id = o.id GROUP BY o.id
           HAVING o.amount_fen <> coalesce(sum(g.amount_fen), 0) OR bool_or(g.live = (state = 'dropped')) ORDER BY 1"""
    ):
        yield "donors_payout", pk, f"gifts of {expected} fen", actual
    for pk, state, status in rows(
        """SELECT g.id, o.state, p.status FROM donors_payoutgift g
           JOIN donors_payout o ON o.id = g.payout_id JOIN donors_pledge p ON p.id = g.pledge_id
           WHERE g.live AND (g.amount_fen <> p.amount_fen OR o.account_id <> p.charity_account_id
                 OR (o.state = 'planned' AND p.status NOT IN ('received', 'confirmed'))
                 OR (o.state = 'paid' AND p.status NOT IN ('delivered', 'confirmed'))) ORDER BY 1"""
    ):
        yield "donors_payoutgift", pk, "its gift in step with it", f"{state}, gift {status}"


@invariant("payout-proofs", "一笔拨付最多由一行支出流水证明，金额一致，账户一致")
def payout_proofs() -> Iterator[Found]:
    for pk, lines, fen in rows(
        """SELECT o.id, count(*), sum(m.amount_fen) FROM donors_statementmatch m
           JOIN donors_statementline l ON l.id = m.line_id JOIN donors_payout o ON o.id = m.payout_id
           LEFT JOIN donors_statementmatch u ON u.undoes_id = m.id
           WHERE m.undoes_id IS NULL AND u.id IS NULL
           GROUP BY o.id
           HAVING count(*) > 1 OR sum(m.amount_fen) <> o.amount_fen OR o.state <> 'paid'
               OR bool_or(l.account_id <> o.account_id OR l.direction <> 'out') ORDER BY 1"""
    ):
        yield "donors_payout", pk, "one line of its account", f"{lines} lines, {fen} fen"


def _join(values: list[int]) -> str:
    return " ".join(str(value) for value in values)


@invariant("hours-book", "时间银行的每一行对应一次确认完成的服务，一次不多一次不少")
def hours() -> Iterator[Found]:
    for pk, lines, donor in rows(
        """SELECT p.id, count(h.id), bool_and(h.donor_id = p.donor_id) FROM donors_pledge p
           LEFT JOIN donors_hoursentry h ON h.pledge_id = p.id
           GROUP BY p.id
           HAVING count(h.id) <> (p.form = 'service' AND p.status = 'confirmed' AND p.outcome = 'complete')::int
               OR NOT bool_and(h.donor_id = p.donor_id) ORDER BY 1"""
    ):
        yield "donors_pledge", pk, "one line a confirmed service", f"{lines}, own donor {donor}"


@invariant("goods-received", "收到的件数不超过认领的件数，少收的都重新开放")
def shortfalls() -> Iterator[Found]:
    for pk, released, opened in rows(
        """SELECT i.id, i.released, coalesce(t.opened, 0) FROM donors_pledgeitem i
           JOIN donors_pledge p ON p.id = i.pledge_id AND p.status <> ALL(%(ended)s)
           LEFT JOIN LATERAL (SELECT sum(amount) AS opened FROM donors_transfer
                              WHERE pledge_id = i.pledge_id AND item_id = i.item_id
                                AND source = 'promised' AND target = 'open') t ON true
           WHERE i.released <> coalesce(t.opened, 0) OR i.released > i.quantity ORDER BY 1""",
        {"ended": list(ENDED)},
    ):
        yield "donors_pledgeitem", pk, f"{released} opened again", opened


@invariant("delivery-cases", "收到有问题的都有县里的处理，还在处理的都确有问题；步骤前后相接")
def cases() -> Iterator[Found]:
    for pk in rows(
        """SELECT p.id FROM donors_pledge p WHERE p.outcome = 'problem' AND p.status = 'confirmed' AND NOT EXISTS (
             SELECT FROM donors_deliverycase c WHERE c.pledge_id = p.id AND c.reason = 'problem') ORDER BY 1"""
    ):
        yield "donors_pledge", pk[0], "a case with the county", "none"
    for pk, status in rows(
        """SELECT c.id, c.status FROM donors_deliverycase c JOIN donors_pledge p ON p.id = c.pledge_id
           WHERE c.reason = 'problem' AND c.status <> 'closed' AND p.outcome <> 'problem' ORDER BY 1"""
    ):
        yield "donors_deliverycase", pk, "closed, its problem is solved", status
    for pk, last, status in rows(
        """SELECT c.id, coalesce(s.target, 'no step'), c.status FROM donors_deliverycase c
           LEFT JOIN LATERAL (SELECT target FROM donors_casestep WHERE case_id = c.id
                              ORDER BY id DESC LIMIT 1) s ON true
           WHERE c.status IS DISTINCT FROM s.target ORDER BY 1"""
    ):
        yield "donors_deliverycase", pk, last, status


@invariant("callback-draws", "回访名单可以用它的编号重新抽出来")
def draws() -> Iterator[Found]:
    for sheet in CallbackSheet.objects.order_by("id").prefetch_related("callbacks").iterator(chunk_size=200):
        wanted = set(callbacks.draw(sheet.population, sheet.seed))
        asked = {row.pledge_id for row in sheet.callbacks.all()}
        extra = {row.pledge_id for row in sheet.callbacks.all() if not row.always} - wanted
        if not wanted <= asked or extra:
            yield "donors_callbacksheet", sheet.pk, f"{len(wanted)} drawn by its seed", f"{len(asked)} on it"


@invariant("adoption-steps", "结对的步骤前后相接，最后一步就是现在的状态")
def adoption_steps() -> Iterator[Found]:
    for pk, last, status in rows(
        """SELECT a.id, coalesce(s.target, 'no step'), a.status FROM donors_adoption a
           LEFT JOIN LATERAL (SELECT target FROM donors_adoptionstep WHERE adoption_id = a.id
                              ORDER BY id DESC LIMIT 1) s ON true
           WHERE a.status IS DISTINCT FROM s.target ORDER BY 1"""
    ):
        yield "donors_adoption", pk, last, status


@invariant("adoption-instalments", "结对的每一期最多一笔认领，同一个人、同一条求助；圆满的期数都办过")
def adoption_instalments() -> Iterator[Found]:
    for pk, status, planned, made, foreign in rows(
        """SELECT a.id, a.status, count(i.id), count(i.pledge_id),
                  count(*) FILTER (WHERE p.donor_id <> a.donor_id OR p.need_id <> a.need_id
                                   OR p.amount_fen > a.amount_fen)
           FROM donors_adoption a LEFT JOIN donors_instalment i ON i.adoption_id = a.id
           LEFT JOIN donors_pledge p ON p.id = i.pledge_id
           GROUP BY a.id
           HAVING count(*) FILTER (WHERE p.donor_id <> a.donor_id OR p.need_id <> a.need_id
                                   OR p.amount_fen > a.amount_fen) > 0
               OR (a.agreed_at IS NULL) <> (count(i.id) = 0)
               OR (a.status = 'done' AND count(i.id) <> count(i.pledge_id)) ORDER BY 1"""
    ):
        yield (
            "donors_adoption",
            pk,
            "its own instalments",
            f"{status}: {planned} planned, {made} made, {foreign} foreign",
        )
