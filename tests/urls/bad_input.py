"""The forms of a page as a browser would send them, and what people should never type."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

HUGE = "x" * 100_000
BAD = {
    "empty": "",
    "negative": "-1",
    "scientific": "1e9",
    "grouped": "1_000",
    "full-width": "１２３４５６７８９０１２３",
    "NUL": "a\0b",
    "emoji": "😀",
    "100 kB": HUGE,
}
NOWHERE = {"NUL", "100 kB"}
"""What no text field takes."""
NOT_TYPED = {"hidden", "checkbox", "radio", "file", "submit", "button"}
HUGE_FIELDS = 10
"""So many fields get 100 kB: the whole body stays below what Django reads."""


@dataclass
class Control:
    """One text control: what it holds, whether it wants a number or a date, and whether it is marked as wrong."""

    name: str
    value: str
    exact: bool
    private: bool
    wrong: bool


@dataclass
class PageForm:
    """One form that a page sends by POST."""

    action: str
    given: dict[str, list[str]] = field(default_factory=dict)
    typed: dict[str, Control] = field(default_factory=dict)

    def filled(self, kind: str) -> dict[str, list[str]]:
        """What goes out with this kind of bad value in every text control."""
        sent = dict(self.given)
        for number, name in enumerate(self.typed):
            short = kind == "100 kB" and number >= HUGE_FIELDS
            sent[name] = ["" if short else BAD[kind]]
        return sent


class Reader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self.ids: set[str] = set()
        self._form: PageForm | None = None
        self._area: Control | None = None
        self._select: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.ids.add(has.get("id", ""))
        if tag == "form":
            self._form = PageForm(has.get("action", "")) if has.get("method", "").lower() == "post" else None
            if self._form:
                self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, has, self._form)

    def _control(self, tag: str, has: dict[str, str], form: PageForm) -> None:
        name, kind = has.get("name", ""), has.get("type", "text")
        if tag == "option" and self._select:
            if "selected" in has or (has.get("value") and not form.given.get(self._select)):
                form.given[self._select] = [has.get("value", "")]
        elif not name or "disabled" in has:
            return
        elif tag == "select":
            self._select = name
            form.given[name] = []
        elif tag == "textarea" or (tag == "input" and kind not in NOT_TYPED):
            exact = kind in {"number", "date", "time", "month"} or has.get("inputmode") in {
                "numeric", "decimal", "tel",
            }  # fmt: skip
            private = has.get("autocomplete") == "one-time-code"
            control = Control(name, has.get("value", ""), exact, private, has.get("aria-invalid") == "true")
            form.typed[name] = control
            self._area = control if tag == "textarea" else None
        elif tag == "input" and (kind == "hidden" or "checked" in has):
            form.given.setdefault(name, []).append(has.get("value", "on"))

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self._area.value = self._area.value.removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._form = None
