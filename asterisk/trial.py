"""Whether callers could be heard, tried without a caller: a channel that says nothing is tapped as a caller's would be.

By WebSocket it can be tried only while no server of ours runs, since its port is the server's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from asterisk.ami import AMI, AMIRefused, Event
from asterisk.media import Media
from asterisk.tap import OPTIONS, dial

PATIENCE = 5.0  # seconds for each way


async def ways(ami: AMI, where: str, host: str, port: int) -> dict[str, bool | None]:
    """Of the ways to us, which work; None: it could not be tried. `where`: IVR_ASTERISK_MEDIA; `host`, `port`: of our
    server. `ami` is connected. Raises `AMILost`."""
    found: dict[str, bool | None] = {"WebSocket": None, "AudioSocket": None}
    media = Media(where)
    try:
        with contextlib.suppress(OSError):  # the address is not ours, or a server of ours has it
            await media.open()
            found["AudioSocket"] = await _works(ami, "AudioSocket", media)
        with contextlib.suppress(OSError):
            async with _served(media, host, port):
                found["WebSocket"] = await _works(ami, "WebSocket", media)
    finally:
        await media.close()
    return found


@contextlib.asynccontextmanager
async def _served(media: Media, host: str, port: int) -> AsyncIterator[None]:
    app = web.Application()
    app.add_routes(media.routes())
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


class _Nobody:
    """Expects no sound."""

    def frame(self, pcm: bytes) -> None: ...

    def lost(self) -> None: ...


async def _works(ami: AMI, way: str, media: Media) -> bool:
    tokens = [media.expect(_Nobody()), media.expect(_Nobody())]
    events = asyncio.Queue[Event]()
    ami.on("OriginateResponse", events.put_nowait)
    ami.on("ChanSpyStart", events.put_nowait)
    try:
        async with asyncio.timeout(PATIENCE):
            tapped = await _originated(ami, events, dial(way, tokens[0], media), "Wait", f"{PATIENCE:g}")
            if not tapped:
                return False
            await ami.do(
                "Originate",
                Channel=dial(way, tokens[1], media),
                Application="ChanSpy",
                Data=f"{tapped},{OPTIONS}",
                Async="true",
            )
            while (event := await events.get())["Event"] != "ChanSpyStart" or event.get("SpyeeChannel") != tapped:
                pass
            return True
    except (TimeoutError, AMIRefused):
        return False
    finally:
        for token in tokens:
            media.forget(token)


async def _originated(ami: AMI, events: asyncio.Queue[Event], to: str, application: str, data: str) -> str:
    """The channel's name; empty when it did not come about."""
    await ami.do("Originate", ActionID=to, Channel=to, Application=application, Data=data, Async="true")
    while (event := await events.get())["Event"] != "OriginateResponse" or event.get("ActionID") != to:
        pass
    return event["Channel"] if event["Response"] == "Success" else ""
