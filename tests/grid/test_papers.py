"""Papers of the grid: one page a household with the longest names, tables from the same visits, files in scope only."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from python_calamine import CalamineWorkbook

from accounts.enums import Role
from accounts.models import Appointment, AuditEntry, Region, User
from fupin.lib import typeset
from fupin.lib.clock import month_of, now, today
from fupin.lib.errors import Conflict, InvalidInput, NotAllowed
from grid.enums import PrintState
from grid.models import Grid, GridHousehold, MonthSheet, NoticePrint
from grid.queries import sheets
from grid.queries import visits as visit_queries
from grid.queries.board import board_of, levels_for
from grid.queries.home_ledger import home_ledger
from grid.services import grids, household_notices, members, month_sheets, papers, townships, visits
from grid.services.grids import GridInput
from grid.services.members import MemberInput
from grid.services.schedule import period_end
from grid.services.visits import VisitInput
from needs.models import Household
from tests import factories

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
LONG = "买买提艾力·阿卜杜热合曼·吐尔逊江·麦麦提依明阿吉"
DUTY = (
    "入户走访，了解收支、“三保障”和饮水安全情况，第一时间反映问题，帮助老人和孩子联系看病、上学、办证，" * 2
)


@pytest.fixture
def village(people: factories.Staff) -> Region:
    """A village whose every name and duty is as long as it may be."""
    homes = [factories.household(people.village, name=LONG) for _ in range(3)]
    grid = grids.make(
        actor=people.village,
        village=Region.objects.get(code=factories.VILLAGE),
        content=GridInput(
            "沙井村第一百二十三村民小组老屋场塘边屋场联合网格", "老屋场、塘边" * 15, "0734-00000000"
        ),
    )
    grids.place(actor=people.village, grid=grid, households=[home.pk for home in homes])
    for role in (Role.GRID_LEADER, *[Role.GRID_MEMBER] * 5):
        post = Appointment.objects.get(user=factories.officer(role, factories.VILLAGE, LONG))
        members.add(
            actor=people.village, grid=grid, post=post, content=MemberInput("entrepreneur", DUTY[:120])
        )
    town = Region.objects.get(code=factories.TOWN)
    for role, code in (
        (Role.TOWNSHIP_MANAGER, factories.TOWN),
        (Role.LEADER, factories.TOWN),
        (Role.VILLAGE_OFFICER, factories.VILLAGE),
        (Role.LEADER, factories.QIDONG),
    ):
        officer = factories.officer(role, code, LONG)
        Appointment.objects.filter(user=officer).update(
            unit="单位和职务" * 12, duty_phone="0734-00000000-12345"
        )
    leader = Appointment.objects.get(role=Role.LEADER, region=factories.QIDONG)
    townships.assign(actor=people.county, township=town, post=leader)
    Region.objects.filter(code=factories.VILLAGE).update(name="新疆生产建设兵团某某团场某某社区居民委员会")
    return Region.objects.get(code=factories.VILLAGE)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_household_notice_is_one_page_with_the_longest_names(village: Region) -> None:
    board = board_of(village)
    homes = GridHousehold.objects.select_related("household", "grid__village")
    pages = [papers.notice_page(home, board) for home in homes]
    assert len(typeset.png_pages(papers.NOTICE, {"pages": pages[:1]}, ppi=30)) == 1
    assert len(typeset.png_pages(papers.NOTICE, {"pages": pages}, ppi=30)) == 3
    assert [title for title, _ in levels_for(board, homes[0].grid_id)] == ["乡（镇）级", "村级", "村组网格"]
    assert all(people for _, people in levels_for(board, homes[0].grid_id))


def test_the_poster_shows_every_grid(village: Region, people: factories.Staff) -> None:
    for _ in range(3):
        factories.grid(people.village)
    data = papers.poster_data(board_of(village))
    assert len(data["grids"]) == 4
    assert len(typeset.png_pages(papers.POSTER, data, ppi=30)) <= 3


def test_a_whole_village_comes_as_one_file_for_those_in_scope(
    village: Region, people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    client = as_user(people.village)
    url = f"/office/grids/villages/{village.code}/notices/"
    started = client.post(url)
    job = NoticePrint.objects.get()
    assert started.url == f"/office/grids/notices/{job.pk}/"
    assert "正在生成" in text_of(client.get(started.url))
    with pytest.raises(Conflict, match="上一份"):
        household_notices.start(actor=people.village, village=village)
    assert (household_notices.run_due(), household_notices.run_due()) == (1, 0)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (PrintState.DONE, 3, 3)
    with job.file.open("rb") as stored:
        assert not stored.read().startswith(b"%PDF")
    file = f"/office/grids/notices/{job.pk}/file.pdf"
    assert client.get(file).content.startswith(b"%PDF")
    assert AuditEntry.objects.filter(action="notice_print.take", actor=people.village).count() == 1
    assert as_user(other_county.village).get(file).status_code == 404
    assert as_user(people.charity).get(file).status_code == 403
    with pytest.raises(NotAllowed):
        household_notices.start(actor=other_county.village, village=village)


def test_a_lost_workers_file_is_made_again_and_an_old_one_goes(
    village: Region, people: factories.Staff
) -> None:
    job = household_notices.start(actor=people.village, village=village)
    NoticePrint.objects.filter(pk=job.pk).update(total=3, done=2, progress_at=now())
    assert household_notices.run_due() == 0
    NoticePrint.objects.filter(pk=job.pk).update(progress_at=now() - household_notices.LEASE * 2)
    assert household_notices.run_due() == 1
    NoticePrint.objects.filter(pk=job.pk).update(finished_at=now() - household_notices.KEPT * 2)
    household_notices.run_due()
    job.refresh_from_db()
    assert (job.state, bool(job.file)) == (PrintState.FORGOTTEN, False)
    with pytest.raises(Conflict):
        household_notices.read(job)


def test_the_public_board_names_who_answers_and_no_household(
    village: Region, client: Client, people: factories.Staff
) -> None:
    Household.objects.update(name="金丝雀大山")
    page = text_of(client.get(f"/grid/{village.code}/"))
    assert "联合网格" in page
    assert LONG in page
    assert "0734-00000000" in page
    assert "金丝雀" not in page
    assert people.village.phone.open()[-8:] not in page  # type: ignore[union-attr]
    assert "沙井" in text_of(client.get(f"/grid/{factories.TOWN}/")) or village.name in text_of(
        client.get(f"/grid/{factories.TOWN}/")
    )
    assert client.get("/grid/430426100999/").status_code == 404


def test_a_portrait_is_public_while_its_person_serves(
    village: Region, people: factories.Staff, client: Client
) -> None:
    member = Grid.objects.get().members.first()
    assert member
    url = f"/grid/photos/{member.pk}/"
    assert client.get(url).status_code == 404
    photo = ContentFile(b"jpeg", name="a.jpg")
    members.amend(actor=people.village, member=member, content=MemberInput("party", photo=photo))
    assert client.get(url).status_code == 200
    members.remove(actor=people.village, member=member)
    assert client.get(url).status_code == 404


def test_month_table_ledger_and_problems_come_from_the_same_visits(
    village: Region, people: factories.Staff, as_user: As
) -> None:
    first, second, _ = GridHousehold.objects.order_by("pk")
    visits.record(actor=people.village, home=first, content=VisitInput(today(), "home"))
    broken = {"water": "problem"}
    visits.record(
        actor=people.village,
        home=second,
        content=VisitInput(today(), "home", points=broken, note="水管冻裂"),
    )
    grid = Grid.objects.select_related("village__parent").get()
    table = sheets.month_table(grid, month_of(today()))
    assert table.facts == {"homes": 3, "visited": 2, "problems": 1}
    assert ["没有走访" in row for row in table.rows] == [False, False, True]
    client = as_user(people.village)
    for url, words in (
        (f"/office/grids/{grid.pk}/month.xlsx", "水管冻裂"),
        ("/office/visits/ledger/visits.xlsx", "水管冻裂"),
        ("/office/visits/ledger/problems.xlsx", "饮水安全：水管冻裂"),
        ("/office/visits/ledger/homes.xlsx", f"{today():%Y-%m-%d}"),
    ):
        book = CalamineWorkbook.from_filelike(BytesIO(client.get(url).content))
        cells = [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row]
        assert words in cells, url
        assert client.get(url.replace("xlsx", "pdf")).content.startswith(b"%PDF")
    assert AuditEntry.objects.filter(action="grid.export").count() == 8


def test_the_month_table_is_handed_in_once_by_who_leads_the_grid(
    village: Region, people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    grid, month = Grid.objects.select_related("village__parent").get(), month_of(today())
    leader = factories.fresh(grid.members.order_by("pk")[0].post.user)
    page = as_user(leader).get(f"/office/grids/{grid.pk}/month/")
    assert "上报" in text_of(page)
    assert as_user(leader).post(f"/office/grids/{grid.pk}/month/", {"remark": "两户外出"}).status_code == 302
    sheet = MonthSheet.objects.get()
    assert (sheet.homes, sheet.visited, sheet.filed_by, sheet.month) == (3, 0, leader, month)
    with pytest.raises(Conflict):
        month_sheets.file(actor=people.village, grid=grid, month=month)
    with pytest.raises(InvalidInput):
        month_sheets.file(actor=leader, grid=grid, month=month.replace(year=month.year - 1))
    for actor in (other_county.village, people.charity):
        with pytest.raises(NotAllowed):
            month_sheets.file(actor=actor, grid=grid, month=month)
    assert period_end(month, monthly=True) >= today()


def test_a_long_month_table_runs_over_pages_with_its_head(village: Region) -> None:
    grid = Grid.objects.select_related("village__parent").get()
    table = sheets.month_table(grid, month_of(today()))
    data = papers.table_data(table)
    assert len(typeset.png_pages(papers.TABLE, data, ppi=20)) == 1
    assert len(typeset.png_pages(papers.TABLE, {**data, "rows": data["rows"] * 34}, ppi=20)) > 2


def test_a_table_that_is_not_in_stands_in_the_inbox_of_leader_and_village(
    village: Region, people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    grid, month = Grid.objects.select_related("village__parent").get(), sheets.expected_month()
    leader = factories.fresh(grid.members.order_by("pk")[0].post.user)
    GridHousehold.objects.update(since=month)
    for person in (leader, people.village):
        assert list(sheets.unfiled_for(factories.fresh(person))) == [grid]
        assert "月度排查表还没有上报" in text_of(as_user(person).get("/office/"))
    for person in (other_county.village, people.charity):
        assert not sheets.unfiled_for(factories.fresh(person)).exists()
    month_sheets.file(actor=leader, grid=grid, month=month)
    assert not sheets.unfiled_for(factories.fresh(leader)).exists()


def test_a_portrait_stands_on_board_poster_and_badge_once_its_person_agreed(
    village: Region, people: factories.Staff, as_user: As, client: Client
) -> None:
    member = Grid.objects.get().members.select_related("post__user").first()
    assert member
    person, manager = (
        as_user(factories.fresh(User.objects.get(pk=member.post.user_id))),
        as_user(people.village),
    )
    edit, shown = f"/office/grids/members/{member.pk}/", f"/grid/photos/{member.pk}/"
    given = {"kind": "party", "duty": "每月走访"}

    def photo() -> SimpleUploadedFile:
        file = BytesIO()
        Image.new("RGB", (300, 400), "#884422").save(file, "JPEG")
        return SimpleUploadedFile("me.jpg", file.getvalue(), "image/jpeg")

    refused = manager.post(edit, {**given, "photo": photo()})
    assert (refused.status_code, "同意" in text_of(refused)) == (400, True)
    for page in (client.get(f"/grid/{village.code}/"), person.get("/me/badge/")):
        assert shown not in text_of(page)
    assert manager.post(edit, {**given, "photo": photo(), "agreed": "on"}).status_code == 302
    for page in (client.get(f"/grid/{village.code}/"), person.get("/me/badge/")):
        assert f'src="{shown}"' in text_of(page)
    assert shown not in text_of(manager.get("/me/badge/")), "another's badge"
    assert papers.poster_data(board_of(village))["grids"][0]["people"][0][0].startswith("<svg")
    assert b"/Subtype /Image" in papers.poster(village).replace(b"/Subtype/Image", b"/Subtype /Image")
    members.remove(actor=people.village, member=member)
    assert shown not in text_of(person.get("/me/badge/"))


def test_a_households_page_leads_to_its_grid_visits_and_clues_and_reports_one(
    village: Region, people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    home = GridHousehold.objects.select_related("household").order_by("pk").first()
    assert home
    page, report = f"/office/households/{home.pk}/", f'/office/clues/new/?household={home.pk}"'
    before = text_of(as_user(people.village).get(page))
    for way in (f"/office/grids/{home.grid_id}/", f"/office/visits/{home.pk}/", report):
        assert before.count(f'href="{way.rstrip(chr(34))}"') == 1
    clue = factories.clue(people, home.household)
    after = text_of(as_user(people.village).get(page))
    assert f'href="{clue.get_absolute_url()}"' in after
    assert f"/office/households/{home.pk}/" in text_of(
        as_user(people.village).get(f"/office/visits/{home.pk}/")
    )
    inspector = factories.officer(Role.INSPECTOR, factories.QIDONG)
    assert report not in text_of(as_user(inspector).get(page))
    assert as_user(other_county.village).get(page).status_code == 404


def test_the_register_of_helpers_and_households_is_filled_from_the_visits(
    village: Region, people: factories.Staff, other_county: factories.Staff, as_user: As
) -> None:
    first, second, third = GridHousehold.objects.order_by("pk")
    visits.record(actor=people.village, home=first, content=VisitInput(today(), "home"))
    looked = VisitInput(today(), "home", points={"water": "problem", "income": "same"}, note="水管冻裂")
    visits.record(actor=people.village, home=second, content=looked)
    table = home_ledger(visit_queries.schedule_of(people.village), village)
    day = f"{today():%Y-%m-%d}"
    confirmed = {int(row[0]): row[9:14] for row in table.rows}
    assert confirmed == {1: [day] * 5, 2: [day, "", "", "", ""], 3: [""] * 5}
    assert [row[8] for row in table.rows] == [day, day, "还没有"]
    assert {row[3] for row in table.rows} == {LONG}
    assert {row[4] for row in table.rows} == {"、".join([LONG] * 5)}
    assert third.household.name == table.rows[2][5]
    assert not home_ledger(visit_queries.schedule_of(other_county.village), village).rows
    client = as_user(people.village)
    assert client.get("/office/visits/ledger/homes.pdf").content.startswith(b"%PDF")
    assert client.get("/office/visits/ledger/other.xlsx").status_code == 404
    assert AuditEntry.objects.filter(action="grid.export").get().changes["table"] == table.title
