"""What each address with parameters takes in the world of tests: a new address without a row here fails a test."""

from collections.abc import Callable
from typing import Any

from accounts.services import badges
from donors import lifecycle as pledge_lifecycle
from donors.adoptions import ACTIONS as ADOPTION_ACTIONS
from donors.cases import CASE_LIFECYCLE
from donors.views.statements import ACTIONS as LINE_ACTIONS
from grid import article_lifecycle
from grid import lifecycle as clue_lifecycle
from needs import lifecycle as need_lifecycle
from tests import factories
from tests.urls.world import World

Values = dict[str, Any]
Rows = Callable[[World], list[Values]]


def _need(**more: Any) -> Rows:
    return lambda world: [{"pk": world.draft.pk, **more}]


def _pledge(**more: Any) -> Rows:
    return lambda world: [{"pk": world.pledge.pk, **more}]


def _photo(world: World) -> list[Values]:
    return [{"pk": world.draft.pk, "photo": world.photo.pk}]


def _household(world: World) -> list[Values]:
    return [{"pk": world.household.pk}]


def _job(world: World) -> list[Values]:
    return [{"pk": world.job.pk}]


def _thing(noun: str, *actions: str) -> Rows:
    if not actions:
        return lambda world: [{"pk": world.things[noun]}]
    return lambda world: [{"pk": world.things[noun], "action": action} for action in actions]


def _member(world: World) -> list[Values]:
    return [{"pk": world.household.pk, "member": world.things["member"]}]


def _helper(world: World) -> list[Values]:
    return [{"pk": world.household.pk, "helper": world.things["helper"]}]


def _pledge_photo(world: World) -> list[Values]:
    return [{"pk": world.pledge.pk, "photo": world.things["pledge_photo"]}]


def _clue_file(world: World) -> list[Values]:
    return [{"pk": world.things["clue"], "file": world.things["clue_file"]}]


def _village(world: World) -> list[Values]:
    return [{"code": world.household.region_id}]


def _report(*kinds: str) -> Rows:
    """Of the county and of places in it."""
    codes = (factories.QIDONG, factories.TOWN, factories.VILLAGE)
    rows = [{"code": code, "month": "2026-01"} for code in codes]
    if kinds:
        rows = [{**row, "kind": kind} for row in rows for kind in kinds]
    return lambda world: rows


def _year(*kinds: str) -> Rows:
    """Likewise of their year."""
    codes = (factories.QIDONG, factories.TOWN, factories.VILLAGE)
    rows: list[Values] = [{"code": code, "year": 2026} for code in codes]
    if kinds:
        rows = [{**row, "kind": kind} for row in rows for kind in kinds]
    return lambda world: rows


def _certificate(world: World) -> list[Values]:
    return [{"token": world.pledge.certificates.get().token}]


def _badge(world: World) -> list[Values]:
    return [{"token": badges.token_of(world.people.village.appointments.get())}]


PLEDGE_ACTIONS = tuple(dict.fromkeys(row.action for row in pledge_lifecycle.LIFECYCLE if row.by != "system"))
CASE_ACTIONS = tuple(dict.fromkeys(row.action for row in CASE_LIFECYCLE))


