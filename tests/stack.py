"""The real thing for tests: gunicorn, a Celery worker and beat on a database of their own, from the Procfile."""

import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import environ
import psycopg2
import redis

from fupin.lib import clock
from tests import parallel

ROOT = Path(__file__).resolve().parent.parent
WAIT_SECONDS = 180
REDIS_DATABASES = itertools.cycle(parallel.stack_databases())


def wait_for(what: str, ready: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    """The first true answer of `ready`; fails after `seconds`, saying what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ready()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


@dataclass
class Stack:
    """Processes by their Procfile name, the environment they share, and the address of the site."""

    data: Path
    port: int
    env: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *arguments: str) -> str:
        """Run one management command against this stack; its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def script(self, text: str) -> str:
        """Run Python with Django and tests.factories at hand; what it prints."""
        return self.manage("shell", "--no-imports", "-c", text).strip()

    def stand_at(self, moment: datetime) -> None:
        """Let all processes stand at this moment and go on from there."""
        clock.move(self.data, moment)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg2.connect(**_dsn(self.env["DATABASE_URL"])) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def start(self, name: str) -> None:
        """Start one line of the Procfile."""
        command = re.search(rf"^{name}: (.*)$", (ROOT / "Procfile").read_text(), re.MULTILINE)
        assert command, f"no {name} in the Procfile"
        log = (self.data / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            command[1], shell=True, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
        )

    def kill(self, name: str) -> None:
        """kill -9 for the process and its children."""
        self._end(self.processes.pop(name), signal.SIGKILL)

    def stop(self) -> None:
        for process in self.processes.values():
            self._end(process, signal.SIGTERM)
        self.processes.clear()

    def flush_redis(self) -> None:
        redis.Redis.from_url(self.env["REDIS_URL"]).flushdb()

    @staticmethod
    def _end(process: subprocess.Popen[bytes], number: int) -> None:
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=15)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def make(data: Path, *, seed: bool) -> Stack:
    """A stack with regions, and the small demo if `seed`, ready to answer. Needs the servers of `./run test`."""
    port = _free_port()
    database = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/stack_{port}"
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DATABASE_URL": database,
        "REDIS_URL": os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{next(REDIS_DATABASES)}",
        "FUPIN_MODE": "demo",
        "FUPIN_DATA": str(data),
        "FUPIN_SITE_URL": f"http://127.0.0.1:{port}",
        "FUPIN_SWEEP_SECONDS": "4",
        "PORT": str(port),
    }
    env.pop("DJANGO_SETTINGS_MODULE", None)
    _create_database(database)
    stack = Stack(data=data, port=port, env=env)
    stack.manage("migrate", "--verbosity", "0")
    if seed:
        stack.manage("load_regions")
        stack.manage("seed_demo", "--scale", "small")
    for name in ("web", "worker", "beat"):
        stack.start(name)
    wait_for("the site to answer", lambda: _answers(f"{stack.url}/healthz"))
    return stack


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _create_database(url: str) -> None:
    name = url.rsplit("/", 1)[1]
    connection = psycopg2.connect(**{**_dsn(url), "dbname": "postgres"})
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()


def _dsn(url: str) -> dict[str, Any]:
    config = environ.Env.db_url_config(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {names[key]: value for key, value in config.items() if key in names and value}
