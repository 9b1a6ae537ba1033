"""What the invented needs say of what their kind asks for (`needs/kinds.py`)."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from fupin.demo.cases import Case
from needs.catalogue import default_rows
from needs.enums import Kind
from needs.kinds import RHYTHM_MONTHS
from needs.services.drafts import CooperativeInput

Slots = Mapping[str, Any]
_SEASONS = {
    "黄花菜": ["6", "7", "8"],
    "脐橙": ["11", "12"],
    "油茶": ["10", "11"],
    "酥梨": ["8", "9"],
    "莲藕": ["9", "10", "11"],
}
_BRANDS = ("绿色食品", "有机转换认证", "")


def details_of(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    """The details of one need; what this case cannot know stays out."""
    made = _MAKERS.get(case.kind, lambda *_: {})(case, slots, rng)
    if case.kind == Kind.PRODUCE and case.subject == "household":
        made["supplier"] = "household"
    if case.kind == Kind.MEDICAL and case.subject == "county":
        return {"category": "relief", "place": "county"}
    if case.kind == Kind.EDUCATION and case.subject != "household":
        return {"stage": rng.choice(("primary", "junior")), "enrolled": "group"}
    return made


def target_of(case: Case, details: Mapping[str, Any], fen: int) -> tuple[dict[str, Any], int]:
    """The details with the instalments of a sponsorship that come to about `fen`, and the exact target."""
    told = dict(details)
    if case.kind != Kind.SPONSORSHIP or not case.yuan[1]:
        return told, fen
    times = told["months"] // RHYTHM_MONTHS[told["rhythm"]]
    told["instalment"] = max(fen // times // 50_00, 1) * 50_00
    return told, told["instalment"] * times


def estimate(name: str, rng: random.Random) -> int:
    """What the writer thinks one of it costs (fen), mostly near the reference; 0 for things outside the catalogue."""
    known = {row["name"]: row["price_fen"] for row in default_rows()}
    share = rng.choice((90, 95, 100, 100, 105, 110, 145))
    return known.get(name, 0) * share // 100 // 100 * 100


def cooperative_of(place: str, crop: str, number: int) -> CooperativeInput:
    """An invented cooperative; its licence number is synthetic."""
    return CooperativeInput(
        name=f"{place}{crop}种植专业合作社（演示）",
        contact_role="理事长",
        licence=f"93000000DEMO{number:06d}",
    )


def _stage(slots: Slots) -> str:
    words = str(slots["grade"])
    return "primary" if "小学" in words else "junior" if "初" in words else "senior"


def _medical(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    body = case.body
    category = (
        "device"
        if case.items
        else "rehabilitation"
        if "康复" in body
        else "follow_up"
        if "复查" in body
        else "chronic"
    )
    return {
        "category": category,
        "place": rng.choice(("county", "city", "province")),
        "insured": rng.choice(("done", "partly", "waiting")),
    }


def _education(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    if "考上" in case.body:
        return {"stage": "university", "enrolled": "admitted"}
    boarding = "boarding" if "住校" in case.body else "day"
    stage = _stage(slots) if "{grade}" in case.body else "primary"
    return {"stage": stage, "enrolled": "enrolled", "boarding": boarding, "received": "学费已减免"}


def _housing(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    work = {"瓦": "roof", "厕所": "toilet", "窗": "windows", "电线": "wiring"}
    works = [code for word, code in work.items() if word in case.body]
    return {"grade": rng.choice(("B", "C")), "works": works[:2] or ["roof"], "subsidy": "没有享受过"}


def _care(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    age = "oldest" if int(slots["age"]) >= 80 else "elder"
    if case.subject != "household":
        return {"whom": "many", "age": "mixed", "company": ["comfort"], "rhythm": "once"}
    if case.service:
        company, rhythm = ["visit", "chores"], rng.choice(("fortnightly", "monthly"))
    else:
        company, rhythm = (["nursing"] if "护工" in case.body else ["comfort"]), "once"
    whom = "living_alone" if "一个人住" in case.body else "left_behind_elder"
    return {"whom": whom, "age": age, "company": company, "rhythm": rhythm}


def _sponsorship(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    rhythm = "quarter" if "季度" in case.body else "term" if "学期" in case.body else "month"
    stage = _stage(slots) if "{grade}" in case.body else "primary"
    return {
        "stage": stage,
        "months": 12,
        "rhythm": rhythm,
        "raised_by": rng.choice(("one_parent", "grandparents")),
    }


def _produce(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    crop = str(slots["crop"])
    made = {
        "variety": crop,
        "quantity": int(slots["jin"]) * (10 if case.subject == "cooperative" else 1),
        "unit": "斤",
        "price": rng.randrange(150, 1200, 10),
        "season": _SEASONS.get(crop, ["9", "10"]),
        "cycle": 12,
        "spec": rng.choice(("统货", "一级果", "分拣装箱")),
        "packing": rng.choice(("10 斤纸箱", "5 斤网袋", "可以按要求分装")),
        "supplier": "cooperative",
        "floor": 140,
    }
    brand = rng.choice(_BRANDS)
    return {**made, "brand": brand} if brand else made


def _industry(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    bred = any(word in case.body for word in ("猪", "蜂", "鸡"))
    scale = "社员四十多户" if case.subject == "cooperative" else f"{slots['mu']} 亩" if not bred else "小规模"
    return {
        "project": "breeding" if bred else "planting",
        "scale": scale,
        "return_months": rng.randint(4, 12),
    }


def _employment(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    home = bool(case.items)
    return {
        "wanted": "在家做来料加工" if home else f"{slots['skill']}方面的工作",
        "skills": "做事仔细，肯学",
        "place": "home" if home else "county",
        "ready": "trained" if "培训" in case.titles[0] else "now",
        "training": str(slots["skill"]),
        "limits": "要照顾家人，不能出远门",
    }


def _disability(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    if "轮椅" in case.body:
        return {"aids": ["wheelchair", "cushion"], "place": "yard", "card": "second"}
    if "助听器" in case.body:
        return {"aids": ["hearing"], "place": "school", "card": "third"}
    return {"services": ["sign"], "place": "home", "card": "second"}


def _volunteer(case: Case, slots: Slots, rng: random.Random) -> dict[str, Any]:
    return {
        "people": rng.randint(2, 6),
        "days": rng.randint(1, 3),
        "when": rng.choice(("周末", "农忙时", "每月一次")),
    }


_MAKERS: dict[str, Callable[[Case, Slots, random.Random], dict[str, Any]]] = {
    Kind.MEDICAL: _medical,
    Kind.EDUCATION: _education,
    Kind.HOUSING: _housing,
    Kind.CARE: _care,
    Kind.SPONSORSHIP: _sponsorship,
    Kind.PRODUCE: _produce,
    Kind.INDUSTRY: _industry,
    Kind.EMPLOYMENT: _employment,
    Kind.DISABILITY: _disability,
    Kind.VOLUNTEER: _volunteer,
}
