"""One county's things that others must not see, with a canary household whose secrets must never come out."""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from PIL import Image

from accounts.enums import ChangeKind, Role
from accounts.models import Appointment, Region, User
from accounts.services import applications, messages
from accounts.services.applications import ApplicationInput
from donors.enums import AccountChangeKind, CaseReason, Picture
from donors.models import (
    Callback,
    CallbackSheet,
    CharityAccount,
    DeliveryCase,
    GoodsNotice,
    Pledge,
    PledgePhoto,
    Statement,
    StatementLine,
    Thanks,
)
from donors.services import accounts, adoptions, certificates, follows, payout_photos, payouts
from donors.services.adoptions import AdoptionInput
from fupin.lib.clock import now, today
from fupin.lib.images import reencode
from grid.models import (
    GridHousehold,
    Measure,
)
from grid.services import (
    activities,
    articles,
    calendar,
    clocks,
    clue_files,
    household_notices,
    inspections,
    notices,
    reconcile,
    regions,
    townships,
    visits,
    warning_uploads,
    warnings,
)
from needs.enums import Goods
from needs.household_enums import FlagKind, ReportKind
from needs.models import (
    Campaign,
    CatalogueItem,
    Household,
    HouseholdFlag,
    HouseholdHelper,
    HouseholdImport,
    Need,
    NeedPhoto,
    PaperForm,
)
from needs.services import (
    drafts,
    helpers,
    household_claims,
    household_import,
    household_import_run,
    household_reports,
    households,
    members,
    paper,
    review,
)
from needs.services.drafts import ItemInput
from needs.services.helpers import HelperInput, HelpInput
from needs.services.households import HouseholdInput
from needs.services.members import MemberInput
from tests import factories
from tests.urls.world_months import closed_month

NAME = "金丝雀大山"
SECRETS = {
    "phone": "19900008888",
    "id_number": "430426197802143730",
    "address": "金丝雀巷十九号后院",
    "situation": "金丝雀慢性肾病三期",
}


CARD = "6217000000474747"
"""The household's account, recorded by the township."""


@dataclass
class World:
    """What 祁东县 has."""

    people: factories.Staff
    donor: User
    household: Household
    draft: Need
    public: Need
    pledge: Pledge
    photo: NeedPhoto
    job: HouseholdImport
    things: dict[str, Any]
    """The other things of this county by their noun: what their pages take as `pk`."""
    media: Path
    """Where its pictures and sheets lie."""


def make() -> World:
    """Build it through the services, as people would."""
    people = factories.staff()
    factories.charity_account()
    account, donor = factories.user(), factories.user("李爱心", nickname="小李")
    home = households.register(
        actor=people.village,
        region=Region.objects.get(code=factories.VILLAGE),
        content=HouseholdInput(name=NAME, cause="illness", members=3, **SECRETS),
        evidence="signed_paper",
    )
    Household.objects.filter(pk=home.pk).update(account=account)
    home.refresh_from_db()
    public = factories.published_need(people, home)
    draft = drafts.create_draft(
        actor=people.village, household=home, content=factories.content(title="金丝雀未公开的求助")
    )
    photo = drafts.add_photo(actor=people.village, need=draft, jpeg=reencode(_picture()))
    review.submit(actor=people.village, need=draft)
    pledge = factories.received_pledge(donor, public, people)
    certificates.issue_due()
    messages.notify(user=donor, text="给您的一句话", dedup_key="world", link="/")
    things = {**_of_the_household(people, home), **_of_the_gift(people, pledge), **_of_the_office(people)}
    HouseholdHelper.objects.filter(pk=things["helper"]).update(user=donor)
    things |= _of_the_watch(people)
    things |= _of_the_grid(people, home)
    things |= closed_month(people)
    things |= _of_the_writers(people)
    media = Path(settings.MEDIA_ROOT)
    return World(people, donor, home, draft, public, pledge, photo, _import(people), things, media)


