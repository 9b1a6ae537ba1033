"""Errors that services raise. They carry plain Chinese for the person in front of the screen, never HTTP.

`status` is only a hint: the doors (views, API, commands) translate an error into their own answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class FupinError(Exception):
    """Something the person asked for cannot be done.

    `message` is plain Chinese for the person, `code` a slug for programs, `fields` messages by input name,
    `extra` JSON-ready facts that help to go on (for example what is still open, in yuan).
    """

    status = 500
    default_code = "error"
    default_message = "出了点问题，请稍后再试。"

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        fields: Mapping[str, Sequence[str]] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or self.default_message
        self.code = code or self.default_code
        self.fields: dict[str, list[str]] = {name: list(texts) for name, texts in (fields or {}).items()}
        self.extra: dict[str, Any] = dict(extra or {})
        super().__init__(self.message)


class InvalidInput(FupinError):
    """What was entered cannot be used; `fields` says which part and why."""

    status = 400
    default_code = "invalid"
    default_message = "填写的内容有误，请检查后再提交。"


class NotAllowed(FupinError):
    """The person may see the object but may not do this with it."""

    status = 403
    default_code = "not_allowed"
    default_message = "您没有办理这件事的权限。"


class NotVisible(FupinError):
    """The object does not exist, or not for this person. Both read the same on purpose."""

    status = 404
    default_code = "not_found"
    default_message = "没有找到这条内容。"


class Conflict(FupinError):
    """The object is in a state in which this cannot be done; `extra` may say what is still open."""

    status = 409
    default_code = "conflict"
    default_message = "情况已经有变化，现在不能这样办理。"


class StaleState(Conflict):
    """Somebody else changed the object first; the person should look again."""

    default_code = "stale"
    default_message = "这条内容刚刚被更新过，请刷新后再办理。"


class TooMany(FupinError):
    """A limit is reached; `retry_after` is the number of seconds to wait."""

    status = 429
    default_code = "too_many"
    default_message = "操作太频繁，请稍后再试。"

    def __init__(
        self,
        message: str = "",
        *,
        retry_after: int = 60,
        code: str = "",
        fields: Mapping[str, Sequence[str]] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code=code, fields=fields, extra=extra)
        self.retry_after = retry_after


class Unavailable(FupinError):
    """Something this depends on does not answer; trying later may help."""

    status = 503
    default_code = "unavailable"
    default_message = "服务暂时不可用，请稍后再试。"
