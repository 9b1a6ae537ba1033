"""Text messages leave through one of these adapters, chosen by `FUPIN_SMS` (DESIGN 8, CONTRACT environment)."""

from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

BACKENDS = {"file": "accounts.sms.file.FileBackend", "aliyun": "accounts.sms.aliyun.AliyunBackend"}


class SendError(Exception):
    """The provider did not take the message; the outbox tries again."""


class Backend(Protocol):
    def send(self, *, to: str, text: str, code: str | None, reference: str) -> None:
        """Hand over one message. `reference` is the outbox id. Raises SendError."""


@lru_cache(maxsize=1)
def backend() -> Backend:
    """The configured adapter."""
    made: Backend = import_string(BACKENDS[settings.SMS_BACKEND])(settings.SMS_OPTIONS)
    return made
