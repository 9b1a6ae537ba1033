"""Finding and ending processes that are certainly ours."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
from psutil import Process

__all__ = ["Process", "end", "of_session", "working_in"]

SESSION = "FUPIN_SESSION"
Answer = TypeVar("Answer")


def working_in(folder: Path) -> list[Process]:
    """Processes whose working directory is exactly `folder`: both servers go into their data folder.

    A process id from a file may have been given to another program since; a working directory may not.
    """
    return [process for process in psutil.process_iter() if _seen(process.cwd) == str(folder)]


def of_session(token: str) -> list[Process]:
    """Processes that were started, at any depth, by the `run` with this token, the caller left out."""
    found = (
        process for process in psutil.process_iter() if (_seen(process.environ) or {}).get(SESSION) == token
    )
    return [process for process in found if process.pid != os.getpid()]


def _seen(question: Callable[[], Answer]) -> Answer | None:
    try:
        return question()
    except (psutil.Error, OSError):
        return None


def end(
    them: list[Process],
    *,
    first: signal.Signals = signal.SIGTERM,
    then: signal.Signals = signal.SIGKILL,
    patience: float = 10,
) -> None:
    """Sends `first`, waits up to `patience` seconds, then sends `then`, and SIGKILL to what still lives."""
    left = them
    for number, seconds in ((first, patience), (then, 5), (signal.SIGKILL, 5)):
        for process in left:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue
        left = _still_alive(left, time.monotonic() + seconds)
        if not left:
            return


def _still_alive(them: list[Process], deadline: float) -> list[Process]:
    """Waits for the processes; one that only waits to be reaped by its parent has ended."""
    left = them
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = [it for it in left if it.is_running() and _seen(it.status) not in {None, psutil.STATUS_ZOMBIE}]
    return left
