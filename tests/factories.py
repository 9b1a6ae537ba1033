"""Small real objects for tests, made through the services. People are invented, places are real."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.enums import Role
from accounts.models import Appointment, Region, User
from accounts.services import appointments
from accounts.services.appointments import PostDetails
from donors.models import CharityAccount, Pledge
from donors.services import pledges, steps
from donors.services.pledges import PledgeInput
from fupin.lib.clock import today
from grid.models import Article, Clue, Grid, GridMember
from grid.queries.grids import grid_of
from grid.services import articles, clues, grids, members
from grid.services.articles import ArticleInput
from grid.services.clues import Meeting
from grid.services.grids import GridInput
from grid.services.members import MemberInput
from needs.models import Household, Need
from needs.services import drafts, household_records, households, review
from needs.services.drafts import ItemInput, NeedInput
from needs.services.households import HouseholdInput

HUNAN, HENGYANG, QIDONG, TOWN, VILLAGE, VILLAGE_2 = (
    430000000000,
    430400000000,
    430426000000,
    430426100000,
    430426100001,
    430426100002,
)
HENGNAN, TOWN_OTHER, VILLAGE_OTHER = 430422000000, 430422100000, 430422100001
TREE = (
    (HUNAN, "湖南省", 1, None),
    (HENGYANG, "衡阳市", 2, HUNAN),
    (QIDONG, "祁东县", 3, HENGYANG),
    (TOWN, "洪桥镇", 4, QIDONG),
    (VILLAGE, "沙井村", 5, TOWN),
    (VILLAGE_2, "石岭村", 5, TOWN),
    (HENGNAN, "衡南县", 3, HENGYANG),
    (TOWN_OTHER, "云集镇", 4, HENGNAN),
    (VILLAGE_OTHER, "河口村", 5, TOWN_OTHER),
)
STORY = "孩子今年上初三，学校离家二十多公里，需要住校。家里只有奶奶照看，希望得到一学年的住宿费和一套被褥。"
_numbers = itertools.count(1)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def phone() -> str:
    """A fresh synthetic mobile number."""
    return f"1990000{next(_numbers):04d}"


def id_number(born: str = "19700101", serial: int | None = None) -> str:
    """A fresh well-formed resident ID of a place code nobody is given (430000), born on that day."""
    body = f"430000{born}{(serial or next(_numbers)) % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def regions() -> dict[int, Region]:
    """The little tree: two counties of 衡阳市 with a township and villages each."""
    for code, name, level, parent in TREE:
        Region.objects.get_or_create(code=code, defaults={"name": name, "level": level, "parent_id": parent})
    return Region.objects.in_bulk([row[0] for row in TREE])


def user(name: str = "", **fields: object) -> User:
    return User.objects.create_user(phone(), name=name, **fields)


def officer(role: str, code: int, name: str = "") -> User:
    """A person holding this post at this region."""
    person = user(name or f"测试{Role(role).label}"[:30])
    bought = {"ends_on": today() + timedelta(days=90), "details": PostDetails(unit="测试技术公司")}
    appointments.appoint(
        actor=None,
        user=person,
        role=role,
        region=Region.objects.get(code=code),
        **(bought if role == Role.CONTRACTOR else {}),
    )
    return User.objects.get(pk=person.pk)


def charity_account(code: int = QIDONG, *, days: int = 365) -> CharityAccount:
    """An account whose licence is in force for `days` more days (negative: expired)."""
    return CharityAccount.objects.create(
        region_id=code,
        charity="祁东县慈善会（演示）",
        bank="演示银行祁东支行",
        number=f"6200000000{next(_numbers):06d}",
        licence="演示字第 0001 号",
        licence_from=date(2020, 1, 1),
        licence_to=today() + timedelta(days=days),
    )


@dataclass
class Staff:
    """The people along one need's way in 祁东县."""

    village: User
    township: User
    county: User
    charity: User


def staff(village: int = VILLAGE, town: int = TOWN, county: int = QIDONG) -> Staff:
    regions()
    return Staff(
        village=officer(Role.VILLAGE_OFFICER, village),
        township=officer(Role.TOWNSHIP_MANAGER, town),
        county=officer(Role.COUNTY_ADMIN, county),
        charity=officer(Role.CHARITY_FINANCE, county),
    )


def household(
    village_officer: User, *, code: int = VILLAGE, account: User | None = None, name: str = "张测试"
) -> Household:
    """A registered household with its consents; `account` makes it enter by itself."""
    made = households.register(
        actor=village_officer,
        region=Region.objects.get(code=code),
        content=HouseholdInput(name=name, cause="schooling", members=3, phone=phone()),
        evidence="signed_paper",
    )
    if account:
        made.account = account
        made.save(update_fields=["account"])
    return made


def bank_account(people: Staff, home: Household, number: str = "6217000000001234") -> Household:
    """The household's own account, recorded by the township."""
    return household_records.set_bank_account(
        actor=people.township, household=home, number=number, holder=home.name
    )


def content(**changes: object) -> NeedInput:
    """A need for 1 000 yuan; give `items` and `forms` for goods."""
    values: dict[str, object] = {
        "title": "初三学生住校费用",
        "story": STORY,
        "kind": "education",
        "forms": ["money"],
        "target_fen": 1_000_00,
    }
    return NeedInput(**{**values, **changes})  # type: ignore[arg-type]


