"""Real servers for tests, each on a free port of 127.0.0.1, with its files in a temporary folder; ended by its id."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

READY = 60.0  # seconds that a server is given to start on a busy machine


def missing(what: str) -> NoReturn:
    """What a test cannot do without is not here: it is skipped, but fails when CI=true, where all must run."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def needs(program: str, why: str) -> str:
    """The program's path, or `missing`."""
    if found := shutil.which(program) or next(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{program}")), None):
        return found
    missing(f"{program} is not installed: {why} (`make servers` installs what tests need)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Until `ready`. A server can only be asked again and again; this is the one place that does."""
    give_up = time.monotonic() + READY
    pause = 0.01
    while not ready():
        if process.poll() is not None or time.monotonic() > give_up:
            _failed(process, log)
        with contextlib.suppress(subprocess.TimeoutExpired):  # also returns at once when the server has died
            process.wait(pause)
        pause = min(pause * 1.5, 0.2)


def _failed(process: subprocess.Popen[bytes], log: Path) -> NoReturn:
    process.kill()
    process.wait()
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')[-2000:]}")


class PostgresServer:
    """A PostgreSQL with fsync on. `kill9` takes all of its processes at once, as a dying machine does."""

    def __init__(self) -> None:
        self._initdb = needs("initdb", "the store is tested on a real PostgreSQL")
        self._bin = Path(self._initdb).resolve().parent
        self._folder = Path(tempfile.mkdtemp(prefix="segue-pg-"))
        # PostgreSQL refuses to run as root.
        self._user = next((u for u in ("postgres", "nobody") if _exists(u)), None) if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self.port = free_port()
        self._log = self._folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._run(
            self._initdb, "-D", str(self._folder / "data"), "-U", "segue", "-A", "trust", "-E", "UTF8", "--no-sync"
        )

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._bin / "postgres", "-D", self._folder / "data", "-p", str(self.port), "-k", self._folder,
                    "-c", "listen_addresses=127.0.0.1", "-c", "fsync=on", "-c", "max_connections=100",
                ],
                stdout=log,
                stderr=log,
                user=self._user,
                group=self._group,
                extra_groups=[] if self._user else None,
                cwd=self._folder,
            )  # fmt: skip
        wait_for(self._answers, self._process, self._log)

    def stop(self) -> None:
        """Ends it and removes its files."""
        if self._process is not None and self._process.poll() is None:
            self.thaw()
            self._process.send_signal(signal.SIGQUIT)  # no checkpoint, but it removes its shared memory
            self._process.wait(READY)
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill9(self) -> None:
        assert self._process is not None
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(READY)

    def restart(self) -> None:
        """After `kill9`: recover and serve again."""
        (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self.start()

    def freeze(self) -> None:
        """It keeps its connections and answers nobody, as behind a broken network."""
        for pid in self._pids():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self._pids():
            os.kill(pid, signal.SIGCONT)

    def database(self, name: str, template: str = "template1") -> str:
        """Make a database; its URL."""
        self._run(self._tool("createdb"), *self._where(), "-T", template, name)
        return self.url(name)

    def drop(self, name: str) -> None:
        self._run(self._tool("dropdb"), *self._where(), "--force", "--if-exists", name)

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://segue@127.0.0.1:{self.port}/{name}"

    @property
    def _group(self) -> int | None:
        return pwd.getpwnam(self._user).pw_gid if self._user else None

    def _tool(self, name: str) -> str:
        return str(self._bin / name)

    def _where(self) -> tuple[str, ...]:
        return ("-h", "127.0.0.1", "-p", str(self.port), "-U", "segue")

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command,
            capture_output=True,
            user=self._user,
            group=self._group,
            extra_groups=[] if self._user else None,
            cwd=self._folder,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')}")

    def _answers(self) -> bool:
        return not subprocess.run([self._tool("pg_isready"), *self._where()], capture_output=True).returncode

    def _pids(self) -> list[int]:
        """The server and its children: each has a process group of its own."""
        assert self._process is not None
        parent = self._process.pid
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        except FileNotFoundError:
            children = []
        return [parent, *map(int, children)]


class RedisServer:
    """A Redis without files."""

    def __init__(self) -> None:
        self._program = needs("redis-server", "live events are tested on a real Redis")
        self._folder = Path(tempfile.mkdtemp(prefix="segue-redis-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        log = self._folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
                stdout=out,
                stderr=out,
                cwd=self._folder,
            )
        wait_for(self._answers, self._process, log)

    def kill9(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(READY)

    def stop(self) -> None:
        """Ends it and removes its files."""
        self.thaw()
        self.kill9()
        shutil.rmtree(self._folder, ignore_errors=True)

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as peer:
                peer.sendall(b"PING\r\n")
                return peer.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextlib.contextmanager
def running(server: PostgresServer | RedisServer) -> Iterator[None]:
    try:
        server.start()
        yield
    finally:
        server.stop()


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
