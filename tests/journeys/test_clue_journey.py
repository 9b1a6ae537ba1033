"""One clue from a grid member's tap to the risk that is gone, in Chromium, while the stack's calendar moves.

The days cross Mid-Autumn (25-27 September 2026 free, Sunday 20 September worked in lieu) and National Day (1-7 October
free, Saturday 10 October worked in lieu). Self-declaration and departments' warnings start in tests/grid/test_clues.py
and tests/grid/test_warnings.py.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from fupin.demo.pictures import picture
from fupin.lib.clock import ZONE
from tests.journeys.pages import PHONE, confirm
from tests.stack import Stack, make, wait_for

pytestmark = pytest.mark.stack

# Every clock as counted by hand: step, length, first day (does not count), due day, how it ended, its clause.
CLOCKS = [
    ("核实评议", "2 个自然日", "2026-09-24", "2026-09-26", "09-25 办结", "宿州规范第十三条"),  # 25, 26
    # Put up on the 25th for 5 days; changed on the 27th, so it began anew.
    (
        "村内公示",
        "不少于 5 个自然日",
        "2026-09-25",
        "2026-09-30",
        "09-27 结束",
        "宿州规范第十三条",
    ),  # 26 to 30
    (
        "村内公示",
        "不少于 5 个自然日",
        "2026-09-27",
        "2026-10-02",
        "10-03 结束",
        "宿州规范第十三条",
    ),  # 28 to 2
    # Stopped at once by the open objection, let go on the 5th with all 3 days left: 6, 7, 8.
    ("综合研判", "3 个自然日", "2026-10-03", "2026-10-08", "10-08 办结", "宿州规范第十四条"),
    (
        "入户核查",
        "3 个工作日",
        "2026-10-08",
        "2026-10-12",
        "10-09 办结",
        "宿州规范第十四条",
    ),  # Fri 9, Sat 10 in lieu, Mon 12
    (
        "县级审核",
        "3 个工作日",
        "2026-10-09",
        "2026-10-13",
        "10-10 办结",
        "平台承诺：3 个工作日内审核备案",
    ),  # Sat 10, Mon, Tue
]
ORDER_DUE = "2026-10-20"
PEOPLE = """
import json
from accounts.enums import Role
from tests import factories
people = factories.staff()
account = factories.user("张三丰")
home = factories.household(people.village, name="张三丰", account=account)
place = factories.grid(people.village, [home])
factories.grid_person(people.village, place)
member = factories.grid_person(people.village, place, Role.GRID_MEMBER).post.user
desk = factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG, "医保经办")
found = {"village": people.village, "township": people.township, "county": people.county, "household": account,
         "member": member, "desk": desk}
print(json.dumps({name: user.phone.open()[-11:] for name, user in found.items()} | {"home": home.pk}))
"""


class Scene:
    """The stack, the browser and the people's phone numbers; everybody enters anew on their day."""

    def __init__(self, stack: Stack, browser: Browser) -> None:
        self.stack, self.browser, self.url = stack, browser, stack.url
        self.day(9, 1)
        self.people: dict[str, Any] = json.loads(stack.script(PEOPLE))

    def day(self, month: int, day: int, hour: int = 9) -> None:
        self.stack.stand_at(datetime(2026, month, day, hour, tzinfo=ZONE))

    @contextmanager
    def window(self, who: str = "") -> Iterator[Page]:
        """A phone; with `who`, of a person who enters with the code of the text message."""
        context = self.browser.new_context(
            viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", service_workers="block"
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        if who:
            self._enter(page, self.people[who])
        yield page
        context.close()

    def _enter(self, page: Page, phone: str) -> None:
        page.goto(f"{self.url}/accounts/enter/")
        page.get_by_label("手机号").fill(phone)
        page.get_by_role("button", name="获取验证码").click()
        page.get_by_label("验证码").fill(self._code(phone))
        page.get_by_role("button", name="进入", exact=True).click()
        page.wait_for_url(lambda url: "/accounts/" not in url)

    def _code(self, phone: str) -> str:
        rows = [json.loads(line) for line in (self.stack.data / "sms.jsonl").read_text().splitlines()]
        return str([row for row in rows if row.get("code") and str(row["to"]).endswith(phone)][-1]["code"])

    def clue(self, page: Page, group: str = "open") -> None:
        """Open the one case from the list of the own places."""
        page.goto(f"{self.url}/office/clues/?group={group}")
        page.get_by_role("link", name=re.compile("张三丰")).first.click()
        expect(page.get_by_role("heading", name=re.compile("^线索 430426-2026-"))).to_be_visible()


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Scene]:
    stack = make(tmp_path_factory.mktemp("clue"), seed=False)
    yield Scene(stack, chromium)
    stack.stop()


