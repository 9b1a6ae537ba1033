"""The fixed vocabularies of households and needs (CONTRACT, API)."""

from django.db.models import TextChoices


class Kind(TextChoices):
    MEDICAL = "medical", "医疗"
    EDUCATION = "education", "教育"
    HOUSING = "housing", "住房"
    CARE = "care", "关爱陪伴"
    SPONSORSHIP = "sponsorship", "一对一救助"
    PRODUCE = "produce", "农产品销售"
    INDUSTRY = "industry", "产业发展"
    EMPLOYMENT = "employment", "就业"
    DISABILITY = "disability", "助残"
    VOLUNTEER = "volunteer", "志愿服务"
    OTHER = "other", "其他"


class Form(TextChoices):
    MONEY = "money", "资金"
    GOODS = "goods", "物资"
    SERVICE = "service", "服务"


class Subject(TextChoices):
    HOUSEHOLD = "household", "家庭"
    VILLAGE = "village", "村"
    COUNTY = "county", "县"
    COOPERATIVE = "cooperative", "合作社"


class Status(TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待村级核实"
    VERIFIED = "verified", "待乡镇检查"
    CHECKED = "checked", "待县级发布"
    PUBLISHED = "published", "正在求助"
    MATCHED = "matched", "已认领，等待送达"
    FULFILLED = "fulfilled", "已圆满"
    RETURNED = "returned", "已退回补充"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "已到期"


PUBLIC = (Status.PUBLISHED, Status.MATCHED, Status.FULFILLED)


class Cause(TextChoices):
    """致贫原因, as the register names them."""

    ILLNESS = "illness", "因病"
    DISABILITY = "disability", "因残"
    SCHOOLING = "schooling", "因学"
    DISASTER = "disaster", "因灾"
    ACCIDENT = "accident", "因意外事故"
    NO_LABOUR = "no_labour", "缺劳动力"
    NO_SKILL = "no_skill", "缺技术"
    NO_MONEY = "no_money", "缺资金"
    OTHER = "other", "其他"


class Focus(TextChoices):
    """The eight groups of 重庆指引 第三条 (REQUIREMENTS 112)."""

    REGISTERED = "registered", "未脱贫建档立卡户"
    MARGINAL = "marginal", "边缘户、监测户"
    ILLNESS = "illness", "大病慢病家庭"
    EXAM = "exam", "当年高考家庭"
    NO_GROWTH = "no_growth", "收入无增长"
    UNSTABLE = "unstable", "打零工、收入不稳"
    UNSAFE_HOME = "unsafe_home", "住危房"
    DISASTER = "disaster", "受灾或遭意外"


class ConsentKind(TextChoices):
    REGISTER = "register", "登记家庭信息"
    PUBLISH = "publish", "公开求助信息"


class Evidence(TextChoices):
    """How an application or consent was given."""

    OWN_ACCOUNT = "own_account", "本人在线确认"
    SIGNED_PAPER = "signed_paper", "纸质签字"
    FINGERPRINT = "fingerprint", "纸质按手印"
    RECORDED_CALL = "recorded_call", "电话录音"


class Goods(TextChoices):
    """The groups of the goods catalogue."""

    FOOD = "food", "粮油食品"
    BEDDING = "bedding", "床上用品"
    CLOTHES = "clothes", "衣物鞋帽"
    SCHOOL = "school", "学习用品"
    FURNITURE = "furniture", "家具"
    APPLIANCE = "appliance", "家用电器"
    KITCHEN = "kitchen", "厨房用具"
    CARE = "care", "洗护用品"
    MEDICAL = "medical", "医护辅具"
    FARM = "farm", "种养用品"
    TOOLS = "tools", "工具和修缮材料"


class Flag(TextChoices):
    """Why a need cannot pass the village gate alone; the township must answer (DESIGN 6, B2)."""

    OVER_PRICE = "over_price", "单价明显高于参考价"
    OVER_COUNT = "over_count", "该户一年内要的数量超过上限"
    OVER_CAP = "over_cap", "该户一年内求助总额超过上限"
    BRAND = "brand", "写了品牌或高档用品"
    REPEAT = "repeat", "90 天内有同类求助"
    VAGUE = "vague", "写得太笼统"


class Reason(TextChoices):
    """Why a need is returned."""

    INCOMPLETE = "incomplete", "内容不完整"
    UNCLEAR = "unclear", "写得不清楚"
    NOT_REAL = "not_real", "与走访情况不符"
    COVERED = "covered", "已有政策保障"
    TOO_MUCH = "too_much", "数量或金额过高"
    PRIVACY = "privacy", "含有不宜公开的信息"
    OTHER = "other", "其他"
