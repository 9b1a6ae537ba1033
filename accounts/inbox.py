"""What waits for officers in the accounts room, and its doors (DESIGN 11)."""

from typing import Any

from django.urls import reverse

from accounts.enums import Role, Verb
from accounts.models import Appointment, PostApplication
from accounts.queries import applications_waiting, contracts_ending
from fupin.lib.clock import today
from fupin.lib.inbox import Door, Section, since, waiting_urgency

_APPOINT = frozenset({Verb.APPOINT})
CONTRACT_NEAR = 7


def application_row(row: PostApplication) -> dict[str, Any]:
    return {
        "url": reverse("accounts:post-decide", args=[row.pk]),
        "what": "申请信息员权限，等您审核",
        "title": f"{row.name}（{row.get_role_display()}）",
        "place": f"{row.region.parent.name} {row.region.name}" if row.region.parent else row.region.name,
        "reason": f"来自{row.get_source_display()}",
        "due": since(row.created_at),
        "urgency": waiting_urgency(row.created_at),
        "icon": "user-plus",
        "button": "去审核",
    }


def contract_row(post: Appointment) -> dict[str, Any]:
    left = ((post.ends_on or today()) - today()).days
    return {
        "url": reverse("accounts:appointment", args=[post.pk]),
        "what": "购买服务合同快到期，续签就改结束日期",
        "title": f"{post.user.get_full_name()}（{post.unit}）",
        "place": post.region.name,
        "reason": f"不改的话，{post.ends_on:%m-%d} 过后权限自动停止",
        "due": f"还有 {left} 天" if left else "今天到期",
        "urgency": "soon" if left <= CONTRACT_NEAR else "",
        "icon": "clock",
        "button": "去处理",
    }


SECTIONS = (
    Section("权限申请", _APPOINT, applications_waiting, application_row, "accounts:post-queue"),
    Section(
        "购买服务到期",
        _APPOINT,
        contracts_ending,
        contract_row,
        "accounts:appointments",
        f"?state=soon&role={Role.CONTRACTOR.value}",
    ),
)
DOORS = (
    Door("人员与地区", "人员任命", "accounts:appointments", _APPOINT, first=True),
    Door("人员与地区", "权限申请", "accounts:post-queue", _APPOINT),
    Door("人员与地区", "岗位空缺", "accounts:vacancies", frozenset({Verb.APPOINT, Verb.REPORT})),
    Door("人员与地区", "登记表", "accounts:roster", _APPOINT),
)
