"""Every form of the site, as its pages show it, sent with what nobody should type.

A form is walked once, as the first persona who sees it. Nothing may break; what is refused is refused with words beside
the field, which keeps what was typed; a number or a day is never taken from what is none.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from accounts.enums import Role
from accounts.models import User
from tests.urls.addresses import addresses
from tests.urls.bad_input import BAD, NOWHERE, PageForm, Reader
from tests.urls.objects import OPEN, OWN
from tests.urls.world import World

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
LEAVING = {"accounts:leave"}
# Most forms of the site have a text control; without them the walk would show nothing.
AT_LEAST = 60


def places(world: World) -> Iterator[tuple[str, str]]:
    """Every page that could hold a form, after its view's name: lists, this county's objects, the public need."""
    for address in addresses():
        if address.route.startswith("api/"):
            continue
        for values in {**OWN, **OPEN}[address.name](world) if address.parameters else ({},):
            yield address.name, address.url(**values)
    yield "public", world.public.get_absolute_url()
    for form in ("money", "goods", "service"):
        yield form, f"/needs/{world.public.pk}/pledge/?form={form}"


def forms(world: World, as_user: As) -> Iterator[tuple[str, Client, str, PageForm]]:
    """Each form once: its name, a browser that sees it, where it stands and what it holds."""
    known: set[tuple[str, tuple[str, ...]]] = set()
    no_pages: set[str] = set()
    browsers = [Client(), *(as_user(person) for person in (*vars(world.people).values(), world.donor))]
    others = User.objects.filter(appointments__role__in=(Role.INSPECTOR, Role.DEPARTMENT_OFFICER)).distinct()
    browsers += [as_user(person) for person in (*others, world.household.account) if person]
    for browser in browsers:
        for place, url in places(world):
            if place in no_pages:
                continue
            answer: Any = browser.get(url)
            if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
                if answer.status_code in {200, 405}:  # a file, or a form's target: the same for everybody
                    no_pages.add(place)
                continue
            for form in Reader(answer.text).forms:
                target = urljoin(url, form.action).split("#")[0]
                name = resolve(target.split("?")[0]).view_name
                mark = name, tuple(sorted(form.typed))
                if name not in LEAVING and form.typed and mark not in known:
                    known.add(mark)
                    yield name, browser, target, form


def send(browser: Client, target: str, form: PageForm, kind: str) -> Any:
    body = urlencode([(name, value) for name, values in form.filled(kind).items() for value in values])
    return browser.post(target, body, content_type="application/x-www-form-urlencoded")


def faults(answer: Any, form: PageForm, kind: str) -> Iterator[str]:
    if answer.status_code >= 500:
        yield f"{answer.status_code}"
    refused = answer.status_code in {400, 409} and answer["Content-Type"].startswith("text/html")
    if answer.status_code == 302 and kind not in {"empty", "full-width"}:
        sure = [name for name, control in form.typed.items() if control.exact or kind in NOWHERE]
        yield from (f"{name} was taken" for name in sure)
    elif refused:
        yield from _beside(Reader(answer.text), form, kind)


def _beside(page: Reader, form: PageForm, kind: str) -> Iterator[str]:
    """The same form is there again, holds what was sent, and whatever is wrong is marked and explained."""
    same = [one for one in page.forms if form.typed.keys() <= one.typed.keys()]
    if not same:
        yield "the form is gone"
        return
    sent = form.filled(kind)
    again = max(same, key=lambda one: sum(control.wrong for control in one.typed.values()))
    marked = [control for control in again.typed.values() if control.wrong]
    if kind in NOWHERE and not marked:
        yield "nothing is marked"
    for name in form.typed:
        value = again.typed[name].value.replace("\r\n", "\n")
        if value != sent[name][0] and not again.typed[name].private:
            yield f"{name} lost what was typed ({value[:30]!r})"
    yield from (f"{one.name} has no words" for one in marked if not _explained(page, one.name))


def _explained(page: Reader, name: str) -> bool:
    return any(mark.endswith(f"{name}_error") for mark in page.ids)


def test_every_form_answers_for_itself_and_keeps_what_was_typed(world: World, as_user: As) -> None:
    wrong, walked = [], 0
    for name, browser, target, form in list(forms(world, as_user)):
        walked += 1
        for kind in BAD:
            point = transaction.savepoint()
            answer = send(browser, target, form, kind)
            wrong += [f"{name} {target} {kind}: {fault}" for fault in faults(answer, form, kind)]
            transaction.savepoint_rollback(point)
    assert not wrong, "\n".join(wrong)
    assert walked >= AT_LEAST
