"""Which step has how long, and which clause of which document says so (宿州规范; B6)."""

from dataclasses import dataclass

from accounts.enums import Level, Verb
from grid.enums import DayUnit


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of step. `days` may be set at the start of each clock where the clause names none.

    `level` has the duty, `pauses` is the verb of who may stop the clock: one level above. `address` is the page of
    the thing, taking its id. `at_least` turns the meaning round: the step must last that long.
    """

    kind: str
    label: str
    level: Level
    days: int
    unit: DayUnit
    clause: str
    address: str
    pauses: Verb
    at_least: bool = False


RULES: dict[str, Rule] = {
    rule.kind: rule
    for rule in (
        Rule(
            "clue.verify",
            "核实评议",
            Level.VILLAGE,
            2,
            DayUnit.CALENDAR,
            "宿州规范第十三条：对村组网格员反映的问题和线索和农户自主申报情况，在2天内完成调查核实和民主评议。",
            "grid:clue",
            Verb.CHECK,
        ),
        Rule(
            "clue.notice",
            "村内公示",
            Level.VILLAGE,
            5,
            DayUnit.CALENDAR,
            "宿州规范第十三条：同步开展村内公示，公示时间不少于5天。",
            "grid:clue",
            Verb.CHECK,
            at_least=True,
        ),
        Rule(
            "clue.judge",
            "综合研判",
            Level.TOWNSHIP,
            3,
            DayUnit.CALENDAR,
            "宿州规范第十四条：乡镇受理村级评价结果后，要同步进行数据比对，开展审核审定工作，审定公告在3日内完成。",
            "grid:clue",
            Verb.APPROVE,
        ),
        Rule(
            "clue.visit",
            "入户核查",
            Level.TOWNSHIP,
            3,
            DayUnit.WORKING,
            "宿州规范第十四条：在3个工作日内要组织入户核查和会商研判，确认后报县级乡村振兴部门。",
            "grid:clue",
            Verb.APPROVE,
        ),
        Rule(
            "clue.review",
            "县级审核",
            Level.COUNTY,
            3,
            DayUnit.WORKING,
            "平台承诺：3 个工作日内审核备案（宿州规范第十五条没有规定期限）。",
            "grid:clue",
            Verb.APPROVE,
        ),
        Rule(
            "measure",
            "落实帮扶措施",
            Level.COUNTY,
            30,
            DayUnit.CALENDAR,
            "宿州规范第十七条：根据部门职责，向相关职能部门“派单”，部门根据政策规定，落实帮扶措施。期限由派单时确定。",
            "grid:order",
            Verb.APPROVE,
        ),
        Rule(
            "warning.verify",
            "预警核实",
            Level.TOWNSHIP,
            3,
            DayUnit.WORKING,
            "宿州规范第十四条：对村级日常上报及预警信息核实情况在3个工作日内要组织入户核查和会商研判，"
            "确认后报县级乡村振兴部门。",
            "grid:warning-batch",
            Verb.APPROVE,
        ),
    )
}

CLUE_CLOCKS = tuple(kind for kind in RULES if kind.startswith("clue."))
