"""Who uses the servers of a data directory: start for the first user, stop after the last.

Every `run` holds a lock on a file of its own in `<data>/sessions`. The system drops the lock with the
process, also after `kill -9`: a session file that can be locked is a dead one, and what it started is ended.
"""

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fupin.embedded import places, postgres, processes, valkey
from fupin.embedded.places import EmbeddedError, State

KEPT = "kept-running"
THROWAWAY = "fupin-throwaway-"
ABANDONED_SECONDS = 60


@dataclass(frozen=True)
class Session:
    """One `run`: the token its processes carry in their environment, and the file it holds locked."""

    token: str
    file: Path
    descriptor: int


def start(data_dir: Path) -> None:
    """Starts both servers and keeps them until `stop`. Raises EmbeddedError."""
    with _alone(data_dir):
        _start_servers(data_dir)
        (data_dir / KEPT).touch()


def stop(data_dir: Path) -> None:
    """Stops both servers, whoever uses them."""
    with _alone(data_dir):
        (data_dir / KEPT).unlink(missing_ok=True)
        _stop_servers(data_dir)


def recover(data_dir: Path) -> None:
    """Ends what a killed `run` left: its command's processes, and the servers when nobody uses them."""
    with _alone(data_dir):
        _end_dead_sessions(data_dir)
        _stop_when_unused(data_dir)


def enter(data_dir: Path, *, with_servers: bool = True) -> Session:
    """Joins the users of the data directory, and starts the servers when they do not run.

    Raises EmbeddedError.
    """
    with _alone(data_dir):
        _end_dead_sessions(data_dir)
        session = _open_session(data_dir)
        try:
            if with_servers:
                _start_servers(data_dir)
        except BaseException:
            _close_session(session)
            _stop_when_unused(data_dir)
            raise
        return session


def leave(data_dir: Path, session: Session) -> None:
    """Ends what the session started, and stops the servers when nobody else needs them."""
    processes.end(processes.of_session(session.token))
    with _alone(data_dir):
        _close_session(session)
        _stop_when_unused(data_dir)


@contextmanager
def throwaway() -> Iterator[Path]:
    """A data directory with fresh, careless servers, which is gone afterwards."""
    _remove_abandoned()
    base = Path(tempfile.mkdtemp(prefix=THROWAWAY, dir=_temporary_folder())).resolve()
    try:
        # Root's servers run as somebody else, who must pass through, not look around.
        base.chmod(0o711)
        data = base / "data"
        data.mkdir(mode=0o700)
        places.remember(State(data=str(data), home=str(base / "servers")))
        _start_servers(data, careless=True)
        yield data
    finally:
        _remove(base)


def _temporary_folder() -> str:
    chosen = tempfile.gettempdir()
    return chosen if os.geteuid() != 0 or places.open_to_all(Path(chosen) / ".") else "/tmp"  # noqa: S108


def _remove(base: Path) -> None:
    _stop_servers(base / "data")
    shutil.rmtree(base)
    shutil.rmtree(places.socket_dir(State(data="", home=str(base / "servers"))), ignore_errors=True)


def _remove_abandoned() -> None:
    """Removes throwaway instances whose `run` was killed; a young one may only be starting."""
    for base in Path(_temporary_folder()).resolve().glob(f"{THROWAWAY}*"):
        # Another `run` may be removing the same one.
        with suppress(FileNotFoundError):
            found = base.stat()
            abandoned = found.st_uid == os.geteuid() and time.time() - found.st_mtime > ABANDONED_SECONDS
            if abandoned and (base / "data").exists():
                _end_dead_sessions(base / "data")
                if not _sessions(base / "data"):
                    _remove(base)


def _start_servers(data_dir: Path, *, careless: bool = False) -> None:
    state = places.remember(places.with_redis(places.state_of(data_dir)))
    home = Path(state.home)
    if places.ROOT_PLACE in home.parents:
        places.ROOT_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
        places.ROOT_PLACE.chmod(0o755)
    places.make_private(home, places.server_owner(home))
    try:
        postgres.start(state, careless=careless)
        valkey.start(state)
    except OSError as error:
        raise EmbeddedError(f"The embedded servers did not start: {error}") from error


def _stop_servers(data_dir: Path) -> None:
    state = places.state_of(data_dir)
    valkey.stop(state)
    postgres.stop(state)


def _stop_when_unused(data_dir: Path) -> None:
    if not _sessions(data_dir) and not (data_dir / KEPT).exists():
        _stop_servers(data_dir)


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """One process at a time decides about the servers of a data directory."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = open(data_dir / "embedded.lock", "a")  # noqa: SIM115
    except OSError as error:
        raise EmbeddedError(f"Cannot use {data_dir}: {error}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sessions(data_dir: Path) -> list[Path]:
    return list((data_dir / "sessions").glob("*"))


def _open_session(data_dir: Path) -> Session:
    token = secrets.token_hex(16)
    file = data_dir / "sessions" / token
    file.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return Session(token=token, file=file, descriptor=descriptor)


def _close_session(session: Session) -> None:
    session.file.unlink(missing_ok=True)
    os.close(session.descriptor)


def _end_dead_sessions(data_dir: Path) -> None:
    for file in _sessions(data_dir):
        descriptor = os.open(file, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            processes.end(processes.of_session(file.name))
            file.unlink()
        finally:
            os.close(descriptor)
