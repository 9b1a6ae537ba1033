"""Two processes of pytest side by side (`pytest-xdist`): what each calls its own, and who runs what when."""

import os

import pytest

# What takes minutes begins first, so that nobody waits for it alone at the end.
SEEDED = "tests/fupin/test_demo.py"
LONG = ("tests/donors/test_money_machine.py", "tests/fupin/test_run.py", SEEDED)
# Databases 1 and 2 of Redis are the processes' own; each has six more for the stacks it starts.
_STACKS = 6


def _number() -> int:
    """1 or 2; 1 without xdist."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 2 + 1


def broker(url: str) -> str:
    """The Redis of the tests, with a database for this process alone."""
    return f"{url.rsplit('/', 1)[0]}/{_number()}"


def stack_databases() -> range:
    """Numbers of Redis databases for the stacks of this process: two workers on one would share tasks."""
    first = 3 + (_number() - 1) * _STACKS
    return range(first, first + _STACKS)


def keep_together(item: pytest.Item) -> None:
    """All that shares the running demo goes to one process, and the tests of one seeding: it takes minutes.

    At collection: xdist has read the groups before `pytest_collection_modifyitems` comes to us.
    """
    if not _turn(item):
        item.add_marker(pytest.mark.xdist_group("demo"))
    elif item.nodeid.startswith(SEEDED):
        item.add_marker(pytest.mark.xdist_group("seeded"))


def arrange(items: list[pytest.Item]) -> None:
    """The demo's tests first, then the long ones."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.nodeid.startswith("tests/journeys/") and "demo" in getattr(item, "fixturenames", ()):
        return 0
    return 1 if item.nodeid.startswith(LONG) else 2