def _of_the_household(people: factories.Staff, home: Household) -> dict[str, Any]:
    member = members.add(
        actor=people.village,
        household=home,
        content=MemberInput(
            name="金丝雀小山", relation="child", labour="none", sex="male", birth_year=2015, guardian=NAME
        ),
    )
    report = household_reports.report_ending(
        actor=people.village, household=home, kind=ReportKind.CLOSE, reason="全家已经搬到外省"
    )
    claim = household_claims.claim(actor=factories.user(), region=home.region, name=NAME)
    flag = HouseholdFlag.objects.create(
        household=home, other=factories.household(people.village), kind=FlagKind.PHONE
    )
    helper = helpers.add(
        actor=people.village,
        household=home,
        content=HelperInput(name="金丝雀干部", kind="secretary", work="person", since=today()),
    )
    act = helpers.record(
        actor=people.village, helper=helper, content=HelpInput(today(), "goods", "金丝雀送来两袋大米")
    )
    return {
        "helper": helper.pk,
        "help": act.pk,
        "member": member.pk,
        "report": report.pk,
        "claim": claim.pk,
        "flag": flag.pk,
    }


def _of_the_gift(people: factories.Staff, pledge: Pledge) -> dict[str, Any]:
    sheet = CallbackSheet.objects.create(
        region_id=factories.TOWN, month=today().replace(day=1), seed="00", population=[pledge.pk]
    )
    photo = PledgePhoto(pledge=pledge, purpose=Picture.GOODS, sha256="0" * 64, uploaded_by=pledge.donor)
    photo.file.save("picture.jpg", ContentFile(reencode(_picture())))
    line = _statement_line(people)
    return {
        "sheet": sheet.pk,
        "callback": Callback.objects.create(sheet=sheet, pledge=pledge, always=False).pk,
        "case": DeliveryCase.objects.create(
            pledge=pledge, county=pledge.county, reason=CaseReason.PROBLEM
        ).pk,
        "thanks": Thanks.objects.create(pledge=pledge, text="谢谢您", written_by=people.village).pk,
        "pledge_photo": photo.pk,
        "line": line.pk,
        **_account(people),
        **_payout(people, pledge),
        "statement": line.statement_id,
        "parcel": _parcel(people, pledge.donor),
        "notice": GoodsNotice.objects.create(
            region_id=factories.VILLAGE, text="不需要旧衣物", made_by=people.village
        ).pk,
        "adoption": _adoption(people, pledge.donor),
        "follow": follows.follow(actor=pledge.donor, need=pledge.need).pk,
    }


def _account(people: factories.Staff) -> dict[str, Any]:
    account = CharityAccount.objects.get()
    change = accounts.propose(
        actor=people.county, kind=AccountChangeKind.CLOSE, values={}, note="金丝雀原因", account=account
    )
    return {"account": account.pk, "account_change": change.pk}


def _adoption(people: factories.Staff, donor: User) -> int:
    offer = AdoptionInput(rhythm="month", months=6, amount_fen=100_00, first_on=today())
    return adoptions.ask(actor=donor, need=factories.published_need(people), content=offer).pk


def _payout(people: factories.Staff, pledge: Pledge) -> dict[str, Any]:
    """A list for the bank with one line and its slip."""
    assert pledge.need.household
    factories.bank_account(people, pledge.need.household, CARD)
    batch = payouts.plan(actor=people.charity, pledges=[pledge])
    payout = batch.payouts.get()
    photo = payout_photos.add(actor=people.charity, payout=payout, jpeg=reencode(_picture()))
    return {"batch_of_payouts": batch.pk, "payout": payout.pk, "payout_photo": photo.pk}


def _parcel(people: factories.Staff, donor: User) -> int:
    items = [ItemInput(name="棉被", unit="床", quantity=2)]
    need = factories.published_need(people, items=items)
    return factories.shipped_pledge(donor, need).parcels.get().pk