# One county's own: 404 for everybody of another county.
OWN: dict[str, Rows] = {
    "needs:detail": _need(),
    "needs:photo": _photo,
    "needs:household": _household,
    "needs:household-reveal": _household,
    "needs:household-import": _job,
    "needs:household-import-again": _job,
    "needs:household-import-cancel": _job,
    "needs:household-import-errors": _job,
    "needs:office-need": _need(),
    "needs:office-act": lambda world: [
        {"pk": world.draft.pk, "action": action} for action in need_lifecycle.ACTIONS
    ],
    "needs:need-edit": _need(),
    "needs:photo-add": _need(),
    "needs:photo-remove": _photo,
    "needs:need-submit": _need(),
    "needs:need-withdraw": _need(),
    "donors:pledge-new": _need(),
    "donors:pledge": _pledge(),
    "donors:pledge-act": lambda world: [
        {"pk": world.pledge.pk, "action": action} for action in PLEDGE_ACTIONS
    ],
    "donors:pledge-code": _pledge(),
    "donors:pledge-address": _pledge(),
    "donors:parcel-arrived": _thing("parcel"),
    "donors:notice-end": _thing("notice"),
    "donors:station": lambda world: [{"code": world.household.region_id}],
    "donors:pledge-photo-add": _pledge(),
    "donors:pledge-photo": _pledge_photo,
    "donors:pledge-photo-remove": _pledge_photo,
    "donors:thanks-write": _pledge(),
    "donors:thanks-review": _thing("thanks"),
    "donors:case": _thing("case"),
    "donors:case-act": _thing("case", *CASE_ACTIONS),
    "donors:callback-sheet": _thing("sheet"),
    "donors:callback-call": _thing("callback"),
    "donors:callback-phone": _thing("callback"),
    "donors:certificate-reissue": _certificate,
    "donors:certificate-revoke": _certificate,
    "donors:statement": _thing("statement"),
    "donors:statement-confirm": _thing("statement"),
    "donors:statement-discard": _thing("statement"),
    "donors:statement-line": _thing("line"),
    "donors:statement-act": _thing("line", *LINE_ACTIONS),
    "donors:account": _thing("account"),
    "donors:account-propose": lambda world: [
        {"pk": world.things["account"], "kind": kind} for kind in ("bank", "licence", "close")
    ],
    "donors:account-change": _thing("account_change"),
    "donors:account-act": _thing("account_change", "approve", "refuse", "withdraw"),
    "donors:payout-batch": _thing("batch_of_payouts"),
    "donors:payout-sheet": _thing("batch_of_payouts"),
    "donors:payout": _thing("payout"),
    "donors:payout-act": _thing("payout", "drop", "photo"),
    "donors:payout-photo": lambda world: [
        {"pk": world.things["payout"], "photo": world.things["payout_photo"]}
    ],
    "donors:follow-drop": _thing("follow"),
    "needs:photo-small": _photo,
    "needs:card": _need(),
    "needs:need-poster": _need(),
    "needs:campaign": _thing("campaign"),
    "needs:office-campaign": _thing("campaign"),
    "needs:campaign-move": _thing("campaign"),
    "needs:catalogue-entry": _thing("entry"),
    "needs:catalogue-retire": _thing("entry"),
    "needs:paper-print": lambda world: [{"batch": world.things["batch"]}],
    "needs:paper-scan": lambda world: [{"token": world.things["paper"]}],
    "needs:household-report": _thing("report"),
    "needs:household-claim": _thing("claim"),
    "needs:household-flag": _thing("flag"),
    **{
        f"needs:{name}": _household
        for name in (
            "household-correct",
            "household-end",
            "household-desk",
            "household-monitoring",
            "household-bank",
            "consents",
            "consent-withdraw",
            "consent-new",
            "consent-leave",
            "member-new",
            "helpers",
            "helper-new",
        )
    },
    "needs:helper-end": _helper,
    "needs:helper-record": _helper,
    "needs:help-decide": lambda world: [{"pk": world.household.pk, "act": world.things["help"]}],
    "needs:helping-record": _thing("helper"),
    "needs:helping-answer": _thing("helper"),
    "needs:apply-helper-answer": _thing("help"),
    "needs:member": _member,
    "needs:member-remove": _member,
    "accounts:post-take-back": _thing("application"),
    "accounts:post-decide": _thing("application"),
    "accounts:appointment": _thing("post"),
    "grid:handover": _thing("post"),
    "grid:office-article": _thing("article"),
    "grid:article-edit": _thing("article"),
    "grid:article-act": _thing("article", *article_lifecycle.ACTIONS),
    "grid:clue": _thing("clue"),
    "grid:clue-act": _thing("clue", *clue_lifecycle.ACTIONS),
    **{
        f"grid:{name}": _thing("clue")
        for name in ("clue-pdf", "clue-zip", "clue-file-add", "measure-new", "measure-announce")
    },
    "grid:clue-file": _clue_file,
    "grid:clue-file-remove": _clue_file,
    "grid:measure-entry-new": lambda world: [{"county": factories.QIDONG}],
    "grid:measure-entry": lambda world: [{"county": factories.QIDONG, "code": "water"}],
    "grid:measure-entry-retire": lambda world: [{"county": factories.QIDONG, "code": "water"}],
    "grid:order": _thing("measure"),
    "grid:order-act": _thing("measure", "accept", "done", "give_back"),
    "grid:notice-edit": _thing("public_notice"),
    "grid:objection-answer": _thing("objection"),
    "grid:clock": _thing("clock"),
    "grid:clock-pause": _thing("clock"),
    "grid:clock-resume": _thing("clock"),
    "grid:calendar-drop": _thing("day"),
    "grid:quota-result": _thing("result"),
    "grid:quota-rule-end": _thing("rule"),
    "grid:quota-rate-end": _thing("rate"),
    "grid:month-payments": _thing("closed"),
    "grid:quota-need": _need(),
    "grid:subsidy": _thing("subsidy"),
    **{
        f"grid:{name}": _thing("assignment")
        for name in ("assignment", "assignment-divide", "assignment-owner", "assignment-sheet")
    },
    "grid:question": _thing("question"),
    "grid:score-sheet": _thing("score_sheet"),
    "grid:score-file": _thing("score_sheet"),
    "grid:problem": _thing("problem"),
    "grid:month-closing": _thing("closing"),
    "grid:report": _report(),
    "grid:report-file": _report("pdf", "docx", "xlsx"),
    "grid:year-report": _year(),
    "grid:year-report-file": _year("pdf", "docx", "xlsx"),
    "grid:brief": _thing("brief"),
    "grid:brief-paper": _thing("brief"),
    "grid:region-change": _thing("change"),
    "grid:region-act": _thing("change", "apply", "cancel"),
    **{
        f"grid:{name}": _thing("activity")
        for name in (
            "activity",
            "activity-attend",
            "activity-close",
            "activity-cancel",
            "activity-code",
            "activity-photo-add",
        )
    },
    "grid:activity-photo": lambda world: [
        {"pk": world.things["activity"], "photo": world.things["activity_photo"]}
    ],
    "grid:warning-list": _thing("warning_list"),
    "grid:warning-batch": _thing("warning_batch"),
    "grid:warning-reasons": _thing("warning_batch"),
    "grid:warning-verify": _thing("warning"),
    "grid:warning-upload-columns": _thing("warning_upload"),
    "grid:warning-upload-cancel": _thing("warning_upload"),
    "grid:inspection": _thing("inspection"),
    "grid:inspection-population": _thing("inspection"),
    "grid:circular-new": _thing("inspection"),
    "grid:inspection-item": _thing("inspection_item"),
    "grid:inspection-accept": _thing("inspection_item"),
    "grid:circular": _thing("circular"),
    "grid:circular-docx": _thing("circular"),
    "grid:register-check": _thing("register_check"),
    "grid:register-cancel": _thing("register_check"),
    "grid:register-rule": _thing("difference"),
    "grid:register-sheet": lambda world: [
        {"pk": world.things["register_check"], "what": what} for what in ("differences", "layout")
    ],
    "grid:sign-in": lambda world: [{"token": world.things["sign_in"]}],
    **{
        f"grid:{name}": _thing("grid")
        for name in (
            "grid",
            "grid-edit",
            "grid-homes",
            "grid-split",
            "grid-close",
            "grid-member-add",
            "month",
        )
    },
    "grid:month-file": lambda world: [{"pk": world.things["grid"], "kind": kind} for kind in ("xlsx", "pdf")],
    "grid:grid-member": _thing("grid_member"),
    "grid:grid-member-remove": _thing("grid_member"),
    "grid:township": lambda world: [{"code": factories.TOWN}],
    "grid:township-release": _thing("township_leader"),
    "grid:visit": _household,
    "grid:visit-ask-photo": _household,
    "grid:visit-photo": _thing("visit"),
    "grid:visit-settle": _thing("visit"),
    "grid:home-sheet": _household,
    "grid:poster": _village,
    "grid:home-sheets": _village,
    "grid:home-sheets-print": _thing("notices"),
    "grid:home-sheets-file": _thing("notices"),
    "api:appointment-end": _thing("post"),
    "api:need": _need(),
    "api:need-pledges": _need(),
    "api:pledge": _pledge(),
    **{f"api:need-{action}": _need() for action in need_lifecycle.ACTIONS},
    **{f"api:pledge-{action}": _pledge() for action in PLEDGE_ACTIONS},
    "api:pledge-code": _pledge(),
    "api:case": _thing("case"),
    **{f"api:case-{action}": _thing("case") for action in CASE_ACTIONS},
    "donors:adoption-new": _need(),
    "donors:adoption": _thing("adoption"),
    "donors:adoption-act": _thing("adoption", *ADOPTION_ACTIONS),
}


