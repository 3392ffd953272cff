"""Proof that our public address leads to us: `segue doctor` signs a request as Twilio would, and whoever answers shows
that they could check it."""

from __future__ import annotations

import hashlib
import hmac
import re

from aiohttp import web

from ivr.channels.twilio_door import Door
from ivr.channels.twilio_signature import Secrets

PATH = "/twilio/proof"
NONCE = re.compile(r"[0-9a-f]{32}")


class Proof:
    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self.prove)]

    async def prove(self, request: web.Request) -> web.Response:
        form = await self._door.signed(request, silent=True)  # segue doctor forges one to see it refused
        if form is None or not NONCE.fullmatch(form.get("Nonce", "")):
            return web.Response(status=403)
        return web.Response(text=proof(self._door.secrets, form["Nonce"]))


def proof(secrets: Secrets, nonce: str) -> str:
    """What only who has the account's secrets can answer; nothing that Twilio would take for a signature."""
    key = "\n".join((*secrets.tokens, *secrets.shared.values()))
    return hmac.new(key.encode(), f"segue proof {nonce}".encode(), hashlib.sha256).hexdigest()
