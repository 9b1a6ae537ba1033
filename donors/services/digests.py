"""The weekly digest of what somebody follows: at most one a person and week, whatever is killed or run twice."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Region, User
from accounts.services import messages
from donors.models import Digest, DigestPlan, Follow
from donors.services.follows import next_week, stop_path, week_of
from fupin.lib.clock import ZONE, day_of, now, today
from needs import queries
from needs.models import Need, NeedReview
from needs.queries import ListFilter

DAYTIME = range(9, 20)  # hours in China; nobody is woken for a digest
PLACES_TOLD, NEEDS_TOLD = 3, 3
STEPS = {"publish": "重新公开求助", "approve": "重新公开求助", "reopen": "重新开放认领", "fulfil": "已经圆满"}


def is_daytime() -> bool:
    """Whether digests may go out at this hour."""
    return now().astimezone(ZONE).hour in DAYTIME


def send_due(*, limit: int = 100) -> int:
    """Write the digests that are due; returns how many had something to tell.

    Each in a transaction of its own: digest row, messages and the next date stand together or not at all.
    """
    due = DigestPlan.objects.filter(stopped_at=None, next_on__lte=today()).order_by("next_on", "pk")
    return sum(_send_one(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _send_one(user_id: int) -> bool:
    try:
        with transaction.atomic():
            plan = _claimed(user_id)
            return plan is not None and _write(plan)
    except IntegrityError:  # another worker wrote this week's digest; the next sweep finds the date moved on
        return False


def _claimed(user_id: int) -> DigestPlan | None:
    rows = DigestPlan.objects.select_related("user")
    if "digest" in settings.TEST_SKIP_GUARDS:
        return rows.filter(pk=user_id).first()
    locked = rows.select_for_update(no_key=True, of=("self",), skip_locked=True)
    return locked.filter(pk=user_id, stopped_at=None, next_on__lte=today()).first()


def _write(plan: DigestPlan) -> bool:
    lines = lines_for(plan.user)
    digest = Digest.objects.create(user=plan.user, week=week_of(today()), lines=len(lines))
    DigestPlan.objects.filter(pk=plan.pk).update(next_on=next_week(today()))
    if not lines:
        return False
    messages.notify(
        user=plan.user,
        text="您关注的一周：" + "".join(lines),
        dedup_key=f"digest:{digest.pk}",
        link="/me/follows/",
    )
    if plan.by_sms and plan.user.phone:
        stop = f"{settings.SITE_URL}{stop_path(plan.user_id)}"
        messages.queue_sms(
            phone=plan.user.phone.open(),
            text=f"【{settings.SITE_NAME}】{lines[0]}详情请登录查看。不想再收：{stop}",
            dedup_key=f"digest-sms:{digest.pk}",
            user=plan.user,
        )
    return True


def lines_for(user: User) -> list[str]:
    """What a digest tells: steps of followed needs, then who waits in followed places. Public words only."""
    follows = list(Follow.objects.filter(user=user).select_related("region__parent", "need").order_by("id"))
    regions = [follow.region for follow in follows if follow.region]
    told = [_place_line(region) for region in _this_weeks(regions, week_of(today()))]
    needs = {follow.need_id: follow.created_at for follow in follows if follow.need_id}
    return [*_steps(user, needs), *(line for line in told if line)]


def _this_weeks(regions: list[Region], week: date) -> list[Region]:
    """PLACES_TOLD of the followed places, another few each week."""
    start = week.toordinal() // 7 * PLACES_TOLD % len(regions) if regions else 0
    return [*regions[start:], *regions[:start]][:PLACES_TOLD]


def _place_line(region: Region) -> str:
    """Who waits longest there without help; where nobody does, who waits next door (REQUIREMENTS B14)."""
    waiting = queries.list_page(ListFilter(region=region, order="unhelped"), size=1).items
    if waiting:
        return f"{region.name}的“{waiting[0].title}”{_waited(waiting[0])}。"
    around = queries.waiting_around(region, above=region.parent, limit=1)
    if around:
        place = around[0].region.name
        return f"{region.name}现在没有人在等，附近{place}的“{around[0].title}”{_waited(around[0])}。"
    return ""


def _waited(need: Need) -> str:
    days = (today() - day_of(need.published_at)).days if need.published_at else 0
    words = f"已等 {days} 天" if days else "今天发布"
    return words if need.progress.helpers else f"{words}，还没有人帮"


def _steps(user: User, needs: dict[int, datetime]) -> list[str]:
    """What happened to followed needs since the last digest, and only after they were followed."""
    last = Digest.objects.filter(user=user).order_by("-week").values_list("made_at", flat=True).first()
    since = last or now() - timedelta(days=7)
    rows = NeedReview.objects.filter(need__in=list(needs), at__gte=since, action__in=STEPS)
    lines: dict[int, str] = {}
    for review in rows.select_related("need").order_by("id"):
        if review.need.is_public and review.at >= needs[review.need_id]:
            lines[review.need_id] = f"“{review.need.title}”{STEPS[review.action]}。"
    return list(lines.values())[:NEEDS_TOLD]
