"""Letting months pass in seconds: journeys are generators that say how long they wait for their next step."""

import heapq
import itertools
import random
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

from fupin.lib.clock import ZONE, now, shifted

Journey = Generator[timedelta, None, Any]


class Simulation:
    """Runs journeys in the order of their moments, each step under a clock shifted to its moment.

    What would happen after the present stays undone: those journeys are what waits in the inboxes.
    """

    def __init__(self, rng: random.Random) -> None:
        self.present = now()
        self._rng = rng
        self._order = itertools.count()
        self._queue: list[tuple[datetime, int, Journey]] = []

    def start(self, journey: Journey, *, days_ago: float = 0, at: datetime | None = None) -> None:
        """Let a journey begin; a running journey starts another one `at` its own `now()`."""
        self._add(at or self._daytime(self.present - timedelta(days=days_ago)), journey)

    def run(self) -> None:
        """Go on until everything is done or lies in the future."""
        while self._queue:
            moment, _, journey = heapq.heappop(self._queue)
            with shifted(moment - now()):
                pause = next(journey, None)
            if pause is not None:
                later = moment + pause
                self._add(self._daytime(later) if pause >= timedelta(hours=8) else later, journey)

    def _add(self, moment: datetime, journey: Journey) -> None:
        if moment <= self.present:
            heapq.heappush(self._queue, (moment, next(self._order), journey))

    def _daytime(self, moment: datetime) -> datetime:
        """The same day between 8 and 20 o'clock in China; the last day ends at the present."""
        local = moment.astimezone(ZONE)
        day = local.replace(hour=8 + self._rng.randrange(12), minute=self._rng.randrange(60))
        return local if day > self.present or 8 <= local.hour < 20 else day
