"""Pages that open without a signal: the worker's address, its switch, and for whom a page is kept."""

import json
import re

from django.contrib.staticfiles import finders


def told(script: str) -> dict:
    return json.loads(re.findall(r"self\.offline = (\{.*\});", script)[0])


def test_worker_names_files_that_exist_and_is_asked_for_anew(client, db):
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    script = answer.content.decode()
    files = [*told(script)["shell"], *re.findall(r'importScripts\("([^"]+)"\)', script)]
    assert len(files) > 12
    assert all(finders.find(name.removeprefix("/static/")) for name in files)
    assert client.get(told(script)["page"]).status_code == 200


def test_new_files_are_a_new_version(client, db, settings):
    before = told(client.get("/sw.js").content.decode())["version"]
    assert told(client.get("/sw.js").content.decode())["version"] == before
    settings.STAFF_SESSION_SECONDS = 60
    assert told(client.get("/sw.js").content.decode())["version"] != before


def test_worker_that_is_switched_off_empties_and_removes_itself(people, as_user, settings):
    browser = as_user(people.village)
    assert 'data-worker="/sw.js"' in browser.get("/outbox/").content.decode()
    settings.OFFLINE_PAGES = False
    script = browser.get("/sw.js").content.decode()
    assert "unregister()" in script
    assert "importScripts" not in script
    assert "data-worker" not in browser.get("/outbox/").content.decode()


def test_every_page_says_for_whom_it_is(client, people, as_user):
    assert client.get("/")["X-Account"] == "0"
    village = as_user(people.village)
    assert village.get("/office/")["X-Account"] == str(people.village.pk)
    assert village.post("/accounts/leave/", follow=True)["X-Account"] == "0"
    assert "X-Account" not in client.get("/healthz")


def test_page_without_signal_names_nobody(people, as_user):
    page = as_user(people.village).get("/offline/").content.decode()
    assert "<!-- kept -->" in page
    assert str(people.village.name) not in page.split("<main")[1]


def test_leaving_keeps_the_outbox_only_when_asked(people, as_user):
    leaving = [as_user(people.village).post("/accounts/leave/", form) for form in ({}, {"keep": "1"})]
    assert [answer["Clear-Site-Data"] for answer in leaving] == ['"cache", "storage"', '"cache"']


def test_scripts_of_the_outbox_are_for_officers_and_pages_that_need_them(people, donor, as_user):
    def has(person, address: str) -> bool:
        return "js/outbox.js" in as_user(person).get(address).content.decode()

    assert has(people.village, "/office/")
    assert has(donor, "/outbox/")
    assert not has(donor, "/")
    assert not has(donor, "/pledges/")
