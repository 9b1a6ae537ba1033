"""One id per request, carried through logs, audit rows and error pages."""

import secrets
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request or task being worked on; empty outside of one. The doors set and reset it."""


def new_request_id() -> str:
    """A fresh id of 32 hex digits. It is returned, not set: `token = request_id.set(new_request_id())`."""
    return secrets.token_hex(16)
