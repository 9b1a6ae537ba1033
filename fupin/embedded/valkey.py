"""The embedded Valkey: start on a private port with a password, adopt, stop."""

import os
import socket
import time
from pathlib import Path

from fupin.embedded import processes
from fupin.embedded.places import EmbeddedError, State, make_private, new_redis_port, remember, server_owner
from fupin.embedded.programs import call, tail, valkey_program

# It is a queue: nothing in it may be evicted, and a restart finds what was queued.
SETTINGS = {
    "bind": "127.0.0.1",
    "daemonize": "yes",
    "appendonly": "yes",
    "save": '""',
    "maxmemory-policy": "noeviction",
}


def folder_of(state: State) -> Path:
    return Path(state.home) / "valkey"


def running(state: State) -> bool:
    """Whether the Valkey of this data directory lives."""
    return bool(processes.working_in(folder_of(state)))


def start(state: State, *, attempts: int = 5) -> State:
    """Starts the server, or adopts the one that runs; moves to another port when somebody took ours.

    Returns the state with the port it listens on, already remembered. Raises EmbeddedError.
    """
    if running(state):
        if _answers(state):
            return state
        stop(state)
    for _ in range(attempts):
        _launch(state)
        if _answers(state):
            return state
        stop(state)
        state = remember(new_redis_port(state))
    raise EmbeddedError(f"Valkey did not start:\n{tail(folder_of(state) / 'valkey.log')}")


def stop(state: State) -> None:
    """Stops the server; it writes its append-only file on SIGTERM."""
    processes.end(processes.working_in(folder_of(state)))


def _launch(state: State) -> None:
    folder, owner = folder_of(state), server_owner(Path(state.home))
    make_private(folder, owner)
    lines = [f"{name} {value}" for name, value in SETTINGS.items()]
    lines += [f"port {state.redis_port}", f"requirepass {state.redis_password}", f'dir "{folder}"']
    config = folder / "valkey.conf"
    # The password must never be readable by others, not even between two calls.
    with open(config, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write("\n".join([*lines, f'logfile "{folder}/valkey.log"', ""]))
    if owner:
        os.chown(config, *owner)
    call([str(valkey_program(foreign_user=owner is not None)), str(config)], Path(state.home), owner)


def _answers(state: State, seconds: float = 20) -> bool:
    """Whether our server, known by its password, answers; False as soon as it has gone."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            reply = _greet(state)
        except OSError:
            reply = b""
        if reply.startswith(b"+OK\r\n+PONG"):
            return True
        # Starting, or loading its file; a stranger on our port made ours leave.
        if not running(state):
            return False
        time.sleep(0.05)
    return False


def _greet(state: State) -> bytes:
    with socket.create_connection(("127.0.0.1", state.redis_port), timeout=1) as link:
        link.sendall(f"AUTH {state.redis_password}\r\nPING\r\n".encode())
        reply = b""
        while reply.count(b"\r\n") < 2 and (part := link.recv(1024)):
            reply += part
        return reply
