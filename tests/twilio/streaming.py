"""The other end of a media stream, as Twilio is it: signed when it connects, mu-law in frames of 20 ms, what is played
kept until it was heard or dropped. See twilio.com/docs/voice/media-streams/websocket-messages.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from typing import Self
from urllib.parse import urlsplit

import aiohttp
import numpy as np
from numpy.typing import NDArray

from ivr.channels.twilio_media_wire import from_mulaw, to_mulaw
from ivr.channels.twilio_signature import SIGNATURE, sign
from tests.twilio.carrier import Account, Call

FRAME = 160  # samples
SILENCE = np.zeros(FRAME, np.int16)


class MediaStream:
    """Of a call that waits in a Connect. `played`: what came for the caller; `cleared`: how often it was dropped."""

    def __init__(
        self, account: Account, call: Call, *, token: str = "", signed_for: str = "", as_account: str = ""
    ) -> None:
        assert call.waiting is not None
        stream = call.waiting.find("Stream")
        assert stream is not None
        self._url = stream.get("url", "")
        self._account, self._call = account, call
        self._token, self._as = token or account.token, as_account or account.sid
        self._signed_for = signed_for or self._url
        self.sid = "MZ" + secrets.token_hex(16)
        self.played = b""
        self.cleared = 0
        self._happened = asyncio.Condition()
        self._sequence = 0

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession()
        target = self._account.base.replace("http", "ws", 1) + urlsplit(self._url).path
        headers = {SIGNATURE: sign(self._token, self._signed_for, "")}
        try:
            self._ws = await self._http.ws_connect(target, headers=headers)
        except aiohttp.WSServerHandshakeError:
            await self._http.close()
            raise
        self._reading = asyncio.create_task(self._read())
        await self._send("connected", protocol="Call", version="1.0.0")
        about = {
            "accountSid": self._as,
            "streamSid": self.sid,
            "callSid": self._call.sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {},
        }
        await self._send("start", start=about)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._ws.close()
        await self._reading
        await self._http.close()

    # what the caller does

    async def press(self, keys: str) -> None:
        for digit in keys:
            await self._send("dtmf", dtmf={"track": "inbound_track", "digit": digit})

    async def say(self, samples: NDArray[np.int16]) -> None:
        """At once, as after a stalled network."""
        for at in range(0, len(samples), FRAME):
            frame = to_mulaw(samples[at : at + FRAME])
            media = {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": base64.b64encode(frame).decode()}
            await self._send("media", media=media)

    async def stop(self) -> None:
        """The caller hangs up."""
        await self._send("stop", stop={"accountSid": self._as, "callSid": self._call.sid})
        await self._ws.close()

    # what is heard

    async def plays(self) -> None:
        """Wait until something but silence has come."""
        await self._until(lambda: int(np.abs(from_mulaw(self.played)).max(initial=0)) > 1000)

    async def falls_silent(self) -> None:
        await self._until(lambda: self.cleared > 0)

    async def closes(self) -> None:
        async with asyncio.timeout(20):
            await self._reading

    async def ends(self) -> None:
        """Our server has closed the stream; the call goes on at its action."""
        await self.closes()
        await self._call.stream_ended(self.sid)

    async def _until(self, is_so: object) -> None:
        async with asyncio.timeout(20), self._happened:
            await self._happened.wait_for(is_so)  # type: ignore[arg-type]

    async def _read(self) -> None:
        async for message in self._ws:
            told = json.loads(message.data)
            assert told["streamSid"] == self.sid
            async with self._happened:
                match told["event"]:
                    case "media":
                        self.played += base64.b64decode(told["media"]["payload"])
                    case "clear":
                        self.cleared += 1
                        self.played = b""
                    case "mark":
                        await self._send("mark", mark=told["mark"])
                self._happened.notify_all()

    async def _send(self, event: str, **body: object) -> None:
        self._sequence += 1
        message = {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self.sid, **body}
        await self._ws.send_str(json.dumps(message))
