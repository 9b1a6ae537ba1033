"""What the page of one clue shows: facts, clocks, steps, meetings, notices and objections."""

from typing import Any

from django.utils import timezone

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import grants
from fupin.lib.clock import ZONE
from grid.clock_rules import CLUE_CLOCKS, RULES
from grid.clue_enums import ClueState, ObjectionState
from grid.forms.clues import AnswerForm, ClueFileForm, EditNoticeForm
from grid.models import Clue, Measure, Notice, Objection
from grid.rows import place_of
from grid.services import clocks, clue_files, notices
from grid.views.measures import form_for
from needs.services.household_records import risk_words


def shown(user: User, clue: Clue) -> dict[str, Any]:
    """The context of the page; a constant number of queries."""
    held = grants(user)
    may_verify = held.allow(Verb.VERIFY, clue.region_id)
    may_check = held.allow(Verb.CHECK, clue.region_id)
    may_view = held.allow(Verb.VIEW, clue.region_id)
    kinds = clue_files.kinds_for(user, clue)
    return {
        "clue": clue,
        "facts": facts(clue, may_view=may_view),
        "clocks": timed(clue),
        "timeline": timeline(clue),
        "situation": clue.situation.open() if clue.situation else "",
        "meetings": [
            {"row": row, "minutes": row.minutes.open() if row.minutes else ""}
            for row in clue.meetings.order_by("id")
        ],
        "notices": [
            {"row": row, "edit_form": _edit_form(row) if may_verify and notices.editable(row, clue) else None}
            for row in clue.notices.order_by("id")
        ],
        "objections": [
            {
                "row": row,
                "words": row.words.open() if row.words else "",
                "form": AnswerForm(auto_id=f"id_o{row.pk}_%s") if may_check else None,
            }
            for row in Objection.objects.filter(notice__clue=clue).order_by("id")
        ],
        "open_objection": ObjectionState.OPEN,
        "measures": list(Measure.objects.filter(clue=clue).select_related("post__user").order_by("id")),
        "measure_form": form_for(user, clue),
        "may_announce": clue.state == ClueState.HELPING and may_verify,
        "may_pack": may_view,
        "files": files(user, clue) if may_view else [],
        "file_form": ClueFileForm(kinds=kinds, auto_id="id_file_%s") if may_view and kinds else None,
    }


def files(user: User, clue: Clue) -> list[dict[str, Any]]:
    """Photos and scans, for who views the village."""
    since = clue_files.last_step(clue)
    return [
        {
            "row": row,
            "url": row.get_absolute_url(),
            "mine": clue_files.removable(user, row, since),
        }
        for row in clue.files.select_related("uploaded_by")
    ]


def _edit_form(row: Notice) -> EditNoticeForm:
    return EditNoticeForm(initial={"remark": row.remark}, auto_id=f"id_n{row.pk}_%s")


def facts(clue: Clue, *, may_view: bool) -> list[dict[str, Any]]:
    home = clue.household
    url = f"/office/households/{home.pk}/" if home and may_view else ""
    rows = [
        {"term": "户主", "value": home.name if home else f"{clue.name}（还没有登记）", "url": url},
        {"term": "地区", "value": place_of(clue.region)},
        {
            "term": "来源",
            "value": clue.get_source_display() + (f"（{clue.department}）" if clue.department else ""),
        },
        {"term": "主要困难", "value": clue.get_problem_display()},
        {"term": "上报", "value": f"{clue.reported_by.get_full_name() or '本户'}，{_day(clue.reported_at)}"},
    ]
    if clue.monitored:
        rows.append({"term": "类别", "value": clue.get_monitored_display()})
    if clue.filed_on:
        rows.append({"term": "备案", "value": f"{clue.number}，{clue.filed_on:%Y-%m-%d}"})
    if home:
        rows.append({"term": "监测情况", "value": risk_words(home)})
    return rows


def timed(clue: Clue) -> list[dict[str, Any]]:
    """Every clock the case had, with its clause."""
    return [
        {
            "label": RULES[one.kind].label,
            "clock": one,
            "words": words,
            "urgency": urgency,
            "length": f"{'不少于 ' if one.at_least else ''}{one.days} 个{one.get_unit_display()}",
        }
        for one, words, urgency in clocks.shown(clocks.of_thing(list(CLUE_CLOCKS), clue.pk))
    ]


def timeline(clue: Clue) -> list[dict[str, Any]]:
    return [
        {
            "label": row.label,
            "at": _day(row.at),
            "actor": row.actor.get_full_name() if row.actor else "",
            "note": row.note.open() if row.note else "",
            "state": "problem" if row.action in ("objection", "send_back", "return") else "done",
        }
        for row in clue.steps.select_related("actor").order_by("id")
    ]


def _day(moment: Any) -> str:
    return f"{timezone.localtime(moment, ZONE):%Y-%m-%d %H:%M}"
