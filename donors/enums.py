"""The fixed vocabularies of pledges and the ledger (CONTRACT, API)."""

from datetime import timedelta

from django.db.models import IntegerChoices, TextChoices

from accounts.enums import Display as Display
from needs.enums import Form


class PledgeStatus(TextChoices):
    PLEDGED = "pledged", "已认领"
    PAID = "paid", "已转账，待慈善会确认"
    RECEIVED = "received", "慈善会已收到"
    DELIVERED = "delivered", "已拨付"
    SHIPPED = "shipped", "已寄出或约好"
    CONFIRMED = "confirmed", "受助方已确认"
    LAPSED = "lapsed", "超时失效"
    CANCELLED = "cancelled", "已取消"
    REFUNDED = "refunded", "已退款"


LAPSES_AFTER = {
    Form.MONEY: timedelta(days=3),
    Form.GOODS: timedelta(days=7),
    Form.SERVICE: timedelta(days=30),
}
"""How long a promise is held before it lapses."""

ENDED_UNMET = (PledgeStatus.LAPSED, PledgeStatus.CANCELLED, PledgeStatus.REFUNDED)


class StatementState(TextChoices):
    """A bank statement on its way in."""

    PREVIEW = "preview", "待确认"
    RUNNING = "running", "正在核对"
    DONE = "done", "已导入"
    DISCARDED = "discarded", "已放弃"


class Direction(TextChoices):
    IN = "in", "收入"
    OUT = "out", "支出"


class LineState(TextChoices):
    """NEW: no worker has looked at it yet; OPEN: a person has to decide; SETTLED: every fen is accounted for."""

    NEW = "new", "正在核对"
    OPEN = "open", "待处理"
    SETTLED = "settled", "已处理"


class LineReason(TextChoices):
    """Why the platform left a line of a statement to a person."""

    NO_REFERENCE = "none", "附言里没有转账编号"
    SEVERAL = "several", "附言里有不止一个转账编号"
    AMOUNT = "amount", "金额与登记的不一样"
    COUNTED = "counted", "这一笔已有流水对上"
    ENDED = "ended", "这一笔认领已经结束"
    FULL = "full", "认领已失效，求助已由别人认满"
    ELSEWHERE = "elsewhere", "编号属于另一个账户"
    REFUSED = "refused", "不能自动确认，要由同事办理"


class Purpose(TextChoices):
    """What the money of a statement's line was; one of them for every fen."""

    PLEDGE = "pledge", "认领的善款"
    REFUND = "refund", "退给爱心人士"
    PAYOUT = "payout", "拨付给受助方"
    OTHER = "other", "其他捐赠"
    RETURNED = "returned", "已退回对方"
    OWN = "own", "利息、手续费或本单位往来"


class Delivery(TextChoices):
    COURIER = "courier", "快递配送"
    IN_PERSON = "in_person", "面对面交付"


class MeetWith(TextChoices):
    """Whom a donor meets: a post, never a person's number."""

    OFFICER = "officer", "村信息员"
    TEAM = "team", "驻村工作队"
    DUTY = "duty", "村委会值班人员"
    TOWNSHIP = "township", "乡镇信息管理员"
    SCHOOL = "school", "学校老师"


class Weekday(IntegerChoices):
    """The day of the week on which a village's parcels are fetched together."""

    MONDAY = 1, "每周一"
    TUESDAY = 2, "每周二"
    WEDNESDAY = 3, "每周三"
    THURSDAY = 4, "每周四"
    FRIDAY = 5, "每周五"
    SATURDAY = 6, "每周六"
    SUNDAY = 7, "每周日"


class Picture(TextChoices):
    """What a picture of a pledge is for; it decides who sees it."""

    GOODS = "goods", "物资照片"
    PROBLEM = "problem", "问题照片"
    THANKS = "thanks", "感谢照片"
    SLIP = "slip", "转账凭证"
    PAYOUT = "payout", "拨付凭证"


class Courier(TextChoices):
    SF = "sf", "顺丰速运"
    EMS = "ems", "中国邮政"
    ZTO = "zto", "中通快递"
    YTO = "yto", "圆通速递"
    STO = "sto", "申通快递"
    YUNDA = "yunda", "韵达快递"
    JD = "jd", "京东物流"
    JT = "jt", "极兔速递"
    DEPPON = "deppon", "德邦快递"
    OTHER = "other", "其他快递"


