"""A talk: the caller's line and the agent's, each hearing the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from aiohttp import web

from ivr.channels import webphone_wire as wire
from ivr.channels.line import Line, received, send

PICKUP = 30.0  # seconds until an agent who took the call must be on the line
GRACE = 5.0  # seconds in which a lost line may come back


class Talk:
    """Begins when `agent` takes the call. `over` is called once: the agent finished, never came or stayed away."""

    def __init__(self, caller: Line, agent: str, over: Callable[[], None], grace: float = GRACE) -> None:
        self.agent = agent
        self._caller, self._over, self._grace = caller, over, grace
        self._line = Line()
        self._ended = False
        self._wait(PICKUP)

    async def heard(self, frame: bytes) -> None:
        """The caller speaks."""
        await self._line.live(frame)

    async def serve(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        """Let the agent hear and speak through `ws` for as long as it lasts."""
        await send(ws, wire.Answer())
        await self._line.attach(ws, request)
        self._timer.cancel()
        try:
            await self._listen(ws)
        finally:
            if self._line.detach(ws) and not self._ended:
                self._wait(self._grace)

    async def end(self, reason: wire.Reason) -> None:
        """The talk is over: let the agent go."""
        self._ended = True
        self._timer.cancel()
        await self._line.send(wire.Ended(reason=reason))
        await self._line.close(wire.FINISHED)

    async def restart(self) -> None:
        """Our server goes down: the agent's page shall come back."""
        self._ended = True
        self._timer.cancel()
        await self._line.close(wire.RESTART)

    async def _listen(self, ws: web.WebSocketResponse) -> None:
        async with aclosing(received(ws)) as messages:
            async for message in messages:
                match message:
                    case bytes():
                        await self._caller.live(message)
                    case wire.Finish():
                        self._over()
                    case _:
                        await send(ws, wire.Error(message="an agent's phone sends sound and `finish` only"))

    def _wait(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._over)
