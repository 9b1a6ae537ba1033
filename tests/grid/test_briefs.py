"""Leaders' briefs: sentences equal to the figures whatever they are, one page, made and sent once."""

import itertools
import re
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.enums import Level, Role
from accounts.models import Message, Region
from fupin.lib import typeset
from fupin.lib.money import yuan_display
from grid import brief_paper, brief_text, report_words
from grid.figure_totals import MATCH_TARGET
from grid.models import Brief, ClosedMonth, QuotaRule
from grid.queries.reports import Line, Report
from grid.report_blocks import document
from grid.services import briefs, months
from tests import factories
from tests.grid.test_months import at, month_back
from tests.grid.test_months import county as county

NAMES = (
    "households", "published", "promised", "received", "delivered", "confirmed_gifts", "due", "posts", "expected",
)  # fmt: skip
PARTS = {
    "matched": "published", "problems": "confirmed_gifts", "kept": "due", "met": "posts", "submitted": "expected",
    "on_time": "submitted", "confirmed": "submitted",
}  # fmt: skip
LONG = "双江拉祜族佤族布朗族傣族自治县"


@st.composite
def numbers(draw):
    """A place's numbers as closing makes them: a part is never more than its whole; many are 0."""
    some = st.one_of(st.just(0), st.integers(0, 9), st.integers(0, 10**9))
    found = {name: draw(some) for name in NAMES}
    for part, whole in PARTS.items():
        found[part] = draw(st.sampled_from((0, found[whole], found[whole] // 2, max(0, found[whole] - 1))))
    found |= {"fen": draw(st.integers(-(10**6), 10**9)), "adjusted": draw(st.integers(-(10**6), 10**6))}
    return {name: number for name, number in found.items() if number or draw(st.booleans())}


@st.composite
def reports(draw):
    level = draw(st.sampled_from((Level.CITY, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)))
    below = [Line(n, f"{LONG}{n}号", draw(numbers())) for n in range(draw(st.integers(0, 6)))]
    return Report(
        region=SimpleNamespace(level=level, parent=None, code=1),
        name=LONG,
        month=date(2026, 10, 1),
        own=Line(1, LONG, draw(numbers())),
        below=tuple(below),
        kinds={"medical": draw(numbers())},
        before=draw(st.one_of(st.none(), numbers().map(lambda found: Line(1, LONG, found)))),
        missing=tuple(f"{LONG}{n}" for n in range(draw(st.integers(0, 5)))) if level == Level.CITY else (),
        complete=draw(st.booleans()),
        target=MATCH_TARGET,
        dated=date(2026, 11, 6),
        hashes=("0" * 64,),
    )


def every_sentence(report):
    """What the brief and the report say, tiles and tables with them."""
    written, paper = brief_text.write(report), document(report)
    for section in paper.sections:
        yield from section.sentences
        for table in section.tables:
            yield from itertools.chain(*table.rows)
    yield from written.sentences
    yield from written.attention
    yield from itertools.chain(*written.tiles)


@settings(max_examples=60)
@given(reports())
def test_sentences_are_whole_whatever_the_figures(report):
    for sentence in every_sentence(report):
        assert not re.search(r"None|nan|inf|Decimal|[{}]", sentence)
        assert not re.search(r"[。，；、：（][。，；、：）]|--|  |，$|（）", sentence), sentence
    written = brief_text.write(report)
    assert all(sentence.endswith("。") and sentence.count("。") == 1 for sentence in written.sentences)
    assert all(sentence.endswith("。") for sentence in written.attention)
    assert written.attention
    assert len(written.sentences) <= 9
    assert len(written.attention) <= 6


@settings(max_examples=60)
@given(reports())
def test_numbers_in_sentences_are_those_of_the_data(report):
    own = report.own
    text = "".join(report_words.overview(report) + report_words.money(report) + report_words.duties(report))
    if report.complete:
        assert f"登记困难家庭 {own['households']} 户" in text
        assert (f"公开求助 {own['published']} 条" in text) == bool(own["published"])
        money = any(own[name] for name in ("promised", "received", "delivered"))
        assert (f"到账 {yuan_display(own['received'])} 元" in text) == money
        if report.before and own["published"]:
            difference = own["published"] - report.before["published"]
            word = (
                f"比上月{'增加' if difference > 0 else '减少'} {abs(difference)} 条"
                if difference
                else "与上月持平"
            )
            assert word in text
    if own["posts"]:
        assert f"应报 {own['expected']} 条，计数 {own['submitted']} 条" in text
    known = {str(number) for line in (own, report.before) if line for number in line.numbers.values()}
    for found in re.findall(r"(?<!比上月增加 )(?<!比上月减少 )\b(\d+) (?:户|条|个岗位|次)", text):
        assert found in known | {"0"}


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_rate_below_its_target_never_reads_as_met(part, whole):
    part = min(part, whole)
    sentence = report_words.against(part, whole, 35)
    assert ("达到" in sentence) == (whole > 0 and part * 100 >= 35 * whole)
    assert report_words.rate(part, whole) == "—" or (report_words.rate(part, whole) == "100%") == (
        part == whole
    )


def full(names):
    """A brief as long as one can be."""
    big = 10**10 - 1
    many = {name: big for name in (*NAMES, *PARTS)} | {"matched": 1, "kept": 0, "met": 0, "submitted": 1}
    row = {"published": 5, "expected": 5, "posts": 2}
    report = Report(
        region=SimpleNamespace(level=Level.CITY, parent=None, code=1), name=LONG, month=date(2026, 10, 1),
        own=Line(1, LONG, many), below=tuple(Line(n, f"{LONG}{n}", row) for n in range(names)), kinds={},
        before=Line(1, LONG, {"published": 1, "households": 1, "received": 1, "matched": 1}),
        missing=tuple(f"{LONG}{n}" for n in range(names)), complete=True, target=35, dated=date(2026, 11, 6),
        hashes=(),
    )  # fmt: skip
    written = brief_text.write(report)
    series = [[f"2026-{month:02d}", 10, month % 10] for month in range(1, 13)]
    return Brief(
        region=Region(code=530925000000, name=LONG, level=3), month=date(2026, 10, 1), tiles=written.tiles,
        sentences=written.sentences, attention=written.attention, series=series, target=35, dated=date(2026, 11, 6),
    )  # fmt: skip


@pytest.mark.parametrize("names", [0, 9])
def test_a_brief_is_exactly_one_page(names):
    pages = typeset.png_pages(brief_paper.TEMPLATE, brief_paper.data(full(names)), ppi=40)
    assert len(pages) == 1
    assert brief_paper.pdf(full(names)) == brief_paper.pdf(full(names))


@pytest.mark.django_db
def test_a_closed_month_is_told_to_the_regions_leaders_once(people, county, as_user):
    leader = factories.officer(Role.LEADER, factories.QIDONG)
    factories.officer(Role.LEADER, factories.HENGNAN)
    month = month_back(1)
    months.close(county, month)
    assert briefs.make_due() == 2
    assert briefs.make_due() == 0
    brief = Brief.objects.get(region=county)
    assert brief.told == 1
    message = Message.objects.get(user=leader)
    assert message.link == f"/office/briefs/{brief.pk}/"
    assert f"{month.month}月简报已生成" in message.text.open()
    page = as_user(leader).get(message.link).content.decode()
    for sentence in [*brief.sentences, *brief.attention]:
        assert sentence in page
    answer = as_user(leader).get(f"/office/briefs/{brief.pk}/brief.pdf")
    assert answer.content.startswith(b"%PDF")
    assert f"/office/briefs/{brief.pk}/" in as_user(leader).get("/office/briefs/").content.decode()
    assert as_user(people.village).get(message.link).status_code == 403
    for stranger in (people.township, factories.officer(Role.COUNTY_ADMIN, factories.HENGNAN)):
        assert as_user(stranger).get(message.link).status_code == 404
        assert as_user(stranger).get(f"/office/briefs/{brief.pk}/brief.pdf").status_code == 404


@pytest.mark.django_db
def test_a_citys_brief_waits_for_its_counties_but_not_for_ever(people, county):
    factories.officer(Role.VILLAGE_OFFICER, factories.VILLAGE_OTHER).appointments.update(
        starts_on=month_back(3)
    )
    county_rule(county)
    month = month_back(2)
    months.close(county, month)
    city = Brief.objects.filter(region=factories.HENGYANG)
    with at(months.after(month), 2):
        briefs.make_due()
        assert not city.exists()
    with at(months.after(month), 27):
        briefs.make_due()
    assert "衡南县还没有结账" in city.get().attention[0]
    for place in (county, Region.objects.get(pk=factories.HENGNAN)):
        months.close(place, month_back(1))
    briefs.make_due()
    assert "还没有结账" not in "".join(city.get(month=month_back(1)).attention)


def county_rule(county):
    """The same rule for 衡南县."""
    rule = QuotaRule.objects.get(region=county)
    rule.pk, rule.region_id = None, factories.HENGNAN
    rule.save()


@pytest.mark.django_db
def test_a_brief_never_changes_and_one_failure_stops_no_other(people, county):
    months.close(county, month_back(1))
    broken = ClosedMonth.objects.create(
        region_id=factories.HENGNAN, month=month_back(1), inputs_hash="0" * 64, report={"broken": True}
    )
    assert briefs.make_due() == 1
    brief = Brief.objects.get(region=county)
    text = (brief.tiles, brief.sentences, brief.attention, brief.series)
    ClosedMonth.objects.exclude(pk=broken.pk).update(report={"places": {}})
    assert briefs.make(county, month_back(1)) == brief
    brief.refresh_from_db()
    assert (brief.tiles, brief.sentences, brief.attention, brief.series) == text
