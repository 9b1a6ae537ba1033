"""The fixed vocabularies of grids, visits and what follows from them (宿州 2022)."""

from django.db.models import TextChoices


class MemberKind(TextChoices):
    """Who may serve in a grid (第十条, 第二十三条; REQUIREMENTS 78)."""

    CADRE = "cadre", "村干部"
    GROUP_HEAD = "group_head", "乡村振兴小组长"
    PARTY = "party", "共产党员"
    DELEGATE = "delegate", "村民代表"
    SQUIRE = "squire", "乡贤人士"
    ENTREPRENEUR = "entrepreneur", "创业致富带头人"
    VETERAN = "veteran", "退役军人"
    FORMER_CADRE = "former_cadre", "老村干"
    TEACHER = "teacher", "老教师"
    DOCTOR = "doctor", "老村医"
    RISEN = "risen", "脱贫户"
    WELFARE = "welfare", "公益岗人员"


class DayUnit(TextChoices):
    """What a clock counts (宿州规范 says 天 or 工作日 of each step)."""

    CALENDAR = "calendar", "自然日"
    WORKING = "working", "工作日"


class Channel(TextChoices):
    """How somebody looked in (第二十条): who is away for long is called."""

    HOME = "home", "入户"
    PHONE = "phone", "电话"
    WECHAT = "wechat", "微信"


class Point(TextChoices):
    """What a visit looks at (第十二条: 收支、三保障、饮水安全及其他变化; REQUIREMENTS 80)."""

    INCOME = "income", "收入"
    SPENDING = "spending", "支出"
    GUARANTEES = "guarantees", "三保障"
    WATER = "water", "饮水安全"
    OTHER = "other", "其他情况"


class Answer(TextChoices):
    """What was found at one point; a point that was not asked about has none."""

    SAME = "same", "没有变化"
    CHANGED = "changed", "有变化"
    PROBLEM = "problem", "有问题"


class ClosingState(TextChoices):
    """A request to close a month."""

    RUNNING = "running", "正在结账"
    DONE = "done", "已办完"


def words_of(points: dict[str, str], point: str) -> str:
    """What was found at one point, in words."""
    answer = points.get(point)
    return str(Answer(answer).label) if answer else "没有问到"


class PrintState(TextChoices):
    RUNNING = "running", "正在生成"
    DONE = "done", "已生成"
    FAILED = "failed", "没有生成"
    FORGOTTEN = "forgotten", "文件已过期"
