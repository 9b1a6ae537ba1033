"""The embedded PostgreSQL: make the cluster, start, adopt, recover, stop."""

import os
import shlex
import shutil
import signal
from pathlib import Path

from fupin.embedded import processes
from fupin.embedded.places import DATABASE, USER, EmbeddedError, State, make_private, server_owner, socket_dir
from fupin.embedded.programs import call, postgres_program, tail

FRESH = "cluster.new"
# A collation that is the same on every machine, and characters known as letters beyond ASCII.
INITDB = [
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=trust",
]
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Rows of tests that roll back look like an empty table to it, and the next big test gets plans for one row.
    "autovacuum": "off",
}


def cluster_of(state: State) -> Path:
    return Path(state.home) / "cluster"


def running(state: State) -> bool:
    """Whether the postmaster of this data directory lives."""
    return _postmaster(state) is not None


def start(state: State, *, careless: bool = False) -> None:
    """Starts the server, or adopts the one that runs; makes the cluster at the first start.

    `careless`: faster and unsafe against a power cut, for throwaway instances; only the first start asks.
    Raises EmbeddedError.
    """
    home, cluster = Path(state.home), cluster_of(state)
    owner = server_owner(home)
    make_private(socket_dir(state), owner)
    if not cluster.exists():
        _make_cluster(state, owner, SETTINGS | (CARELESS if careless else {}))
    if not running(state):
        _clear_the_way(state)
        _launch(state, owner)
    call([_program("pg_isready", owner), *_server(state), "--timeout=60", "--quiet"], home, owner)


def stop(state: State) -> None:
    """Stops the server in order, or by force when it does not answer; does nothing when it does not run."""
    postmaster = _postmaster(state)
    if postmaster is not None:
        processes.end([postmaster], first=signal.SIGINT, then=signal.SIGQUIT, patience=30)
    processes.end(processes.working_in(cluster_of(state)), first=signal.SIGQUIT)


def _make_cluster(state: State, owner: tuple[int, int] | None, settings: dict[str, str]) -> None:
    """`initdb` beside the final place: a start that was cut off leaves nothing that looks like a cluster."""
    home, fresh = Path(state.home), Path(state.home) / FRESH
    processes.end(processes.working_in(fresh), first=signal.SIGQUIT)
    shutil.rmtree(fresh, ignore_errors=True)
    options = [f"--set={name}={value}" for name, value in settings.items()]
    sync = ["--no-sync"] if "fsync" in settings else []
    command = [_program("initdb", owner), f"--pgdata={fresh}", f"--username={USER}", *INITDB, *sync, *options]
    call(command, home, owner)
    single = [_program("postgres", owner), "--single", "-D", str(fresh), "postgres"]
    call(["/bin/sh", "-c", f'echo "CREATE DATABASE {DATABASE}" | {shlex.join(single)}'], home, owner)
    fresh.rename(cluster_of(state))


def _launch(state: State, owner: tuple[int, int] | None) -> None:
    home, log = Path(state.home), Path(state.home) / "postgres.log"
    # -k: the folder may have moved since initdb.
    options = shlex.join(["-k", str(socket_dir(state))])
    command = [_program("pg_ctl", owner), "start", "--wait", "--timeout=120", "--silent"]
    try:
        call([*command, f"--pgdata={cluster_of(state)}", f"--log={log}", f"--options={options}"], home, owner)
    except EmbeddedError as error:
        raise EmbeddedError(f"PostgreSQL did not start. {error}\n{tail(log)}") from error


def _clear_the_way(state: State) -> None:
    """Ends what a killed postmaster left, then drops its lock files.

    PostgreSQL itself refuses to start when another program was given the old process id meanwhile. Once no
    process works in the cluster, the locks are certainly stale.
    """
    processes.end(processes.working_in(cluster_of(state)), first=signal.SIGQUIT)
    for lock in (cluster_of(state) / "postmaster.pid", *socket_dir(state).glob(".s.PGSQL.*.lock")):
        lock.unlink(missing_ok=True)


def _postmaster(state: State) -> processes.Process | None:
    cluster = cluster_of(state)
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return next((process for process in processes.working_in(cluster) if process.pid == pid), None)


def _server(state: State) -> list[str]:
    return [f"--host={socket_dir(state)}", f"--username={USER}", f"--dbname={DATABASE}"]


def _program(name: str, owner: tuple[int, int] | None) -> str:
    return str(postgres_program(name, foreign_user=owner is not None and owner[0] != os.geteuid()))
