"""What the township records about a household: whether it is watched, and the account money is paid to."""

from datetime import date
from functools import partial
from typing import Any

from django.db import transaction

from accounts.enums import Verb
from accounts.models import User
from accounts.permissions import ensure
from accounts.services import audit
from fupin.lib.clock import today
from fupin.lib.crypto import blind_index
from fupin.lib.errors import InvalidInput
from needs import signals
from needs.household_enums import Risk
from needs.models import Household
from needs.services.household_flags import refresh


def set_monitoring(
    *, actor: User, household: Household, monitored: str, risk: str = "", since: date | None = None
) -> Household:
    """Record the kind of a watched household and where its risk stands since when; "" takes it off the watch.

    Raises NotAllowed without the township's verb, InvalidInput for half an entry or a date to come.
    """
    if monitored and (not risk or since is None):
        raise InvalidInput(fields={"risk": ["监测对象请写明风险状态和起始日期。"]})
    if since and since > today():
        raise InvalidInput(fields={"since": ["日期不能晚于今天。"]})
    with transaction.atomic():
        household = _locked(household, actor)
        before = (household.monitored, household.risk)
        household.monitored = monitored
        household.risk, household.risk_since = (risk, since) if monitored else ("", None)
        household.save(update_fields=["monitored", "risk", "risk_since"])
        changes = {"monitored": [before[0], household.monitored], "risk": [before[1], household.risk]}
        _record(actor, "household.monitor", household, changes)
        news = partial(signals.monitoring_set.send, Household, household_id=household.pk)
        transaction.on_commit(news, robust=True)
    return household


def set_bank_account(*, actor: User, household: Household, number: str, holder: str) -> Household:
    """Record the household's own account, in the name of one of its people (严禁借用他人银行账户).

    The township alone does this, never an officer of the village. Raises NotAllowed, InvalidInput for a foreign holder.
    """
    with transaction.atomic():
        household = _locked(household, actor)
        if holder not in holders(household):
            raise InvalidInput(fields={"holder": ["账户要在户主或登记的家庭成员名下。"]})
        household.bank_account, household.bank_holder = number, holder
        household.bank_index = blind_index(number, kind="bank")
        household.save(update_fields=["bank_account", "bank_index", "bank_holder"])
        refresh([household.pk])
        _record(actor, "household.bank", household, {})
    return household


def holders(household: Household) -> list[str]:
    """The people in whose name the account may be."""
    names = household.people.order_by("id").values_list("name", flat=True)
    return list(dict.fromkeys([household.name, *names]))


def risk_words(household: Household) -> str:
    """Where the watch stands, in words."""
    if not household.monitored:
        return "不是监测对象"
    label = "风险未消除" if household.risk == Risk.OPEN else "风险已消除"
    return f"{household.get_monitored_display()}，{label}（{household.risk_since:%Y-%m-%d} 起）"


def _locked(household: Household, actor: User) -> Household:
    household = Household.objects.select_for_update(no_key=True, of=("self",)).get(pk=household.pk)
    ensure(actor, Verb.CHECK, household.region_id)
    return household


def _record(actor: User, action: str, household: Household, changes: dict[str, Any]) -> None:
    audit.record(actor=actor, action=action, obj=household, region_code=household.region_id, changes=changes)
