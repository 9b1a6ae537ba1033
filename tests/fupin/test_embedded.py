"""The embedded servers, for real: as root and as an ordinary user."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from fupin.embedded import places, processes

PROJECT = Path(__file__).resolve().parents[2]
SERVED = "DATABASE_URL", "REDIS_URL", "FUPIN_SESSION"
ASK = "import os, json; print(json.dumps(dict(os.environ)), flush=True)"


@dataclass(frozen=True)
class Someone:
    """Who runs `python -m fupin.embedded`, with which Python, and a folder of theirs."""

    python: str
    folder: Path
    uid: int | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def popen(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if name not in SERVED}
        paths = os.pathsep.join(
            [str(PROJECT), *(path for path in sys.path if path.endswith("site-packages"))]
        )
        return subprocess.Popen(
            [self.python, "-m", "fupin.embedded", *arguments],
            env={**kept, "PYTHONPATH": paths, "FUPIN_DATA": str(self.data), "TMPDIR": str(self.folder), **environment},
            cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.PIPE,
            user=self.uid, group=self.uid, extra_groups=None if self.uid is None else [],
        )  # fmt: skip

    def call(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        with self.popen(*arguments, **environment) as process:
            out, err = process.communicate(timeout=60)
            return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def ask(self, verb: str, then: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
        """Starts a command that tells its environment and goes on with `then`."""
        process = self.popen(verb, "--", self.python, "-c", f"{ASK}; {then}")
        return process, json.loads(process.stdout.readline())

    def state(self) -> places.State:
        return places.State(**json.loads((self.data / places.STATE_FILE).read_text()))

    def servers(self) -> list[psutil.Process]:
        home = Path(self.state().home)
        return [*processes.working_in(home / "cluster"), *processes.working_in(home / "valkey")]


def python_for_everybody() -> str | None:
    """A Python that an unprivileged user can run with our packages."""
    candidates = [
        sys.executable,
        *filter(None, map(shutil.which, ["/usr/bin/python3", "/usr/local/bin/python3"])),
    ]
    for candidate in candidates:
        probe = [candidate, "-c", "import fupin.embedded, psutil, celery"]
        paths = os.pathsep.join(
            [str(PROJECT), *(path for path in sys.path if path.endswith("site-packages"))]
        )
        nobody = pwd.getpwnam("nobody").pw_uid
        try:
            done = subprocess.run(
                probe, user=nobody, group=nobody, extra_groups=[], cwd="/", capture_output=True, check=False,
                env={"PATH": os.defpath, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
        except OSError:
            continue
        if done.returncode == 0:
            return candidate
    return None


def make_someone(kind: str) -> Someone:
    folder = Path(tempfile.mkdtemp(prefix="fupin-test-", dir="/tmp")).resolve()
    if kind == "me":
        return Someone(sys.executable, folder)
    python = python_for_everybody()
    if python is None:
        shutil.rmtree(folder)
        pytest.skip("the project or its Python is closed to other users")
    nobody = pwd.getpwnam("nobody").pw_uid
    os.chown(folder, nobody, nobody)
    return Someone(python, folder, nobody)


@pytest.fixture(params=["me", "ordinary user"] if os.geteuid() == 0 else ["me"])
def someone(request: pytest.FixtureRequest) -> Iterator[Someone]:
    yield from lifetime(make_someone(request.param))


@pytest.fixture
def me() -> Iterator[Someone]:
    yield from lifetime(make_someone("me"))


def lifetime(one: Someone) -> Iterator[Someone]:
    yield one
    if (one.data / places.STATE_FILE).exists():
        home = Path(one.state().home)
        one.call("stop")
        shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(one.folder)


def table(one: Someone, statement: str) -> list[tuple[object, ...]]:
    host = str(places.socket_dir(one.state()))
    link = psycopg2.connect(host=host, port=places.PORT, user=places.USER, dbname=places.DATABASE)
    try:
        with link, link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        link.close()


def valkey(one: Someone) -> redis.Redis:
    state = one.state()
    return redis.Redis(port=state.redis_port, password=state.redis_password, socket_timeout=5)


def assert_gone(seen: dict[str, str]) -> None:
    assert not Path(seen["FUPIN_DATA"]).parent.exists()
    assert processes.of_session(seen["FUPIN_SESSION"]) == []
    assert processes.working_in(Path(seen["FUPIN_DATA"]).parent / "servers" / "cluster") == []


@pytest.mark.stack
def test_started_servers_are_private_and_set_up_for_the_project(someone: Someone) -> None:
    assert someone.call("start").returncode == 0
    state = someone.state()

    asked = "SELECT current_setting(name) FROM unnest(array['TimeZone', 'server_encoding', 'max_connections', 'fsync',"
    assert table(someone, f"{asked} 'listen_addresses']) name") == [
        ("UTC",),
        ("UTF8",),
        ("200",),
        ("on",),
        ("",),
    ]
    assert table(someone, "SELECT upper('é'), '扶' ~ '[[:alpha:]]'") == [("É", True)]
    assert valkey(someone).config_get("appendonly", "maxmemory-policy") == {
        "appendonly": "yes",
        "maxmemory-policy": "noeviction",
    }
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=state.redis_port, retry=Retry(NoBackoff(), 0)).ping()
    for private in (Path(state.home), places.socket_dir(state), someone.data):
        assert private.stat().st_mode & 0o777 == 0o700
    assert (someone.data / places.STATE_FILE).stat().st_mode & 0o777 == 0o600
    assert {server.uids().effective for server in someone.servers()} != {0}
    assert someone.call("status").returncode == 0

    assert someone.call("stop").returncode == 0
    assert someone.servers() == []
    assert someone.call("status").returncode == 3


@pytest.mark.stack
def test_start_recovers_what_was_kept_after_kill_9(someone: Someone) -> None:
    assert someone.call("start").returncode == 0
    table(someone, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('米')")
    valkey(someone).set("kept", "油")
    owner = someone.servers()[0].uids().effective
    processes.end(someone.servers(), first=signal.SIGKILL)
    # The id of the dead postmaster now belongs to another program of the same user.
    stranger = subprocess.Popen(["sleep", "60"], **({"user": owner} if os.geteuid() == 0 else {}))
    lock = Path(someone.state().home) / "cluster" / "postmaster.pid"
    lock.write_text(f"{stranger.pid}\n" + lock.read_text().split("\n", 1)[1])

    again = someone.call("start")

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    assert (again.returncode, again.stderr) == (0, "")
    assert table(someone, "SELECT word FROM kept") == [("米",)]
    assert valkey(someone).get("kept") == "油".encode()


@pytest.mark.stack
def test_throwaway_returns_the_code_of_its_command_and_is_gone(someone: Someone) -> None:
    done = someone.call("throwaway", "--", someone.python, "-c", f"{ASK}; raise SystemExit(7)")

    assert (done.returncode, done.stderr) == (7, "")
    seen = json.loads(done.stdout)
    assert seen["FUPIN_MODE"] == "test"
    assert seen["FUPIN_DATA"] != str(someone.data)
    assert_gone(seen)


@pytest.mark.stack
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_throwaway_is_gone_after_a_signal(me: Someone, number: signal.Signals) -> None:
    process, seen = me.ask("throwaway", "import time; time.sleep(60)")
    process.send_signal(number)
    process.communicate(timeout=60)

    assert process.returncode in {128 + number, 1}
    assert_gone(seen)


@pytest.mark.stack
def test_two_throwaways_at_once_do_not_meet(me: Someone) -> None:
    (first, seen), (second, other) = me.ask("throwaway", "input()"), me.ask("throwaway", "input()")
    for process in (first, second):
        process.communicate("\n", timeout=60)

    assert (first.returncode, second.returncode) == (0, 0)
    assert all(seen[name] != other[name] for name in ("DATABASE_URL", "REDIS_URL", "FUPIN_DATA"))


@pytest.mark.stack
def test_servers_stop_with_the_last_of_their_users(me: Someone) -> None:
    (first, seen), (second, other) = me.ask("run", "input()"), me.ask("run", "input()")
    assert seen["DATABASE_URL"] == other["DATABASE_URL"]

    first.communicate("\n", timeout=60)
    assert table(me, "SELECT 1") == [(1,)]
    second.communicate("\n", timeout=60)
    assert me.servers() == []


@pytest.mark.stack
def test_run_after_kill_9_of_a_run_ends_its_command_and_adopts_its_servers(me: Someone) -> None:
    killed, seen = me.ask("run", "import time; time.sleep(300)")
    killed.kill()
    killed.wait()
    (orphan,) = processes.of_session(seen["FUPIN_SESSION"])
    before = {server.pid for server in me.servers()}

    again, _ = me.ask("run", "input()")

    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE
    assert before & {server.pid for server in me.servers()}
    again.communicate("\n", timeout=60)
    assert me.servers() == []


@pytest.mark.stack
def test_recover_leaves_nothing_of_a_killed_run(me: Someone) -> None:
    killed, seen = me.ask("run", "import time; time.sleep(300)")
    killed.kill()
    killed.wait()

    assert me.call("recover").returncode == 0

    assert processes.of_session(seen["FUPIN_SESSION"]) == []
    assert me.servers() == []


def test_run_with_both_urls_starts_nothing(me: Someone) -> None:
    urls = {"DATABASE_URL": "postgresql://somewhere/else", "REDIS_URL": "redis://somewhere/0"}
    done = me.call("run", "--", me.python, "-c", f"{ASK}; raise SystemExit(5)", **urls)

    assert done.returncode == 5
    assert json.loads(done.stdout).items() >= urls.items()
    assert not (me.data / places.STATE_FILE).exists()


def test_unknown_verb_prints_the_usage(me: Someone) -> None:
    done = me.call("run", "without-dashes")

    assert done.returncode == 2
    assert "python -m fupin.embedded" in done.stderr


def test_missing_command_is_named(me: Someone) -> None:
    urls = {"DATABASE_URL": "postgresql://somewhere/else", "REDIS_URL": "redis://somewhere/0"}
    done = me.call("run", "--", "no-such-command", **urls)

    assert (done.returncode, done.stderr) == (127, "Cannot run no-such-command: No such file or directory\n")


@pytest.mark.stack
def test_valkey_moves_when_somebody_took_its_port(me: Someone) -> None:
    assert me.call("start").returncode == 0
    valkey(me).set("kept", "油")
    old = me.state().redis_port
    me.call("stop")
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", old))
        thief.listen()
        assert me.call("start").returncode == 0

    assert me.state().redis_port != old
    assert valkey(me).get("kept") == "油".encode()


def test_urls_are_known_before_the_first_start_and_write_nothing(tmp_path: Path) -> None:
    settings = places.database_settings(tmp_path)

    assert settings == places.database_settings(tmp_path)
    assert places.database_url(tmp_path) == f"postgresql://fupin@/{settings['HOST']}/fupin"
    assert places.redis_url(tmp_path) == "redis://:@127.0.0.1:1/0"
    assert list(tmp_path.iterdir()) == []


def test_deep_folder_has_its_socket_elsewhere() -> None:
    deep = places.State(data="/d", home="/h/" + "扶" * 40)

    assert places.socket_dir(deep).parent == Path("/tmp")
    assert places.socket_dir(deep) != places.socket_dir(places.State(data="/d", home="/h/" + "贫" * 40))


def test_copied_data_folder_does_not_reach_the_servers_of_the_original(tmp_path: Path) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    original.mkdir()
    places.remember(places.with_redis(places.state_of(original)))
    shutil.copytree(original, copy)

    assert places.state_of(copy).redis_port == 0
    assert places.database_url(copy) != places.database_url(original)


def test_unreadable_state_is_reported_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / places.STATE_FILE).write_text("{")

    with pytest.raises(places.EmbeddedError, match="Cannot read"):
        places.database_url(tmp_path)


def test_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)

    with pytest.raises(places.EmbeddedError, match="belongs to somebody else"):
        places.make_private(tmp_path / "link", None)
