"""How a pledge looks to those who may open it: its steps in words, what comes next, where things go."""

from datetime import datetime
from typing import Any

from accounts.enums import Verb
from accounts.permissions import grants
from accounts.queries import path_of
from donors.account_queries import version_of
from donors.delivery_forms import CorrectForm
from donors.enums import ENDED_UNMET, CaseReason, Delivery, Outcome, PledgeStatus
from donors.models import Pledge, PledgeStep, Station
from donors.services.stations import address_for
from fupin.lib.clock import ZONE
from fupin.lib.forms import CleanForm
from fupin.lib.money import yuan_display
from needs.enums import Form
from needs.views.cards import day_words

ROADS = {
    Form.MONEY: ("pledged", "paid", "received", "delivered", "confirmed"),
    Form.GOODS: ("pledged", "shipped", "confirmed"),
    Form.SERVICE: ("pledged", "confirmed"),
}
CONFIRMED = {
    Form.MONEY: "受助方确认收到善款",
    Form.GOODS: "受助方确认收到物资",
    Form.SERVICE: "受助方确认服务完成",
}
WORDS = {
    "pledged": "认领帮助",
    "paid": "爱心人士转账",
    "received": "慈善组织确认到账",
    "delivered": "慈善组织拨付给受助方",
    "cancelled": "认领已取消",
    "lapsed": "超过期限，认领失效",
    "refunded": "已退款",
}

NEXT: dict[str, str] = {
    PledgeStatus.PAID: "慈善组织核对银行流水后确认到账，一般要一两个工作日。",
    PledgeStatus.RECEIVED: "慈善组织会把善款拨付给受助方。",
    PledgeStatus.DELIVERED: "等受助方确认收到。",
    PledgeStatus.SHIPPED: "受助方收到后会在这里确认；没有手机的，由信息员代为确认。",
    PledgeStatus.CONFIRMED: "帮助已经送到，谢谢您。",
}


# Steps told by what was done, not by where they led.
CASE_WORDS = {"open": "交给县里核实", "answer": "县里答复", "solve": "县里登记已解决", "close": "办结"}
DONE = {
    "free": "求助已撤下，认领解除",
    "come_back": "拨付被银行退回，慈善会核对账号以后会再付",
    "taken_down": "求助已撤下",
    "add_parcel": "又寄出一个包裹",
    "correct": "更正快递单号",
    "arrive": "包裹到了村服务点",
    "propose": "提出换个日期",
    "agree": "约定了日期",
    "prolong": "延长了保留时间",
}
TAKEN_DOWN = (
    "这条求助已撤下，正在重新核实。您已经付出的这一份还在原处，请先不要再转账或寄送；有结果会通知您。"
)


def step_words(pledge: Pledge, status: str) -> str:
    """The name of the step that leads to `status`."""
    if status == PledgeStatus.CONFIRMED:
        return CONFIRMED[Form(pledge.form)]
    if status == PledgeStatus.SHIPPED:
        return "爱心人士寄出" if pledge.delivery == Delivery.COURIER else "约好当面交付"
    return WORDS[status]


def done_words(pledge: Pledge, action: str) -> str:
    """What a step that was just taken is called."""
    return DONE.get(action) or step_words(pledge, pledge.status)


def timeline(pledge: Pledge, steps: list[PledgeStep]) -> list[dict[str, str]]:
    """The dated steps so far, and those still ahead."""
    rows = [_row(pledge, step) for step in steps]
    if pledge.outcome == Outcome.PROBLEM and rows:
        rows[-1] |= {"state": "problem", "label": "受助方收到，但有问题"}
    if pledge.status in ENDED_UNMET:
        return rows
    road = ROADS[Form(pledge.form)]
    ahead = [step_words(pledge, status) for status in road[road.index(pledge.status) + 1 :]]
    states = ["now", *["todo"] * len(ahead)]
    return rows + [{"label": label, "state": state} for label, state in zip(ahead, states, strict=False)]


