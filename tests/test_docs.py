"""The documents tell the truth about the tree."""

import re
from pathlib import Path

import pytest

from donors.adoptions import ADOPTION_LIFECYCLE
from donors.cases import CASE_LIFECYCLE as case_table
from donors.lifecycle import LIFECYCLE as pledge_table
from grid.article_lifecycle import LIFECYCLE as article_table
from grid.lifecycle import LIFECYCLE as clue_table
from grid.problem_enums import LIFECYCLE as problem_table
from needs.household_lifecycle import STEPS as household_table
from needs.lifecycle import LIFECYCLE as need_table

ROOT = Path(__file__).resolve().parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/requirements.md").read_text().splitlines()
    if re.match(r"\| B?\d+ ", line)
]


def test_every_number_of_the_sources_has_one_row():
    numbers = [row[0] for row in ROWS]
    assert numbers == [str(n) for n in range(1, 129)] + [f"B{n}" for n in range(1, 18)]


def test_requirement_rows_name_tests_that_exist():
    for number, _, state, where, tests in ROWS:
        assert state in {"done", "partly", "open", "not applicable"}, number
        if state in {"done", "partly"}:
            assert where, number
            assert tests, number
            for name in tests.split(", "):
                assert (ROOT / name).is_file(), f"row {number} names {name}"


@pytest.mark.parametrize("document", sorted(p.name for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]))
def test_files_named_in_documents_exist(document):
    path = ROOT / document if (ROOT / document).exists() else ROOT / "docs" / document
    for name in re.findall(r"`((?:[a-z_]+/)+[a-z_0-9]+\.(?:py|md|csv))`", path.read_text()):
        assert (ROOT / name).exists(), f"{document} names {name}"
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text()):
        assert (path.parent / target).exists(), f"{document} links to {target}"


def table(heading: str) -> list[list[str]]:
    """The rows of the table under this heading of docs/lifecycle.md."""
    section = (ROOT / "docs/lifecycle.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_lifecycle_document_equals_the_tables():
    assert table("Need") == [
        [row.action, row.source.value, row.target.value, str(row.by), "yes" if row.other_person else ""]
        for row in need_table
    ]
    assert table("Clue") == [
        [row.action, row.source.value, row.target.value, str(row.by), "yes" if row.other_person else ""]
        for row in clue_table
    ]
    assert table("Pledge") == [
        [row.action, ", ".join(form.value for form in row.forms), row.source.value, row.target.value, row.by]
        for row in pledge_table
    ]
    assert table("Households") == [
        [row.thing, row.action, str(row.source), str(row.target), str(row.by)] for row in household_table
    ]
    assert table("Article") == [
        [row.action, row.source.value, row.target.value, row.by, "yes" if row.other_person else ""]
        for row in article_table
    ]
    assert table("Delivery case") == [[row.action, row.source.value, row.target.value] for row in case_table]
    assert table("Adoption") == [
        [row.action, row.source.value, row.target.value, row.by] for row in ADOPTION_LIFECYCLE
    ]
    assert table("Problem") == [
        [
            row.action,
            ", ".join(source.value for source in row.sources),
            row.target.value,
            ", ".join(level.name.lower() for level in row.levels),
        ]
        for row in problem_table
    ]
