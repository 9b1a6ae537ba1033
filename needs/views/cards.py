"""How needs look on public pages: cards, dates in words, the steps that may be told. Whitelists only."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from accounts.enums import Role
from accounts.models import Region
from fupin.lib.clock import day_of, today
from needs.details import reviewed_at_county
from needs.enums import Form, Status, Subject
from needs.lifecycle import SENT_BACK
from needs.models import Need, NeedReview
from needs.public_profile import shown_path

STORY_ON_CARD = 70
STEPS = {
    ("submit", Status.SUBMITTED): "提出求助",
    ("submit", Status.VERIFIED): "信息员入户核实，代为提出",
    ("verify", Status.VERIFIED): "村级核实属实",
    ("check", Status.CHECKED): "乡镇检查通过",
    ("approve", Status.CHECKED): "县级审批，定时公开",
    ("approve", Status.PUBLISHED): "县级审批，公开发布",
    ("publish", Status.PUBLISHED): "到设定时间，公开发布",
    ("match", Status.MATCHED): "已全部认领",
    ("reopen", Status.PUBLISHED): "有人取消认领，重新开放",
    ("fulfil", Status.FULFILLED): "帮助全部送达",
}
COUNTY_CHECKED = "县级检查通过"


def day_words(moment: date) -> str:
    """A day, or an instant's day in China: 2026年11月22日."""
    day = day_of(moment) if isinstance(moment, datetime) else moment
    return f"{day.year}年{day.month}月{day.day}日"


def upper_names(needs: Iterable[Need]) -> dict[int, str]:
    """Names of the cities and counties of these needs, by code; one query for the whole page."""
    codes = {code for need in needs for code in (need.city * 10**8, need.county * 10**6)}
    return dict(Region.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}


def place_words(need: Need, names: Mapping[int, str]) -> str:
    """City, county and township of a need whose region and its parent are loaded; the village of a place's own need."""
    region = need.region
    above = {need.city * 10**8, need.county * 10**6}
    parts = [names.get(code, "") for code in sorted(above)]
    if region.parent and region.parent.code not in above and region.parent.level > 1:
        parts.append(region.parent.name)
    if region.code not in above and shown_path(need, [region]):
        parts.append(region.name)
    return " ".join(part for part in parts if part)


def card(need: Need, names: Mapping[int, str], *, with_goods: bool = True) -> dict[str, Any]:
    """One need for `components/need_card.html`. `with_goods` reads the need's items; prefetch them.

    A photo shows where `queries.with_card` found a reviewed one.
    """
    progress = need.progress
    photo = getattr(need, "photo_id", None)
    goods = list(need.items.all()) if with_goods and Form.GOODS in need.forms else []
    return {
        "pk": need.pk,
        "url": need.get_absolute_url(),
        "kind": need.kind,
        "kind_label": need.get_kind_display(),
        "title": need.title,
        "story": need.story[:STORY_ON_CARD] + ("…" if len(need.story) > STORY_ON_CARD else ""),
        "recipient": need.recipient,
        "place": place_words(need, names),
        "target": progress.target_fen,
        "pledged": progress.pledged_fen,
        "goods": goods[:3],
        "waiting_days": (today() - day_of(need.published_at)).days if need.published_at else 0,
        "badge": "" if need.subject == Subject.HOUSEHOLD else need.get_subject_display(),
        "photo": f"{need.get_absolute_url()}photos/{photo}-s.jpg" if photo else "",
        "closed": "" if need.status == Status.PUBLISHED else need.status,
    }


def cards(needs: list[Need]) -> list[dict[str, Any]]:
    """The cards of one page of needs, with their goods."""
    names = upper_names(needs)
    return [card(need, names) for need in needs]


def cards_nearby(needs: list[Need], path: list[Region]) -> list[dict[str, Any]]:
    """Cards of needs in the county that `path` leads to; they name no goods, so they cost no query."""
    names = {region.code: region.name for region in path}
    return [card(need, names, with_goods=False) for need in needs]


def timeline(need: Need, reviews: Iterable[NeedReview]) -> list[dict[str, str]]:
    """The dated public steps since the last return, with the post that took each, never a name."""
    told: list[dict[str, str]] = []
    for review in reviews:
        if review.action in SENT_BACK:
            told = []
        label = STEPS.get((review.action, Status(review.target)))
        if label and review.action == "check" and reviewed_at_county(need.subject, need.kind):
            label = COUNTY_CHECKED
        if label:
            told.append({"label": label, "at": day_words(review.at), "actor": _post(review), "state": "done"})
    return [*told, *_ahead(need)]


def _post(review: NeedReview) -> str:
    if review.role:
        return Role(review.role).label
    return "系统" if review.actor_id is None else "求助人本人"


def _ahead(need: Need) -> list[dict[str, str]]:
    match need.status:
        case Status.PUBLISHED:
            return [
                {"label": "等待爱心人士帮助", "state": "now"},
                {"label": "送达并由受助方确认", "state": "todo"},
            ]
        case Status.MATCHED:
            return [{"label": "送达并由受助方确认", "state": "now"}]
    return []
