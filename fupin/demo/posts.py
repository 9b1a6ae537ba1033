"""What waits at the persona county about people and villages: applications, a term that ends, a planned merge."""

from datetime import timedelta

from django.db.models import Q

from accounts.enums import ChangeKind, Level, Role, Source
from accounts.models import Appointment, Region, User
from accounts.services import applications, appointments
from accounts.services.applications import ApplicationInput
from accounts.services.appointments import PostDetails
from fupin.demo.cast import Casting, County
from fupin.lib.clock import now, shifted, today
from grid.queries import problems as problem_queries
from grid.services import problems, regions
from needs.models import Need
from needs.services import drafts
from needs.services.drafts import NeedInput

NO_OFFICE = "0734-0000{:03d}"  # no local number begins with 0
TERM_DAYS, MERGE_DAYS, CONTRACT_DAYS = 6, 20, 10
COMPANY = "衡阳示例信息技术公司"


def tell(casting: Casting, county: County, admin: User, contractor: User) -> None:
    """Fill in the registers and leave two requests, one term and one contract about to end, one merge for 祁东县."""
    _register(county, admin)
    town, other = county.towns[0].region, county.towns[-1].region
    free = _villages_without_posts(town)
    _ask(casting, free[0], Role.VILLAGE_OFFICER, Source.WORK_TEAM, f"驻{free[0].name}工作队队员", days_ago=1)
    _ask(casting, other, Role.TOWNSHIP_MANAGER, Source.OTHER, f"{other.name}社会事务办干部", days_ago=4)
    _end_soon(county, admin)
    _buy_service(county, admin, contractor)
    first, second = free[-2:]
    regions.plan(
        actor=admin,
        content=regions.Plan(
            kind=ChangeKind.MERGE,
            sources=[first.code, second.code],
            target_code=second.code,
            effective_on=today() + timedelta(days=MERGE_DAYS),
        ),
    )


def _register(county: County, admin: User) -> None:
    """Where the county's officers come from and where they are reached."""
    sources = (Source.COMMITTEE, Source.WORK_TEAM, Source.GRADUATE, Source.COOPERATIVE)
    inside = Q(region__gte=county.region.code, region__lte=county.region.code_end)
    posts = Appointment.objects.filter(inside, role__in=(Role.VILLAGE_OFFICER, Role.TOWNSHIP_MANAGER))
    for number, post in enumerate(posts.select_related("region").order_by("id")):
        village = post.role == Role.VILLAGE_OFFICER
        details = PostDetails(
            source=sources[number % len(sources)] if village else Source.OTHER,
            unit=post.region.name if village else f"{post.region.name}人民政府",
            duty_phone=NO_OFFICE.format(number % 1000),
        )
        appointments.amend(actor=admin, appointment=post, ends_on=post.ends_on, details=details)


def _ask(casting: Casting, region: Region, role: Role, source: Source, unit: str, *, days_ago: int) -> None:
    person = casting.person()
    with shifted(timedelta(days=-days_ago)):
        applications.ask(
            actor=person,
            region=region,
            content=ApplicationInput(role=role, name=person.name, source=source, unit=unit),
        )


def _end_soon(county: County, admin: User) -> None:
    """An officer other than the persona leaves in a few days, with a draft that nobody has handed in."""
    village = county.towns[0].villages[1]
    post = Appointment.objects.get(user=village.officer, region=village.region)
    appointments.amend(
        actor=admin,
        appointment=post,
        ends_on=today() + timedelta(days=TERM_DAYS),
        details=PostDetails(post.source, post.unit, post.duty_phone),
    )
    waiting = Need.objects.filter(created_by=village.officer, on_behalf=True, status__in=drafts.EDITABLE)
    if not waiting.exists():
        drafts.create_draft(actor=village.officer, region=village.region, content=_draft(village.region))


def _buy_service(county: County, admin: User, contractor: User) -> None:
    """A company answers technical problems until a contract that ends soon; one such problem waits for it."""
    appointments.appoint(
        actor=admin,
        user=contractor,
        role=Role.CONTRACTOR,
        region=county.region,
        starts_on=today() - timedelta(days=80),
        ends_on=today() + timedelta(days=CONTRACT_DAYS),
        details=PostDetails(unit=COMPANY),
    )
    manager = county.towns[0].manager
    with shifted(timedelta(days=-1)):
        problems.report(
            actor=manager,
            post=problem_queries.posts_of(manager)[0],
            content=problems.Report(
                "technical",
                "导出的汇总表在旧电脑上打不开",
                "站里的电脑装的是老版本的办公软件，下载的表格打开是乱码，换一台电脑就正常。",
            ),
        )


def _draft(village: Region) -> NeedInput:
    return NeedInput(
        title="村里想添一批路灯",
        story=f"{village.name}的主路有一段夜里没有灯，老人和放学的孩子走得提心吊胆。村里议过，想先在坡陡的那一段装上太阳能路灯，"
        f"安装由村里出工，写于{now():%m}月，数量还要再核一核。",
        kind="other",
        forms=["money"],
        subject="village",
        target_fen=6_000_00,
    )


def _villages_without_posts(town: Region) -> list[Region]:
    found = Region.objects.filter(parent=town, level=Level.VILLAGE, appointments=None, households=None)
    return list(found.order_by("code"))
