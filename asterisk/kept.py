"""What an Asterisk of our own is reached by, kept in a file of its folder: a softphone is set up once."""

from __future__ import annotations

import contextlib
import secrets
import socket
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import msgspec

FILE = "kept.json"
RTP_PORTS = 1000  # two for each call leg

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


@dataclass(frozen=True)
class Kept:
    sip_port: Port
    ami_port: Port
    rtp_start: Port
    ami_secret: str
    agent_secret: str


def first(sip_port: int | None = None, agent_secret: str = "") -> Kept:
    """For a folder that has none yet. `sip_port` is taken if it is free."""
    return Kept(
        sip_port=_free(sip_port, socket.SOCK_DGRAM),
        ami_port=_free(None, socket.SOCK_STREAM),
        rtp_start=10_000 + secrets.randbelow(22) * RTP_PORTS,  # below the ports that the system hands out
        ami_secret=secrets.token_urlsafe(18),
        agent_secret=agent_secret or secrets.token_urlsafe(12),
    )


def load(folder: Path) -> Kept | None:
    """None as well when the file makes no sense: a new one is of more use than none."""
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Kept)
    return None


def save(folder: Path, kept: Kept) -> None:
    """Whole or not at all; for the owner only, as it holds passwords."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{FILE}.new"
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_bytes(msgspec.json.format(msgspec.json.encode(kept)))
    new.replace(folder / FILE)


def on_free_ports(kept: Kept) -> Kept:
    """The same, but for the ports that somebody else has taken. Asterisk itself passes over RTP ports in use."""
    return replace(
        kept,
        sip_port=_free(kept.sip_port, socket.SOCK_DGRAM),
        ami_port=_free(kept.ami_port, socket.SOCK_STREAM),
    )


def changes(before: Kept, now: Kept) -> list[str]:
    """What people should know about `on_free_ports`."""
    told = []
    if before.sip_port != now.sip_port:
        told.append(f"SIP port {before.sip_port} is taken by another program; it is {now.sip_port} from now on")
    if before.ami_port != now.ami_port:
        told.append(f"AMI port {before.ami_port} is taken by another program; it is {now.ami_port} from now on")
    return told


def _free(wanted: int | None, kind: socket.SocketKind) -> int:
    """`wanted`, or any free one."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:  # as Asterisk does: connections that have ended are in nobody's way
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or 0))
        except OSError:
            return _free(None, kind)
        port: int = probe.getsockname()[1]
        return port
