"""What a pledge's page shows besides its steps: pictures, thanks, and whether the address may be opened."""

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import grants
from donors import lifecycle
from donors.delivery_forms import PhotoForm, ThanksForm
from donors.enums import Outcome, Picture, PledgeStatus, ThanksStatus
from donors.models import MOST_PHOTOS, Payout, Pledge, Thanks
from donors.payout_queries import payouts_visible_to
from donors.services import stations, thanks
from donors.views import photos
from needs.enums import Form


def may_open_address(user: User, pledge: Pledge) -> bool:
    """An officer of the place may show this donor the household's address while the pledge lives."""
    household = pledge.need.household
    known = household is not None and household.address is not None and pledge.status in stations.LIVING
    held = grants(user)
    return known and pledge.donor_id != user.pk and held.allow(Verb.VERIFY, pledge.need.region_id)


def payout(user: User, pledge: Pledge) -> Payout | None:
    """The payout that holds this money, for the charity and the officers of the place; donors read the dated step."""
    if pledge.form != Form.MONEY or pledge.donor_id == user.pk or not grants(user).rows:
        return None
    return payouts_visible_to(user).filter(gifts__pledge=pledge, gifts__live=True).first()


def pictures(user: User, pledge: Pledge) -> dict[str, object]:
    """The pictures this person may see, and a form for the donor's next one."""
    rows = photos.shown_to(user, pledge)
    goods = [row for row in rows if row.purpose == Picture.GOODS]
    problems = [row for row in rows if row.purpose == Picture.PROBLEM]
    sending = pledge.status in (PledgeStatus.PLEDGED, PledgeStatus.SHIPPED)
    own = pledge.donor_id == user.pk and pledge.form == Form.GOODS and sending
    ours = pledge.outcome == Outcome.PROBLEM and lifecycle.may(user, pledge, lifecycle.RECIPIENT)
    writes = thanks.may_write(user, pledge)
    words = Thanks.objects.filter(pledge=pledge).first()
    shown_to_donor = words and words.status == ThanksStatus.APPROVED
    return {
        "thanks": words if words and (shown_to_donor or pledge.donor_id != user.pk) else None,
        "thanks_form": ThanksForm(initial={"text": words.text if words else ""}) if writes else None,
        "thanks_photos": [row for row in rows if row.purpose == Picture.THANKS],
        "thanks_photo_form": PhotoForm() if writes else None,
        "goods_photos": goods,
        "problem_photos": problems,
        **photos.slips(user, pledge, rows),
        "may_remove": own,
        "goods_form": PhotoForm() if own and len(goods) < MOST_PHOTOS else None,
        "problem_form": PhotoForm() if ours and len(problems) < MOST_PHOTOS else None,
    }