class ServiceKind(TextChoices):
    """What time is given for: work, a visit, a letter (REQUIREMENTS 128)."""

    HOURS = "hours", "志愿服务"
    VISIT = "visit", "上门看望"
    LETTER = "letter", "写信问候"


class Proof(TextChoices):
    """On whose word a delivery counts."""

    OWN = "own", "受助家庭本人确认"
    CODE = "code", "受助家庭短信确认码"
    WITNESS = "witness", "工作人员确认，有见证人"
    OFFICER = "officer", "工作人员单独确认，须回访"


class Outcome(TextChoices):
    COMPLETE = "complete", "完好收到"
    PROBLEM = "problem", "有问题"


class CaseReason(TextChoices):
    PROBLEM = "problem", "收到但有问题"
    CALLBACK = "callback", "回访不符"


class CaseStatus(TextChoices):
    OPENED = "opened", "等待处理"
    ANSWERED = "answered", "已答复"
    SOLVED = "solved", "已解决，待确认"
    CLOSED = "closed", "已办结"


OPEN_CASES = (CaseStatus.OPENED, CaseStatus.ANSWERED, CaseStatus.SOLVED)


class CallResult(TextChoices):
    MATCHES = "matches", "与登记相符"
    MISMATCH = "mismatch", "与登记不符"
    UNREACHED = "unreached", "没有联系上"


class ThanksStatus(TextChoices):
    WAITING = "waiting", "等乡镇审核"
    APPROVED = "approved", "已送给爱心人士"
    RETURNED = "returned", "已退回"


class PayMethod(TextChoices):
    """How the charity hands the money on."""

    BANK = "bank", "银行转账到家庭账户"
    CASH = "cash", "现金，两人签字"
    SUPPLIER = "supplier", "付给供应商或收款单位"


class PayoutState(TextChoices):
    """PLANNED: on a list for the bank; DROPPED: was not paid, or came back; its gifts wait for a payout again."""

    PLANNED = "planned", "待付款"
    PAID = "paid", "已付款"
    DROPPED = "dropped", "没有付成"


class AccountChangeKind(TextChoices):
    """What a proposal about a charity's account asks for."""

    OPEN = "open", "登记新账户"
    BANK = "bank", "变更收款账户"
    LICENCE = "licence", "变更募捐资格"
    CLOSE = "close", "停用账户"


class ProposalState(TextChoices):
    """A proposal that a second person decides about."""

    PROPOSED = "proposed", "等待复核"
    APPROVED = "approved", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class Book(TextChoices):
    """The ledger's accounts. A transfer moves an amount from one to another, so they balance by construction."""

    OPEN = "open", "待认领"
    PROMISED = "promised", "已认领"
    HELD = "held", "慈善会已收"
    DELIVERED = "delivered", "已送达"
    REFUNDED = "refunded", "已退回"


class Rhythm(TextChoices):
    """How often an instalment of an adoption is due (REQUIREMENTS 44, 结对)."""

    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    TERM = "term", "每学期"


RHYTHM_MONTHS = {Rhythm.MONTH: 1, Rhythm.QUARTER: 3, Rhythm.TERM: 6}


class AdoptionStatus(TextChoices):
    ASKED = "asked", "等乡镇审核"
    APPROVED = "approved", "等受助家庭答复"
    RUNNING = "running", "结对中"
    PAUSED = "paused", "已暂停"
    DONE = "done", "圆满完成"
    REFUSED = "refused", "没有结成"
    WITHDRAWN = "withdrawn", "已撤回"
    ENDED = "ended", "已结束"


PAIRED = (AdoptionStatus.APPROVED, AdoptionStatus.RUNNING, AdoptionStatus.PAUSED)
"""While one of these stands, nobody else is paired over the same need."""
LIVING_ADOPTIONS = (AdoptionStatus.ASKED, *PAIRED)


class AdoptionEnd(TextChoices):
    """Why an adoption ended before its last instalment."""

    DONOR = "donor", "爱心人士结束"
    GRADUATED = "graduated", "受助家庭已经脱困"
    OFFICE = "office", "当地不宜继续"
    FULL = "full", "求助已经凑满"
    HOUSEHOLD = "household", "受助家庭不再需要公开求助"
