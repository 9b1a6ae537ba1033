"""How a gift and its recipient are put into words, on certificates and pages alike."""

from accounts.queries import path_of
from donors.models import HoursEntry, Pledge
from fupin.lib.money import yuan_display
from needs.enums import Form
from needs.models import Need


def gift_in_words(pledge: Pledge) -> str:
    """What was given, for example 捐赠人民币 200 元，用于“…”."""
    purpose = f"，用于“{pledge.need.title}”"
    match pledge.form:
        case Form.MONEY:
            return f"捐赠人民币 {yuan_display(pledge.amount_fen)} 元{purpose}"
        case Form.GOODS:
            items = "、".join(
                f"{row.item.name} {row.kept} {row.item.unit}"
                for row in pledge.items.select_related("item")
                if row.kept
            )
            return f"捐赠{items}{purpose}"
    entry = HoursEntry.objects.filter(pledge=pledge).first()
    return f"{pledge.service_words(entry.hours if entry else None)}{purpose}"


def recipient_in_words(need: Need) -> str:
    """The masked recipient with the county it lives in, never nearer."""
    path = [region.name for region in path_of(need.region_id) if region.level <= 3]
    return f"{need.recipient}（{''.join(path)}）"
