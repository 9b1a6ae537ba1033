"""What each kind of need has to say besides its story: one table for form, API, checks, public and office pages.

The sources name the kinds (REQUIREMENTS 39, 123-126). A value is a text, a code, a list of codes, a whole number or
fen; it is stored in `Need.details` by key. Nothing here is a secret: no names, numbers, illnesses or schools.
"""

from dataclasses import dataclass

from needs.enums import Kind

LINE, CHOICE, CHOICES, WHOLE, FEN = "line", "choice", "choices", "whole", "fen"
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a kind asks for.

    `public=False` is for the office and the household alone. `most` is the longest text or the largest number
    (fen for FEN), `unit` the word after a number.
    """

    key: str
    label: str
    type: str
    required: bool = False
    public: bool = True
    help: str = ""
    choices: Choices = ()
    unit: str = ""
    most: int = 0


def _codes(**words: str) -> Choices:
    return tuple(words.items())


MONTHS: Choices = tuple((str(month), f"{month} 月") for month in range(1, 13))
STAGES = _codes(
    preschool="学前",
    primary="小学",
    junior="初中",
    senior="高中",
    vocational="中职（技校）",
    college="大专",
    university="本科及以上",
)
RHYTHMS = _codes(month="每月", quarter="每季度", term="每学期")
RHYTHM_MONTHS = {"month": 1, "quarter": 3, "term": 6}
AGE_BANDS = _codes(
    under_6="6 岁以下",
    under_12="6 到 11 岁",
    under_15="12 到 14 岁",
    under_18="15 到 17 岁",
    adult="18 到 59 岁",
    elder="60 到 79 岁",
    oldest="80 岁及以上",
)
FIELDS: dict[str, tuple[Field, ...]] = {
    Kind.MEDICAL: (
        Field(
            "category",
            "治疗哪方面",
            CHOICE,
            help="只选大类，病名不公开。",
            choices=_codes(
                chronic="长期用药",
                surgery="手术和住院",
                rehabilitation="康复训练",
                follow_up="复查和路费",
                nursing="护理照料",
                device="家用医疗器械",
                relief="多户大病救助",
            ),
        ),
        Field(
            "place",
            "就医地点",
            CHOICE,
            choices=_codes(county="本县", city="本市", province="省内", outside="外省"),
        ),
        Field(
            "insured",
            "报销情况",
            CHOICE,
            public=False,
            choices=_codes(done="已报销，只差自费", partly="部分已报销", waiting="还没报销", none="没有参保"),
        ),
    ),
    Kind.EDUCATION: (
        Field("stage", "学段", CHOICE, choices=STAGES, help="不写学校名称。"),
        Field(
            "enrolled",
            "在读情况",
            CHOICE,
            choices=_codes(
                enrolled="在读", admitted="已录取，还没入学", paused="休学", group="全校或多名学生"
            ),
        ),
        Field(
            "boarding",
            "住校",
            CHOICE,
            choices=_codes(boarding="住校", day="走读"),
        ),
        Field(
            "received", "已享受的资助", LINE, public=False, most=60, help="例如“寄宿生补助每学期 625 元”。"
        ),
    ),
    Kind.HOUSING: (
        Field(
            "grade",
            "房屋安全等级",
            CHOICE,
            choices=_codes(
                A="A 级（安全）",
                B="B 级（基本安全）",
                C="C 级（局部危险）",
                D="D 级（整栋危险）",
                none="没有鉴定",
            ),
        ),
        Field(
            "works",
            "要做的工程",
            CHOICES,
            choices=_codes(
                roof="屋顶", walls="墙体", windows="门窗", toilet="厕所", kitchen="厨房", wiring="水电线路"
            ),
        ),
        Field("subsidy", "已有的改造补助", LINE, public=False, most=60),
    ),
    Kind.CARE: (
        Field(
            "whom",
            "关爱对象",
            CHOICE,
            required=True,
            choices=_codes(
                orphan="孤儿",
                left_behind_child="留守儿童",
                child_in_need="困境儿童",
                left_behind_woman="留守妇女",
                left_behind_elder="留守老人",
                living_alone="独居老人",
                disabled="残疾人",
                patient="卧床病人",
                many="多人（村里统一安排）",
            ),
        ),
        Field("age", "年龄段", CHOICE, required=True, choices=(*AGE_BANDS, ("mixed", "多个年龄段"))),
        Field(
            "company",
            "盼望的关爱",
            CHOICES,
            required=True,
            choices=_codes(
                visit="上门看望",
                call="电话或视频",
                letters="书信往来",
                study="学习陪伴",
                mind="心理疏导",
                chores="打扫、理发、代买",
                festival="节日陪伴",
                nursing="照护",
                comfort="改善起居",
            ),
        ),
        Field(
            "rhythm",
            "多久一次",
            CHOICE,
            required=True,
            choices=_codes(
                weekly="每周",
                fortnightly="每两周",
                monthly="每月",
                quarterly="每季度",
                festivals="逢年过节",
                once="一次就好",
            ),
        ),
        Field(
            "guardian",
            "监护人",
            CHOICE,
            public=False,
            help="未成年人必须填。",
            choices=_codes(agreed="已同意", present="已同意，要求在场"),
        ),
    ),
    Kind.SPONSORSHIP: (
        Field("stage", "学段", CHOICE, required=True, choices=(*STAGES, ("none", "不在上学"))),
        Field(
            "months",
            "资助期限",
            WHOLE,
            required=True,
            unit="个月",
            most=60,
            help="按学期资助的，一学期算 6 个月。",
        ),
        Field("rhythm", "多久资助一次", CHOICE, required=True, choices=RHYTHMS),
        Field(
            "instalment",
            "每次金额",
            FEN,
            most=10_000_00,
            help="要资金的才填。总金额等于每次金额乘次数。",
        ),
        Field(
            "raised_by",
            "由谁照料",
            CHOICE,
            public=False,
            choices=_codes(
                parents="父母", one_parent="父母一方", grandparents="祖辈", relatives="亲戚", home="福利机构"
            ),
        ),
    ),
    Kind.PRODUCE: (
        Field("variety", "品种", LINE, required=True, most=20, help="例如“黄花菜（干）”。"),
        Field("quantity", "数量", WHOLE, required=True, most=10_000_000),
        Field("unit", "数量的单位", LINE, required=True, most=8, help="例如“斤”“箱”“只”。"),
        Field("price", "价格（每单位）", FEN, required=True, most=100_000_00),
        Field("season", "上市月份", CHOICES, required=True, choices=MONTHS),
        Field("cycle", "生产周期", WHOLE, unit="个月", most=120),
        Field("spec", "规格", LINE, most=40, help="例如“单果 80 毫米以上”。"),
        Field("packing", "包装", LINE, most=40, help="例如“10 斤纸箱”。"),
        Field("brand", "商标或认证", LINE, most=40, help="有就写，例如“绿色食品”。"),
        Field(
            "supplier",
            "供货方",
            CHOICE,
            required=True,
            choices=_codes(household="农户自产", cooperative="合作社"),
        ),
        Field("floor", "最低可以接受的价格", FEN, public=False, most=100_000_00, help="谈价用。"),
    ),
    Kind.INDUSTRY: (
        Field(
            "project",
            "项目",
            CHOICE,
            choices=_codes(
                planting="种植",
                breeding="养殖",
                processing="加工",
                craft="手工",
                trade="商贸",
                tourism="乡村旅游",
            ),
        ),
        Field("scale", "规模", LINE, most=40, help="例如“果园 6 亩”“母猪 5 头”。"),
        Field("return_months", "多久见收益", WHOLE, unit="个月", most=120),
        Field("loan", "已有贷款", LINE, public=False, most=60),
    ),
    Kind.EMPLOYMENT: (
        Field("wanted", "想找的工作", LINE, required=True, most=40, help="例如“家政”“就近的车间工”。"),
        Field("skills", "会什么", LINE, most=60),
        Field(
            "place",
            "想在哪里做",
            CHOICE,
            required=True,
            choices=_codes(
                home="在家里",
                township="本乡镇",
                county="本县",
                city="本市",
                province="省内",
                anywhere="外省也可以",
            ),
        ),
        Field(
            "ready",
            "什么时候能开始",
            CHOICE,
            required=True,
            choices=_codes(
                now="随时", month="一个月内", quarter="三个月内", trained="培训结束后", slack="农闲时"
            ),
        ),
        Field("training", "想学什么", LINE, most=40),
        Field("limits", "找工作时的难处", LINE, public=False, most=60, help="例如“要接送孩子”。"),
    ),
    Kind.DISABILITY: (
        Field(
            "works",
            "无障碍改造",
            CHOICES,
            choices=_codes(
                ramp="坡道",
                rails="扶手",
                toilet="无障碍厕所",
                kitchen="低位灶台",
                door="门加宽",
                floor="防滑地面",
                signal="闪光或语音门铃",
            ),
        ),
        Field(
            "aids",
            "辅助器具",
            CHOICES,
            choices=_codes(
                wheelchair="轮椅",
                walker="拐杖、助行器",
                hearing="助听器",
                cane="盲杖",
                bed="护理床",
                commode="坐便椅",
                cushion="防褥疮垫",
                limb="假肢、矫形器",
            ),
        ),
        Field(
            "services",
            "服务",
            CHOICES,
            choices=_codes(rehabilitation="康复训练", sign="手语、盲文", job="就业培训", company="陪同出行"),
        ),
        Field(
            "place",
            "用在哪里",
            CHOICE,
            required=True,
            choices=_codes(
                home="家里", yard="院子和门口", school="学校", public="村里的公共场所", out="外出时"
            ),
        ),
        Field(
            "card",
            "残疾证",
            CHOICE,
            public=False,
            choices=_codes(first="一级", second="二级", third="三级", fourth="四级", none="没有办"),
        ),
    ),
    Kind.VOLUNTEER: (
        Field("people", "要几个人", WHOLE, unit="人", most=500),
        Field("days", "大约几天", WHOLE, unit="天", most=365),
        Field("when", "什么时候", LINE, most=40, help="例如“十月上旬”“每月一个周末”。"),
    ),
    Kind.OTHER: (),
}