def goods_content(**changes: object) -> NeedInput:
    items = [ItemInput(name="棉被", unit="床", quantity=2), ItemInput(name="书桌", unit="张", quantity=1)]
    return content(
        **{"forms": ["goods"], "target_fen": 0, "items": items, "title": "住校生被褥和书桌", **changes}
    )


def published_need(people: Staff, home: Household | None = None, **changes: object) -> Need:
    """A need that went village -> township -> county and is public."""
    home = home or household(people.village)
    made = content(**changes) if "items" not in changes else goods_content(**changes)
    need = drafts.create_draft(actor=people.village, household=home, content=made)
    review.submit(actor=people.village, need=need)
    review.check(actor=people.township, need=need, comment="已电话核对")
    return review.approve(actor=people.county, need=need)


def county_need(people: Staff) -> Need:
    """A need of the county itself, public; checked and approved by two more people of the county."""
    made = drafts.create_draft(
        actor=people.county, region=Region.objects.get(code=QIDONG), content=content(subject="county")
    )
    review.submit(actor=people.county, need=made)
    review.check(actor=officer(Role.COUNTY_ADMIN, QIDONG), need=made)
    return review.approve(actor=officer(Role.COUNTY_ADMIN, QIDONG), need=made)


def money_pledge(donor: User, need: Need, fen: int = 200_00, key: str = "") -> Pledge:
    return pledges.pledge(
        actor=donor,
        need=need,
        content=PledgeInput(form="money", amount_fen=fen, display="named"),
        idempotency_key=key or f"key-{next(_numbers)}",
    )


def goods_pledge(
    donor: User, need: Need, items: dict[int, int] | None = None, delivery: str = "courier"
) -> Pledge:
    """Goods by item id; all that the need asks for unless told."""
    wanted = items or {item.pk: item.quantity for item in need.items.all()}
    content = PledgeInput(form="goods", items=wanted, delivery=delivery, display="named")
    return pledges.pledge(actor=donor, need=need, content=content, idempotency_key=f"key-{next(_numbers)}")


def shipped_pledge(donor: User, need: Need, items: dict[int, int] | None = None) -> Pledge:
    """Goods on their way in one parcel with a number of its own."""
    parcel = steps.Dispatch(courier="sf", tracking_number=f"SF{next(_numbers):012d}")
    return steps.ship(actor=donor, pledge=goods_pledge(donor, need, items), dispatch=parcel)


def received_pledge(donor: User, need: Need, people: Staff, fen: int = 200_00) -> Pledge:
    """Money that the charity has."""
    made = money_pledge(donor, need, fen)
    return steps.receive(actor=people.charity, pledge=steps.pay(actor=donor, pledge=made))


def fresh(person: User) -> User:
    """The same person as a new request knows them."""
    return User.objects.get(pk=person.pk)


def grid(actor: User, homes: Sequence[Household] = (), *, code: int = VILLAGE) -> Grid:
    """A grid of this village with these households."""
    village = Region.objects.get(code=code)
    made = grids.make(actor=actor, village=village, content=GridInput(f"第{next(_numbers)}村民小组"))
    if homes:
        grids.place(actor=actor, grid=made, households=[home.pk for home in homes])
    return made


def grid_person(actor: User, place: Grid, role: str = Role.GRID_LEADER) -> GridMember:
    """Somebody in post at the grid's village who serves in the grid."""
    post = Appointment.objects.select_related("user").get(user=officer(role, place.village_id))
    return members.add(actor=actor, grid=place, post=post, content=MemberInput("party", duty="每月走访"))


def meeting(place: Grid, **changes: object) -> Meeting:
    """A review meeting today with everybody of the grid, all of whom agreed."""
    people = frozenset(GridMember.objects.serving().filter(grid=place).values_list("pk", flat=True))
    values: dict[str, object] = {
        "kind": "delegates",
        "held_on": today(),
        "place": "村委会会议室",
        "present": 9,
        "agreed": 8,
        "against": 1,
        "abstained": 0,
        "minutes": "会议逐项评议了这户的收支和住房情况。",
        "grid_people": people,
    }
    return Meeting(**{**values, **changes})  # type: ignore[arg-type]


def clue(people: Staff, home: Household, **changes: str) -> Clue:
    """A clue of the village officer about a household in a grid with a leader."""
    if grid_of(home) is None:
        grid_person(people.village, grid(people.village, [home]))
    values = {"source": "grid", "problem": "medical", "situation": "户主住院，花费很大，没有收入。"}
    return clues.report_clue(actor=people.village, household=home, **{**values, **changes})


def noticed_clue(people: Staff, home: Household) -> Clue:
    """One that the village verified; its notice is up."""
    made = clue(people, home)
    place = grid_of(home)
    assert place
    return clues.verify(
        actor=people.village,
        clue=made,
        finding="入户核实，情况属实。",
        meeting=meeting(place),
        monitored="sudden",
    )


ARTICLE = {
    "title": "临时救助怎么申请",
    "summary": "家里突然遇到困难，可以向乡镇申请临时救助。",
    "body": "一、哪些人可以申请\n因火灾、交通事故、突发重病等原因，基本生活暂时有严重困难的家庭。\n"
    "二、到哪里申请\n带上身份证明和困难情况的材料，到户籍地或居住地的乡镇便民服务窗口提出。",
    "source": "县民政局",
}


def article(author: User, *, kind: str = "policy", code: int = QIDONG, **changes: str) -> Article:
    """A draft by this officer for this county."""
    region, content = Region.objects.get(code=code), ArticleInput(**{**ARTICLE, **changes})
    return articles.write(actor=author, kind=kind, region=region, content=content)
