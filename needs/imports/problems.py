"""Why one row of a register cannot go in."""


class Problem(Exception):
    """Something about the cell of column `key` ("" is the whole row), in plain words for an officer."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(key, message)
        self.key = key
        self.message = message
