"""`GET /api/recordings/{recording}`: a message that a customer spoke, for the desk to play."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from ivr.http import Described, Problem, Route
from ivr.recordings import Recordings

log = logging.getLogger(__name__)


class Playback(Described):
    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    def table(self) -> list[Route]:
        return [
            Route(
                method="GET",
                path="/api/recordings/{recording}",
                handler=self.recording,
                summary="A spoken message as a WAV file, whole or a range of it; its id is in a slot, `recording:ID`",
                media="audio/wav",
                problems=(404,),
                desk=True,
            )
        ]

    async def recording(self, request: web.Request) -> web.FileResponse:
        name = request.match_info["recording"]
        path = await asyncio.to_thread(self._recordings.find, name)
        if path is None:
            raise Problem(404, "No such recording", "It may have been deleted with age; the journey's page says when.")
        if not (request.http_range.start or 0):  # the rest of a file that is being played is no new look
            log.info("recording %s was looked at from %s", name, request.remote)
        return web.FileResponse(path, headers={"Cache-Control": "no-store", "Content-Type": "audio/wav"})
