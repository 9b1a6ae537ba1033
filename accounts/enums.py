"""The fixed vocabularies of people, places and powers."""

from django.db.models import IntegerChoices, TextChoices


class Level(IntegerChoices):
    """A region's level in the national division table."""

    PROVINCE = 1, "省级"
    CITY = 2, "市级"
    COUNTY = 3, "县级"
    TOWNSHIP = 4, "乡级"
    VILLAGE = 5, "村级"


class Verb(TextChoices):
    """What an appointment lets somebody do inside its region's subtree (DESIGN 5)."""

    VIEW = "view", "查看"
    COLLECT = "collect", "采集"
    VERIFY = "verify", "核实"
    CHECK = "check", "检查"
    APPROVE = "approve", "发布"
    APPOINT = "appoint", "任命"
    REVEAL = "reveal", "查看敏感信息"
    DISPATCH = "dispatch", "派单"
    RECONCILE = "reconcile", "对账"
    REPORT = "report", "看报表"
    AUDIT = "audit", "审计"
    VISIT = "visit", "走访"
    ASSIST = "assist", "技术服务"


class Role(TextChoices):
    """The posts of the four-level administration (REQUIREMENTS 1, 28-34, 73-79, 122) and a bought service (34)."""

    VILLAGE_OFFICER = "village_officer", "村信息员"
    GRID_LEADER = "grid_leader", "网格长"
    GRID_MEMBER = "grid_member", "网格员"
    TOWNSHIP_MANAGER = "township_manager", "乡镇信息管理员"
    COUNTY_ADMIN = "county_admin", "县级管理员"
    COUNTY_MEDIA = "county_media", "县级媒体管理员"
    CITY_OFFICE = "city_office", "市级办公室"
    LEADER = "leader", "领导"
    CHARITY_FINANCE = "charity_finance", "慈善会财务"
    DEPARTMENT_OFFICER = "department_officer", "部门经办人"
    INSPECTOR = "inspector", "督查评估员"
    AUDITOR = "auditor", "安全审计员"
    CONTRACTOR = "contractor", "购买服务人员"


class Source(TextChoices):
    """Where an information officer comes from (衡阳方案 三（一）1, REQUIREMENTS 31)."""

    COMMITTEE = "committee", "村支两委"
    WORK_TEAM = "work_team", "驻村工作队"
    GRADUATE = "graduate", "大学生村官"
    COOPERATIVE = "cooperative", "农业专业合作社"
    ENTERPRISE = "enterprise", "龙头企业"
    OTHER = "other", "其他"


class ApplicationState(TextChoices):
    """Where a request for a post stands (REQUIREMENTS 51)."""

    WAITING = "waiting", "等待审核"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class ChangeKind(TextChoices):
    MERGE = "merge", "合并"
    SPLIT = "split", "拆分"


class ChangeState(TextChoices):
    PLANNED = "planned", "已安排"
    DONE = "done", "已办理"
    CANCELLED = "cancelled", "已取消"


class Channel(TextChoices):
    SMS = "sms", "短信"
    SITE = "site", "站内消息"


class MessageState(TextChoices):
    QUEUED = "queued", "待发送"
    SENT = "sent", "已发送"
    DEAD = "dead", "发送失败"


class AreaTag(TextChoices):
    """What marks a region as a key area (REQUIREMENTS 111); the lists are in `accounts/data/key_areas.csv`."""

    COUNTY_NATIONAL = "key-county-national", "国家级重点县"
    COUNTY_MUNICIPAL = "key-county-municipal", "市级重点县"
    TOWNSHIP = "deep-poverty-township", "深度贫困乡镇"
    VILLAGE = "tackle-village", "定点攻坚村"


class Display(TextChoices):
    """How a donor wishes to be shown, everywhere."""

    NAMED = "named", "实名"
    NICKNAME = "nickname", "昵称"
    ANONYMOUS = "anonymous", "匿名"


class DonorKind(TextChoices):
    INDIVIDUAL = "individual", "个人"
    PUBLIC_EMPLOYEE = "public_employee", "机关事业单位职工"
    COMPANY = "company", "企业"
    ORGANISATION = "organisation", "社会组织"
    OTHER = "other", "其他"


class Occupation(TextChoices):
    """The groups the sources name as those to be invited (REQUIREMENTS 3)."""

    TEACHER = "teacher", "教师"
    DOCTOR = "doctor", "医生"
    ENTREPRENEUR = "entrepreneur", "民营企业家"
    LEAGUE = "league", "青年团员"
    VOLUNTEER = "volunteer", "志愿者"
    CADRE = "cadre", "干部"
    STUDENT = "student", "学生"
    SOLDIER = "soldier", "军人"
    FARMER = "farmer", "农民"
    OTHER = "other", "其他"


class Side(TextChoices):
    """Whose help it was, for the split of government and society (REQUIREMENTS 63, B3)."""

    LOCAL_CADRE = "local_cadre", "本县机关事业单位职工"
    PUBLIC = "public", "其他机关事业单位职工"
    SOCIETY = "society", "社会"
    UNKNOWN = "unknown", "未说明"