# Open to whoever has the address, by design; what they may say is the canary test's matter.
OPEN: dict[str, Rows] = {
    "donors:certificate": _certificate,
    "donors:certificate-png": _certificate,
    "donors:certificate-pdf": _certificate,
    "api:certificate": _certificate,
    "donors:hours-export": lambda world: [{"kind": "csv"}, {"kind": "xlsx"}],  # one's own hours
    "accounts:badge-check": _badge,  # the QR code on a badge
    "accounts:come-in": lambda world: [{"code": "nothing"}],  # an officer's QR code
    "needs:by-name": lambda world: [{"code": world.household.region_id}],  # limited and recorded
    "grid:article": _thing("published_article"),  # published
    "grid:notice": lambda world: [{"token": world.things["notice_token"]}],  # public while it is up
    "grid:board": lambda world: [{"code": code} for code in (factories.VILLAGE, factories.TOWN)],
    "grid:portrait": _thing("grid_member"),  # shown with the person's consent
    # one's own scope, whatever the region says
    "grid:ledger-file": lambda world: [
        {"which": which, "kind": kind}
        for which in ("visits", "problems", "homes")
        for kind in ("xlsx", "pdf")
    ],
    "donors:follow-stop": lambda world: [{"token": "nothing"}],  # a signed token
}
