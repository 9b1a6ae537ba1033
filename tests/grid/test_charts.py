"""Charts of figures: every value and link is in the drawing, a page may hold it, paper gets the same."""

import io
import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from PIL import Image

from fupin.lib import vega
from grid import chart_parts, charts
from grid.charts import Bar, Several

NS = "{http://www.w3.org/2000/svg}"
RATES = [
    Bar("祁东县", 62, "62%", "/dashboard/?region=430426000000&month=2026-10"),
    Bar("衡山县", 0, "0%", "/dashboard/?region=430423000000"),
    Bar("<b>南岳区</b>", None, "没有公开求助"),
]
MONTHS = [Bar(f"{month}月", None if month == 3 else month, f"{month}%") for month in range(1, 7)]
POSTS = [Several("白鹤村", (20, 18, 15, 9), "/office/quotas/1/"), Several("新屋村", (0, 0, 0, 0))]
NAMES = ("应报", "计数", "按时", "已确认收到")
GIVERS = [Several("祁东县", (30, 10, 60)), Several("南岳区", (0, 0, 0))]
EVERY_SORT = {
    "ranked": charts.ranked("对接率", RATES, target=35, target_text="目标 35%", full=100),
    "groups": charts.groups("任务", POSTS, NAMES),
    "line": charts.series("对接率变化", MONTHS, target=35, target_text="目标 35%"),
    "columns": charts.series("善款", MONTHS, columns=True, width=charts.PAPER),
    "shares": charts.shares("爱心构成", GIVERS, ("县内干部", "其他公职人员", "社会各界")),
    "empty": charts.ranked("对接率", []),
}
ALLOWED = {"svg", "desc", "title", "g", "path", "line", "text", "a", "circle", "rect"}


@pytest.mark.parametrize("name", EVERY_SORT)
def test_a_chart_in_a_page_holds_nothing_that_the_security_policy_refuses(name: str) -> None:
    drawn = ElementTree.fromstring(EVERY_SORT[name].svg)
    for element in drawn.iter():
        assert element.tag.removeprefix(NS) in ALLOWED
        assert not {key for key in element.attrib if key in {"style", "id"} or key.startswith("on")}
    assert "url(" not in EVERY_SORT[name].svg
    width, height = (float(drawn.attrib[key]) for key in ("width", "height"))
    assert drawn.attrib["viewBox"] == f"0 0 {width:g} {height:g}"


@pytest.mark.parametrize("name", EVERY_SORT)
def test_the_same_chart_is_a_picture_with_ink_on_it(name: str) -> None:
    chart = EVERY_SORT[name]
    picture = Image.open(io.BytesIO(chart.png))
    width = charts.PAPER if name == "columns" else charts.NARROW
    assert picture.width == width * 2.5
    assert picture.convert("RGBA").getchannel("A").getextrema() == (0, 255)
    assert chart.png == vega.png(chart.spec)


def test_letters_are_drawn_with_the_fonts_of_this_project() -> None:
    """A font that is missing draws every character as the same box."""
    words = [charts.ranked("", [Bar(word, None, "")]).png for word in ("慈善会", "信息员", "\U0010fffd" * 3)]
    assert len(set(words)) == 3


def test_every_value_is_read_and_shown_and_every_row_can_be_opened() -> None:
    drawn = ElementTree.fromstring(EVERY_SORT["ranked"].svg)
    shown = {element.text for element in drawn.iter(f"{NS}text")}
    assert shown == {"祁东县", "62%", "衡山县", "0%", "<b>南岳区</b>", "没有公开求助", "目标 35%"}
    assert drawn.findtext(f"{NS}desc") == "祁东县：62%；衡山县：0%；<b>南岳区</b>：没有公开求助。"
    links = [(link.attrib["href"], link.attrib["aria-label"]) for link in drawn.iter(f"{NS}a")]
    assert links == [(RATES[0].url, "祁东县：62%"), (RATES[1].url, "衡山县：0%")]
    assert drawn.attrib["role"] == "group"
    assert ElementTree.fromstring(EVERY_SORT["line"].svg).attrib["role"] == "img"


