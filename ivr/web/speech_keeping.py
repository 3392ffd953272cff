"""The API of kept speech, for ops: turning it on for a time, and what was kept by this server."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from context_bridge.records import SpeechKeepingRow
from ivr.http import Described, Problem, Route, answer, read
from ivr.speech_keeping import SpeechKeeping
from ivr.utterances import About, Utterances
from ivr.web import schema

log = logging.getLogger(__name__)


class KeptSpeech(Described):
    def __init__(self, keeping: SpeechKeeping, utterances: Utterances) -> None:
        self._keeping, self._utterances = keeping, utterances

    def table(self) -> list[Route]:
        return [
            Route(
                method="GET",
                path="/api/speech/keeping",
                handler=self.state,
                summary="Whether what customers say is kept, where they agree, and who wants that",
                answer=schema.Keeping,
                desk=True,
            ),
            Route(
                method="PUT",
                path="/api/speech/keeping",
                handler=self.turn_on,
                summary="Keep it for some hours",
                body=schema.KeepSpeech,
                answer=schema.Keeping,
                problems=(403, 413, 415, 422),
                desk=True,
            ),
            Route(
                method="POST",
                path="/api/speech/keeping/stop",
                handler=self.stop,
                summary="Keep nothing more; what was kept stays until its time",
                body=schema.StopKeeping,
                answer=schema.Keeping,
                problems=(403, 413, 415, 422),
                desk=True,
            ),
            Route(
                method="GET",
                path="/api/speech/utterances",
                handler=self.list,
                summary="What this server has kept, the latest first",
                answer=list[About],
                desk=True,
            ),
            Route(
                method="GET",
                path="/api/speech/utterances/{utterance}",
                handler=self.sound,
                summary="The sound of one as a WAV file",
                media="audio/wav",
                problems=(404,),
                desk=True,
            ),
        ]

    async def state(self, _request: web.Request) -> web.Response:
        return answer(self._told(await self._keeping.look()))

    async def turn_on(self, request: web.Request) -> web.Response:
        wanted = await read(request, schema.KeepSpeech)
        return answer(self._told(await self._keeping.turn_on(wanted.hours, wanted.by, wanted.why)))

    async def stop(self, request: web.Request) -> web.Response:
        wanted = await read(request, schema.StopKeeping)
        return answer(self._told(await self._keeping.stop(wanted.by)))

    async def list(self, request: web.Request) -> web.Response:
        log.info("the utterances that were kept were listed from %s", request.remote)
        return answer(await asyncio.to_thread(self._utterances.all))

    async def sound(self, request: web.Request) -> web.FileResponse:
        name = request.match_info["utterance"]
        path = await asyncio.to_thread(self._utterances.find, name)
        if path is None:
            raise Problem(404, "No such utterance", "It may have been deleted with age, or another server has it.")
        log.info("utterance %s was fetched from %s", name, request.remote)
        return web.FileResponse(path, headers={"Cache-Control": "no-store", "Content-Type": "audio/wav"})

    def _told(self, row: SpeechKeepingRow | None) -> schema.Keeping:
        if row is None:
            return schema.Keeping(on=False, until=None, by="", why="", at=None)
        return schema.Keeping(on=self._keeping.is_on(row), until=row.until or None, by=row.who, why=row.why, at=row.at)
