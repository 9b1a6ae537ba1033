"""The burden table: how long one filled-in form takes an officer, by the action of its audit entry (B16).

The minutes are estimates for the whole thing on the road and at the desk; one place, so that they can be argued about.
"""

from collections.abc import Mapping

MINUTES: dict[str, tuple[str, int]] = {
    "household.register": ("登记家庭", 15),
    "need.create": ("写求助", 12),
    "need.edit": ("补充求助", 5),
    "need.verify": ("核实求助", 20),
    "need.check": ("检查求助", 8),
    "need.approve": ("审批求助", 5),
    "need.return": ("退回求助", 5),
    "visit.record": ("走访记录", 6),
    "visit.settle": ("解决走访问题", 10),
    "clue.report": ("上报线索", 8),
    "clue.verify": ("核实评议", 60),
    "warning.verify": ("预警核实", 30),
    "pledge.receive": ("确认收到", 5),
    "activity.close": ("会议记录", 20),
    "quota.zero": ("零报告", 3),
    "station.save": ("服务点信息", 5),
    "register.rule": ("账账核对", 4),
}
"""Action -> (form's name, minutes)."""

ACTIONS = list(MINUTES)


def minutes(forms: Mapping[str, int]) -> int:
    """What so many forms of each action take; an action that left the table costs nothing."""
    return sum(MINUTES[action][1] * count for action, count in forms.items() if action in MINUTES)