def _statement_line(people: factories.Staff) -> StatementLine:
    account = CharityAccount.objects.get()
    statement = Statement.objects.create(
        account=account,
        actor=people.charity,
        file_name="流水.csv",
        sha256="0" * 64,
        total_lines=1,
        first_on=today(),
        last_on=today(),
    )
    return StatementLine.objects.create(
        account=account,
        statement=statement,
        number=1,
        booked_on=today(),
        direction="in",
        amount_fen=100,
        counterparty="金丝雀汇款人",
        fingerprint="0" * 64,
    )


def _of_the_office(people: factories.Staff) -> dict[str, Any]:
    asked = ApplicationInput(role=Role.VILLAGE_OFFICER, source="committee", name="赵申请")
    application = applications.ask(
        actor=factories.user(), region=Region.objects.get(code=factories.VILLAGE_2), content=asked
    )
    village, county = (Region.objects.get(code=code) for code in (factories.VILLAGE, factories.QIDONG))
    campaign = Campaign.objects.create(
        region=county, name="金丝雀行动", release_at=now() + timedelta(days=3), created_by=people.county
    )
    batch = paper.print_forms(actor=people.village, region=village)
    change = regions.plan(
        actor=people.county,
        content=regions.Plan(
            kind=ChangeKind.MERGE,
            sources=[factories.VILLAGE_2],
            target_code=factories.VILLAGE,
            target_name=village.name,
            effective_on=today(),
        ),
    )
    entry = CatalogueItem.objects.create(
        county=county, goods=Goods.BEDDING, name="金丝雀被", unit="床", price_fen=100
    )
    day = calendar.change(actor=people.county, county=county, day=today(), works=True, name="防汛上班")
    clock = clocks.start("warning.verify", object_id=1, region=village, title=NAME)
    return {
        **_clue(people),
        "day": day.pk,
        "clock": clock.pk,
        "application": application.pk,
        "post": people.village.appointments.get().pk,
        "campaign": campaign.pk,
        "batch": batch,
        "paper": PaperForm.objects.get(batch=batch).token,
        "change": change.pk,
        "entry": entry.pk,
    }


def _of_the_watch(people: factories.Staff) -> dict[str, Any]:
    village = Region.objects.get(code=factories.VILLAGE)
    meeting = activities.plan(
        actor=people.village,
        region=village,
        content=activities.ActivityInput(kind="meeting", held_on=today(), topic="会商研判"),
    )
    return {
        **_of_the_departments(people),
        **_of_the_inspector(people),
        **_of_the_register(people),
        "activity": meeting.pk,
        "activity_photo": activities.add_photo(
            actor=people.village, activity=meeting, jpeg=reencode(_picture())
        ).pk,
        "sign_in": activities.code(actor=people.village, activity=meeting),
    }


def _clue(people: factories.Staff) -> dict[str, Any]:
    """One whose notice is up, with an objection."""
    home = factories.household(people.village, name=NAME)
    clue = factories.noticed_clue(people, home)
    notice = clue.notices.get()
    objection = notices.raise_objection(notice=notice, words="金丝雀家里情况和公示的不一样")
    post = factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG).appointments.get()
    measure = Measure.objects.create(
        clue=clue,
        kind="insurance",
        kind_name="医保报销",
        words="金丝雀医保报销",
        post=post,
        state="sent",
        due_on=today(),
        made_by=people.county,
    )
    return {
        "measure": measure.pk,
        "clue": clue.pk,
        "clue_file": clue_files.add(
            actor=people.village, clue=clue, kind="meeting", jpeg=reencode(_picture())
        ).pk,
        "public_notice": notice.pk,
        "notice_token": notice.token,
        "objection": objection.pk,
    }


