"""What waits for officers in the grid room, and its doors (DESIGN 11)."""

from typing import Any

from django.urls import reverse

from accounts.enums import Level, Role, Verb
from accounts.models import Appointment, RegionChange
from accounts.permissions import OFFICIAL
from fupin.lib.clock import today
from fupin.lib.inbox import (
    SOON_DAYS,
    Door,
    Section,
    since,
    waiting_urgency,
)
from grid.article_lifecycle import WRITERS
from grid.models import (
    Article,
    Clock,
    Grid,
    GridHousehold,
    InspectionItem,
)
from grid.models.article import ArticleKind
from grid.queries import (
    activities,
    articles,
    inspections,
    sheets,
    visits,
    warnings,
)
from grid.queries.assignments import late_below
from grid.queries.assignments import waiting as assignments_waiting
from grid.queries.clocks import overdue
from grid.queries.clues import orders_waiting, waiting
from grid.queries.problems import waiting as problems_waiting
from grid.queries.questions import waiting as questions_waiting
from grid.queries.subsidies import contested
from grid.rows import (
    assignment_row,
    clock_row,
    clue_row,
    objection_row,
    order_row,
    place_of,
    problem_row,
    question_row,
)
from grid.services import handover, regions

_APPOINT = frozenset({Verb.APPOINT})
_CHECK = frozenset({Verb.CHECK})
_INSPECT = frozenset({Verb.DISPATCH, Verb.REPORT})
_RUN = frozenset({Verb.VERIFY, Verb.CHECK})
# Who answers for those who visit: the village, after a week the township, then the county.
_WATCH = frozenset({Verb.VERIFY, Verb.APPROVE})


def handover_row(post: Appointment) -> dict[str, Any]:
    over = post.ended_at is not None or bool(post.ends_on and post.ends_on < today())
    parent = f"{post.region.parent.name} " if post.region.parent else ""
    return {
        "url": reverse("grid:handover", args=[post.pk]),
        "what": "职务已结束，还有工作没有人接手" if over else "任期快到，还有没办完的工作",
        "title": f"{post.user.get_full_name()}（{post.get_role_display()}）",
        "place": f"{parent}{post.region.name}",
        "reason": "由您安排接手的人",
        "due": since(post.ended_at) if post.ended_at else f"任期到 {post.ends_on:%m-%d}",
        "urgency": waiting_urgency(post.ended_at) if post.ended_at else "late" if over else "soon",
        "icon": "arrows-right-left",
        "button": "去交接",
    }


def change_row(change: RegionChange) -> dict[str, Any]:
    return {
        "url": reverse("grid:region-change", args=[change.pk]),
        "what": "撤并村到期没有办成",
        "title": f"{change.get_kind_display()}：{change.target_name}",
        "place": change.county.name,
        "reason": change.problem or "等自动办理",
        "due": f"{change.effective_on:%m-%d} 生效",
        "urgency": "late",
        "icon": "map",
        "button": "去办理",
    }


def owing_row(region: Any) -> dict[str, Any]:
    """A place's own missing meeting leads to the form, one below to the list."""
    village, late = region.level == Level.VILLAGE, region.is_late
    when = ("上个月" if late else "本月") if village else ("去年" if late else "今年")
    new = f"{reverse('grid:activity-new')}?region={region.code}"
    return {
        "url": new if region.is_own else reverse("grid:activities"),
        "what": f"{when}还没有登记{'会商研判会议' if village else '网格员培训'}",
        "title": region.name,
        "place": region.parent.name if region.parent else "",
        "reason": "每月至少一次" if village else "每年至少一次",
        "due": "已过期" if late else "月底前" if village else "年底前",
        "urgency": "late" if late else "soon",
        "icon": "calendar-days",
        "button": "去登记" if region.is_own else "去督促",
    }


def late_row(clock: Clock) -> dict[str, Any]:
    return clock_row(clock, f"{clock.due_on:%m-%d} 已到期", "late")


def visit_row(home: GridHousehold) -> dict[str, Any]:
    days = (home.due_on - today()).days
    late = f"超期 {-days} 天" if days < 0 else ""
    return {
        "url": reverse("grid:visit", args=[home.pk]),
        "what": "风险未消除，每月走访" if home.monthly else "每季度走访",
        "title": home.household.name,
        "place": f"{place_of(home.region)} {home.grid.name}",
        "reason": f"上次 {home.visited_on:%Y-%m-%d}" if home.visited_on else "还没有走访过",
        "due": late or (f"还有 {days} 天" if days else "今天到期"),
        "urgency": "late" if days < 0 else "soon" if days <= 7 else "",
        "icon": "home-modern",
        "button": "去走访",
    }


