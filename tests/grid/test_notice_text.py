"""A notice can never contain an ID number, a phone or a full name, whatever the case says and is typed (B7)."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Region, User
from fupin.lib.clock import now
from fupin.lib.errors import InvalidInput
from fupin.lib.text import clean_name
from grid.clue_enums import NoticeKind, Problem
from grid.models import Clue, Notice
from grid.notice_text import leaks, masked, pairs, refusal
from grid.services import notices
from needs.household_enums import Monitored
from needs.models import Household, HouseholdMember
from needs.services import members
from needs.services.members import MemberInput
from tests import factories

As = Callable[[User], Client]
SURNAMES = [*"张王李赵陈刘黄周吴徐", "欧阳", "司马", "诸葛", "𠮷"]
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超兰霞平刚桂英"
HAN = st.builds(lambda one, two: one + two, st.sampled_from(SURNAMES), st.text(GIVEN, min_size=1, max_size=3))
OTHERS = st.sampled_from(["阿依古丽·买买提", "迪丽热巴·迪力木拉提", "Zhao Lei", "欧·阿敏"])
NAMES = st.one_of(HAN, HAN, OTHERS)
BORN = st.dates(date(1930, 1, 1), date(2015, 12, 31)).map(lambda day: day.strftime("%Y%m%d"))
IDS = st.builds(factories.id_number, BORN, st.integers(1, 999))
PHONES = st.integers(0, 9999).map(lambda number: f"1990000{number:04d}")
NUMBERS = st.one_of(IDS, PHONES)
GAPS = ["", " ", "-", "  ", ".", "·", "—", "_", "/", " - ", "\u200b"]
PLAIN = st.text("公示期满情况属实，。因病住院自付费用较大", max_size=12)
WIDE = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}
HAN_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")


def _parts(text: str, gap: str, every: int) -> str:
    return gap.join(text[start : start + every] for start in range(0, len(text), every))


def _written(text: str, gap: str, every: int, width: dict[int, Any]) -> str:
    return _parts(text, gap, every).translate(width)


WAYS = st.tuples(st.sampled_from(GAPS), st.integers(1, 6), st.sampled_from([{}, WIDE, HAN_DIGITS]))
"""How a number or name is written: what stands between its parts, how long these are, in which digits."""


@given(NAMES, NAMES, IDS, PHONES, st.sampled_from(Problem.values), st.sampled_from(["", *Monitored.values]))
def test_a_notice_holds_no_number_and_no_full_name(
    name: str, told: str, number: str, phone: str, problem: str, monitored: str
) -> None:
    village = Region(code=factories.VILLAGE, name="沙井村", level=5, parent=Region(name="洪桥镇", level=4))
    home = Household(region=village, name=name, id_number=number, phone=phone, address=f"{name}家 {phone}")
    clue: Any = Clue(
        region=village,
        household=home,
        name=told,
        phone=phone,
        problem=problem,
        monitored=monitored,
        situation=f"{name} {number} {phone}",
    )
    for kind in NoticeKind.values:
        shown = " ".join(word for pair in pairs(clue, kind) for word in pair)
        assert leaks(shown, [name, told, number, phone]) == []
        assert name not in shown
        assert not any(char.isdigit() for char in shown)


@given(NAMES)
def test_a_masked_name_is_never_the_name(name: str) -> None:
    assert name not in masked(name)
    assert masked("龙") == "某**"


@given(NUMBERS, WAYS, PLAIN)
@example("19900001234", ("\u200b", 1, HAN_DIGITS), "请联系")
def test_a_number_in_a_remark_is_refused_however_it_is_written(number: str, way: Any, around: str) -> None:
    assert refusal(f"{around}{_written(number, *way)}{around}", [])


@given(NAMES, st.sampled_from([*GAPS, "　", "*"]))
def test_a_full_name_in_a_remark_is_refused_even_with_gaps(name: str, gap: str) -> None:
    assert leaks(f"经核实，{gap.join(name)}家情况属实", [name]) == ["name"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "因病住院，自付费用较大",
        "公示到10月5日",
        "同意 28 票，共 3 人",
        "收入 1200，支出 3400",
        "三间房，两口人",
    ],
)
def test_plain_words_and_small_numbers_pass(text: str) -> None:
    assert refusal(text, ["张三丰"]) == ""


@pytest.fixture
def case(db: None) -> tuple[factories.Staff, Clue, HouseholdMember]:
    """A household with a child and the child's guardian; its clue is in public."""
    people = factories.staff()
    home = factories.household(people.village, name="李四光")
    content = MemberInput("李小光", "child", "none", sex="female", birth_year=2018, guardian="赵桂英")
    child = members.add(actor=people.village, household=home, content=content)
    return people, factories.noticed_clue(people, home), child