def test_bars_are_as_long_as_their_values() -> None:
    drawn = EVERY_SORT["ranked"].svg
    lengths = re.findall(r'd="M0,\d+h([\d.]+)v13h-?[\d.]+Z" fill="#a5231c"', drawn)
    assert [float(length) for length in lengths] == [0.62 * charts.NARROW, 0]
    drawn = EVERY_SORT["groups"].svg
    bars = re.findall(r'd="M0,\d+h([\d.]+)v13h-?[\d.]+Z" fill="#(?:a5231c|23527c|b58a3c)"', drawn)
    room = charts.NARROW - 40
    assert [float(bar) for bar in bars] == [room * part / 20 for part in (18, 15, 9)] + [0, 0, 0]


def test_a_month_without_data_breaks_the_line_and_says_so() -> None:
    lines = re.findall(r'<path d="(M[^"]+)" stroke="#a5231c"', EVERY_SORT["line"].svg)
    assert [line.count("L") for line in lines] == [1, 2]
    assert '<g fill="none"' in EVERY_SORT["line"].svg  # or a page fills the line's underside with black
    assert "3%" in EVERY_SORT["line"].svg


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//elsewhere.example/", "https://elsewhere.example/", "/\\x"]
)
def test_a_chart_never_leads_off_the_site(url: str) -> None:
    with pytest.raises(ValueError, match="inside this site"):
        _ = charts.ranked("", [Bar("祁东县", 1, "1", url)]).svg


def test_parts_of_a_whole_never_read_as_all_or_nothing() -> None:
    assert [chart_parts.percent(part, 1000) for part in (0, 1, 5, 335, 999, 1000)] == [0, 1, 1, 34, 99, 100]


def test_columns_that_stand_close_tell_the_highest_and_the_last() -> None:
    heights = [5, 40, 3, 30, 20, 10, 9, 8, 7, 6, 5, 4]
    rows = [Bar(f"{n + 1}月", value, f"{value},000 元") for n, value in enumerate(heights)]
    drawn = ElementTree.fromstring(charts.series("善款", rows, columns=True).svg)
    numbers = {text for element in drawn.iter(f"{NS}text") if "元" in (text := element.text or "")}
    assert numbers == {"40,000 元", "4,000 元"}


def test_a_value_just_below_the_target_stands_below_its_point() -> None:
    drawn = ElementTree.fromstring(
        charts.series(
            "对接率", [Bar("9月", 33, "33%"), Bar("10月", 10, "10%")], target=35, target_text="目标"
        ).svg
    )
    places = {e.text: float(e.attrib["transform"].split(",")[1][:-1]) for e in drawn.iter(f"{NS}text")}
    points = [
        float(e.attrib["transform"].split(",")[1][:-1])
        for e in drawn.iter(f"{NS}path")
        if "A" in e.attrib["d"]
    ]
    assert places["33%"] > points[0]
    assert places["10%"] < points[1]


def test_long_names_are_cut_before_they_touch_the_numbers() -> None:
    long = "买买提艾力·阿卜杜热合曼·吐尔逊江·麦麦提依明阿吉村民委员会信息员"
    drawn = ElementTree.fromstring(charts.ranked("", [Bar(long, 1, "1,000.00 元")]).svg)
    label = next(element.text or "" for element in drawn.iter(f"{NS}text"))
    assert label.endswith("…")
    assert chart_parts.wide(label) + chart_parts.wide("1,000.00 元") < charts.NARROW


def test_the_colours_are_those_of_the_design_system() -> None:
    tokens = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    for name in (
        "ACCENT",
        "INFO",
        "GOLD",
        "SUCCESS",
        "EDGE",
        "INK",
        "SOFT",
        "SUNKEN",
        "SURFACE",
        "ON_ACCENT",
    ):
        assert f"--{name.lower().replace('_', '-')}: {getattr(chart_parts, name)};" in tokens
