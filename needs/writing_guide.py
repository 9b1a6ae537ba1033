"""求助怎样写: a good example and what stays out, for each kind (REQUIREMENTS 68)."""

from dataclasses import dataclass

from needs.enums import Kind


@dataclass(frozen=True, slots=True)
class Advice:
    """What stands beside the sheet once a kind is chosen; all of it invented."""

    kind: Kind
    title: str
    story: str
    leave_out: str


GUIDE: tuple[Advice, ...] = (
    Advice(
        Kind.MEDICAL,
        "术后复查半年的路费和药费",
        "医保报销以后，半年复查 4 次，车费和自费药还差 1800 元。",
        "病名、检查结果、医院病历和医生姓名。",
    ),
    Advice(
        Kind.EDUCATION,
        "初二学生一学年的住宿费",
        "学费已经减免，一学年住宿费 1000 元、棉被 2 床还没有着落。",
        "孩子的姓名、学校名称、班级、照片里的校服和脸。",
    ),
    Advice(
        Kind.HOUSING,
        "雨季前把漏雨的屋顶修好",
        "东屋屋顶 30 平方米漏雨，村里出工，瓦和木料要 6000 元。",
        "门牌号、家里没人的时间。",
    ),
    Advice(
        Kind.CARE,
        "盼有人每周和孩子通一次电话",
        "父母在外打工，孩子跟着奶奶，希望每周有人打一次电话、聊聊学习。",
        "孩子的姓名、学校、出生日期、家庭矛盾；年龄只选年龄段。",
    ),
    Advice(
        Kind.SPONSORSHIP,
        "一对一资助读完初中",
        "还有 12 个月，每月生活费差 150 元，一共 1800 元。",
        "孩子的姓名、学校名称、父母的病情和去向。",
    ),
    Advice(
        Kind.PRODUCE,
        "500 斤干黄花菜盼销路",
        "今年晒好的一级黄花菜 500 斤，5 斤一箱，每斤 18.5 元，7 月起可以发货。",
        "“绝对无公害”一类没有证书的话、个人的收款码。",
    ),
    Advice(
        Kind.INDUSTRY,
        "想再养 5 头母猪，差饲料钱",
        "圈舍已经盖好，仔猪钱备齐，前三个月的饲料款差 4000 元，明年春天见收益。",
        "欠谁的钱、银行卡号、夸大的收益。",
    ),
    Advice(
        Kind.EMPLOYMENT,
        "想在县城找一份家政的活",
        "会做饭、照料老人，可以马上上工，希望在本县、晚上能回家。",
        "身份证号、家里的作息、健康状况。",
    ),
    Advice(
        Kind.DISABILITY,
        "门口修一条轮椅能走的坡道",
        "门前三级台阶，轮椅出不了门，坡道和一段扶手约 2500 元。",
        "残疾证号、病历、身体的照片。",
    ),
    Advice(
        Kind.VOLUNTEER,
        "秋收时盼有人搭把手",
        "坡地 3 亩进不了机器，十月上旬要 4 个人帮两天，饭菜家里管。",
        "家里没人的时间、钥匙放在哪里。",
    ),
    Advice(
        Kind.OTHER,
        "火灾后的锅碗被褥",
        "灶房起火，锅碗和两床被子烧掉了，要锅 1 口、棉被 2 床。",
        "和别人的纠纷、没有弄清的责任。",
    ),
)
