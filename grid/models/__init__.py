from grid.models.activity import Activity, ActivityKind, ActivityPhoto, ActivityState, Attendance
from grid.models.clock import CalendarDay, Clock
from grid.models.clue import Clue, ClueStep, ReviewMeeting
from grid.models.grid import Grid, GridHousehold
from grid.models.inspection import Circular, Inspection, InspectionItem, ItemState, Subject, Way
from grid.models.measure import Measure
from grid.models.member import GridMember
from grid.models.month import ClosedMonth, QuotaResult, SubsidyLine, SubsidyRate
from grid.models.month_sheet import MonthSheet
from grid.models.notice import Notice, Objection
from grid.models.notice_print import NoticePrint
from grid.models.quota import ExcludedNeed, QuotaRule, ZeroReport
from grid.models.register_check import (
    CheckState,
    DifferenceKind,
    RegisterCheck,
    RegisterDifference,
    Ruling,
)
from grid.models.report import Brief, MonthClosing
from grid.models.township import TownshipLeader
from grid.models.visit import Visit
from grid.models.warning import (
    Department,
    DepartmentPost,
    RiskWarning,
    WarningBatch,
    WarningList,
    WarningState,
)

__all__ = [
    "Activity",
    "ActivityKind",
    "ActivityPhoto",
    "ActivityState",
    "Attendance",
    "Brief",
    "CalendarDay",
    "CheckState",
    "Circular",
    "Clock",
    "ClosedMonth",
    "Clue",
    "ClueStep",
    "Department",
    "DepartmentPost",
    "DifferenceKind",
    "ExcludedNeed",
    "Grid",
    "GridHousehold",
    "GridMember",
    "Inspection",
    "InspectionItem",
    "ItemState",
    "Measure",
    "MonthClosing",
    "MonthSheet",
    "Notice",
    "NoticePrint",
    "Objection",
    "QuotaResult",
    "QuotaRule",
    "RegisterCheck",
    "RegisterDifference",
    "ReviewMeeting",
    "RiskWarning",
    "Ruling",
    "Subject",
    "SubsidyLine",
    "SubsidyRate",
    "TownshipLeader",
    "Visit",
    "WarningBatch",
    "WarningList",
    "WarningState",
    "Way",
    "ZeroReport",
]