def sheet_row(grid: Grid) -> dict[str, Any]:
    month = sheets.expected_month()
    over = (today().year, today().month) != (month.year, month.month)
    return {
        "url": f"{reverse('grid:month', args=[grid.pk])}?month={month:%Y-%m}",
        "what": "月度排查表还没有上报",
        "title": f"{grid.name} {month.month} 月",
        "place": place_of(grid.village),
        "reason": "走访记录已经填好，核对后上报",
        "due": "已过月底" if over else "月底前",
        "urgency": "late" if over else "soon",
        "icon": "clipboard-document-list",
        "button": "去上报",
    }


_ON_DUTY = frozenset({Verb.VERIFY, Verb.CHECK, Verb.APPROVE})


def batch_row(batch: Any) -> dict[str, Any]:
    left = (batch.due_on - today()).days
    return {
        "url": batch.get_absolute_url(),
        "what": f"{batch.list.get_department_display()}预警，还有 {batch.left} 条要核实",
        "title": batch.list.topic,
        "place": batch.township.name,
        "reason": "3 个工作日内入户核实、会商研判",
        "due": f"{batch.due_on.month}月{batch.due_on.day}日前",
        "urgency": "late" if left < 0 else "soon" if left <= 1 else "",
        "icon": "bell-alert",
        "button": "去核实",
    }


def rectify_row(item: InspectionItem) -> dict[str, Any]:
    due = item.due_on or today()
    left = (due - today()).days
    return {
        "url": item.get_absolute_url(),
        "what": "督查发现的问题，要整改",
        "title": item.title,
        "place": item.region.name,
        "reason": item.finding[:40],
        "due": f"{due.month}月{due.day}日前",
        "urgency": "late" if left < 0 else "soon" if left <= SOON_DAYS else "",
        "icon": "magnifying-glass",
        "button": "去整改",
    }


def accept_row(item: InspectionItem) -> dict[str, Any]:
    answered = item.answered_at or item.inspection.drawn_at
    return {
        "url": item.get_absolute_url(),
        "what": "已登记整改，等复核",
        "title": item.title,
        "place": item.region.name,
        "reason": item.answer[:40],
        "due": since(answered),
        "urgency": waiting_urgency(answered),
        "icon": "magnifying-glass",
        "button": "去复核",
    }


def article_row(article: Article) -> dict[str, Any]:
    handed = article.submitted_at or article.created_at
    return {
        "url": reverse("grid:office-article", args=[article.pk]),
        "what": f"{article.get_kind_display()}，等您发布",
        "title": article.title,
        "place": article.region.name,
        "reason": f"{article.author.get_full_name()} 提交",
        "due": since(handed),
        "urgency": waiting_urgency(handed),
        "icon": "newspaper",
        "button": "去看看",
    }