def _row(pledge: Pledge, step: PledgeStep) -> dict[str, str]:
    return {
        "label": DONE.get(step.action) or step_words(pledge, step.target),
        "at": _moment(step.at),
        "actor": step.actor_label,
        "note": step.note,
        "state": "done",
    }


def next_words(pledge: Pledge) -> str:
    """What comes next, told to the donor; empty where nothing does."""
    if pledge.need.taken_down_at and pledge.status not in {*ENDED_UNMET, PledgeStatus.CONFIRMED}:
        return TAKEN_DOWN
    if pledge.status == PledgeStatus.PLEDGED:
        return _first_step_words(pledge)
    if pledge.status == PledgeStatus.CONFIRMED and pledge.outcome == Outcome.PROBLEM:
        return "县级管理员会联系双方解决；解决后受助方再确认一次。"
    return NEXT.get(pledge.status, "")


def closed_to_money(pledge: Pledge) -> bool:
    """Whether the account this promise would go to is closed, or its licence not in force today."""
    return pledge.charity_account is not None and not pledge.charity_account.is_licensed


def _first_step_words(pledge: Pledge) -> str:
    deadline = day_words(pledge.expires_at)
    if closed_to_money(pledge):
        return "收款账户现在不接收善款，请先不要转账；已经转了的，照常点“我已转账”。"
    if pledge.form == Form.MONEY:
        amount = yuan_display(pledge.amount_fen)
        return (
            f"请在{deadline}前，把 {amount} 元转到慈善组织的账户，附言写 {pledge.reference}，再点“我已转账”。"
        )
    if pledge.form == Form.SERVICE:
        return _service_words(pledge)
    if pledge.delivery == Delivery.COURIER:
        return f"请在{deadline}前寄出，并在这里填写快递公司和单号。"
    return f"请在{deadline}前约好见面，并在这里填写地点和日期。"


def _service_words(pledge: Pledge) -> str:
    day = day_words(pledge.service_on) if pledge.service_on else "约定的日子"
    if pledge.date_agreed_at:
        return f"请在{day}按约定前往；之后由受助方或信息员按实际时长确认。"
    if pledge.date_by == "donor":
        return f"等受助方或信息员同意{day}这个日期，或者另提一个。"
    return f"受助方提出改到{day}，请您同意，或者另提一个日期。"


def agreed_facts(pledge: Pledge, *, mine: bool) -> list[dict[str, str]]:
    """What was agreed about a service or visit, and how the receipt of any help was proved; to the donor, who agreed
    for a donor under 18."""
    facts: list[dict[str, str]] = []
    if mine and pledge.guardian:
        facts.append({"term": "监护人", "value": f"{pledge.guardian} 同意了这次帮助"})
    if pledge.form == Form.SERVICE:
        agreed = "双方已约定" if pledge.date_agreed_at else "等待对方同意"
        day = day_words(pledge.service_on) if pledge.service_on else "未定"
        facts.append({"term": "日期", "value": f"{day}（{agreed}）"})
        facts.append(
            {"term": "意外保险", "value": "已购买或会购买" if pledge.insured else "建议出发前购买一份"}
        )
    entry = getattr(pledge, "hours_entry", None)
    if entry:
        facts.append({"term": "实际时长", "value": f"{entry.hours} 小时，已记入时间银行"})
    if pledge.proof:
        facts.append({"term": "怎样确认的", "value": pledge.get_proof_display()})
    return facts


def cases(user: Any, pledge: Pledge) -> list[dict[str, Any]]:
    """What went wrong and what the county did about it, step by step; call-backs are between donor and county."""
    rows = []
    for case in pledge.cases.all():
        if case.reason == CaseReason.CALLBACK and not _sees_callbacks(user, pledge):
            continue
        done = [
            {
                "label": CASE_WORDS[step.action],
                "at": _moment(step.at),
                "actor": step.actor_label,
                "note": step.note,
            }
            for step in case.steps.all()
        ]
        rows.append({"case": case, "steps": done})
    return rows