def _of_the_grid(people: factories.Staff, home: Household) -> dict[str, Any]:
    grid = factories.grid(people.village, [home])
    member = factories.grid_person(people.village, grid)
    member.photo.save("portrait.jpg", ContentFile(reencode(_picture())))
    place = GridHousehold.objects.get(pk=home.pk)
    visits.ask_photo(actor=people.village, home=place, of="屋顶")
    content = visits.VisitInput(
        on=today(),
        channel="home",
        points={"other": "problem"},
        note="金丝雀家漏雨",
        photo=ContentFile(reencode(_picture()), name="visit.jpg"),
    )
    visit = visits.record(actor=people.village, home=place, content=content)
    job = household_notices.start(actor=people.village, village=home.region)
    household_notices.run_due()
    leader = factories.officer(Role.LEADER, factories.QIDONG)
    duty = townships.assign(
        actor=people.county,
        township=Region.objects.get(code=factories.TOWN),
        post=Appointment.objects.get(user=leader),
    )
    return {
        "grid": grid.pk,
        "grid_member": member.pk,
        "visit": visit.pk,
        "notices": job.pk,
        "township_leader": duty.pk,
    }


def _of_the_writers(people: factories.Staff) -> dict[str, Any]:
    media = factories.officer(Role.COUNTY_MEDIA, factories.QIDONG)
    draft, other = (factories.article(media, title=title) for title in ("金丝雀草稿", "已发布的政策"))
    articles.act(actor=media, article=other, action="submit")
    articles.act(actor=people.county, article=other, action="publish")
    articles.act(actor=media, article=draft, action="submit")
    return {"article": draft.pk, "published_article": other.pk}


def _of_the_departments(people: factories.Staff) -> dict[str, Any]:
    officer = factories.officer(Role.DEPARTMENT_OFFICER, factories.QIDONG)
    desk = warnings.set_department(
        actor=people.county, post=officer.appointments.get(), department="insurance"
    )
    text = f"姓名,身份证号,预警原因\n{NAME},{SECRETS['id_number']},{SECRETS['situation']}\n"
    made = warnings.upload(
        actor=officer, desk=desk, topic="金丝雀预警", file_name="a.csv", source=BytesIO(text.encode())
    )
    row = made.rows.get()
    waiting = warning_uploads.take_in(
        actor=officer, desk=desk, topic="金丝雀名单", file_name="b.csv", source=BytesIO(text.encode())
    )
    return {
        "warning_list": made.pk,
        "warning_batch": row.batch_id,
        "warning": row.pk,
        "warning_upload": waiting.pk,
        "department_officer": officer.pk,
    }


def _of_the_inspector(people: factories.Staff) -> dict[str, Any]:
    county = Region.objects.get(code=factories.QIDONG)
    content = inspections.DrawInput("officers", "field", "金丝雀检查", 1)
    made = inspections.draw(actor=people.county, region=county, content=content)
    item = made.items.get()
    inspections.check(actor=factories.officer(Role.INSPECTOR, county.code), item=item, fine=True)
    circular = inspections.issue(
        actor=people.county, inspection=made, title="金丝雀通报", text="各乡镇：好。", issuer="本县"
    )
    return {"inspection": made.pk, "inspection_item": item.pk, "circular": circular.pk}


def _of_the_register(people: factories.Staff) -> dict[str, Any]:
    text = f"村,户主姓名,身份证号,家庭人口\n沙井村,{NAME},{SECRETS['id_number']},5\n"
    made = reconcile.upload(
        actor=people.county,
        county=Region.objects.get(code=factories.QIDONG),
        file_name="省平台.csv",
        source=BytesIO(text.encode()),
    )
    reconcile.start(actor=people.county, check=made, mapping=made.mapping)
    assert reconcile.run(made.pk)
    return {"register_check": made.pk, "difference": made.differences.get(kind="differs").pk}


def _import(people: factories.Staff) -> HouseholdImport:
    """One that is over and left an error file."""
    job = household_import.upload(
        actor=people.county,
        county=Region.objects.get(code=factories.QIDONG),
        file_name="名单.csv",
        source=BytesIO(f"村,户主姓名\n沙井村,\n没有这个村,{NAME}\n".encode()),
    )
    household_import.set_mapping(actor=people.county, job=job, mapping=job.mapping)
    household_import.start(actor=people.county, job=job)
    assert household_import_run.run(job.pk)
    return job


def _picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (64, 48), "#884422").save(file, "JPEG")
    file.seek(0)
    return file
