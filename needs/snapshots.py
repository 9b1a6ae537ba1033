"""What a round of review is about, kept with each submission, and how it differs from the round before."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from fupin.lib.money import yuan_display
from needs.details import facts
from needs.enums import Form, Kind, Subject
from needs.models import Need

_SENTENCE = re.compile(r"[^，。；！？\n]*[，。；！？\n]?")
Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that was changed between two submissions, in words."""

    label: str
    old: str
    new: str

    @property
    def old_pieces(self) -> Pieces:
        """The old words part by part, each with whether the new ones lack it."""
        return _pieces(self.old, self.new)

    @property
    def new_pieces(self) -> Pieces:
        """The new words part by part, each with whether the old ones lack it."""
        return _pieces(self.new, self.old)


def content_of(need: Need) -> dict[str, Any]:
    """What a reviewer decides on, as plain values: also prices and what only the office reads, but no secret.

    Photos stand by their digest. A need keeps no secret in its details (needs/kinds.py).
    """
    firm = need.cooperative
    return {
        "title": need.title,
        "kind": need.kind,
        "subject": need.subject,
        "forms": sorted(need.forms),
        "target_fen": need.progress.target_fen,
        "items": [[item.name, item.quantity, item.unit] for item in need.items.all()],
        "prices": [[item.name, item.price_fen] for item in need.items.all() if item.price_fen],
        "cooperative": [firm.name, firm.contact_role, firm.licence] if firm else [],
        "details": [[fact["term"], fact["value"]] for fact in facts(need.kind, need.details)],
        "office": [[fact["term"], fact["value"]] for fact in _office_only(need)],
        "story": need.story,
        "photos": [photo.sha256[:16] for photo in need.photos.all()],
    }


def _office_only(need: Need) -> list[dict[str, str]]:
    public = facts(need.kind, need.details)
    return [fact for fact in facts(need.kind, need.details, office=True) if fact not in public]


def changes_since_last_round(need: Need) -> list[Change]:
    """What the latest submission changed against the one before; empty for a first submission."""
    handed_in = need.reviews.filter(action="submit", snapshot__isnull=False).order_by("-id")
    rounds = [snapshot or {} for snapshot in handed_in.values_list("snapshot", flat=True)[:2]]
    return changes(rounds[1], rounds[0]) if len(rounds) == 2 else []


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Field by field, old and new in words; fields that say the same are left out.

    What the older of the two did not keep yet is not compared.
    """
    kept = {key: new[key] for key in new if key in old}
    before, after = _words(old), _words(kept)
    found = [
        Change(label, before.get(label, "—"), after.get(label, "—"))
        for label in {**before, **after}
        if before.get(label) != after.get(label)
    ]
    if old["photos"] != new["photos"]:
        gone, come = set(old["photos"]) - set(new["photos"]), set(new["photos"]) - set(old["photos"])
        news = f"{len(new['photos'])} 张（新增 {len(come)} 张，移除 {len(gone)} 张）"
        found.append(Change("照片", f"{len(old['photos'])} 张", news))
    return found


def _pieces(text: str, other: str) -> Pieces:
    """`text` in runs of clauses that stand in `other` too or not, in their order there."""
    mine, theirs = _SENTENCE.findall(text), _SENTENCE.findall(other)
    same = SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
    found, at = [], 0
    for start, _, size in same:
        found += [("".join(mine[at:start]), True), ("".join(mine[start : start + size]), False)]
        at = start + size
    return [(run, changed) for run, changed in found if run]


def _words(content: dict[str, Any]) -> dict[str, str]:
    items = [f"{name} {quantity} {unit}" for name, quantity, unit in content["items"]]
    return {
        "标题": content["title"],
        "类别": Kind(content["kind"]).label,
        "求助对象": Subject(content["subject"]).label,
        "帮助方式": "、".join(Form(form).label for form in content["forms"]),
        "金额": f"{yuan_display(content['target_fen'])} 元" if content["target_fen"] else "不需要资金",
        "物品": "\n".join(items) or "不需要物资",
        "估计单价": "\n".join(f"{name} {yuan_display(fen)} 元" for name, fen in content.get("prices", ()))
        or "—",
        "合作社": "，".join(content.get("cooperative", ())) or "—",
        **dict(content["details"]),
        **dict(content.get("office", ())),
        "困难和需要": content["story"],
    }
