"""The steps that a pledge's page offers: which form each one has, and which service runs it."""

from collections.abc import Callable, Mapping
from typing import Any

from accounts.models import User
from donors import lifecycle
from donors.delivery_forms import (
    ArriveForm,
    CorrectForm,
    CourierForm,
    HandoverForm,
    MeetForm,
    ProposeForm,
    ReceiveForm,
)
from donors.forms import NoteForm, PayForm
from donors.models import Pledge
from donors.services import codes, matching, money, parcels, service_days, steps
from donors.services.proofs import Witness
from donors.statement_forms import ReasonForm
from fupin.lib.forms import CleanForm

FORMS: dict[str, type[CleanForm]] = {
    "pay": PayForm,
    "undo": ReasonForm,
    "refund": ReasonForm,
    "add_parcel": CourierForm,
    "correct": CorrectForm,
    "arrive": ArriveForm,
    "propose": ProposeForm,
}
SEVERAL = (*lifecycle.PARCEL_ACTIONS, "undo", "refund")


def form_for(user: User, pledge: Pledge, action: str, data: Any = None) -> CleanForm:
    """The form of one step, bound to `data` where given; steps that need no words have an empty one."""
    # Several forms of parcels, and of what takes money back, stand on one page.
    ids = {"auto_id": f"id_{action}{_number(data)}_%s"} if action in SEVERAL else {}
    if action == "receive":
        if lifecycle.may(user, pledge, lifecycle.RECIPIENT):
            return ReceiveForm(data, pledge=pledge, officer=not _own(user, pledge))
        return NoteForm(data)
    if action == "handover":
        return HandoverForm(data, pledge=pledge)
    if action == "ship":
        meeting = data and (data.get("way") == "meet" or data.get("meet_at"))
        return MeetForm(data) if meeting else CourierForm(data)
    return FORMS.get(action, CleanForm)(data, **ids)


def _number(data: Mapping[str, Any] | None) -> str:
    number = str(data.get("number", "")) if data else ""
    return number if number.isdigit() else ""


def prove(user: User, pledge: Pledge, form: CleanForm) -> None:
    """Spend a try on the code typed, before and outside the step's own transaction. Raises InvalidInput."""
    code = form.cleaned_data.get("code", "")
    if code:
        codes.prove(actor=user, pledge=pledge, code=code)


def _own(user: User, pledge: Pledge) -> bool:
    household = pledge.need.household
    return household is not None and household.account_id == user.pk


def _handover(user: User, pledge: Pledge, form: CleanForm) -> Pledge:
    return steps.handover(actor=user, pledge=pledge, hours=form.cleaned_data.get("hours"))


def _receive(user: User, pledge: Pledge, form: CleanForm) -> Pledge:
    if not isinstance(form, ReceiveForm):
        return steps.receive(actor=user, pledge=pledge, **form.cleaned_data)
    data = form.cleaned_data
    witness = Witness(data.get("witness_name", ""), data.get("witness_role", ""))
    return steps.receive(
        actor=user,
        pledge=pledge,
        outcome=data["outcome"],
        note=data["note"],
        received=form.received(),
        hours=data.get("hours"),
        witness=witness,
    )


def _parcel(form: CleanForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "sure"}


ACTIONS: dict[str, Callable[[User, Pledge, CleanForm], Pledge]] = {
    "pay": lambda user, pledge, form: steps.pay(actor=user, pledge=pledge, **form.cleaned_data),
    "ship": lambda user, pledge, form: steps.ship(actor=user, pledge=pledge, dispatch=form.dispatch()),  # type: ignore[attr-defined]
    "add_parcel": lambda user, pledge, form: parcels.add(actor=user, pledge=pledge, **_parcel(form)),
    "correct": lambda user, pledge, form: parcels.correct(actor=user, pledge=pledge, **_parcel(form)),
    "arrive": lambda user, pledge, form: parcels.arrive(actor=user, pledge=pledge, **form.cleaned_data),
    "receive": _receive,
    "undo": lambda user, pledge, form: matching.take_back(actor=user, pledge=pledge, **form.cleaned_data),
    "refund": lambda user, pledge, form: money.refund(actor=user, pledge=pledge, **form.cleaned_data),
    "handover": _handover,
    "propose": lambda user, pledge, form: service_days.propose(
        actor=user, pledge=pledge, **form.cleaned_data
    ),
    "agree": lambda user, pledge, form: service_days.agree(actor=user, pledge=pledge),
    "prolong": lambda user, pledge, form: steps.prolong(actor=user, pledge=pledge),
    "cancel": lambda user, pledge, form: steps.cancel(actor=user, pledge=pledge),
}
