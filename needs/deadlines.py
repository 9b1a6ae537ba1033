"""Until when a gate should decide: the platform's own service promise in working days, no clause of a document."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings

from fupin.lib.clock import ZONE, add_workdays, day_of, today, workdays_between
from needs.enums import Status
from needs.models import Need


def promise() -> str:
    """The promise in one sentence, for the pages that show due dates."""
    days = settings.GATE_WORKDAYS
    return (
        f"平台承诺：村级核实 {days['submitted']} 个、乡镇检查 {days['verified']} 个、"
        f"县级发布 {days['checked']} 个工作日内办结。"
    )


def due_day(status: str, since: datetime) -> date:
    """The last day on which what waits since then at this gate is in time."""
    return add_workdays(day_of(since), settings.GATE_WORKDAYS[status])


def overdue_before(status: str) -> datetime:
    """What waits at this gate since before this instant is overdue today."""
    day = today()
    while add_workdays(day, settings.GATE_WORKDAYS[status]) >= today():
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


def due(need: Need) -> dict[str, Any]:
    """`day`, `words` and `urgency` ("", soon on its last two working days, late) of a need at a gate."""
    if need.waiting_since is None:
        raise ValueError("a need that waits for nobody has no due day")
    last = due_day(Status(need.status), need.waiting_since)
    if last < today():
        late = workdays_between(last, today())
        return {"day": last, "words": f"已超 {late} 个工作日" if late else "已超时", "urgency": "late"}
    left = workdays_between(today(), last)
    words = f"{last.month}月{last.day}日前" if left else "今天到期"
    return {"day": last, "words": words, "urgency": "soon" if left <= 1 else ""}
