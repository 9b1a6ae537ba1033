"""The fixed vocabularies of households and their members, in the words of the national registers."""

from django.db.models import IntegerChoices, TextChoices


class Relation(TextChoices):
    """与户主关系."""

    HEAD = "head", "户主"
    SPOUSE = "spouse", "配偶"
    CHILD = "child", "子女"
    IN_LAW = "in_law", "儿媳、女婿"
    GRANDCHILD = "grandchild", "孙子女、外孙子女"
    PARENT = "parent", "父母、岳父母、公婆"
    GRANDPARENT = "grandparent", "祖父母、外祖父母"
    SIBLING = "sibling", "兄弟姐妹"
    OTHER = "other", "其他"


class Sex(TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Stage(TextChoices):
    """在校生状况; empty for somebody who is no pupil."""

    PRESCHOOL = "preschool", "学前"
    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "高中"
    VOCATIONAL = "vocational", "中职、技校"
    COLLEGE = "college", "大专、本科及以上"


class Health(TextChoices):
    """健康状况, the class alone; the illness itself is a secret."""

    HEALTHY = "healthy", "健康"
    CHRONIC = "chronic", "长期慢性病"
    SERIOUS = "serious", "患有大病"


class Labour(TextChoices):
    """劳动能力."""

    SKILLED = "skilled", "技能劳动力"
    ORDINARY = "ordinary", "普通劳动力"
    WEAK = "weak", "弱劳动力或半劳动力"
    NONE = "none", "无劳动力"


class Disability(TextChoices):
    """残疾类别: the seven kinds of GB/T 26341-2010, in the order of the certificate's 19th digit."""

    SIGHT = "sight", "视力残疾"
    HEARING = "hearing", "听力残疾"
    SPEECH = "speech", "言语残疾"
    PHYSICAL = "physical", "肢体残疾"
    INTELLECT = "intellect", "智力残疾"
    MENTAL = "mental", "精神残疾"
    MULTIPLE = "multiple", "多重残疾"


class Grade(IntegerChoices):
    """残疾等级, 1 the most severe."""

    ONE = 1, "一级"
    TWO = 2, "二级"
    THREE = 3, "三级"
    FOUR = 4, "四级"


class DisabilityNeed(TextChoices):
    """残障人士需求 (重庆 2020 第十一条; REQUIREMENTS 124)."""

    ACCESS = "access", "家庭无障碍改造"
    DEVICE = "device", "辅助器具"
    REHAB = "rehab", "康复训练和用品"
    TRAINING = "training", "就业培训"
    HANDWORK = "handwork", "手工活、居家就业"
    CARE = "care", "托养照护"
    MIND = "mind", "心理支持"


class Monitored(TextChoices):
    """监测对象类别 (宿州 2022); empty for a household that is not watched."""

    UNSTABLE = "unstable", "脱贫不稳定户"
    MARGINAL = "marginal", "边缘易致贫户"
    SUDDEN = "sudden", "突发严重困难户"


class Risk(TextChoices):
    OPEN = "open", "风险未消除"
    CLEARED = "cleared", "风险已消除"


class Leaving(TextChoices):
    """Why a person is taken off the list; all but a mistake make the family smaller."""

    MOVED = "moved", "迁出、分户或婚嫁"
    DIED = "died", "去世"
    MISTAKE = "mistake", "登记有误"


class ReportKind(TextChoices):
    """动态管理 (武汉 2018): 卡内无假贫，卡外无真贫."""

    ADD = "add", "新增"
    CORRECT = "correct", "信息更正"
    CLOSE = "close", "销户（退出）"
    FALSE = "false", "卡内有假（不符合条件）"
    MISSED = "missed", "卡外有贫（应进未进）"


class ReportState(TextChoices):
    OPEN = "open", "等乡镇决定"
    ACCEPTED = "accepted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class ClaimState(TextChoices):
    OPEN = "open", "等乡镇核对"
    ACCEPTED = "accepted", "已开通"
    REFUSED = "refused", "未同意"


class FlagKind(TextChoices):
    PERSON = "person", "同一个人在两户"
    PHONE = "phone", "同一个手机号在两户"
    BANK = "bank", "同一个银行账号在两户"


class FlagState(TextChoices):
    OPEN = "open", "等县里核对"
    CORRECT = "correct", "要更正"
    LEGITIMATE = "legitimate", "情况正常"
    GONE = "gone", "已更正"


class HelperKind(TextChoices):
    """Who helps a household on the spot: the “五个一”帮扶力量."""

    SECRETARY = "secretary", "驻村第一书记"
    TEAM = "team", "驻村工作队"
    UNIT = "unit", "帮扶单位"
    RESPONSIBLE = "responsible", "帮扶责任人"
    TECHNICIAN = "technician", "农技员"


class HelperAnswer(TextChoices):
    """Whether a helper with an account agrees to stand there; empty for one without an account."""

    ASKED = "asked", "等本人同意"
    AGREED = "agreed", "本人已同意"
    DECLINED = "declined", "本人不同意"


class HelperWork(TextChoices):
    """What a helper is there for: the household itself, or a project it takes part in."""

    PERSON = "person", "结对帮扶到户"
    PROJECT = "project", "带动产业项目"


class HelpKind(TextChoices):
    """What was done on the spot."""

    VISIT = "visit", "走访看望"
    MONEY = "money", "资金"
    GOODS = "goods", "物资"
    SERVICE = "service", "服务"
    PROJECT = "project", "产业项目"


class HelpState(TextChoices):
    """Whether somebody other than who recorded it says that it happened."""

    OPEN = "open", "等确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "不属实"
