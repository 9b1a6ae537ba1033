"""The templates and static files as a whole: what the content security policy and the budget rely on."""

import gzip
import re
from itertools import accumulate
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.templatetags import ui
from fupin.styleguide import SampleForm, sample_context, wrong_form

ROOT = Path(settings.BASE_DIR)
CSS = sorted((ROOT / "static/css").glob("*.css"))
APPS = ("accounts", "needs", "donors", "grid", "fupin")
TEMPLATES = sorted(
    path
    for folder in (ROOT / "templates", *(ROOT / app / "templates" for app in APPS))
    for path in folder.rglob("*.html")
)
COMPONENTS = sorted(path.name for path in (ROOT / "templates/components").glob("*.html"))
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE
)
FOREIGN = re.compile(r"(?:src|href|action|content)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE)
USED = re.compile(r"components/([a-z_]+\.html)")


def _request(path: str = "/styleguide/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


def _styleguide(**extra: object) -> str:
    return render_to_string("styleguide.html", {**sample_context(), **extra}, request=_request())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_has_no_inline_code_and_no_foreign_host(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert not INLINE.search(source)
    assert not FOREIGN.search(source)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_is_short_enough_to_be_read_at_once(template: Path) -> None:
    assert len(template.read_text(encoding="utf-8").splitlines()) < 120


def test_rendered_page_has_no_inline_code_and_no_foreign_host() -> None:
    page = _styleguide(mode="demo")
    assert not INLINE.search(page)
    assert not FOREIGN.search(page)


def test_included_components_exist() -> None:
    named = {name for path in TEMPLATES for name in USED.findall(path.read_text(encoding="utf-8"))}
    assert named <= set(COMPONENTS)


def test_styleguide_or_base_shows_every_component() -> None:
    ours = [path for path in TEMPLATES if (ROOT / "templates") in path.parents]
    named = {name for path in ours for name in USED.findall(path.read_text(encoding="utf-8"))}
    tags = set(USED.findall(Path(ui.__file__).read_text(encoding="utf-8")))
    assert set(COMPONENTS) == named | tags


def test_styleguide_shows_every_status_and_kind_in_words() -> None:
    samples = sample_context()
    shown = {code for codes in samples["statuses"].values() for code in codes}
    assert shown == set(ui.STATUSES)
    assert set(samples["kinds"]) == set(ui.KINDS)
    page = _styleguide()
    assert all(words in page for words, _, _ in ui.STATUSES.values())
    assert all(words in page for words, _ in ui.KINDS.values())


def test_ids_are_unique_on_the_styleguide() -> None:
    ids = re.findall(r'\sid="([^"]+)"', _styleguide())
    assert len(ids) == len(set(ids))


def test_every_anchor_of_an_error_summary_leads_to_its_field() -> None:
    page = _styleguide()
    assert set(re.findall(r'href="#(id_[^"]+)"', page)) <= set(re.findall(r'\sid="([^"]+)"', page))


def test_field_keeps_what_was_typed_and_says_what_is_wrong_beside_it() -> None:
    bound = wrong_form()["amount"]
    html = render_to_string("components/field.html", ui.field(bound))
    assert 'value="1200"' in html
    assert f'id="{bound.auto_id}_error"' in html
    assert f"{bound.auto_id}_error" in html.split("aria-describedby=")[1]
    assert all(message in html for message in bound.errors)


def test_field_escapes_what_was_typed() -> None:
    bound = SampleForm({"name": '"><img src=x onerror=alert(1)>'})["name"]
    assert "<img" not in render_to_string("components/field.html", ui.field(bound))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("amount", "money"),
        ("quantity", "quantity"),
        ("code", "code"),
        ("photos", "photo"),
        ("display", "cards"),
        ("kinds", "chips"),
        ("consent", "check"),
        ("name", "plain"),
    ],
)
def test_field_chooses_its_markup_by_class_or_widget(name: str, kind: str) -> None:
    assert ui.field(SampleForm()[name])["kind"] == kind


@pytest.mark.parametrize(
    ("fen", "words"), [(100_000, "¥1,000"), (1250, "¥12.50"), (0, "¥0"), (-2550, "−¥25.50"), (None, "—")]
)
def test_yuan_reads_as_people_write_it(fen: int | None, words: str) -> None:
    assert ui.yuan(fen) == words


def test_unknown_status_is_shown_by_its_code() -> None:
    assert ui.status_badge("puzzling")["label"] == "puzzling"


@pytest.mark.parametrize(
    ("path", "url", "here"),
    [("/needs/", "/needs/", True), ("/needs/7/", "/needs/", True), ("/needs/", "/", False), ("/", "/", True)],
)
def test_nav_link_marks_where_one_is(path: str, url: str, here: bool) -> None:
    assert ui.nav_link({"request": _request(path)}, url, "x")["here"] is here


def test_elder_mode_marks_the_page_and_offers_the_way_back() -> None:
    request = _request()
    request.COOKIES["elder"] = "1"
    page = render_to_string("styleguide.html", sample_context(), request=request)
    assert '<html lang="zh-CN" class="elder">' in page
    assert "回到标准版" in page


@pytest.mark.parametrize("code", [400, 403, 404, 409, 429, 503])
def test_error_page_offers_a_way_on(code: int) -> None:
    page = render_to_string(f"{code}.html", request=_request())
    assert f"错误代码 {code}" in page
    assert 'href="/needs/"' in page


def test_server_error_page_needs_no_context_and_its_files_exist() -> None:
    page = render_to_string("500.html")
    files = re.findall(r'"/static/([^"]+)"', page)
    assert files
    assert all(finders.find(name) for name in files)
    assert "{" not in page


@pytest.mark.parametrize("sheet", CSS, ids=lambda path: path.name)
def test_style_sheet_keeps_to_its_layer_and_this_host(sheet: Path) -> None:
    bare = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL).strip()
    bare = re.sub(r"^@layer [a-z, ]+;\s*", "", bare)
    assert re.match(r"@layer [a-z]+ \{", bare)
    steps = ({"{": 1, "}": -1}.get(sign, 0) for sign in bare[bare.index("{") :])
    depths = list(accumulate(steps))
    assert min(depths[:-1]) > 0
    assert depths[-1] == 0
    assert not re.search(r"https?://|@import", bare)


def test_style_sheets_of_every_page_stay_under_their_budget() -> None:
    names = re.findall(r'"(css/[a-z]+\.css)"', (ROOT / "templates/base.html").read_text(encoding="utf-8"))
    assert len(names) == 8
    assert sum((ROOT / "static" / name).stat().st_size for name in names) < 30 * 1024


def test_first_visit_stays_under_its_budget() -> None:
    page = _styleguide()
    files = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js|svg))"', page.split("</head>")[0])
    found = [Path(str(finders.find(name))) for name in files]
    sizes = [len(gzip.compress(path.read_bytes())) for path in found]
    assert len(sizes) >= 10
    assert sum(sizes) + len(gzip.compress(page.encode())) < 60_000
