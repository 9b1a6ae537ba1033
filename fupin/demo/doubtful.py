"""What looks odd in the demo county's records, so that the county has something to ask about; all of it invented."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from django.db.models import QuerySet

from accounts.models import User
from donors.models import Pledge
from donors.services import pledges
from donors.services.pledges import PledgeInput
from fupin.demo.cast import County, Village
from fupin.lib.clock import shifted
from fupin.lib.errors import Conflict
from fupin.lib.requests import origin
from grid.models import Question
from grid.question_enums import Answer, Asked
from grid.services import questions
from needs.enums import Form, Status
from needs.models import Need
from needs.services import drafts, review
from needs.services.drafts import NeedInput

STORY = (
    "家里三口人，老父亲前年中风以后走不了远路，母亲要照料他，地里的活只能请人帮忙。女儿在镇上读初二，学校离家十二公里，"
    "平时住校，周末才回来。今年秋收以后进账比往年少，住宿费和每周的伙食费还差一截，想请大家帮着把这个学期接上。"
)
COPIED = STORY.replace("老父亲前年", "老父亲去年").replace("十二公里", "十五公里")


def tell(county: County, donors: Sequence[User]) -> None:
    """Near copies, an officer who helps a need of their own, one device, single yuan; then the county's sweep asks."""
    village = next(county.villages())
    _near_copy(village)
    _own_gift(county)
    _single_yuan(county, donors[0])
    _one_device(county, donors[1:4])
    questions.ask(county.region)
    asked = Question.objects.filter(region=county.region, kind=Asked.TINY).first()
    if asked:
        questions.answer(
            actor=county.deputies[1],
            question=asked,
            verdict=Answer.HARMLESS,
            reason="电话问过，是老师带学生学习怎样帮人，每人一元。",
        )


def _near_copy(village: Village) -> None:
    """The officer writes for two neighbours nearly the same words."""
    homes = village.households[2:4]
    for days, home, story in zip((9, 6), homes, (STORY, COPIED), strict=True):
        content = NeedInput(
            title=f"孩子住校，差这学期的{'住宿费' if days == 9 else '伙食费'}",
            story=story,
            kind="education",
            forms=[Form.MONEY],
            target_fen=1800_00,
        )
        with shifted(timedelta(days=-days)):
            need = drafts.create_draft(actor=village.officer, household=home, content=content)
            review.submit(actor=village.officer, need=need)


def _own_gift(county: County) -> None:
    """An officer helps a need that he wrote himself: mostly kindness, but somebody should look."""
    for village in list(county.villages())[1:]:
        for need in _open(county).filter(created_by=village.officer, on_behalf=True)[:3]:
            if _give(village.officer, need, 50_00, days=4):
                return


def _single_yuan(county: County, donor: User) -> None:
    given = 0
    for need in _open(county)[:12]:
        given += _give(donor, need, 1_00, days=3)
        if given == 3:
            return


def _one_device(county: County, donors: Sequence[User]) -> None:
    """Three people within minutes from one browser: perhaps a family at one table."""
    taken = list(_open(county).order_by("id")[:12])
    token = origin.set("demo one table")
    try:
        for minute, donor in enumerate(donors):
            for need in taken:
                if _give(donor, need, 20_00, days=2, minutes=2 * minute):
                    break
    finally:
        origin.reset(token)


def _open(county: County) -> QuerySet[Need]:
    needs = Need.objects.filter(county=county.region.code // 10**6, status=Status.PUBLISHED)
    return needs.filter(forms__contains=[Form.MONEY], subject="household").order_by("-id")


def _give(donor: User, need: Need, fen: int, *, days: int, minutes: int = 0) -> bool:
    """Promise money so many days ago, where the need was open then; whether it came about."""
    moment = timedelta(days=-days, minutes=minutes)
    with shifted(moment):
        if need.published_at is None or Pledge.objects.filter(need=need, donor=donor).exists():
            return False
        try:
            content = PledgeInput(form=Form.MONEY, amount_fen=fen, display="nickname")
            pledges.pledge(actor=donor, need=need, content=content, idempotency_key=uuid4().hex)
        except Conflict:
            return False
    return True
