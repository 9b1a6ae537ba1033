"""The first draft of a circular, from what an inspection found; the office edits it before it is issued."""

from collections import Counter

from accounts.models import Region
from grid.models import Inspection, ItemState

_TOWNSHIP = 1_000


def draft(inspection: Inspection) -> dict[str, str]:
    """Title, issuer and text: how many, where what was found, what is asked. Officers' names are left out."""
    drawn = list(inspection.items.select_related("region__parent"))
    items = [item for item in drawn if item.state != ItemState.WAITING]
    found = [item for item in items if item.state != ItemState.FINE]
    fixed = sum(item.state == ItemState.ACCEPTED for item in found)
    towns = Region.objects.in_bulk({item.region_id // _TOWNSHIP * _TOWNSHIP for item in found})
    by_town = Counter(item.region_id // _TOWNSHIP * _TOWNSHIP for item in found)
    lines = [
        "各乡镇（街道）：",
        f"近期，对{inspection.region.name}{inspection.get_subject_display()}进行了{inspection.get_way_display()}"
        f"（{inspection.topic}），现将情况通报如下。",
        "一、总体情况",
        f"从 {len(inspection.population)} 个对象中随机抽取 {len(drawn)} 个，已检查 {len(items)} 个，"
        f"发现问题 {len(found)} 个，其中已整改合格 {fixed} 个。抽取编号 {inspection.seed}，可以复核。",
    ]
    if found:
        lines.append("二、存在的问题")
    for code, count in sorted(by_town.items()):
        name = towns[code].name if code in towns else inspection.region.name
        words = "；".join(
            item.finding.rstrip("。；") for item in found if item.region_id // _TOWNSHIP * _TOWNSHIP == code
        )
        lines.append(f"{name}（{count} 个）：{words}。")
    lines.append("三、工作要求" if found else "二、工作要求")
    lines.append("请对照查找，逐项整改，按期登记整改结果。对履职不到位的网格员，及时调整并做好工作交接。")
    looked_at = f"{inspection.get_subject_display()}{inspection.get_way_display()}"
    return {
        "title": f"关于{inspection.region.name}{looked_at}情况的通报",
        "issuer": f"{inspection.region.name}乡村振兴局",
        "text": "\n".join(lines),
    }
