"""What operators ask: is the process alive, and can it work."""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from accounts.enums import MessageState
from accounts.models import Message
from fupin.lib.clock import now

OLDEST_UNSENT = timedelta(minutes=10)


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and the outbox moves; 503 otherwise. Redis is not asked: losing it loses nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        stuck = Message.objects.filter(
            state=MessageState.QUEUED, created_at__lt=now() - OLDEST_UNSENT
        ).exists()
    except DatabaseError:
        return JsonResponse({"status": "database unreachable"}, status=503)
    return JsonResponse({"status": "outbox stuck"}, status=503) if stuck else JsonResponse({"status": "ok"})
