import pytest

from fupin.lib.errors import (
    Conflict,
    FupinError,
    InvalidInput,
    NotAllowed,
    NotVisible,
    StaleState,
    TooMany,
    Unavailable,
)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidInput(), 400, "invalid"),
        (NotAllowed(), 403, "not_allowed"),
        (NotVisible(), 404, "not_found"),
        (Conflict(), 409, "conflict"),
        (StaleState(), 409, "stale"),
        (TooMany(retry_after=60), 429, "too_many"),
        (Unavailable(), 503, "unavailable"),
    ],
)
def test_error_without_words_still_tells_the_person_something(
    error: FupinError, status: int, code: str
) -> None:
    assert (error.status, error.code) == (status, code)
    assert error.message.endswith("。")
    assert str(error) == error.message


def test_error_carries_messages_by_field_and_facts_to_go_on() -> None:
    error = Conflict("只剩 120 元。", code="full", fields={"amount": ("太多了。",)}, extra={"open": "120.00"})
    assert (error.message, error.code) == ("只剩 120 元。", "full")
    assert error.fields == {"amount": ["太多了。"]}
    assert error.extra == {"open": "120.00"}


def test_too_many_says_how_long_to_wait() -> None:
    assert TooMany(retry_after=90).retry_after == 90


def test_stale_state_is_a_conflict() -> None:
    assert isinstance(StaleState(), Conflict)
