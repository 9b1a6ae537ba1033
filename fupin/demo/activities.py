"""Meetings and trainings of the demo county: months of minutes, one village that is late, one meeting to come."""

import random
from datetime import date, datetime, timedelta

from accounts.models import Region, User
from fupin.demo.cast import County, Village
from fupin.demo.pictures import picture
from fupin.lib.clock import ZONE, month_of, now, shifted, today
from grid.models import Activity
from grid.queries.activities import expected
from grid.services import activities
from grid.services.activities import ActivityInput

MONTHS = 3  # the posts are younger than four months
MINUTES = (
    "逐户说了本月走访情况。{n} 户情况有变化：一户老人住院，由网格员陪同办理报销；其余联系正常。会议决定下月初前回访。",
    "会商了 {n} 户监测对象的风险。饮水管道冻裂的由村里报乡镇维修，孩子转学的由信息员联系学校，月底前回复。",
    "通报上月走访进度，{n} 户还没有联系上，改为电话联系。研判认为一户可以按程序提出风险消除，报乡镇复核。",
)


def tell(rng: random.Random, county: County) -> None:
    """Every village held its meetings but the last one; the first has one today, county and townships trained."""
    villages = list(county.villages())
    for village in villages:
        for back in range(MONTHS, 0, -1):
            if village is not villages[-1] or back > 1:
                _meeting(rng, village, _month(back))
    for town in county.towns[:2]:
        _training(town.region, town.manager, f"{town.region.name}网格员培训")
    _training(county.region, county.admin, "网格化监测和帮扶专项培训")
    first = villages[0]
    content = ActivityInput(
        kind="meeting", held_on=today(), topic=f"{today().month}月会商研判", place="村委会会议室"
    )
    activities.plan(actor=first.officer, region=first.region, content=content)


def _month(back: int) -> date:
    month = month_of(today())
    for _ in range(back):
        month = month_of(month - timedelta(days=1))
    return month


def _meeting(rng: random.Random, village: Village, month: date) -> None:
    day = month.replace(day=rng.randint(5, 26))
    with shifted(datetime.combine(day, datetime.min.time(), ZONE).replace(hour=15) - now()):
        content = ActivityInput(
            kind="meeting", held_on=day, topic=f"{day.month}月会商研判", place="村委会会议室"
        )
        made = activities.plan(actor=village.officer, region=village.region, content=content)
        _write_up(rng, made, village.officer)
        if village.region == village.town.villages[0].region:
            activities.add_photo(actor=village.officer, activity=made, jpeg=picture("house", day.month))


def _write_up(rng: random.Random, made: Activity, actor: User) -> None:
    people = list(expected(made.region).values_list("user_id", flat=True).distinct())
    activities.tick(actor=actor, activity=made, present=people, offered=people)
    words = rng.choice(MINUTES).format(n=rng.randint(2, 5))
    activities.close(actor=actor, activity=made, minutes=words, guests="村民小组长三人")


def _training(region: Region, actor: User, topic: str) -> None:
    day = today() - timedelta(days=40)
    with shifted(timedelta(days=-40)):
        content = ActivityInput(kind="training", held_on=day, topic=topic, place=f"{region.name}会议室")
        made = activities.plan(actor=actor, region=region, content=content)
        people = list(expected(region).values_list("user_id", flat=True).distinct())
        activities.tick(actor=actor, activity=made, present=people[:-1] or people, offered=people)
        words = "讲了走访怎样登记、线索怎样上报、公示和保密的要求，现场演示了手机操作，课后做了测验。"
        activities.close(actor=actor, activity=made, minutes=words)