SECTIONS: tuple[Section, ...] = (
    Section("线索", _ON_DUTY, waiting, clue_row, "grid:clues"),
    Section("派单", frozenset({Verb.REPORT}), orders_waiting, order_row, "grid:orders"),
    Section("超期的时限", _ON_DUTY, overdue, late_row, "grid:clocks"),
    Section("本月要走访", frozenset({Verb.VISIT}), visits.due_for, visit_row, "grid:visits"),
    Section("超期没有走访", _WATCH, visits.escalated_to, visit_row, "grid:visits", "?show=late"),
    Section("月度排查表", frozenset({Verb.VISIT, Verb.VERIFY}), sheets.unfiled_for, sheet_row, "grid:grids"),
    Section("待交接", _APPOINT, handover.due, handover_row, "grid:handovers"),
    Section("撤并村", _APPOINT, regions.standing, change_row, "grid:regions"),
    Section("分给我的任务", _ON_DUTY | _APPOINT, assignments_waiting, assignment_row, "grid:assignments"),
    Section(
        "下面超期的任务", _CHECK | _APPOINT, late_below, assignment_row, "grid:assignments", "?show=late"
    ),
    Section("部门预警", frozenset({Verb.CHECK}), warnings.batches_waiting, batch_row, "grid:warning-batches"),
    Section("要整改的问题", _RUN, inspections.to_rectify, rectify_row, "grid:inspections"),
    Section("等复核的整改", _INSPECT, inspections.to_accept, accept_row, "grid:inspections"),
    Section("补贴异议", frozenset({Verb.APPROVE}), contested, objection_row, "grid:subsidy-objections"),
    Section("记录里的疑问", frozenset({Verb.APPROVE}), questions_waiting, question_row, "grid:questions"),
    Section("上报的问题", _CHECK | _APPOINT | {Verb.ASSIST}, problems_waiting, problem_row, "grid:problems"),
    Section("该开的会和培训", _RUN, activities.owing, owing_row, "grid:activities"),
    Section(
        "等发布的文章", _APPOINT, articles.waiting, article_row, "grid:office-articles", "?state=submitted"
    ),
)
# Whose page behind a door is always empty: departments have their own lists, the others none.
_DESK = frozenset({Role.DEPARTMENT_OFFICER})
_NO_ORDERS = frozenset(Role) - {*_DESK, Role.COUNTY_ADMIN, Role.TOWNSHIP_MANAGER}
_READERS = frozenset({Role.LEADER, Role.DEPARTMENT_OFFICER})
_WRITE = frozenset({Verb.VIEW, Verb.APPOINT})
_WRITE_NOTHING = frozenset(Role) - WRITERS[ArticleKind.EXPERIENCE]
_BELOW = frozenset({Role.LEADER, Role.CITY_OFFICE, Role.TOWNSHIP_MANAGER, Role.VILLAGE_OFFICER})
DOORS = (
    Door("网格", "走访", "grid:visits", frozenset({Verb.VISIT, Verb.VIEW}), first=True),
    Door("网格", "网格", "grid:grids", frozenset({Verb.VISIT, Verb.VIEW, Verb.REPORT}), first=True),
    Door("网格", "我的工作", "grid:work", frozenset({Verb.VISIT, Verb.COLLECT, Verb.CHECK})),
    Door("网格", "摸排台账", "grid:visit-problems", frozenset({Verb.VISIT, Verb.VIEW})),
    Door("求助与家庭", "账账核对", "grid:register-checks", frozenset({Verb.APPROVE})),
    Door("网格", "督查", "grid:inspections", _INSPECT | _RUN, without=_READERS),
    Door("网格", "通报", "grid:circulars", _INSPECT | _RUN, without=_DESK),
    Door("网格", "部门预警", "grid:warnings", frozenset({Verb.VIEW, Verb.REPORT}), without=_BELOW),
    Door("网格", "预警核实", "grid:warning-batches", frozenset({Verb.CHECK})),
    Door("人员与地区", "部门经办人", "grid:departments", _APPOINT),
    Door("网格", "会议和培训", "grid:activities", frozenset({Verb.VIEW, Verb.REPORT}), without=_DESK),
    Door("监测帮扶", "上报线索", "grid:clue-new", frozenset({Verb.COLLECT, Verb.VISIT}), first=True),
    Door("监测帮扶", "线索", "grid:clues", frozenset({Verb.VIEW, Verb.VISIT}), first=True),
    Door("监测帮扶", "派单", "grid:orders", frozenset({Verb.REPORT, Verb.CHECK}), without=_NO_ORDERS),
    Door("监测帮扶", "时限", "grid:clocks", frozenset({Verb.VIEW, Verb.REPORT})),
    Door("监测帮扶", "政策措施清单", "grid:measure-list", frozenset({Verb.VIEW})),
    Door("监测帮扶", "节假日安排", "grid:calendar", frozenset({Verb.APPROVE})),
    Door("人员与地区", "待交接", "grid:handovers", _APPOINT),
    Door("人员与地区", "撤并村", "grid:regions", _APPOINT),
    Door("任务与补贴", "工作任务", "grid:assignments", frozenset({Verb.VIEW, Verb.REPORT}), without=_DESK),
    Door("任务与补贴", "我的任务", "grid:quotas", frozenset({Verb.COLLECT})),
    Door("任务与补贴", "我的补贴", "grid:subsidies", frozenset({Verb.COLLECT, Verb.VISIT})),
    Door("任务与补贴", "补贴异议", "grid:subsidy-objections", frozenset({Verb.APPROVE})),
    Door("任务与补贴", "记录里的疑问", "grid:questions", frozenset({Verb.APPROVE})),
    Door("任务与补贴", "贫困村", "grid:poor-villages", _APPOINT),
    Door("任务与补贴", "任务完成情况", "grid:quota-area", frozenset({Verb.CHECK, Verb.REPORT})),
    Door("任务与补贴", "村级评分", "grid:scores", frozenset({Verb.COLLECT, Verb.CHECK, Verb.REPORT})),
    Door("任务与补贴", "月度结账", "grid:months", frozenset({Verb.APPROVE, Verb.APPOINT})),
    Door("任务与补贴", "任务和补贴标准", "grid:quota-rules", _APPOINT),
    Door("网格", "问题上报", "grid:problems", frozenset(Verb)),
    Door("宣传", "文章", "grid:office-articles", _WRITE, without=_WRITE_NOTHING),
    Door("宣传", "经验交流", "grid:experience", OFFICIAL),
    Door("数据", "数据看板", "grid:dashboard", frozenset({Verb.REPORT}), first=True),
    Door("数据", "月报", "grid:reports", frozenset({Verb.REPORT})),
    Door("数据", "简报", "grid:briefs", frozenset({Verb.REPORT})),
)