def on_the_page(notice: Notice) -> str:
    """What anybody can read of it, without anything that stands between letters and digits."""
    html = Client().get(notice.get_absolute_url()).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return "".join(char for char in unescape(re.sub(r"<[^>]*>", "", main)) if char.isalnum()).casefold()


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES, NAMES, NAMES, IDS, PHONES, st.sampled_from(["", "number", "name"]), WAYS, PLAIN, st.data())
def test_whatever_is_typed_the_public_page_shows_nothing_personal(
    case: tuple[factories.Staff, Clue, HouseholdMember],
    head: str,
    child: str,
    guardian: str,
    number: str,
    phone: str,
    secret: str,
    way: Any,
    around: str,
    data: st.DataObject,
) -> None:
    """Refused, or shown without any name of the case and without its numbers; told by the letters of the page."""
    people, clue, member = case
    names = [clean_name(name) for name in (head, child, guardian)]
    told = {"number": st.sampled_from([number, phone]), "name": st.sampled_from(names)}.get(
        secret, st.just("")
    )
    gap, every, digits = way
    typed = _written(data.draw(told), gap, every, digits if secret == "number" else {})
    remark, measure = data.draw(st.permutations([f"{around}{typed}{around}", around]))
    with transaction.atomic():
        Household.objects.filter(pk=clue.household_id).update(name=names[0])
        HouseholdMember.objects.filter(pk=member.pk).update(name=names[1], guardian=names[2])
        home = Household.objects.get(pk=clue.household_id)
        home.phone, home.id_number = phone, number
        home.save()
        Notice.objects.update(taken_down_at=now(), why_down="重新公示")
        clue = Clue.objects.get(pk=clue.pk)
        try:
            made = notices.post(
                actor=people.village, clue=clue, kind="measures", remark=remark, extra=[("产业帮扶", measure)]
            )
        except InvalidInput:
            assert secret, "plain words pass"
        else:
            assert not secret
            shown = on_the_page(made)
            assert "产业帮扶" in shown
            for word in (*names, number, phone):
                assert "".join(char for char in word if char.isalnum()).casefold() not in shown
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "words", ["电话 19900001234", "李四光家", "监护人赵桂英", "李·小·光", "43000019700101001X"]
)
def test_each_form_that_leads_into_public_refuses_it_and_keeps_what_was_typed(
    case: tuple[factories.Staff, Clue, HouseholdMember], as_user: As, words: str
) -> None:
    people, clue, _ = case
    notice = clue.notices.get()
    objection = notices.raise_objection(notice=notice, words="这家在县城里有门面房出租")
    Clue.objects.filter(pk=clue.pk).update(state="helping", filed_on=factories.today())
    measure = {"kind": "care", "words": words, "due_on": factories.today().isoformat()}
    forms = [
        (people.village, f"/office/clues/{clue.pk}/measures/new/", measure),
        (
            people.township,
            f"/office/objections/{objection.pk}/answer/",
            {"result": "refuted", "answer": words},
        ),
    ]
    sent = [as_user(actor).post(url, given) for actor, url, given in forms]
    Clue.objects.filter(pk=clue.pk).update(state="notice", filed_on=None)
    sent.append(
        as_user(people.village).post(
            f"/office/notices/{notice.pk}/edit/", {"remark": words, "why": "补充说明原因"}
        )
    )
    for answer in sent:
        assert answer.status_code == 400
        assert "公示里不能有" in answer.content.decode()
        assert words in answer.content.decode()
    assert list(Notice.objects.values_list("pk", flat=True)) == [notice.pk]
