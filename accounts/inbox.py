"""What waits for officers in the accounts room, and its doors (DESIGN 11)."""

from typing import Any

from django.urls import reverse

from accounts.enums import Verb
from accounts.models import PostApplication
from accounts.queries import applications_waiting
from fupin.lib.inbox import Door, Section, since, waiting_urgency

_APPOINT = frozenset({Verb.APPOINT})


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


SECTIONS = (Section("权限申请", _APPOINT, applications_waiting, application_row, "accounts:post-queue"),)
DOORS = (
    Door("人员与地区", "人员任命", "accounts:appointments", _APPOINT, first=True),
    Door("人员与地区", "权限申请", "accounts:post-queue", _APPOINT),
    Door("人员与地区", "岗位空缺", "accounts:vacancies", frozenset({Verb.APPOINT, Verb.REPORT})),
    Door("人员与地区", "登记表", "accounts:roster", _APPOINT),
)
