"""The people one can be in the demo. All are invented; they belong to one village of 衡阳市祁东县."""

from dataclasses import dataclass

from accounts.enums import Role
from accounts.models import User


@dataclass(frozen=True, slots=True)
class Persona:
    """One way to look at the site: who it is, what they do there, and where they begin."""

    slug: str
    label: str
    name: str
    sentence: str
    landing: str
    icon: str
    phone: str
    role: Role | None = None
    nickname: str = ""


PERSONAS = (
    Persona(
        "donor",
        "爱心人士",
        "沈知行",
        "在外地工作，挑一条看得懂的求助，捐钱、寄东西，一路看着它送到。",
        "/pledges/",
        "heart",
        "19900000001",
        nickname="清溪",
    ),
    Persona(
        "organisation",
        "爱心组织",
        "晨光志愿服务队",
        "一支志愿服务队，以组织的名义认领需求、出人出力。",
        "/pledges/",
        "user-group",
        "19900000002",
        nickname="晨光",
    ),
    Persona(
        "household",
        "求助家庭",
        "蒋桂兰",
        "家住金桥镇，自己在手机上写求助：一条正在求助，一条被退回，一条还没写完。",
        "/apply/",
        "home",
        "19900000003",
    ),
    Persona(
        "village",
        "村信息员",
        "陈国平",
        "在村里走访，替不方便上网的人家填写，核实每一条求助。",
        "/office/",
        "map-pin",
        "19900000004",
        Role.VILLAGE_OFFICER,
    ),
    Persona(
        "grid",
        "网格长",
        "曾庆云",
        "看住自己网格里的几十户人家，按月按季走访，没有变化点一下就行。",
        "/office/visits/",
        "home-modern",
        "19900000014",
        Role.GRID_LEADER,
    ),
    Persona(
        "township",
        "乡镇信息管理员",
        "周海燕",
        "检查各村报上来的求助，带提示的要逐条核对、写明结果。",
        "/office/",
        "clipboard-document-check",
        "19900000005",
        Role.TOWNSHIP_MANAGER,
    ),
    Persona(
        "county",
        "县级管理员",
        "贺立新",
        "审批发布全县的求助，任命乡镇和村的信息员。",
        "/office/",
        "building-office",
        "19900000006",
        Role.COUNTY_ADMIN,
    ),
    Persona(
        "city",
        "市级办公室",
        "罗永清",
        "看全市各县的进度，任命县级管理员和督查评估员。",
        "/office/",
        "building-office-2",
        "19900000007",
        Role.CITY_OFFICE,
    ),
    Persona(
        "leader",
        "领导",
        "彭思远",
        "只看数字：登记了多少、对接了多少、送到了多少，每个数字都能点开。",
        "/dashboard/",
        "chart-bar",
        "19900000008",
        Role.LEADER,
    ),
    Persona(
        "charity",
        "慈善会财务",
        "唐雪梅",
        "核对善款到账和拨付，钱只进慈善会的公募账户，不经过平台。",
        "/office/receipts/",
        "banknotes",
        "19900000009",
        Role.CHARITY_FINANCE,
    ),
    Persona(
        "department",
        "部门经办人",
        "邓晓东",
        "教育、民政等部门的经办人，看本县的报表和转来的事项。",
        "/dashboard/",
        "briefcase",
        "19900000010",
        Role.DEPARTMENT_OFFICER,
    ),
    Persona(
        "inspector",
        "督查评估员",
        "欧阳春",
        "抽查求助是否属实、帮助是否送到，只能看，不能改。",
        "/office/needs/",
        "magnifying-glass",
        "19900000011",
        Role.INSPECTOR,
    ),
    Persona(
        "auditor",
        "安全审计员",
        "谭晓明",
        "查看谁在什么时候做了什么；审计员不能办理任何业务。",
        "/office/",
        "shield-check",
        "19900000012",
        Role.AUDITOR,
    ),
    Persona(
        "contractor",
        "购买服务人员",
        "姚启航",
        "县里花钱请来的技术公司的人，只看、只答技术问题；合同到期，权限自己停。",
        "/office/",
        "wrench-screwdriver",
        "19900000015",
        Role.CONTRACTOR,
    ),
    Persona(
        "other-county",
        "另一个县的管理员",
        "尹建国",
        "衡南县的县级管理员，用来看看：别的县的内容，他打不开。",
        "/office/",
        "lock-closed",
        "19900000013",
        Role.COUNTY_ADMIN,
    ),
)
BY_SLUG = {persona.slug: persona for persona in PERSONAS}
_GROUPS = (
    ("求助和帮助的人", ("donor", "organisation", "household")),
    ("一条求助要经过的人", ("grid", "village", "township", "county", "charity")),
    (
        "看进度、做监督的人",
        ("city", "leader", "department", "inspector", "auditor", "contractor", "other-county"),
    ),
)
GROUPS = [(title, [BY_SLUG[slug] for slug in slugs]) for title, slugs in _GROUPS]
"""The personas as `/demo/` shows them, under headings."""


def user_of(persona: Persona) -> User | None:
    """The seeded account of this persona, or None before `seed_demo`."""
    return User.objects.by_phone(persona.phone)
