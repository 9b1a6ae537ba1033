"""The fixed vocabularies of quotas, appraisals and subsidies."""

from django.db.models import TextChoices


class Villages(TextChoices):
    """Whose needs a quota asks for; a village is a poor one while its region carries the tag POOR_VILLAGE."""

    ALL = "all", "全部村"
    POOR = "poor", "贫困村"
    OTHER = "other", "非贫困村"


POOR_VILLAGE = "poor-village"


class Skip(TextChoices):
    """Why a need that was handed in does not count (B1, THREATS Q-05)."""

    RETURNED = "returned", "已退回，还没有重新提交"
    WITHDRAWN = "withdrawn", "已撤回"
    REPEATED = "repeated", "同一户同一类 90 天内已经有一条"
    COPIED = "copied", "文字与 90 天内另一条相同"
    EXCLUDED = "excluded", "县级核实后不计"
    NOT_ASKED = "not_asked", "不在任务要求的类型或村"
    NO_POST = "no_post", "提交那天没有这个村的职务"


class Basis(TextChoices):
    """What a subsidy depends on besides the days on duty."""

    DAYS = "days", "按在岗天数"
    WORK = "work", "按在岗天数和完成比例"


class LineKind(TextChoices):
    REGULAR = "regular", "本月"
    ADJUSTMENT = "adjustment", "补差"
    CORRECTION = "correction", "异议更正"


class Appraised(TextChoices):
    """The chain of REQUIREMENTS 10: 社区考核，街道乡镇核实，报县区办公室."""

    COUNTED = "counted", "待乡镇核实"
    VERIFIED = "verified", "待县级审定"
    DECIDED = "decided", "已审定"
