"""The list to take along: the parts of one need on it, and what is asked once for the whole list."""

from dataclasses import replace
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS

from accounts.models import User
from donors.forms import GoodsForm, MoneyForm, PledgeForm, ServiceForm, new_key
from donors.services.take_along import Part
from fupin.lib.errors import Conflict
from needs.enums import Form
from needs.models import Need

ASKED_ONCE = ("display", "name", "nickname", "guardian")
LONGEST_KEPT = 100


class ListForm(PledgeForm):
    """How the donor wants to be named, for every part of the list."""

    kind: ClassVar[str] = "list"

    def __init__(self, *args: Any, donor: User, **kwargs: Any) -> None:
        super().__init__(*args, donor=donor, need=Need(), **kwargs)
        del self.fields["key"]


class _Part(PledgeForm):
    """One way of helping one need, beside others: prefixed, left empty where nothing is given this way."""

    filled_by: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, need: Need, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {**kwargs["initial"], "key": new_key()}
        super().__init__(*args, need=need, prefix=prefix(need.pk, self.kind), **kwargs)
        for name in ASKED_ONCE:
            self.fields.pop(name, None)

    @property
    def is_filled(self) -> bool:
        """Whether anything was given this way."""
        return any(str(self.data.get(self.add_prefix(name), "")).strip() for name in self.counting())

    def counting(self) -> tuple[str, ...]:
        """The fields that say that something is given."""
        return self.filled_by

    def typed(self) -> dict[str, str]:
        """What was typed, by plain field name, to show it again."""
        names = [name for name in self.fields if name != "key"]
        return {name: str(self.data.get(self.add_prefix(name), ""))[:LONGEST_KEPT] for name in names}


class MoneyPart(_Part, MoneyForm):
    filled_by = ("amount",)


class GoodsPart(_Part, GoodsForm):
    """Without pictures: those are added on the pledge's page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["photos"]

    def counting(self) -> tuple[str, ...]:
        return tuple(name for name in self.fields if name.startswith("item_"))


class ServicePart(_Part, ServiceForm):
    filled_by = ("hours", "date")


PARTS: dict[str, type[_Part]] = {Form.MONEY: MoneyPart, Form.GOODS: GoodsPart, Form.SERVICE: ServicePart}


def prefix(need_id: int, kind: str) -> str:
    """Under which the fields of a part are sent."""
    return f"n{need_id}-{kind}"


def part(
    kind: str, *, need: Need, donor: User, data: Any = None, typed: dict[str, str] | None = None
) -> _Part:
    """The form of one part: bound to what was sent, or to what was typed before, or empty."""
    if data is None and typed:
        here = prefix(need.pk, kind)
        data = {f"{here}-{name}": value for name, value in {**typed, "key": new_key()}.items() if value}
    return PARTS[kind](data, need=need, donor=donor)


def to_part(form: _Part, about_donor: dict[str, Any]) -> Part:
    """The pledge that a valid form asks for, with what was said of its donor for the whole list."""
    content = replace(form.content(), **about_donor)
    return Part(form.need, form.kind, content, form.cleaned_data["key"], lambda error: explain(form, error))


def explain(form: _Part, error: Conflict) -> dict[str, list[str]]:
    """A refusal by field, as this form says it."""
    form.explain(error)
    return wrong(form)


def wrong(form: _Part) -> dict[str, list[str]]:
    """What is wrong with a checked form, by plain field name; "" for the whole of it."""
    return {
        "" if name == NON_FIELD_ERRORS else name: [str(text) for text in texts]
        for name, texts in form.errors.items()
    }
