"""Asking and answering about what looks odd in the records (B3): a person decides, never the sweep."""

import logging
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from accounts.enums import Verb
from accounts.models import Region, User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import now, today
from fupin.lib.errors import Conflict, InvalidInput, StaleState
from grid.models import Question, QuestionScan
from grid.queries import questions as found_by
from grid.question_enums import Answer
from grid.services import quotas
from needs.models import Need, NeedReview

LEAST_WORDS, MOST_COUNTIES = 4, 20
log = logging.getLogger(__name__)

# Counties with something new in the window that were not looked through today.
_DUE = """
SELECT r.code FROM accounts_region r LEFT JOIN grid_questionscan s ON s.region_id = r.code
WHERE r.level = 3 AND (s.scanned_on IS NULL OR s.scanned_on < %(today)s) AND (
  EXISTS (SELECT FROM needs_need n WHERE n.county = r.code / 1000000 AND n.submitted_at >= %(since)s)
  OR EXISTS (SELECT FROM donors_pledge p
             WHERE p.county = r.code / 1000000 AND p.created_at >= %(week)s AND p.origin_mark <> ''))
ORDER BY r.code LIMIT %(most)s
"""


def ask_due() -> int:
    """Look each county with new records through once a day; returns how many questions are new.

    A county that fails is tried again with the next sweep and stops no other.
    """
    moment = now()
    values: dict[str, int | date | datetime] = {
        "today": today(),
        "since": moment - timedelta(days=found_by.WINDOW_DAYS),
        "week": moment - timedelta(days=7),
        "most": MOST_COUNTIES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, values)
        codes = [code for (code,) in cursor.fetchall()]
    asked = 0
    for county in Region.objects.filter(code__in=codes).order_by("code"):
        try:
            asked += ask(county)
        except Exception:
            log.exception("county %s was not looked through for questions", county.code)
    return asked


def ask(county: Region) -> int:
    """Write down what is found and was never asked before; returns how many."""
    rows = [
        Question(
            region=county,
            kind=found.kind,
            key=found.key,
            facts=found.facts[:300],
            needs=found.needs,
            doubtful=found.doubtful,
            pledges=found.pledges,
            found_at=now(),
        )
        for found in found_by.findings(county)
    ]
    with transaction.atomic():
        known = Question.objects.filter(region=county)
        before = known.count()
        Question.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        QuestionScan.objects.update_or_create(region=county, defaults={"scanned_on": today()})
        return known.count() - before


def answer(*, actor: User, question: Question, verdict: str, reason: str) -> Question:
    """The county settles a question: nothing wrong, or the doubtful needs count no longer.

    Raises NotAllowed, InvalidInput for too few words or an unknown answer, Conflict for whoever wrote or checked
    the needs, StaleState where it was answered.
    """
    if verdict not in (Answer.HARMLESS, Answer.EXCLUDED):
        raise InvalidInput(fields={"verdict": ["请选择答复。"]})
    if len(reason.strip()) < LEAST_WORDS:
        raise InvalidInput(fields={"reason": [f"请写明查了什么、为什么，至少 {LEAST_WORDS} 个字。"]})
    with transaction.atomic():
        locked = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
        ensure(actor, Verb.APPROVE, locked.region_id)
        if locked.answer != Answer.OPEN:
            raise StaleState("这条疑问已经答复。")
        if _took_part(actor, locked):
            raise Conflict("这里有您经手的求助，请由别的同志答复。")
        if verdict == Answer.EXCLUDED:
            for need in Need.objects.filter(pk__in=locked.doubtful).order_by("pk"):
                quotas.exclude(actor=actor, need=need, reason=reason)
        locked.answer, locked.reason = verdict, reason.strip()[:300]
        locked.answered_by, locked.answered_at = actor, now()
        locked.save(update_fields=["answer", "reason", "answered_by", "answered_at"])
        audit.record(
            actor=actor,
            action="question.answer",
            obj=locked,
            region_code=locked.region_id,
            changes={"kind": locked.kind, "answer": verdict, "needs": locked.doubtful},
            reason=locked.reason,
        )
        return locked


def _took_part(actor: User, question: Question) -> bool:
    """Whether this person wrote or decided on one of the needs, under any account."""
    needs = Need.objects.filter(pk__in=question.needs)
    people = {need.created_by for need in needs.select_related("created_by")}
    reviews = NeedReview.objects.filter(need__in=question.doubtful, action="verify").select_related("actor")
    people |= {review.actor for review in reviews if review.actor}
    return any(actor.same_person(person) for person in people)
