"""Inspections of the demo county: one draw half looked into, with problems at every stage, and its circular."""

import random
from datetime import timedelta

from accounts.models import User
from fupin.demo.cast import County
from fupin.lib.clock import shifted, today
from grid.circular_text import draft
from grid.services import inspections
from grid.services.inspections import DrawInput

FINDINGS = (
    "走访登记写的是到户，电话核实两户说没有人来过",
    "有一户情况变化没有登记，户主住院已经半个月",
    "网格公示牌上的电话打不通，没有及时更新",
    "会议纪要过于笼统，没有写清由谁办理",
)
ANSWER = "已经逐户补走访并更正登记，村里开会提醒，以后每周抽查一次。"


def tell(rng: random.Random, county: County, inspector: User) -> None:
    """Draw officers two weeks ago and look into them; draw needs today."""
    _of_the_first_township(county, inspector)
    answering = {village.region.code: village.officer for village in county.villages()}
    with shifted(timedelta(days=-14)):
        made = inspections.draw(
            actor=inspector,
            region=county.region,
            content=DrawInput("officers", "field", "走访是否到户、登记是否属实", 12),
        )
    found = 0
    with shifted(timedelta(days=-9)):
        for item in list(made.items.order_by("id"))[:9]:
            fine = (rng.random() < 0.5 and found >= len(FINDINGS) - 1) or found >= len(FINDINGS)
            inspections.check(
                actor=inspector,
                item=item,
                fine=fine,
                finding="" if fine else FINDINGS[found],
                due_on=None if fine else today() + timedelta(days=(5, 12, 20, 20)[found]),
            )
            found += not fine
    problems = list(made.items.filter(state="problem").order_by("-id"))
    for number, item in enumerate(problems[:2]):
        actor = answering.get(item.region_id, county.admin)
        item = inspections.rectify(actor=actor, item=item, answer=ANSWER)
        if number:
            inspections.accept(actor=inspector, item=item)
    words = draft(made)
    inspections.issue(actor=inspector, inspection=made, number="祁振兴〔2026〕7 号", **words)
    content = DrawInput("needs", "web", "求助内容是否属实、有没有号码和重复", 10)
    inspections.draw(actor=inspector, region=county.region, content=content)


def _of_the_first_township(county: County, inspector: User) -> None:
    """All officers of the personas' township were drawn; two of the first village have something to put right."""
    town, village = county.towns[0], county.towns[0].villages[0]
    with shifted(timedelta(days=-7)):
        made = inspections.draw(
            actor=inspector,
            region=town.region,
            content=DrawInput("officers", "phone", "走访登记与电话核实是否一致", 200),
        )
    wanting = [item for item in made.items.order_by("id") if item.region_id == village.region.code][:2]
    with shifted(timedelta(days=-3)):
        for item, finding in zip(wanting, FINDINGS, strict=False):
            inspections.check(
                actor=inspector, item=item, fine=False, finding=finding, due_on=today() + timedelta(days=6)
            )
