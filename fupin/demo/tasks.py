"""Tasks of the demo county, one of them late, on their way down to the villages; and a form somebody finds needless."""

from datetime import timedelta

from accounts.models import User
from fupin.demo.cast import County, Town
from fupin.lib.clock import shifted, today
from grid.models import Assignment
from grid.queries import assignments as queries
from grid.services import assignments, problems
from grid.services.assignments import Given


def tell(county: County, village: User) -> None:
    """The county gives two tasks; the personas' township divides them among its villages, whose officers report."""
    houses = Given(
        "冬季前排查危旧房屋",
        "逐户看，发现裂缝、漏雨的拍照登记，当天报乡镇。",
        240,
        "户",
        today() + timedelta(days=12),
    )
    with shifted(timedelta(days=-18)):
        _report(_down(county, houses), shares=(8, 3, 10))
        words = Given(
            "过冬物资发放情况入户核对",
            "对照发放名册逐户核对，没有领到的写明原因。",
            None,
            "",
            today() + timedelta(days=14),
        )
        late = _down(county, words)
    with shifted(timedelta(days=-3)):
        for leaf in late[1:2]:
            _finish(leaf, "已经对照名册逐户核对，全部领到。")
    with shifted(timedelta(days=-5)):
        post = village.appointments.get()
        told = problems.Report(
            "burden",
            "走访记录和排查表要写两遍",
            "同一户的饮水和住房情况，走访时写过，月底排查表还要再抄一遍。",
        )
        problems.report(actor=village, post=post, content=told)


def _down(county: County, content: Given) -> list[Assignment]:
    """Give it, share it evenly among the townships with a manager, then in the first one; returns its leaves."""
    whole = assignments.give(actor=county.admin, post=county.admin.appointments.get(), content=content)
    first = county.towns[0]
    assignments.divide(
        actor=county.admin,
        part=whole,
        amounts=_even([town.region.code for town in county.towns], content.amount),
        due_on=content.due_on,
    )
    part = Assignment.objects.get(parent=whole, region=first.region)
    places = _places(first)
    due_on = content.due_on - timedelta(days=4)
    assignments.divide(actor=first.manager, part=part, amounts=_even(places, part.amount), due_on=due_on)
    return list(Assignment.objects.filter(parent=part).select_related("owner__user").order_by("region"))


def _places(town: Town) -> list[int]:
    """The villages with an officer, and one whose post is vacant."""
    below = queries.places_below(town.region)
    held = queries.holders(below)
    vacant = next((place.code for place in below if place.code not in held), None)
    return sorted([*held, vacant]) if vacant else sorted(held)


def _even(codes: list[int], amount: int | None) -> dict[int, int | None]:
    if amount is None:
        return dict.fromkeys(codes)
    each, rest = divmod(amount, len(codes))
    return {code: each + (number < rest) for number, code in enumerate(codes)}


def _report(leaves: list[Assignment], *, shares: tuple[int, ...]) -> None:
    """Tenths of each of the first leaves with a holder that are done; ten is all of it."""
    held = [leaf for leaf in leaves if leaf.owner]
    for leaf, tenths in zip(held, shares, strict=False):
        owner = leaf.owner.user if leaf.owner else None
        if owner is None or leaf.amount is None:
            continue
        if tenths == 10:
            _finish(leaf, "全部看完，没有发现新的危房。")
        else:
            done = leaf.amount * tenths // 10
            assignments.act(actor=owner, part=leaf, action="report", done=done, note="其余的这周看完。")


def _finish(leaf: Assignment, note: str) -> None:
    if leaf.owner:
        assignments.act(actor=leaf.owner.user, part=leaf, action="finish", note=note)
