"""Agents' browsers and phones at the stand-in of Twilio's: they are rung by customers' calls and by the REST API, hear
a whisper, talk, and are led into rooms. See twilio.com/docs/voice/twiml/dial, and /number and /conference below it.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from tests.twilio.carrier import Call, Carrier, Request
from tests.twilio.rest import Standing


@dataclass
class Leg:
    """An agent's own call. `heard` is what was said to them alone."""

    sid: str
    to: str
    customer: Call | None = None
    heard: list[str] = field(default_factory=list)
    room: str = ""
    host: bool = False
    over: bool = False


class Office:
    def __init__(self, carrier: Carrier, rest: Standing) -> None:
        self._carrier, self._rest = carrier, rest
        self.legs: dict[str, Leg] = {}
        self._led = 0

    # what agents do

    async def answer(self, call: Call, key: str | None = "1") -> Leg | None:
        """The agent whom the customer's call rings picks up, and presses `key`; None when they are not put through."""
        dial = call.waiting
        assert dial is not None
        assert dial.tag == "Dial"
        [noun] = dial
        leg = self._leg(noun.findtext("Identity") or noun.text or "", call)
        if (told := noun.get("statusCallback")) and noun.get("statusCallbackEvent") == "answered":
            await self._post(leg, told, {})
        if (url := noun.get("url")) and not await self._asked(leg, url, key):
            leg.over = True
            del self._rest.legs[leg.sid]
            return None
        return leg

    async def pick_up(self, key: str | None = "1") -> Leg:
        """The agent whom the REST API rings picks up, and presses `key`."""
        sid, fields = next((sid, leg) for sid, leg in self._rest.legs.items() if leg["status"] == "queued")
        leg = self._leg(fields["To"], None, sid)
        leg.over = not await self._asked(leg, fields["Url"], key) or not leg.room
        if leg.over:
            await self._told_over(leg, "completed")
        return leg

    async def no_answer(self) -> None:
        sid, fields = next((sid, leg) for sid, leg in self._rest.legs.items() if leg["status"] == "queued")
        await self._told_over(self._leg(fields["To"], None, sid), "no-answer")

    async def hang_up(self, leg: Leg) -> None:
        """An agent puts the phone down."""
        leg.over = True
        customer, leg.customer = leg.customer, None
        if customer is not None:
            await customer.dial_result("completed")
        await self._leave(leg)
        await self._told_over(leg, "completed")

    async def led(self, call: Call) -> None:
        """Wait until the REST API leads this call, and follow."""
        async with asyncio.timeout(20), self._rest.asked:
            await self._rest.asked.wait_for(lambda: call.sid in [sid for sid, _ in self._rest.updates[self._led :]])
        await self.follow(call)

    async def follow(self, *calls: Call) -> None:
        """Do what the REST API has asked for since, with agents' calls and these customers'."""
        while self._led < len(self._rest.updates):
            sid, fields = self._rest.updates[self._led]
            self._led += 1
            if (leg := self.legs.get(sid)) is not None and not leg.over:
                await self._lead(leg, fields.get("Url", ""))
            for call in calls:
                if call.sid == sid and not call.over:
                    await call.replaced(url=fields["Url"])
                    await self._enter(call)

    # how their calls run

    async def _lead(self, leg: Leg, url: str) -> None:
        """Another document in the place of the one that runs, or none (hang up). Who was dialled leaves the Dial so,
        and the customer's call goes on behind it."""
        customer, leg.customer = leg.customer, None
        await self._leave(leg)
        if url:
            await self._run(leg, url, {})
        else:
            leg.over = True
        if customer is not None and customer.waiting is not None and customer.waiting.tag == "Dial":
            await customer.dial_result("completed")

    async def _asked(self, leg: Leg, url: str, key: str | None) -> bool:
        """Run what is heard before being put through; whether the agent is."""
        gather = await self._run(leg, url, {})
        if gather is None:
            return not leg.over
        await self._run(leg, gather.get("action", ""), {"Digits": key or ""})
        return not leg.over

    async def _run(self, leg: Leg, url: str, form: dict[str, str]) -> ET.Element | None:
        """A document up to the question that it ends with, if it does."""
        answer = await self._post(leg, url, form)
        for verb in ET.fromstring(answer.body):
            match verb.tag:
                case "Gather":
                    leg.heard += ["".join(child.itertext()) for child in verb]
                    return verb
                case "Say":
                    leg.heard.append("".join(verb.itertext()))
                case "Hangup":
                    leg.over = True
                case "Dial":
                    [noun] = verb
                    assert noun.tag == "Conference"
                    leg.room, leg.host = noun.text or "", noun.get("endConferenceOnExit") == "true"
                    self._rest.rooms.setdefault(leg.room, {})[noun.get("participantLabel", leg.sid)] = leg.sid
        return None

    async def _enter(self, call: Call) -> None:
        """A customer who comes into a room where nobody keeps it open asks for music."""
        if call.waiting is None or (noun := call.waiting.find("Conference")) is None:
            return
        name = noun.text or ""
        hosted = any(leg.room == name and leg.host for leg in self.legs.values())
        self._rest.rooms.setdefault(name, {})["customer"] = call.sid
        self._in_room = call
        if not hosted and (url := noun.get("waitUrl")):
            await call.music(url)

    async def _leave(self, leg: Leg) -> None:
        """Out of the room; its host takes all others out, who go on behind their Dial."""
        name, leg.room = leg.room, ""
        if not name:
            return
        room = self._rest.rooms.get(name, {})
        for label in [label for label, sid in room.items() if sid == leg.sid]:
            del room[label]
        if not leg.host:
            return
        for other in [other for other in self.legs.values() if other.room == name]:
            other.room, other.over = "", True
        if self._rest.rooms.pop(name, {}).get("customer"):
            await self._in_room.dial_result("answered")

    async def _told_over(self, leg: Leg, status: str) -> None:
        fields = self._rest.legs.pop(leg.sid, {})
        if url := fields.get("StatusCallback"):
            await self._post(leg, url, {"CallStatus": status})

    async def _post(self, leg: Leg, url: str, form: dict[str, str]) -> Request:
        customer = self._carrier.stranger(leg.sid, leg.to)
        path = urlsplit(url).path
        assert path.startswith("/twilio/"), f"{url} is no webhook of ours"
        parent = {"ParentCallSid": leg.customer.sid} if leg.customer else {}
        answer = await customer.ask(path, {"CallStatus": "in-progress", "Direction": "outbound-dial", **parent, **form})
        assert answer.status == 200, f"{url} answered {answer.status}"
        assert customer.wrong == []
        return answer

    def _leg(self, to: str, customer: Call | None, sid: str = "") -> Leg:
        leg = Leg(sid or "CA" + secrets.token_hex(16), to, customer)
        self.legs[leg.sid] = leg
        known = self._rest.legs.setdefault(leg.sid, {"to": to})
        known |= {"status": "in-progress", "parent": customer.sid if customer else None}
        return leg
