"""The provincial register of the demo county, a little different from ours: something of every kind to decide."""

import csv
import io

from fupin.demo.cast import County
from grid.services import reconcile
from needs.models import Household

HEAD = ("序号", "乡(镇)", "行政村", "户主姓名", "户主证件号码", "联系电话", "家庭人口", "主要致贫原因")


def tell(county: County) -> None:
    """A file of all households of the first village but one, with a changed family, and one that we do not have."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    homes = Household.objects.filter(
        region__gte=county.region.code, region__lte=county.region.code_end, closed_at=None
    ).select_related("region__parent")
    skipped = 0
    for number, home in enumerate(homes.order_by("region_id", "id")):
        if number % 40 == 3 and skipped < 2:
            skipped += 1
            continue
        town = home.region.parent.name if home.region.parent else ""
        people = home.members + (number % 25 == 1)
        idn, phone = (secret.open() if secret else "" for secret in (home.id_number, home.phone))
        cause = home.get_cause_display()
        writer.writerow((number, town, home.region.name, home.name, idn, phone, people, cause))
    first = county.towns[0].villages[0].region
    town = first.parent.name if first.parent else ""
    writer.writerow((0, town, first.name, "周省平台", "", "", 4, "因病"))
    source = io.BytesIO(text.getvalue().encode())
    made = reconcile.upload(
        actor=county.admin, county=county.region, file_name="省平台导出.csv", source=source
    )
    reconcile.start(actor=county.admin, check=made, mapping=made.mapping)
    reconcile.run(made.pk)