def _sees_callbacks(user: Any, pledge: Pledge) -> bool:
    return pledge.donor_id == user.pk or grants(user).allow(Verb.VIEW, pledge.need.region_id)


def delivery_facts(user: Any, pledge: Pledge) -> list[dict[str, str]]:
    """Where goods go and how they travel: to the village's station, unless the household's address was opened."""
    if pledge.form != Form.GOODS:
        return []
    village = "".join(region.name for region in path_of(pledge.need.region_id))
    address = address_for(user, pledge)
    station = Station.objects.filter(region=pledge.need.region_id).first()
    where = address or (f"{village}{station.address}" if station else f"{village}，信息员转")
    facts = [{"term": "送到哪里", "value": where}]
    if address:
        facts.append({"term": "请保密", "value": "这户同意只告诉您，请不要转给别人。"})
    else:
        facts.append({"term": "收件人", "value": f"{pledge.need.recipient}（备注 {pledge.reference}）"})
    if station and not address:
        opening = "，".join(part for part in (station.opening, _pickup_words(station)) if part)
        facts += [{"term": "开放时间", "value": opening}] if opening else []
    if pledge.meet_on:
        facts.append({"term": "见面时间", "value": meeting_words(pledge)})
        facts.append({"term": "见面地点", "value": pledge.meet_at})
        if pledge.meet_with:
            facts.append({"term": "和谁见面", "value": pledge.get_meet_with_display()})
    elif not pledge.parcels.all():
        facts.append({"term": "怎样送到", "value": pledge.get_delivery_display()})
    return facts


def _pickup_words(station: Station) -> str:
    return f"{station.get_pickup_day_display()}集中发给各户" if station.pickup_day else ""


def meeting_words(pledge: Pledge) -> str:
    """Day and hour of the meeting."""
    hour = f" {pledge.meet_time:%H:%M}" if pledge.meet_time else ""
    return f"{day_words(pledge.meet_on)}{hour}" if pledge.meet_on else ""


def parcels(user: Any, pledge: Pledge, action: str, bound: CleanForm | None) -> list[dict[str, Any]]:
    """The parcels, each with the donor's form to put its number right; a refused form keeps what was typed."""
    mine = pledge.donor_id == user.pk and pledge.status == PledgeStatus.SHIPPED
    rows = []
    for parcel in pledge.parcels.all():
        form: CleanForm | None = None
        if mine and not parcel.arrived_at:
            number = str(parcel.number)
            first = {name: getattr(parcel, name) for name in ("courier", "tracking_number", "number")}
            form = CorrectForm(initial=first, auto_id=f"id_correct{number}_%s")
            if action == "correct" and bound and str(bound.data.get("number")) == number:
                form = bound
        rows.append({"parcel": parcel, "form": form, "arrived": _moment(parcel.arrived_at)})
    return rows


def _moment(at: datetime | None) -> str:
    return f"{day_words(at)} {at.astimezone(ZONE):%H:%M}" if at else ""


def account_facts(pledge: Pledge) -> list[dict[str, str]]:
    """The account that receives the money, as it was when this promise used it, and its licence."""
    account = version_of(pledge)
    if account is None:
        return []
    return [
        {"term": "慈善组织", "value": account["charity"]},
        {"term": "开户行", "value": f"{account['bank']}，账号尾号 {account['number'][-4:]}"},
        {"term": "公募资格", "value": account["licence"]},
        {
            "term": "有效期",
            "value": f"{day_words(account['licence_from'])}至{day_words(account['licence_to'])}",
        },
    ]


def list_row(pledge: Pledge) -> dict[str, Any]:
    """One line of a list of pledges."""
    open_still = pledge.status == PledgeStatus.PLEDGED
    return {
        "pledge": pledge,
        "url": pledge.get_absolute_url(),
        "day": day_words(pledge.created_at),
        "deadline": day_words(pledge.expires_at) if open_still and pledge.form != Form.SERVICE else "",
    }
