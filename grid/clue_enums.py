"""The fixed vocabularies of clues and public notices, in the words of 宿州规范 2022."""

from django.db.models import TextChoices


class ClueSource(TextChoices):
    """Who noticed (第十二、十三、十六条; REQUIREMENTS 82)."""

    GRID = "grid", "网格员发现"
    SELF = "self", "农户自主申报"
    DEPARTMENT = "department", "部门预警"


class Problem(TextChoices):
    """What is the matter: 家庭收支、三保障、饮水安全、其他变化 (第十二条)."""

    INCOME = "income", "收入减少或支出大增"
    MEDICAL = "medical", "看病负担重"
    EDUCATION = "education", "上学有困难"
    HOUSING = "housing", "住房不安全"
    WATER = "water", "饮水不安全"
    DISASTER = "disaster", "灾害或意外事故"
    OTHER = "other", "其他变化"


class FilledBy(TextChoices):
    HOUSEHOLD = "household", "本户自己填"
    HELPER = "helper", "亲友邻居代填"


class ClueState(TextChoices):
    REPORTED = "reported", "等村里核实评议"
    NOTICE = "notice", "村内公示中"
    JUDGING = "judging", "等乡镇研判"
    VISITING = "visiting", "乡镇入户核查中"
    REVIEWING = "reviewing", "等县里审核备案"
    HELPING = "helping", "已纳入，帮扶中"
    RECHECKING = "rechecking", "等乡镇复核风险"
    CLEARED = "cleared", "风险已消除"
    DISMISSED = "dismissed", "未纳入"
    WITHDRAWN = "withdrawn", "已撤回"


ENDED = (ClueState.CLEARED, ClueState.DISMISSED, ClueState.WITHDRAWN)


class MeetingKind(TextChoices):
    """民主评议 (第十三条)."""

    VILLAGERS = "villagers", "村民会议"
    DELEGATES = "delegates", "村民代表会议"
    COMMITTEES = "committees", "村“两委”扩大会议"


class ClueFileKind(TextChoices):
    """Which step a photo or scan proves."""

    CHECK = "check", "入户核实照片"
    MEETING = "meeting", "评议会议材料"
    JUDGEMENT = "judgement", "研判和比对材料"
    REVIEW = "review", "县级抽查材料"
    HELP = "help", "帮扶落实材料"


class NoticeKind(TextChoices):
    REVIEW = "review", "核实评议公示"
    DECISION = "decision", "审定公告"
    MEASURES = "measures", "帮扶措施公示"


class ObjectionState(TextChoices):
    OPEN = "open", "正在核实"
    UPHELD = "upheld", "反映属实"
    REFUTED = "refuted", "反映不属实"


class MeasureKind(TextChoices):
    """政策措施清单: what the county offers by risk (第十七条; REQUIREMENTS 90)."""

    ALLOWANCE = "allowance", "低保、特困、临时救助"
    INSURANCE = "insurance", "医保报销、大病救助"
    SCHOOL = "school", "教育资助"
    HOUSE = "house", "危房改造、住房安置"
    WATER = "water", "饮水工程、维修"
    JOB = "job", "就业帮扶、公益岗位"
    TRAINING = "training", "技能培训"
    FARMING = "farming", "产业帮扶、小额信贷"
    DISABLED = "disabled", "残疾人补贴、辅具、康复"
    SOCIETY = "society", "社会帮扶、慈善救助"
    CARE = "care", "结对帮扶、探访照料"


class MeasureState(TextChoices):
    PLANNED = "planned", "村镇落实中"
    SENT = "sent", "已派单，等部门签收"
    ACCEPTED = "accepted", "部门办理中"
    RETURNED = "returned", "部门退回"
    DONE = "done", "已落实"
