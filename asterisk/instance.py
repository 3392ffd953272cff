"""An Asterisk of our own: laid out by `lay.py`, configured from `conf/`, run as a child process in a folder.

    async with Instance(root, folder) as asterisk:
        AMI(asterisk.ami_url)  # and callers: sip:100@127.0.0.1:{asterisk.sip_port}

Used by the tests and by `make run ASTERISK=1`. A site with an Asterisk of its own takes the files of `conf/` instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import signal
import socket
from pathlib import Path
from typing import Self

from asterisk.ami import AMI
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
RTP_PORTS = 1000  # two for each call leg
LIBRARIES = "usr/lib/x86_64-linux-gnu"


class NotStarted(Exception):
    """Asterisk did not come up; the message holds the end of what it said."""


class Instance:
    """`root`: the tree that `lay` made. `folder`: everything that this instance writes. Ports not given are free
    ones; `away`, `away_rounds`, `rtp_timeout` are explained in conf/extensions.conf and conf/pjsip.conf."""

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
    ) -> None:
        self._root, self.folder = root.resolve(), folder.resolve()
        self.sip_port = sip_port or _free_port(socket.SOCK_DGRAM)
        self.ami_port = _free_port(socket.SOCK_STREAM)
        self.agent_secret = agent_secret or secrets.token_urlsafe(12)
        self._ami_secret = secrets.token_urlsafe(18)
        rtp = 10_000 + secrets.randbelow(22) * RTP_PORTS  # below the ports that the system hands out
        self._fields = {
            "FOLDER": self.folder,
            "MODULES": self._root / LIBRARIES / "asterisk/modules",
            "AMI_PORT": self.ami_port,
            "AMI_SECRET": self._ami_secret,
            "AGENT_SECRET": self.agent_secret,
            "SIP_PORT": self.sip_port,
            "RTP_START": rtp,
            "RTP_END": rtp + RTP_PORTS - 2,
            "RTP_TIMEOUT": rtp_timeout,
            "AWAY": away,
            "AWAY_ROUNDS": away_rounds,
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def ami_url(self) -> str:
        return f"ami://segue:{self._ami_secret}@127.0.0.1:{self.ami_port}"

    async def __aenter__(self) -> Self:
        self.write()
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    def write(self) -> None:
        """The folder with configuration, sounds and music, from scratch."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("etc", "run", "lib/keys", "spool", "log", "cache", "music", "data/sounds"):
            (self.folder / name).mkdir(parents=True)
        shared = self._root / "usr/share/asterisk"
        (self.folder / "data/documentation").symlink_to(shared / "documentation")  # modules refuse to load without
        (self.folder / "data/sounds/en").symlink_to(next((shared / "sounds").glob("en_*")))
        for template in CONF.glob("*.conf"):
            text = template.read_text()
            for name, value in self._fields.items():
                text = text.replace(f"@{name}@", str(value))
            (self.folder / "etc" / template.name).write_text(text)
        for name in DEFAULTS:
            (self.folder / f"etc/{name}.conf").write_text("[general]\n")
        (self.folder / "etc/manager.conf").chmod(0o600)
        audio.write(self.folder / "music/hold.wav", hold_music(8000), 8000)

    async def start(self) -> None:
        """Run it and wait until it has fully booted. Raises `NotStarted`."""
        loader = self._root / LIBRARIES / "ld-linux-x86-64.so.2"  # its own: the machine's C library may be older
        libraries = f"{self._root / LIBRARIES}:{self._root / 'usr/lib'}"
        with (self.folder / "log/console").open("ab") as console:
            self._process = await asyncio.create_subprocess_exec(
                *(loader, "--library-path", libraries, self._root / "usr/sbin/asterisk"),
                *("-f", "-n", "-C", self.folder / "etc/asterisk.conf"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        await self._booted(self._process)

    async def _booted(self, process: asyncio.subprocess.Process) -> None:
        ami = AMI(self.ami_url)
        waits = [asyncio.create_task(ami.connect()), asyncio.create_task(process.wait())]
        try:
            await asyncio.wait(waits, timeout=BOOT, return_when=asyncio.FIRST_COMPLETED)
            if not waits[0].done():
                await self.stop()
                raise NotStarted(f"Asterisk did not start in {self.folder}:\n{self.console()[-2000:]}")
            await waits[0]
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
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
