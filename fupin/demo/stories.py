"""Composing the invented needs: every story has its own opening, numbers and ending."""

import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

from fupin.demo.cases import PLACE, Case
from fupin.demo.household_cases import HOUSEHOLD
from fupin.demo.kind_details import cooperative_of, details_of, estimate, target_of
from needs.services.drafts import CooperativeInput, ItemInput, NeedInput

T = TypeVar("T")
OPENINGS = (
    "家里{m}口人，种{mu}亩地，农闲时打些零工。",
    "我们住在半山腰，到镇上要走{km}里路。",
    "去年收成不好，家里的积蓄都用在了日常开销上。",
    "家里主要靠{earner}一个人挣钱，每月的收入不太稳定。",
    "这几年日子慢慢好转，只是眼下遇到一道坎。",
    "屋前屋后种着{crop}，平时靠它贴补家用。",
    "家里{m}口人，能下地干活的只有{earner}。",
    "村里修了路，出门方便多了，但家里底子薄，攒钱慢。",
    "{earner}在镇上工地做小工，干一天算一天的工钱。",
    "前年从山上搬到了安置点，住得好了，收入还没跟上。",
    "入秋以来活计少，家里{n}个月没有像样的进账。",
    "家里养了{n}头猪、几十只鸡，种{mu}亩玉米。",
    "{earner}去年在外省打工，厂里停工后回了家。",
    "家里{m}口人，一年到头的收入也就一万多元。",
    "今年雨水多，{mu}亩地的收成少了一半。",
    "我们是村里的监测户，帮扶干部常来家里看看。",
)
PLACE_OPENINGS = (
    "这件事村民代表会上议过。",
    "今年{month}月，大家一起商量定下了这件事。",
    "前两年大家出工出力，把底子打好了。",
    "这几年村里的路通了，水也通了。",
    "各组报上来的需要，我们汇总核对过两遍。",
    "这是今年打算办好的一件实事。",
)
ENDINGS = (
    "能帮一点是一点，先谢谢大家。",
    "收到以后会拍照告诉大家。",
    "如果有富余，请转给更需要的人家。",
    "用了多少、用在哪里，我们都会记清楚。",
    "不用多，把眼下这道坎迈过去就好。",
    "等日子缓过来，我们也愿意去帮别人。",
    "村里的信息员上门看过，随时可以来核实。",
    "谢谢每一位愿意停下来看一看的人。",
    "旧的也可以，干净能用就好。",
    "孩子说，以后也想做能帮上别人的人。",
    "缺多少说多少，不愿多要大家的。",
    "什么时候方便都可以，我们不着急。",
)
USED_THINGS = ENDINGS[8]
NO_CHILD = ENDINGS[9]
SLOTS = {
    "elder": ("奶奶", "爷爷", "外婆", "外公", "母亲", "父亲"),
    "kid": ("孙女", "孙子", "女儿", "儿子", "小女儿", "大儿子"),
    "grade": ("小学五年级", "小学六年级", "初一", "初二", "初三", "高一", "高二"),
    "earner": ("大儿子", "儿媳", "女婿", "小叔", "二女儿", "侄子"),
    "crop": ("黄花菜", "红薯", "脐橙", "花生", "土豆", "酥梨", "莲藕", "核桃", "油茶", "柚子"),
    "skill": ("电焊", "家政", "面点", "缝纫", "叉车", "养老护理"),
}

TITLE_TURNS = ("{}", "盼帮助：{}", "{}，想请大家搭把手", "家里有难处：{}")
TITLE_LENGTH = 40


def dealt(rng: random.Random, cards: Sequence[T]) -> Iterator[T]:
    """Deal the cards for ever, all of them before any comes again, each round in the same mixed order."""
    deck = list(cards)
    rng.shuffle(deck)
    while True:
        yield from deck


class Stories:
    """An endless supply of needs; two that follow each other are never about the same case."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._named = 0
        self._cases = {"household": dealt(rng, HOUSEHOLD), "place": dealt(rng, PLACE)}
        self._openings = {"household": dealt(rng, OPENINGS), "place": dealt(rng, PLACE_OPENINGS)}
        self._endings = dealt(rng, ENDINGS)
        self._told: set[str] = set()

    def household_case(self, form: str = "", without: frozenset[str] = frozenset()) -> Case:
        """The next household case that asks for `form` (any when empty), of a kind not in `without`."""
        return next(
            case
            for case in self._cases["household"]
            if (not form or form in case.forms) and case.kind not in without
        )

    def place_case(self, subject: str) -> Case:
        """The next case of a village, county or cooperative."""
        return next(case for case in self._cases["place"] if case.subject == subject)

    def write(self, case: Case, *, members: int = 4, place: str = "") -> NeedInput:
        """One need about this case, in words and numbers of its own; `place` names the cooperative's village."""
        slots = self._slots(members)
        story = next(story for story in self._tellings(case, slots) if story not in self._told)
        self._told.add(story)
        fen = self._rng.randrange(case.yuan[0], case.yuan[1] + 1, 100) * 100
        details, target = target_of(case, details_of(case, slots, self._rng), fen)
        return NeedInput(
            title=self._title(case, slots),
            story=story,
            kind=case.kind,
            forms=case.forms,
            subject=case.subject,
            target_fen=target,
            details=details,
            cooperative=self._cooperative(case, slots, place),
            items=[
                ItemInput(
                    name=name,
                    unit=unit,
                    quantity=self._rng.randint(least, most),
                    price_fen=estimate(name, self._rng),
                )
                for name, unit, least, most in case.items
            ],
        )

    def _title(self, case: Case, slots: dict[str, object]) -> str:
        """One of the case's titles; where all were told already, with words before or after it."""
        titles = [title.format(**slots) for title in case.titles]
        self._rng.shuffle(titles)
        turned = [turn.format(title) for turn in TITLE_TURNS for title in titles]
        fresh = (title for title in turned if title not in self._told and len(title) <= TITLE_LENGTH)
        title = next(fresh, titles[0])
        self._told.add(title)
        return title

    def _cooperative(self, case: Case, slots: dict[str, object], place: str) -> CooperativeInput | None:
        if case.subject != "cooperative":
            return None
        self._named += 1
        return cooperative_of(place, str(slots["crop"]), self._named)

    def _tellings(self, case: Case, slots: dict[str, object]) -> Iterator[str]:
        """The case with the next opening and ending, again and again."""
        openings = self._openings["household" if case.subject == "household" else "place"]
        endings = (ending for ending in self._endings if _fits(ending, case))
        for opening, ending in zip(openings, endings, strict=False):
            yield (opening + case.body + ending).format(**slots)

    def _slots(self, members: int) -> dict[str, object]:
        rng = self._rng
        numbers = {
            "m": members,
            "mu": rng.randint(2, 9),
            "km": rng.randint(4, 23),
            "n": rng.randint(3, 8),
            "jin": rng.randint(6, 40) * 100,
            "age": rng.randint(68, 89),
            "worker": rng.randint(24, 47),
            "month": rng.randint(3, 10),
        }
        return {**numbers, **{name: rng.choice(words) for name, words in SLOTS.items()}}


def _fits(ending: str, case: Case) -> bool:
    if ending == USED_THINGS:
        return case.forms == ("goods",) and case.kind not in {"medical", "industry", "produce"}
    return ending != NO_CHILD or case.kind in {"education", "sponsorship"}
