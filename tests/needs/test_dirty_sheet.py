"""Five thousand dirty rows, as XLSX and as GB18030 CSV: what goes in and what comes back, cell by cell."""

import io
import re
import zipfile
from collections import Counter

import pytest

from accounts.models import Region
from needs.imports import files, refusals
from needs.imports.sheets import harmless
from needs.models import Household, HouseholdImport
from tests import factories
from tests.needs import dirty_sheet as dirty
from tests.needs.register_sheets import brought_in, counts, errors, own_cells, reasons

pytestmark = pytest.mark.django_db


@pytest.fixture
def registers(people, other_county) -> None:
    """Twenty households that the county knows, and twenty that another one knows."""
    brought_in(people.county, dirty.as_xlsx([dirty.Plant(cells) for cells in dirty.registered()]))
    Region.objects.create(code=430422101000, name="洪桥镇", level=4, parent_id=factories.HENGNAN)
    for number, name in enumerate(("沙井村", "石岭村"), start=1):
        Region.objects.create(code=430422101000 + number, name=name, level=5, parent_id=430422101000)
    others = [dirty.Plant(dirty.good(number)) for number in dirty.foreign()]
    brought_in(other_county.county, dirty.as_xlsx(others), county=factories.HENGNAN)
    assert Household.objects.count() == 2 * dirty.EACH


def marked(job: HouseholdImport) -> list[set[int]]:
    """The red cells of every row below the header, as columns from 0."""
    with zipfile.ZipFile(io.BytesIO(files.read(job.error_file))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    rows = [re.findall(r'<c r="([A-Z])\d+" s="(\d+)"', row) for row in re.findall(r"<row .*?</row>", sheet)]
    header = errors(job)[0]
    own = refusals.without_reasons(header)
    cells = [[(ord(column) - ord("A"), style) for column, style in row] for row in rows[1:]]
    plain = cells[0][0][1]  # the first one's township is right
    return [{own.index(column) for column, style in row if column in own and style != plain} for row in cells]


@pytest.mark.parametrize("write", [dirty.as_xlsx, dirty.as_csv])
def test_dirty_register_goes_in_and_comes_back_exactly_as_planted(people, registers, write):
    plants = dirty.planted()
    assert len(plants) == 5_000
    refused = [plant for plant in plants if plant.reason]
    known = len(dirty.registered())

    job = brought_in(people.county, write(plants))

    assert job.total_rows == 5_000
    assert job.headings[dirty.NAME] == "户主 / 姓名"
    header, *came_back = own_cells(job)
    assert header == job.headings
    assert Counter(reasons(job)) == Counter(plant.reason for plant in refused)
    assert reasons(job) == [plant.reason for plant in refused]
    assert counts(job) == (5_000 - len(refused) - known, 0, known, len(refused))
    township = dirty.TOWNSHIP
    for row, plant in zip(came_back, refused, strict=True):
        cells = [harmless(dirty.shown(cell)) for cell in plant.cells]
        assert row[township + 1 :] == cells[township + 1 :]
    assert marked(job) == [plant.blamed for plant in refused]
    assert Household.objects.filter(name="孙重复").count() == 0
    assert not Household.objects.filter(region=factories.VILLAGE_OTHER).exists()

    assert counts(brought_in(people.county, write(plants))) == (0, 0, 5_000 - len(refused), len(refused))
