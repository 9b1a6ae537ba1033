"""The embedded servers from the command line.

    python -m fupin.embedded start | stop | status
    python -m fupin.embedded recover            end what a killed `run` left behind
    python -m fupin.embedded run -- CMD…        servers around a command, stopped again after the last user
    python -m fupin.embedded throwaway -- CMD…  the same with fresh, fast, temporary servers

`FUPIN_DATA` names the data directory. CMD gets DATABASE_URL and REDIS_URL; its exit code is ours.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from fupin.embedded import lifecycle, places, postgres, processes, valkey
from fupin.embedded.places import EmbeddedError

PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
# A command that does not end after SIGTERM is ended.
PATIENCE_SECONDS = 25


def main(arguments: list[str]) -> int:
    """Returns the process's exit code."""
    verb, command = (arguments[0] if arguments else ""), arguments[2:]
    data_dir = places.default_data_dir()
    if verb in {"run", "throwaway"} and arguments[1:2] == ["--"] and command:
        return run(data_dir, command) if verb == "run" else throwaway(command)
    if verb == "status" and len(arguments) == 1:
        return status(data_dir)
    actions = {"start": lifecycle.start, "stop": lifecycle.stop, "recover": lifecycle.recover}
    if verb in actions and len(arguments) == 1:
        actions[verb](data_dir)
        return 0
    print(__doc__, file=sys.stderr)
    return 2


def status(data_dir: Path) -> int:
    """Prints what runs; 0 when both servers do, else 3."""
    state = places.state_of(data_dir)
    alive = {"PostgreSQL": postgres.running(state), "Valkey": valkey.running(state)}
    for name, runs in alive.items():
        print(f"{name}: {'runs' if runs else 'stopped'}")
    print(f"Folder: {state.home}\nDATABASE_URL={places.database_url(data_dir)}")
    return 0 if all(alive.values()) else 3


def run(data_dir: Path, command: list[str]) -> int:
    """Runs the command with the servers of `data_dir`, or with those that the environment names."""
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    _end_on_signals()
    return _in_session(data_dir, command, given)


def throwaway(command: list[str]) -> int:
    """Runs the command with servers that nobody else knows, whatever the environment names."""
    _end_on_signals()
    with lifecycle.throwaway() as data_dir:
        return _in_session(data_dir, command, {"FUPIN_MODE": "test", "FUPIN_DATA": str(data_dir)})


def _in_session(data_dir: Path, command: list[str], chosen: dict[str, str]) -> int:
    session = lifecycle.enter(data_dir, with_servers=not {"DATABASE_URL", "REDIS_URL"} <= chosen.keys())
    try:
        urls = {"DATABASE_URL": places.database_url(data_dir), "REDIS_URL": places.redis_url(data_dir)}
        return _supervise(command, {**os.environ, **urls, **chosen, processes.SESSION: session.token})
    finally:
        _ignore_signals()
        lifecycle.leave(data_dir, session)


def _supervise(command: list[str], environment: dict[str, str]) -> int:
    try:
        child = subprocess.Popen(command, env=environment)  # noqa: S603 - the caller's own command
    except OSError as error:
        print(f"Cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        return 127

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGALRM:
            child.kill()
        elif number != signal.SIGINT or not _terminal_told_everybody():
            child.send_signal(number)
        if number in {signal.SIGTERM, signal.SIGHUP}:
            signal.alarm(PATIENCE_SECONDS)

    for number in (*PASSED_ON, signal.SIGALRM):
        signal.signal(number, pass_on)
    code = child.wait()
    signal.alarm(0)
    return code if code >= 0 else 128 - code


def _terminal_told_everybody() -> bool:
    """Ctrl-C reaches the whole foreground group: the command has had its SIGINT already."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _end_on_signals() -> None:
    """While servers start there is no command to pass a signal to: leave, through every clean-up."""

    def end(number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        sys.exit(128 + number)

    for number in PASSED_ON:
        signal.signal(number, end)


def _ignore_signals() -> None:
    """A second Ctrl-C must not cut the clean-up short."""
    for number in PASSED_ON:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except EmbeddedError as error:
        sys.exit(f"fupin: {error}")