def form_of(page: Page, label: str) -> Locator:
    """The form behind this fold, opened."""
    fold = page.locator("details.fold").filter(has=page.locator("summary", has_text=label))
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    return fold


def done(page: Page, words: str = "已办理。") -> None:
    expect(page.get_by_text(words).first).to_be_visible()


def attach(page: Page, kind: str, drawing: str, words: str) -> bytes:
    """Put a photo of this kind into the case; returns what was chosen."""
    chosen = picture(drawing, 7)
    form = form_of(page, "加照片或扫描件")
    form.get_by_text(kind, exact=True).click()
    form.locator("input[type=file]").set_input_files(
        {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": chosen}
    )
    form.get_by_label("说明").fill(words)
    form.get_by_role("button", name="放进案卷").click()
    done(page, "已放进案卷。")
    expect(page.get_by_role("img", name=re.compile(kind))).to_be_visible()
    return chosen


def due_shown(page: Page) -> str:
    """The due day of the running clock, as the newest row of the case's clocks says it."""
    rows = page.locator("section[aria-labelledby=clocks] .inbox__row")
    return str(rows.last.locator(".due").inner_text())


def test_one_clue_goes_all_its_way_across_national_day(scene: Scene) -> None:
    reported(scene)
    verified(scene)
    edited(scene)
    objected(scene)
    over(scene)
    answered(scene)
    visited_and_judged(scene)
    filed(scene)
    helped(scene)
    announced(scene)
    cleared(scene)
    with scene.window("county") as page:
        scene.clue(page, "ended")
        assert_clocks(scene, page)
        assert_pack(page)
    scene.stack.manage("audit", "--full")


def reported(scene: Scene) -> None:
    """Thursday: one choice, one tap, from the household's visit page."""
    scene.day(9, 24)
    with scene.window("member") as page:
        page.goto(f"{scene.url}/office/visits/{scene.people['home']}/")
        page.get_by_role("link", name="有困难，上报线索").click()
        page.get_by_text("看病负担重", exact=True).click()
        page.get_by_role("button", name="上报", exact=True).click()
        done(page, "已上报")
        scene.clue(page)
        assert due_shown(page) == "9月26日前"


def verified(scene: Scene) -> None:
    """Mid-Autumn: a calendar day like any other for the village's two days."""
    scene.day(9, 25)
    with scene.window("village") as page:
        page.goto(f"{scene.url}/office/clues/")
        expect(page.get_by_text("09-26 前办结")).to_be_visible()
        scene.clue(page)
        attach(page, "入户核实照片", "house", "住房和院子")
        attach(page, "评议会议材料", "desk", "签到表")
        form = form_of(page, "核实评议通过，开始公示")
        form.get_by_label("核实情况").fill("两人入户，看了住院票据，自付四万元，家里没有别的劳动力。")
        form.get_by_text("村民代表会议", exact=True).click()
        form.get_by_label("开会日期").fill("2026-09-25")
        form.get_by_label("地点").fill("村委会会议室")
        for box in form.locator("input[name=grid_people]").all():
            box.check(force=True)
        for label, number in (("到会人数", "9"), ("同意", "8"), ("不同意", "1"), ("弃权", "0")):
            form.get_by_label(label, exact=True).fill(number)
        form.get_by_label("会议记录").fill("会议逐项评议了收支、住房和饮水，八票同意纳入。")
        form.get_by_text("突发严重困难户", exact=True).click()
        form.get_by_role("button", name="核实评议通过，开始公示").click()
        done(page)
        assert due_shown(page) == "到9月30日"


def edited(scene: Scene) -> None:
    """A changed notice starts anew for its full time."""
    scene.day(9, 27)
    with scene.window("village") as page:
        scene.clue(page)
        form = form_of(page, "修改公示")
        form.get_by_label("公示补充说明").fill("因病住院，自付费用较大")
        form.get_by_label("为什么修改").fill("补充说明原因")
        form.get_by_role("button", name="修改并重新公示").click()
        done(page, "已重新公示，从今天起满 5 天。")
        assert due_shown(page) == "到10月2日"


def objected(scene: Scene) -> None:
    """Anybody reads the notice in the village's list and objects; they keep a number."""
    scene.day(9, 30)
    with scene.window() as page:
        page.goto(f"{scene.url}/notices/?region=430426100001")
        expect(page.get_by_text("公示到 2026年10月2日")).to_be_visible()
        page.get_by_role("link", name="核实评议公示").click()
        body = page.locator("main").inner_text()
        assert "张**" in body
        assert "张三丰" not in body
        assert "因病住院，自付费用较大" in body
        page.get_by_label("您反映的情况").fill("这家在县城里有门面房出租，请核实。")
        page.get_by_role("button", name="提交异议").click()
        done(page, "已收到您的意见")
        scene.people["notice"] = page.url
        scene.people["number"] = re.findall(r"\b\d{10}\b", page.locator("main").inner_text())[0]


def over(scene: Scene) -> None:
    """Read on its last day to the end, gone on the next without anybody's doing; the worker hands the clue on."""
    with scene.window() as page:
        scene.day(10, 2, 23)
        assert page.goto(scene.people["notice"]).status == 200  # type: ignore[union-attr]
        scene.day(10, 3, 0)
        assert page.goto(scene.people["notice"]).status == 404  # type: ignore[union-attr]
    wait_for("the sweep", lambda: scene.stack.rows("SELECT state FROM grid_clue") == [("judging",)])


def answered(scene: Scene) -> None:
    """The township's clock stood still for the objection; answered on a holiday, it goes on with its three days."""
    scene.day(10, 5)
    with scene.window("township") as page:
        scene.clue(page)
        assert due_shown(page) == "已暂停，还剩 3 天"
        page.get_by_text("反映不属实", exact=True).click()
        page.get_by_label("答复").fill("经查不动产登记，没有门面房。")
        page.get_by_role("button", name="答复", exact=True).click()
        done(page, "已答复。")
        assert due_shown(page) == "10月8日前"
    with scene.window() as page:
        page.goto(f"{scene.url}/notices/?number={scene.people['number']}")
        expect(page.get_by_text("经查不动产登记，没有门面房。")).to_be_visible()


def visited_and_judged(scene: Scene) -> None:
    """Three working days for the visit: Friday, the Saturday worked in lieu, Monday."""
    scene.day(10, 8)
    with scene.window("township") as page:
        scene.clue(page)
        assert due_shown(page) == "今天到期"
        form = form_of(page, "需要入户核查")
        form.get_by_label("情况说明").fill("医保和村里报的数字有出入，要入户看。")
        form.get_by_role("button", name="需要入户核查").click()
        done(page)
        assert due_shown(page) == "10月12日前"
    scene.day(10, 9)
    with scene.window("township") as page:
        scene.clue(page)
        attach(page, "研判和比对材料", "book", "医保比对结果")
        form = form_of(page, "研判通过，报县审核")
        for department in ("医保", "民政"):
            form.get_by_text(department, exact=True).click()
        form.get_by_text("突发严重困难户", exact=True).click()
        form.get_by_label("情况说明").fill("入户核查和数据比对一致，符合条件。")
        form.get_by_role("button", name="研判通过，报县审核").click()
        done(page)
        assert due_shown(page) == "10月13日前"


def filed(scene: Scene) -> None:
    """The county works on the Saturday in lieu: spot check, filing, an order to the department."""
    scene.day(10, 10)
    with scene.window("county") as page:
        scene.clue(page)
        form = form_of(page, "登记抽查")
        form.get_by_label("情况说明").fill("电话抽查本户和村干部，情况一致。")
        form.get_by_role("button", name="登记抽查").click()
        done(page)
        form = form_of(page, "审核通过并备案")
        form.get_by_role("button", name="审核通过并备案").click()
        done(page)
        form = form_of(page, "加一项措施")
        form.get_by_label("措施").select_option(label="医保报销、大病救助")
        form.get_by_label("具体内容").fill("办理大病救助")
        form.get_by_label("完成期限").fill(ORDER_DUE)
        form.get_by_label("派给哪个部门").select_option(index=0)
        form.get_by_role("button", name="登记").click()
        done(page, "已登记。")
        expect(page.get_by_text("2026-10-20 前")).to_be_visible()


def helped(scene: Scene) -> None:
    """The department accepts on Monday and has done it on Wednesday."""
    for day, button in ((12, "部门签收"), (14, "登记已落实")):
        scene.day(10, day)
        with scene.window("desk") as page:
            page.goto(f"{scene.url}/office/orders/")
            expect(page.get_by_text("10-20 前落实")).to_be_visible()
            page.get_by_role("link", name=re.compile("办理大病救助")).click()
            expect(page.get_by_text(ORDER_DUE)).to_be_visible()
            page.get_by_label("情况").fill("已核对材料，救助款三万元到账。")
            page.get_by_role("button", name=button).click()
            done(page, "已登记。")


def announced(scene: Scene) -> None:
    """The household is told and the village reads it; the notice of the decision is gone by then."""
    scene.day(10, 15)
    with scene.window("village") as page:
        scene.clue(page, "helping")
        page.get_by_role("button", name="告知并公示措施").click()
        confirm(page)
        done(page, "已告知这户，并在村里公示。")
    with scene.window("household") as page:
        page.goto(f"{scene.url}/apply/situation/")
        expect(page.get_by_text("已纳入，帮扶中")).to_be_visible()
        page.goto(f"{scene.url}/me/messages/")
        expect(page.get_by_text("您的帮扶措施：办理大病救助").first).to_be_visible()
    with scene.window() as page:
        page.goto(f"{scene.url}/notices/?region=430426100001")
        expect(page.get_by_text("办理大病救助")).to_be_visible()
        expect(page.get_by_text("公示到 2026年10月20日")).to_be_visible()
        expect(page.get_by_role("link", name="审定公告")).to_have_count(0)


def cleared(scene: Scene) -> None:
    """A month later the village asks for the review and the township clears the risk."""
    scene.day(11, 16)
    with scene.window("village") as page:
        scene.clue(page, "helping")
        form = form_of(page, "提请复核风险")
        form.get_by_label("情况说明").fill("医疗费用已报销，有了稳定收入。")
        form.get_by_role("button", name="提请复核风险").click()
        done(page)
    scene.day(11, 17)
    with scene.window("township") as page:
        scene.clue(page)
        form = form_of(page, "风险已消除")
        form.get_by_label("情况说明").fill("入户复核属实，风险消除。")
        form.get_by_role("button", name="风险已消除").click()
        done(page)
    assert scene.stack.rows("SELECT risk, risk_since::text FROM needs_household") == [
        ("cleared", "2026-11-17")
    ]


def assert_clocks(scene: Scene, page: Page) -> None:
    """Every due day and clause that the pages show is the one of the table."""
    rows = page.locator("section[aria-labelledby=clocks] .inbox__row").all()
    shown = [
        (
            row.locator(".inbox__title a").inner_text(),
            row.locator(".inbox__meta").inner_text(),
            row.locator(".due").inner_text(),
        )
        for row in rows
    ]
    assert shown == [
        (f"{label}（{length}）", f"{start} 起，到 {due}", end) for label, length, start, due, end, _ in CLOCKS
    ]
    links = [f"{scene.url}{row.locator('.inbox__title a').get_attribute('href')}" for row in rows]
    for link, (label, *_, due, _, clause) in zip(links, CLOCKS, strict=True):
        answer = page.request.get(link).text()
        assert label in answer
        assert due in answer
        assert f"依据：{clause}" in answer
    assert scene.stack.rows("SELECT due_on::text, done_on::text FROM grid_clock WHERE kind = 'measure'") == [
        (ORDER_DUE, "2026-10-14")
    ]


def assert_pack(page: Page) -> None:
    """PDF and ZIP hold everything from the first word to the last."""
    hrefs = {
        name: page.get_by_role("link", name=name).get_attribute("href") for name in ("案卷 PDF", "证据包 ZIP")
    }
    site = page.url.split("/office")[0]
    paper, packed = (page.request.get(f"{site}{href}").body() for href in hrefs.values())
    assert paper.startswith(b"%PDF")
    assert paper.count(b"/DCTDecode") == 3
    archive = zipfile.ZipFile(io.BytesIO(packed))
    inside = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    told = {name: json.loads(data) for name, data in inside.items() if name.endswith(".json")}
    assert sorted(line.split("：")[0] for line in inside["目录.txt"].decode().splitlines()) == sorted(
        inside.keys() - {"目录.txt"}
    )
    assert inside["案卷.pdf"].startswith(b"%PDF")
    assert [(row[0], row[1], row[2]) for row in told["时限.json"]][:6] == [
        (label, length, f"{start} 至 {due}") for label, length, start, due, *_ in CLOCKS
    ]
    assert "2026-10-03 至 2026-10-05 暂停：有异议，等核实答复" in told["时限.json"][3][3]
    assert told["时限.json"][6][2] == f"2026-10-10 至 {ORDER_DUE}"
    assert [row[1] for row in told["经过.json"]] == [
        "网格员发现", "核实评议通过，开始公示", "修改公示，重新计时", "收到异议", "公示期满", "异议答复：反映不属实",
        "需要入户核查", "研判通过，报县审核", "登记抽查", "审核通过并备案", "派单", "部门签收", "已落实",
        "告知并公示帮扶措施", "提请复核风险", "风险已消除",
    ]  # fmt: skip
    words = inside["经过.json"].decode()
    for word in ("自付四万元", "已比对：医保、民政", "电话抽查", "有了稳定收入", "风险消除"):
        assert word in words
    (meeting,) = told["评议.json"]
    assert meeting["head"] == "村民代表会议，2026-09-25，村委会会议室"
    assert meeting["votes"] == "到会 9 人，同意 8，不同意 1，弃权 0"
    assert meeting["people"].count("（网格") == 2
    assert "八票同意纳入" in meeting["minutes"]
    assert [(row["kind"], row["days"]) for row in told["公示.json"]] == [
        ("核实评议公示", "2026-09-25 至 2026-09-30"),
        ("核实评议公示", "2026-09-27 至 2026-10-02"),
        ("审定公告", "2026-10-09 至 2026-10-14"),
        ("帮扶措施公示", "2026-10-15 至 2026-10-20"),
    ]
    assert ["补充说明", "因病住院，自付费用较大"] in told["公示.json"][1]["content"]
    ((_, objection, result, answer),) = told["异议.json"]
    assert (objection[:7], result, answer) == ("这家在县城里有", "反映不属实", "经查不动产登记，没有门面房。")
    ((measure, who, due, state),) = told["措施.json"]
    assert (measure, due) == ("医保报销、大病救助：办理大病救助", ORDER_DUE)
    assert "医保经办" in who
    assert state == "已落实 已核对材料，救助款三万元到账。"
    files = [(name, caption, mark) for name, caption, mark in told["材料.json"]]
    assert [name for name, *_ in files] == [
        "材料/01-入户核实照片.jpg", "材料/02-评议会议材料.jpg", "材料/03-研判和比对材料.jpg",
    ]  # fmt: skip
    for name, _, mark in files:
        assert hashlib.sha256(inside[name]).hexdigest() == mark
        assert inside[name].startswith(b"\xff\xd8")
