"""The evidence pack of a case (B6): everything from the first word to the last, as one PDF and as a ZIP."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import ZONE, now
from fupin.lib.typeset import pdf, photo_svg
from grid.clock_rules import CLUE_CLOCKS, RULES
from grid.models import Clock, Clue, Measure, Objection
from grid.rows import place_of
from grid.services import clocks, clue_files, measures

TEMPLATE = "grid/print/evidence.typ"
PARTS = (
    ("案卷.pdf", "全部材料，可打印"),
    ("时限.json", "每一步的条款、起止和暂停"),
    ("经过.json", "每一步由谁在什么时候办理"),
    ("评议.json", "民主评议会议记录"),
    ("措施.json", "帮扶措施和派单的落实情况"),
    ("公示.json", "每一次公示的内容和起止"),
    ("异议.json", "收到的异议和答复"),
    ("材料.json", "照片和扫描件的清单，sha256 可核对"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo or scan as it goes into the pack; `jpeg` is empty where the disk lost it, which the list says."""

    name: str
    caption: str
    sha256: str
    jpeg: bytes


def as_pdf(*, actor: User, clue: Clue) -> bytes:
    """The case on paper. For who views the village; recorded. Raises NotAllowed."""
    _opened(actor, clue, "pdf")
    return pdf(TEMPLATE, _on_paper(content(clue), pictures(clue)))


def as_zip(*, actor: User, clue: Clue) -> bytes:
    """The same with each part as data, and a list of what is inside. Raises NotAllowed."""
    _opened(actor, clue, "zip")
    told, shown = content(clue), pictures(clue)
    parts = {
        "案卷.pdf": pdf(TEMPLATE, _on_paper(told, shown)),
        "时限.json": _json(told["clocks"]),
        "经过.json": _json(told["steps"]),
        "评议.json": _json(told["meetings"]),
        "措施.json": _json(told["measures"]),
        "公示.json": _json(told["notices"]),
        "异议.json": _json(told["objections"]),
        "材料.json": _json([[one.name, one.caption, one.sha256] for one in shown]),
        **{one.name: one.jpeg for one in shown if one.jpeg},
    }
    listed = [*PARTS, *((one.name, one.caption) for one in shown if one.jpeg)]
    parts["目录.txt"] = "\n".join(f"{name}：{words}" for name, words in listed).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(f"{clue.number}/{name}", data)
    return made.getvalue()


def pictures(clue: Clue) -> list[Picture]:
    """The photos and scans of the case in the order they came."""
    found = []
    for number, row in enumerate(clue.files.select_related("uploaded_by"), start=1):
        try:
            jpeg = clue_files.opened(row)
        except FileNotFoundError:
            jpeg = b""
        kind = row.get_kind_display()
        about = f"{kind}{'：' if row.words else ''}{row.words}"
        caption = f"{number}. {about}（{row.uploaded_by.get_full_name()}，{_moment(row.uploaded_at)}）"
        lost = "" if jpeg else "，文件已丢失"
        found.append(Picture(f"材料/{number:02d}-{kind}.jpg", f"{caption}{lost}", row.sha256, jpeg))
    return found


def content(clue: Clue) -> dict[str, Any]:
    """What the template reads: words alone. For officers; phone numbers and ID numbers are not part of it."""
    return {
        "number": clue.number,
        "printed": _moment(now()),
        "facts": [
            ["户主", clue.household.name if clue.household else clue.name],
            ["地区", place_of(clue.region)],
            ["来源", clue.get_source_display() + (f"（{clue.department}）" if clue.department else "")],
            ["主要困难", clue.get_problem_display()],
            ["情况", clue.situation.open() if clue.situation else ""],
            ["类别", clue.get_monitored_display() or "没有纳入"],
            ["备案", f"{clue.filed_on:%Y-%m-%d}" if clue.filed_on else "没有备案"],
            ["现在", clue.get_state_display()],
        ],
        "clocks": [_clock(*told) for told in clocks.shown(_clocks(clue))],
        "steps": [
            [_moment(row.at), row.label, row.actor.get_full_name() if row.actor else "平台", _open(row.note)]
            for row in clue.steps.select_related("actor").order_by("id")
        ],
        "meetings": [_meeting(row) for row in clue.meetings.select_related("recorded_by").order_by("id")],
        "measures": [
            [
                f"{row.get_kind_display()}：{row.words}",
                f"{row.post.unit or '部门'} {row.post.user.get_full_name()}" if row.post else "村镇落实",
                f"{row.due_on:%Y-%m-%d}" if row.due_on else "",
                f"{row.get_state_display()} {row.result}".strip(),
            ]
            for row in Measure.objects.filter(clue=clue).select_related("post__user").order_by("id")
        ],
        "notices": [
            {
                "kind": row.get_kind_display(),
                "days": f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}",
                "content": [*row.content, *([["补充说明", row.remark]] if row.remark else [])],
                "down": f"{_moment(row.taken_down_at)} 撤下：{row.why_down}"
                if row.taken_down_at
                else "公示中",
            }
            for row in clue.notices.order_by("id")
        ],
        "objections": [
            [f"{row.number}，{_moment(row.made_at)}", _open(row.words), row.get_state_display(), row.answer]
            for row in Objection.objects.filter(notice__clue=clue).order_by("id")
        ],
    }


def _on_paper(told: dict[str, Any], shown: list[Picture]) -> dict[str, Any]:
    return {**told, "files": [[one.caption, one.sha256, photo_svg(one.jpeg)] for one in shown]}


def _clocks(clue: Clue) -> list[Clock]:
    """Those of the case and those of its measures, as they were started."""
    mine = Q(kind__in=CLUE_CLOCKS, object_id=clue.pk)
    theirs = Q(kind=measures.CLOCK, object_id__in=clue.measures.values("pk"))
    return list(Clock.objects.filter(mine | theirs).order_by("id"))


def _clock(clock: Any, words: str, _: str) -> list[str]:
    length = f"{'不少于 ' if clock.at_least else ''}{clock.days} 个{clock.get_unit_display()}"
    pauses = "；".join(f"{begun} 至 {ended} 暂停：{why}" for begun, ended, why in clock.pauses)
    days = f"{clock.started_on:%Y-%m-%d} 至 {clock.due_on:%Y-%m-%d}"
    return [RULES[clock.kind].label, length, days, f"{words}{'；' if pauses else ''}{pauses}", clock.clause]


def _meeting(row: Any) -> dict[str, Any]:
    people = "、".join(f"{name}（{role}）" for _, name, role in row.grid_people)
    return {
        "head": f"{row.get_kind_display()}，{row.held_on:%Y-%m-%d}，{row.place}",
        "votes": f"到会 {row.present} 人，同意 {row.agreed}，不同意 {row.against}，弃权 {row.abstained}",
        "people": f"参加评议的网格长和网格员：{people}",
        "minutes": _open(row.minutes),
        "recorder": row.recorded_by.get_full_name(),
    }


def _opened(actor: User, clue: Clue, form: str) -> None:
    ensure(actor, Verb.VIEW, clue.region_id)
    audit.record(
        actor=actor, action="clue.pack", obj=clue, region_code=clue.region_id, changes={"form": form}
    )


def _open(secret: Any) -> str:
    return str(secret.open()) if secret else ""


def _moment(moment: Any) -> str:
    return f"{timezone.localtime(moment, ZONE):%Y-%m-%d %H:%M}"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
