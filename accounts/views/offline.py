"""The service worker's address, and the page it shows where nothing was kept. The work is in static/js/worker.js."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

SHELL = (
    *(
        f"css/{name}.css"
        for name in ("reset", "tokens", "base", "layout", "components", "forms", "utilities")
    ),
    *(f"css/{name}.css" for name in ("print", "outbox")),
    *(f"js/{name}.js" for name in ("app", "forms", "outbox", "outbox-forms")),
    "img/favicon.svg",
    "img/mark.svg",
)
"""What every page of the office needs; the rest is kept with the page that asks for it."""
SWITCHED_OFF = """caches.keys()
  .then((names) => Promise.all(names.filter((name) => name.startsWith("fupin-")).map((name) => caches.delete(name))))
  .then(() => self.registration.unregister());
self.addEventListener("install", () => self.skipWaiting());
"""


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker with its settings. Switched off (`FUPIN_OFFLINE_PAGES`), it empties and removes itself."""
    script = _script() if settings.OFFLINE_PAGES else SWITCHED_OFF
    answer = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """No signal, and this page was not kept: what was, and that nothing is lost."""
    return render(request, "accounts/offline.html")


def _script() -> str:
    shell = [static(name) for name in SHELL]
    told: dict[str, Any] = {
        "shell": shell,
        "page": reverse("accounts:offline"),
        "hours": settings.STAFF_SESSION_SECONDS / 3600,
    }
    source = static("js/worker.js")
    # File names carry their content's hash in production: a new release is a new version.
    told["version"] = hashlib.sha256(json.dumps([told, source]).encode()).hexdigest()[:12]
    return f"self.offline = {json.dumps(told)};\nimportScripts({json.dumps(source)});\n"
