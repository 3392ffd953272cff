"""Wires everything together: the only package that knows all the others."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from aiohttp import web

from ivr.collector import settle
from ivr.server.parts import Segue, build
from ivr.server.routes import application
from ivr.settings import Settings

__all__ = ["Segue", "application", "build", "serve"]

CLOSE_WITHIN = 5.0  # seconds that handlers may take to end when we go down


async def serve(settings: Settings, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Serve until SIGINT or SIGTERM. Calls that are on stay on: Asterisk keeps them, web phones come back."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with build(settings) as segue:
        runner = web.AppRunner(application(segue), access_log=None, shutdown_timeout=CLOSE_WITHIN)
        await runner.setup()
        settle()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            ready(settings.url)
            await stop.wait()
        finally:
            await runner.cleanup()
