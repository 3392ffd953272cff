"""Answer calls and chats until told to stop, by Ctrl-C or SIGTERM. Calls on Asterisk stay up."""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import os
import signal
import socket
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TextIO

from asterisk.instance import Instance, NotStarted
from asterisk.lay import is_laid
from asterisk.media import PATH
from ivr import settings
from ivr.cli.complaint import Complaint
from ivr.server import serve
from ivr.settings import Settings
from recognition.speak import SpeakFailed

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
SIP_PORT = 5060  # what a softphone dials when none is named


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="with the demo page and its back office, as IVR_DEMO=1")
    parser.add_argument(
        "--asterisk", action="store_true", help="start the Asterisk that `make asterisk` laid, and answer its calls"
    )


async def run(chosen: argparse.Namespace) -> int:
    setting = settings.load(asterisk=chosen.asterisk)
    if chosen.demo:
        setting = replace(setting, demo=True)
    async with AsyncExitStack() as stack:
        try:
            if chosen.asterisk:
                setting = await _with_asterisk(setting, stack)
            # After Asterisk's start, during which it is knocked at until it answers.
            _log_to(sys.stderr)
            logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells its own workings at each start
            await serve(setting, lambda url: print(f"Segue: open {url} (Ctrl-C ends it)", flush=True))
        except SpeakFailed as error:
            raise Complaint(str(error)) from error
        except OSError as error:
            if not (remedy := _remedy(error, setting)):
                raise
            raise Complaint(remedy) from error
    return 0


def _log_to(stream: TextIO) -> None:
    handler = logging.StreamHandler(stream)
    seen = stream.isatty() and not os.environ.get("NO_COLOR")  # https://no-color.org
    handler.setFormatter((InRed if seen else logging.Formatter)(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


class InRed(logging.Formatter):
    """Errors stand out on a terminal, where a start tells much."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return f"\x1b[31m{line}\x1b[0m" if record.levelno >= logging.ERROR else line


def _remedy(error: OSError, setting: Settings) -> str:
    """What people can do about it; nothing when it is no matter of settings."""
    where = f"{setting.host}:{setting.port}"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{setting.host} is no address of this machine; correct IVR_HOST"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is in use; end what listens there, or set IVR_PORT to another port"
    if error.filename:
        return f"{error.filename}: {error.strerror}; see that this user may write there, or correct IVR_DATA_DIR"
    if error.errno == errno.EACCES:
        return f"{where} may not be listened on by this user; set IVR_PORT to a port above 1023"
    return ""


def _media_url(setting: Settings) -> str:
    """Where an Asterisk on this machine finds our door for what callers say."""
    host = "127.0.0.1" if setting.host in {"0.0.0.0", "::"} else setting.host  # noqa: S104 - compared, not bound
    return f"ws://{f'[{host}]' if ':' in host else host}:{setting.port}{PATH}"


async def _with_asterisk(setting: Settings, stack: AsyncExitStack) -> Settings:
    """Run an Asterisk of our own until the stack unwinds, and say how phones reach it."""
    # Until `serve` listens to it: Asterisk must not stay when we are told to stop while it starts.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, signal.raise_signal, signal.SIGINT)
    root = setting.data_dir / "asterisk-root"
    if setting.ami_url:
        raise Complaint("IVR_AMI_URL names an Asterisk already; leave out --asterisk, or unset IVR_AMI_URL")
    if not is_laid(root):
        raise Complaint(f"there is no Asterisk in {root}; lay one: python -m asterisk.lay {root}")
    try:
        instance = Instance(root, setting.data_dir / "asterisk", sip_port=SIP_PORT, media_url=_media_url(setting))
        asterisk = await stack.enter_async_context(instance)
    except NotStarted as error:
        raise Complaint(str(error)) from error
    if asterisk.attached:
        print("Asterisk: it ran on without a server; its calls go on", flush=True)
    for change in asterisk.changes:
        print(f"Asterisk: {change}", flush=True)
    sip = f"127.0.0.1:{asterisk.sip_port}"
    print(f"Asterisk: dial sip:100@{sip} from any SIP phone on this machine", flush=True)
    print(f"Asterisk: the agent's phone registers at {sip} as agent1, password {asterisk.agent_secret}", flush=True)
    return replace(setting, ami_url=asterisk.ami_url)
