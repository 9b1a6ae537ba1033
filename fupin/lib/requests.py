"""What a request is known by: one id, carried through logs, audit rows and error pages, and a mark of its device."""

import secrets
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request or task being worked on; empty outside of one. The doors set and reset it."""

origin: ContextVar[str] = ContextVar("origin", default="")
"""Network and browser of the request being worked on, as `network agent`; empty outside of one. Never stored as is."""


def new_request_id() -> str:
    """A fresh id of 32 hex digits. It is returned, not set: `token = request_id.set(new_request_id())`."""
    return secrets.token_hex(16)
