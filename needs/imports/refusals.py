"""The refused rows as they go back: beside each cell that is wrong stands, in a column of its own, what is wrong."""

from collections.abc import Mapping, Sequence

from needs.imports.problems import Problem
from needs.imports.sheets import Marked

MARK = "要改："
"""How the heading of such a column begins; what a file brings along under it is left out when it is read again."""
WHOLE = f"{MARK}整行"


class Layout:
    """The columns of one file of refused rows: its own ones, and a reason right of each that has a wrong cell."""

    def __init__(
        self,
        headings: Sequence[str],
        mapping: Mapping[str, int],
        refused: Mapping[int, Sequence[Problem]],
    ) -> None:
        self.headings, self.mapping = headings, mapping
        blamed = {mapping.get(problem.key) for problems in refused.values() for problem in problems}
        self.whole = None in blamed
        self.columns = [number in blamed for number in range(len(headings))]

    @property
    def header(self) -> list[str]:
        found = []
        for heading, blamed in zip(self.headings, self.columns, strict=True):
            found += [heading, f"{MARK}{heading}"] if blamed else [heading]
        return [*found, WHOLE] if self.whole else found

    @property
    def sentences(self) -> list[int]:
        """Which of its columns hold reasons."""
        return [number for number, heading in enumerate(self.header) if heading.startswith(MARK)]

    def row(self, cells: Sequence[str], problems: Sequence[Problem]) -> Marked:
        """A line with its reasons, and the columns that are wrong."""
        found: list[str] = []
        marked: set[int] = set()
        for number, blamed in enumerate(self.columns):
            reason = self._reason(number, problems)
            if reason:
                marked.add(len(found))
            found.append(cells[number] if number < len(cells) else "")
            if blamed:
                found.append(reason)
        return ([*found, self._reason(None, problems)] if self.whole else found), marked

    def _reason(self, column: int | None, problems: Sequence[Problem]) -> str:
        return "；".join(problem.message for problem in problems if self.mapping.get(problem.key) == column)


def without_reasons(header: Sequence[str]) -> list[int]:
    """The numbers of the columns that are the file's own."""
    return [number for number, heading in enumerate(header) if not heading.strip().startswith(MARK)]
