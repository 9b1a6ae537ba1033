"""Where the embedded servers of a data directory live, and how to reach them.

An ordinary user's servers live in `<data>/servers`. PostgreSQL refuses to run as root, and the data directory
is closed to everybody else, so root's servers run as another user in a folder of `/var/lib/fupin`. A small
state file in the data directory remembers that folder and Valkey's port and password.
"""

import hashlib
import json
import os
import pwd
import secrets
import socket
import stat
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote

STATE_FILE = "embedded.json"
ROOT_PLACE = Path("/var/lib/fupin")
DATABASE = USER = "fupin"
PORT = 5432
# sun_path holds 108 bytes on Linux and 104 on macOS, with the closing NUL.
LONGEST_SOCKET = 103


class EmbeddedError(Exception):
    """The embedded servers cannot start, stop or be found; the message is for the person at the terminal."""


@dataclass(frozen=True)
class State:
    """What a data directory remembers: `home` is the servers' folder, `redis_port` 0 before a start."""

    data: str
    home: str
    redis_port: int = 0
    redis_password: str = ""


def default_data_dir() -> Path:
    """`FUPIN_DATA`, or `var` in the project."""
    chosen = os.environ.get("FUPIN_DATA")
    return Path(chosen or Path(__file__).resolve().parents[2] / "var").resolve()


def state_of(data_dir: Path) -> State:
    """The remembered state, or the one a first start would remember.

    A data directory that was copied or moved gets new servers' names: its state belongs to the old path.
    Raises EmbeddedError when the state file cannot be read.
    """
    data = Path(data_dir).resolve()
    try:
        known = State(**json.loads((data / STATE_FILE).read_text()))
    except FileNotFoundError:
        known = None
    except (OSError, ValueError, TypeError) as error:
        raise EmbeddedError(f"Cannot read {data / STATE_FILE}: {error}") from error
    if known is not None and known.data == str(data):
        return known
    return State(data=str(data), home=str(_new_home(data)))


def _new_home(data: Path) -> Path:
    if os.geteuid() != 0:
        return data / "servers"
    home = ROOT_PLACE / hashlib.sha256(str(data).encode()).hexdigest()[:12]
    # Somebody deleted the data directory and its keys: the old cluster cannot be read with new keys.
    return home.with_name(f"{home.name}-{secrets.token_hex(3)}") if home.exists() else home


def remember(state: State) -> State:
    """Writes the state file, readable by its owner only, in one step."""
    target = Path(state.data) / STATE_FILE
    draft = target.with_suffix(".new")
    with open(draft, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump(asdict(state), file)
    draft.replace(target)
    return state


def with_redis(state: State) -> State:
    """The state with a free port and a password for Valkey, kept when there are some already."""
    if state.redis_port:
        return state
    return new_redis_port(replace(state, redis_password=secrets.token_hex(24)))


def new_redis_port(state: State) -> State:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return replace(state, redis_port=probe.getsockname()[1])


def socket_dir(state: State) -> Path:
    """The private folder of PostgreSQL's socket: among the servers' files, or in /tmp if that is too deep."""
    inside = Path(state.home) / "socket"
    if len(f"{inside}/.s.PGSQL.{PORT}".encode()) <= LONGEST_SOCKET:
        return inside
    return Path("/tmp") / f"fupin-{hashlib.sha256(state.home.encode()).hexdigest()[:16]}"  # noqa: S108


def database_settings(data_dir: Path) -> dict[str, str]:
    """HOST, PORT, USER, NAME and PASSWORD of the embedded PostgreSQL, for Django's DATABASES."""
    host = str(socket_dir(state_of(data_dir)))
    return {"HOST": host, "PORT": str(PORT), "USER": USER, "NAME": DATABASE, "PASSWORD": ""}


def database_url(data_dir: Path) -> str:
    """The embedded PostgreSQL as django-environ reads a socket: `postgresql://user@//folder/name`."""
    return f"postgresql://{USER}@/{quote(str(socket_dir(state_of(data_dir))))}/{DATABASE}"


def redis_url(data_dir: Path) -> str:
    """The embedded Valkey. Before the first start: port 1, where nothing listens."""
    state = state_of(data_dir)
    return f"redis://:{state.redis_password}@127.0.0.1:{state.redis_port or 1}/0"


def server_owner(home: Path) -> tuple[int, int] | None:
    """User and group id that the servers run as, or None for the one who asks.

    Root's servers run as the owner of their folder, `nobody` at first.
    """
    if os.geteuid() != 0:
        return None
    if home.exists() and home.stat().st_uid != 0:
        return home.stat().st_uid, home.stat().st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def make_private(folder: Path, owner: tuple[int, int] | None) -> None:
    """Makes a folder that only `owner` (and root) may enter; refuses one that somebody else made."""
    folder.mkdir(mode=0o700, parents=False, exist_ok=True)
    facts = folder.lstat()
    if owner and facts.st_uid == 0 and stat.S_ISDIR(facts.st_mode):
        os.chown(folder, *owner, follow_symlinks=False)
        facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != (owner[0] if owner else os.geteuid()):
        raise EmbeddedError(f"{folder} belongs to somebody else; remove it and start again.")
    folder.chmod(0o700)


def open_to_all(path: Path) -> bool:
    """Whether an unprivileged user can reach and read `path`."""
    parents_open = all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)
    return parents_open and bool(path.stat().st_mode & stat.S_IROTH)
