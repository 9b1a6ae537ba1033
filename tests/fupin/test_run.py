"""The `run` script on poor machines, and the whole demo's processes."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fupin.embedded import places, processes

PROJECT = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
MISSING = "no-such-package-of-anybody==1.0 --hash=sha256:" + "0" * 64 + "\n"


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OURS and "FUPIN" not in name}
    return kept | changes


def run_in(project: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [project / "run", *arguments], env=environment(**changes), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A project of two files: what happens before anything is installed needs no more."""
    shutil.copy2(PROJECT / "run", tmp_path)
    (tmp_path / "requirements.lock").write_text("")
    return tmp_path


def fake_pythons(folder: Path, body: str) -> str:
    folder.mkdir()
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def test_usage_is_printed_without_a_verb_and_refused_for_an_unknown_one(clone: Path) -> None:
    assert run_in(clone).stdout == run_in(clone, "help").stdout
    unknown = run_in(clone, "dance")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "./run demo [--port 8000]" in unknown.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "eighty"], "--port needs a number, not 'eighty'."),
        (["--port"], "--port needs a value."),
        (["--port", "70000"], "--port must be between 1 and 65535."),
        (["--scale", "world"], "--scale is small, county or city, not 'world'."),
        (["--fast"], "demo does not know '--fast'; see ./run help."),
    ],
)
def test_odd_demo_option_is_named_before_anything_is_installed(
    clone: Path, arguments: list[str], message: str
) -> None:
    done = run_in(clone, "demo", *arguments)

    assert (done.returncode, done.stderr) == (1, f"run: {message}\n")
    assert not (clone / ".venv").exists()


def test_too_old_python_is_named(clone: Path, tmp_path: Path) -> None:
    path = fake_pythons(tmp_path / "old", '[ "$1" = --version ] && echo Python 3.9.2 || exit 1')

    done = run_in(clone, "manage", "check", PATH=path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "run: Python 3.11 or newer is needed, and this machine has Python 3.9.2.\n"


def test_python_without_venv_names_the_debian_package(clone: Path, tmp_path: Path) -> None:
    path = fake_pythons(tmp_path / "bare", 'case "$2" in *ensurepip*) exit 1;; esac')

    done = run_in(clone, "bootstrap", PATH=path)

    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


@pytest.mark.stack
def test_bootstrap_reports_a_failed_download_in_one_sentence_and_heals(
    clone: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (clone / "requirements.lock").write_text(MISSING)
    failed = run_in(clone, "bootstrap", PIP_NO_INDEX="1")
    assert failed.returncode == 1
    assert re.search(r"^run: Could not install .* Is the network there\?", failed.stderr, re.MULTILINE)
    assert "Traceback" not in failed.stderr

    (clone / "requirements.lock").write_text("# another\n")
    assert run_in(clone, "bootstrap").returncode == 0
    assert run_in(clone, "bootstrap").stderr == ""

    moved = clone.rename(tmp_path_factory.mktemp("elsewhere") / "project")
    assert "Installing the packages" in run_in(moved, "bootstrap").stderr
    assert str(moved) in (moved / ".venv" / "bin" / "pip").read_text()


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder with a short path; whatever a failed test left in it is ended."""
    folder = Path(tempfile.mkdtemp(prefix="fupin-test-", dir="/tmp")).resolve()
    yield folder
    for verb in ("recover", "stop"):
        python = [PROJECT / ".venv" / "bin" / "python", "-m", "fupin.embedded", verb]
        subprocess.run(python, cwd=PROJECT, env=environment(FUPIN_DATA=str(folder)), check=True)
    shutil.rmtree(folder)


def processes_of(data: Path) -> list[psutil.Process]:
    home = Path(places.state_of(data).home)
    found = [*processes.working_in(home / "cluster"), *processes.working_in(home / "valkey")]
    for process in psutil.process_iter():
        try:
            named = process.environ().get("FUPIN_DATA") == str(data)
            if named and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def demo(data: Path, port: int, said: Path) -> subprocess.Popen[bytes]:
    """Starts the demo and waits until it has printed its address."""
    with said.open("wb") as output:
        process = subprocess.Popen(
            [PROJECT / "run", "demo", "--port", str(port)], env=environment(FUPIN_DATA=str(data)),
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    for _ in range(6000):
        if b"The demo runs" in said.read_bytes():
            return process
        assert process.poll() is None, said.read_text()
        time.sleep(0.1)
    raise AssertionError(said.read_text())


@pytest.mark.stack
def test_taken_port_is_named_and_nothing_is_started(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run_in(PROJECT, "demo", f"--port={port}", FUPIN_DATA=str(data))

    assert done.returncode == 1
    assert done.stderr.endswith(
        f"run: Port {port} is taken by another program; try: ./run demo --port {port + 1}\n"
    )
    assert not (data / "embedded.json").exists()


@pytest.mark.stack
def test_demo_survives_kill_9_and_leaves_no_process_after_sigterm(data: Path, tmp_path: Path) -> None:
    port = free_port()
    killed = demo(data, port, tmp_path / "first.log")
    secrets = (data / "secrets.env").read_bytes()
    killed.kill()
    killed.wait()
    assert len(processes_of(data)) > 3

    again = demo(data, port, tmp_path / "second.log")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        assert answer.status == 200
    assert (data / "secrets.env").read_bytes() == secrets
    assert (data / "secrets.env").stat().st_mode & 0o777 == 0o600

    again.send_signal(signal.SIGTERM)
    again.wait(timeout=180)
    assert processes_of(data) == []
