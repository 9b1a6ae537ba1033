import json
import os
from typing import Any

from django.conf import settings

from fupin.lib.clock import now


class FileBackend:
    """Appends one JSON line per message to `$FUPIN_DATA/sms.jsonl` (demo and tests)."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.path = settings.DATA_DIR / "sms.jsonl"

    def send(self, *, to: str, text: str, code: str | None, reference: str) -> None:
        line = json.dumps({"to": to, "text": text, "code": code, "at": now().isoformat()}, ensure_ascii=False)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # One write of an O_APPEND file: lines of several processes never mix.
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, (line + "\n").encode())
        finally:
            os.close(handle)
