"""An Asterisk of our own: laid out by `lay.py`, configured from `conf/`, run as a child process in a folder.

    async with Instance(root, folder) as asterisk:
        AMI(asterisk.ami_url)  # and callers: sip:100@127.0.0.1:{asterisk.sip_port}

It outlives its server's death by kill -9, and the next `Instance` on the folder attaches to it: the calls stay up. It
keeps the configuration that it was started with until then. Whoever leaves the context ends it, attached or not.

Used by the tests and by `make run ASTERISK=1`. A site with an Asterisk of its own takes the files of `conf/` instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
from pathlib import Path
from typing import Self

from asterisk import kept
from asterisk.ami import AMI, WrongPassword
from asterisk.orphan import Orphan, orphans, written_pid
from recognition import audio
from recognition.music import hold_music

CONF = Path(__file__).parent / "conf"
DEFAULTS = (  # missing files would be warnings
    "acl",
    "ccss",
    "features",
    "indications",
    "pjproject",
    "queuerules",
    "stasis",
    "udptl",
)
BOOT = 60.0  # seconds; half a second on an idle machine
LIBRARIES = "usr/lib/x86_64-linux-gnu"


class NotStarted(Exception):
    """Asterisk did not come up; the message holds the end of what it said, or who has the folder."""


class Instance:
    """`root`: the tree that `lay` made. `folder`: everything that this instance writes. `sip_port` (if it is free) and
    `agent_secret` count at the first start there, which keeps them; not given, they are chosen. `away`, `away_rounds`,
    `rtp_timeout`, `media_url` are explained in conf/extensions.conf, conf/pjsip.conf, conf/websocket_client.conf."""

    def __init__(
        self,
        root: Path,
        folder: Path,
        *,
        sip_port: int | None = None,
        rtp_timeout: int = 30,
        away: int = 20,
        away_rounds: int = 2,
        agent_secret: str = "",
        media_url: str = "ws://127.0.0.1:8080/asterisk/media",
    ) -> None:
        self._root, self.folder = root.resolve(), folder.resolve()
        self.attached = False
        self.changes: list[str] = []  # since the last start, for people
        self._kept = kept.first(sip_port, agent_secret)
        self._fields = {
            "FOLDER": self.folder,
            "MODULES": self._root / LIBRARIES / "asterisk/modules",
            "RTP_TIMEOUT": rtp_timeout,
            "AWAY": away,
            "AWAY_ROUNDS": away_rounds,
            "MEDIA_URL": media_url,
        }
        self._process: asyncio.subprocess.Process | Orphan | None = None
        self._lock = contextlib.ExitStack()

    @property
    def sip_port(self) -> int:
        return self._kept.sip_port

    @property
    def ami_port(self) -> int:
        return self._kept.ami_port

    @property
    def agent_secret(self) -> str:
        return self._kept.agent_secret

    @property
    def ami_url(self) -> str:
        return f"ami://segue:{self._kept.ami_secret}@127.0.0.1:{self.ami_port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def __aenter__(self) -> Self:
        """Raises `NotStarted`."""
        with self._locked() as lock:
            self.attached = await self._attach()
            if not self.attached:
                self.write()
                await self.start()
            self._lock = lock.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        with self._lock:
            await self.stop()

    def _locked(self) -> contextlib.ExitStack:
        """The folder is ours while our process lives: a server that is started twice must not end the Asterisk of
        the first. The system undoes it at kill -9, and Asterisk does not inherit it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = contextlib.ExitStack()
        lock.callback(os.close, handle := os.open(self.folder, os.O_RDONLY))
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            remedy = "end it, or give this one another data directory"
            raise NotStarted(f"another server runs the Asterisk in {self.folder}; {remedy}") from None
        return lock

    async def _attach(self) -> bool:
        """To the Asterisk that runs here and lets us in. Any other that runs here is ended: it cannot be served."""
        before, pid = kept.load(self.folder), written_pid(self.folder / "run/asterisk.pid")
        here = orphans(self.folder / "etc/asterisk.conf")
        for self._process in here:
            if before and self._process.pid == pid:
                self._kept, ours = before, self._kept
                with contextlib.suppress(NotStarted):
                    await self._booted(self._process)
                    return True
                self._kept = ours
        for self._process in here:
            await self.stop()
        return False

    def write(self) -> None:
        """The folder with configuration, sounds and music, from scratch but for what is kept."""
        self._keep()
        self._empty()
        for name in ("etc", "run", "lib/keys", "spool", "log", "cache", "music", "data/sounds"):
            (self.folder / name).mkdir(parents=True)
        shared = self._root / "usr/share/asterisk"
        (self.folder / "data/documentation").symlink_to(shared / "documentation")  # modules refuse to load without
        (self.folder / "data/sounds/en").symlink_to(next((shared / "sounds").glob("en_*")))
        for template in CONF.glob("*.conf"):
            text = template.read_text()
            for name, value in (self._fields | self._reached_by()).items():
                text = text.replace(f"@{name}@", str(value))
            file = self.folder / "etc" / template.name
            file.touch(mode=0o600)  # some hold passwords
            file.write_text(text)
        for name in DEFAULTS:
            (self.folder / f"etc/{name}.conf").write_text("[general]\n")
        audio.write(self.folder / "music/hold.wav", hold_music(8000), 8000)

    def _empty(self) -> None:
        for entry in self.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != kept.FILE:
                entry.unlink()

    def _keep(self) -> None:
        if before := kept.load(self.folder):
            self._kept = kept.on_free_ports(before)
            self.changes = kept.changes(before, self._kept)
        kept.save(self.folder, self._kept)

    def _reached_by(self) -> dict[str, object]:
        return {
            "AMI_PORT": self.ami_port,
            "AMI_SECRET": self._kept.ami_secret,
            "AGENT_SECRET": self.agent_secret,
            "SIP_PORT": self.sip_port,
            "RTP_START": self._kept.rtp_start,
            "RTP_END": self._kept.rtp_start + kept.RTP_PORTS - 2,
        }

    async def start(self) -> None:
        """Run it and wait until it has fully booted. Raises `NotStarted`."""
        loader = self._root / LIBRARIES / "ld-linux-x86-64.so.2"  # its own: the machine's C library may be older
        libraries = f"{self._root / LIBRARIES}:{self._root / 'usr/lib'}"
        with (self.folder / "log/console").open("ab") as console:
            self._process = process = await asyncio.create_subprocess_exec(
                *(loader, "--library-path", libraries, self._root / "usr/sbin/asterisk"),
                *("-f", "-n", "-C", self.folder / "etc/asterisk.conf"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,  # Ctrl-C in our terminal is ours to pass on, after the calls' last words
            )
        try:
            await self._booted(process)
        except BaseException:  # Ctrl-C too
            await self.stop()
            raise

    async def _booted(self, process: asyncio.subprocess.Process | Orphan) -> None:
        ami = AMI(self.ami_url)
        waits = [asyncio.create_task(ami.connect()), asyncio.create_task(process.wait())]
        try:
            await asyncio.wait(waits, timeout=BOOT, return_when=asyncio.FIRST_COMPLETED)
            if not waits[0].done():
                raise NotStarted(f"Asterisk did not start in {self.folder}:\n{self.console()[-2000:]}")
            await waits[0]
        except WrongPassword as error:
            raise NotStarted(str(error)) from error
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
            ami.close()

    def console(self) -> str:
        """Everything it has said: warnings and errors, no keys."""
        return (self.folder / "log/console").read_text(errors="replace")

    def kill(self) -> None:
        """As a crash would."""
        self._signal(signal.SIGKILL)

    async def stop(self) -> None:
        self._signal(signal.SIGTERM)
        if self._process:
            try:
                async with asyncio.timeout(BOOT):
                    await self._process.wait()
            except TimeoutError:
                self.kill()
                await self._process.wait()

    async def ended(self) -> None:
        """Wait until the process is gone."""
        if self._process:
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
