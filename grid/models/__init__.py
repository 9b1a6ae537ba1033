from grid.models.activity import Activity, ActivityKind, ActivityPhoto, ActivityState, Attendance
from grid.models.article import Article
from grid.models.assignment import Assignment, AssignmentStep
from grid.models.clock import CalendarDay, Clock
from grid.models.clue import Clue, ClueStep, ReviewMeeting
from grid.models.clue_file import ClueFile
from grid.models.figure import AreaNumber, Figure, FigureMark, FigureState, VillageFigure
from grid.models.grid import Grid, GridHousehold
from grid.models.inspection import Circular, Inspection, InspectionItem, ItemState, Subject, Way
from grid.models.measure import Measure
from grid.models.measure_entry import MeasureEntry
from grid.models.member import GridMember
from grid.models.month import ClosedMonth, QuotaResult, SubsidyLine, SubsidyRate
from grid.models.month_sheet import MonthSheet
from grid.models.notice import Notice, Objection
from grid.models.notice_print import NoticePrint
from grid.models.problem import Problem, ProblemStep
from grid.models.question import Question, QuestionScan
from grid.models.quota import ExcludedNeed, QuotaRule, ZeroReport
from grid.models.register_check import (
    CheckState,
    DifferenceKind,
    RegisterCheck,
    RegisterDifference,
    Ruling,
)
from grid.models.report import Brief, MonthClosing
from grid.models.score import ScoreItem, ScoreMethod, ScoreRow, ScoreSheet
from grid.models.subsidy import SubsidyObjection
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
from grid.models.warning_upload import WarningUpload

__all__ = [
    "Activity",
    "ActivityKind",
    "ActivityPhoto",
    "ActivityState",
    "AreaNumber",
    "Article",
    "Assignment",
    "AssignmentStep",
    "Attendance",
    "Brief",
    "CalendarDay",
    "CheckState",
    "Circular",
    "Clock",
    "ClosedMonth",
    "Clue",
    "ClueFile",
    "ClueStep",
    "Department",
    "DepartmentPost",
    "DifferenceKind",
    "ExcludedNeed",
    "Figure",
    "FigureMark",
    "FigureState",
    "Grid",
    "GridHousehold",
    "GridMember",
    "Inspection",
    "InspectionItem",
    "ItemState",
    "Measure",
    "MeasureEntry",
    "MonthClosing",
    "MonthSheet",
    "Notice",
    "NoticePrint",
    "Objection",
    "Problem",
    "ProblemStep",
    "Question",
    "QuestionScan",
    "QuotaResult",
    "QuotaRule",
    "RegisterCheck",
    "RegisterDifference",
    "ReviewMeeting",
    "RiskWarning",
    "Ruling",
    "ScoreItem",
    "ScoreMethod",
    "ScoreRow",
    "ScoreSheet",
    "Subject",
    "SubsidyLine",
    "SubsidyObjection",
    "SubsidyRate",
    "TownshipLeader",
    "VillageFigure",
    "Visit",
    "WarningBatch",
    "WarningList",
    "WarningState",
    "WarningUpload",
    "Way",
    "ZeroReport",
]
