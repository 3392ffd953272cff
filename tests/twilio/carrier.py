"""A stand-in for Twilio's voice: it posts signed webhooks and runs the documents that come back, on a virtual clock.

It is as strict as Twilio and stricter: every document is held to the schema, every address that is to be played is
fetched. It does what Twilio documents and nothing more; where nobody knows (does a Dial tell its action when the caller
hangs up?) there is a switch in `Habits`. See twilio.com/docs/voice/twiml for the order in which verbs run.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

import aiohttp

from tests.twilio.webhooks import FALLBACK, FORM, Account, Ended, Habits, Request, Wire

__all__ = ["FALLBACK", "FORM", "Account", "Call", "Carrier", "Ended", "Habits", "Request"]

SPEAKING = 0.06  # virtual seconds for a character
MOST_REDIRECTS = 20  # documents without a pause: more are a loop


class Call(Wire):
    """One call. A caller's acts return when the document that follows has run up to where it waits again. `heard` is
    what was said or played, in order."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        account: Account,
        number: str,
        habits: Habits | None = None,
        language: str = "",
        menu: str = "",
        **more: str,
    ) -> None:
        named = urlencode({name: value for name, value in (("language", language), ("menu", menu)) if value})
        self._first = f"/twilio/voice?{named}" if named else "/twilio/voice"
        super().__init__(http, account, number, habits or Habits(), self._first, more)
        self._queued = 0.0
        self.heard: list[str] = []
        self.over: str = ""
        self.place, self.others_wait = 1, 0  # in a queue; seconds
        self._verbs: list[ET.Element] = []
        self.waiting: ET.Element | None = None
        self._pressed = ""  # where a key leads that is pressed in a queue

    # what a caller does

    async def begin(self) -> None:
        if self._habits.early:
            await asyncio.gather(self._run(self._first, {}), self.tell(self._habits.end))
        else:
            await self._run(self._first, {})

    async def press(self, keys: str) -> None:
        """One Gather after another takes its keys; the rest is pressed at the next."""
        while keys and not self.over:
            taken, rest, form = self._gathered(keys)
            await self._answer(form)
            assert len(rest) < len(keys), f"{taken!r} ended no question"
            keys = rest

    async def say(self, words: str, confidence: float = 0.9) -> None:
        verb = self._wait_in("Gather")
        assert "speech" in verb.get("input", "dtmf"), "this question has no ears"
        await self._answer({"SpeechResult": words, "Confidence": f"{confidence}"})

    async def silence(self) -> None:
        if self.waiting is not None and self.waiting.tag == "Record":
            self.waiting = None  # an empty recording: no action, on with the document
            await self._go_on()
            return
        verb = self._wait_in("Gather")
        self.now += float(verb.get("timeout", "5"))
        await self._answer({"Digits": ""} if verb.get("actionOnEmptyResult") == "true" else None)

    async def record(self, seconds: int = 7, *, then: str = "#") -> None:
        self._wait_in("Record")
        self.now += seconds
        recording = "RE" + secrets.token_hex(16)
        address = f"https://api.twilio.com/2010-04-01/Accounts/{self._account.sid}/Recordings/{recording}"
        await self._answer(
            {"RecordingSid": recording, "RecordingUrl": address, "RecordingDuration": str(seconds), "Digits": then}
        )

    async def queue_music(self) -> bool:
        """Ask for the next word to who waits; False when it led out of the queue."""
        verb = self._wait_in("Enqueue")
        address = verb.get("waitUrl", "")
        waited = str(int(self.now - self._queued))
        form = {"QueuePosition": str(self.place), "QueueTime": waited, "AvgQueueTime": str(self.others_wait)}
        body = await self._post(address, {"CallStatus": "in-progress", **form})
        return await self._waited(ET.fromstring(body))

    async def queue_press(self, key: str) -> bool:
        """Press a key while waiting; False when it led out of the queue."""
        assert self._pressed, "no key does anything in this queue"
        form = {"CallStatus": "in-progress", "Digits": key}
        return await self._waited(ET.fromstring(await self._post(self._pressed, form)))

    async def _waited(self, root: ET.Element) -> bool:
        """Run a document for who waits. A Redirect in it asks for the next."""
        self._pressed = ""
        for child in root:
            match child.tag:
                case "Leave":
                    await self.queue_result("leave", 0)
                    return False
                case "Redirect":
                    return await self.queue_music()
                case "Gather":
                    self._pressed = self._resolved(child.get("action", ""))
                    for said in child:
                        await self._utter(said)
                    self.now += float(child.get("timeout", "5"))
                case _:
                    await self._utter(child)
        return True

    async def stream_ended(self, stream: str) -> None:
        """The other end has closed the media stream."""
        self._wait_in("Connect")
        await self._answer({"StreamSid": stream, "CallStatus": "in-progress"})

    async def music(self, url: str) -> bytes:
        """What a conference asks for while it has not begun."""
        return await self._post(url, {"CallStatus": "in-progress"})

    async def ask(self, path: str, form: dict[str, str]) -> Request:
        """One webhook, whatever the call does."""
        await self._post(path, form)
        return self.requests[-1]

    async def queue_result(self, result: str, seconds: int = 10) -> None:
        self._wait_in("Enqueue")
        self.now += seconds
        await self._answer({"QueueResult": result, "QueueTime": str(seconds), "QueueSid": "QU" + secrets.token_hex(16)})

    async def dial_result(self, status: str, seconds: int = 20, **more: str) -> None:
        self._wait_in("Dial")
        self.now += seconds
        leg = "CA" + secrets.token_hex(16)
        await self._answer({"DialCallStatus": status, "DialCallSid": leg, "DialCallDuration": str(seconds), **more})

    async def hang_up(self) -> None:
        """Record and Enqueue tell their action; Gather and what is being said do not."""
        if self.over:
            return
        verb = self.waiting
        told = {"Record": {"Digits": "hangup"}, "Enqueue": {"QueueResult": "hangup", "QueueTime": "3"}}
        if self._habits.dial_tells_hang_up:
            told["Dial"] = {"DialCallStatus": "completed"}
        action = verb.get("action") if verb is not None and verb.tag in told else None
        form = told[verb.tag] if verb is not None and action else None
        if self._habits.late_actions or action is None or form is None:
            await self._end("caller", self._habits.end)
            if action and form:
                await self._post(action, {**form, "CallStatus": self._habits.end})
            return
        await self._post(action, {**form, "CallStatus": self._habits.end})
        await self._end("caller", self._habits.end)

    async def replaced(self, twiml: str = "", url: str = "") -> None:
        """The REST API put another document in the place of the one that runs; its action is not called."""
        self.waiting = None
        if url:
            await self._run(url, {})
        else:
            await self._follow(ET.fromstring(twiml))

    # how documents run

    def _wait_in(self, tag: str) -> ET.Element:
        assert self.waiting is not None, f"the call is over ({self.over})"
        assert self.waiting.tag == tag, f"the call waits in {self.waiting.tag}, not in {tag}"
        return self.waiting

    def _gathered(self, keys: str) -> tuple[str, str, dict[str, str]]:
        """Keys taken, keys left, and what the action is told."""
        verb = self._wait_in("Gather")
        most, end = int(verb.get("numDigits", "1000")), verb.get("finishOnKey", "#")
        taken = ""
        for n, key in enumerate(keys):
            if end and key in end:
                form = {"Digits": taken, "FinishedOnKey": key, "msg": "Gather End"}
                return taken, keys[n + 1 :], form
            taken += key
            if len(taken) == most:
                return taken, keys[n + 1 :], {"Digits": taken, "msg": "Gather End"}
        self.now += float(verb.get("timeout", "5"))
        return taken, "", {"Digits": taken, "msg": "Gather End"}

    async def _answer(self, form: dict[str, str] | None) -> None:
        verb, self.waiting = self.waiting, None
        assert verb is not None
        if form is None or "action" not in verb.attrib:
            await self._go_on()
            return
        await self._run(verb.get("action", ""), form)

    async def _run(self, address: str, form: dict[str, str]) -> None:
        """Fetch documents and run them until one waits or the call is over."""
        try:
            for _ in range(MOST_REDIRECTS):
                body = await self._document(address, {"CallStatus": "in-progress", **form})
                root = ET.fromstring(body)
                self._verbs = list(root)
                following = await self._walk()
                if following is None:
                    return
                address, form = following, {}
            self.wrong.append("a loop of redirects")
            raise Ended("failed")
        except Ended as ended:
            await self._end(ended.by)

    async def _go_on(self) -> None:
        try:
            following = await self._walk()
        except Ended as ended:
            await self._end(ended.by)
            return
        if following is not None:
            await self._run(following, {})

    async def _follow(self, root: ET.Element) -> None:
        self._verbs = list(root)
        await self._go_on()

    async def _walk(self) -> str | None:
        """Run verbs until one waits (None) or leads to another document (its address)."""
        while self._verbs:
            verb = self._verbs.pop(0)
            match verb.tag:
                case "Say" | "Play" | "Pause":
                    await self._utter(verb)
                case "Gather":
                    for child in verb:
                        await self._utter(child)
                    self.waiting = verb
                    return None
                case "Record" | "Enqueue" | "Dial" | "Connect":
                    self.waiting, self._queued = verb, self.now
                    return None
                case "Redirect":
                    return self._resolved((verb.text or "").strip())
                case "Hangup" | "Reject":
                    raise Ended("document")
                case other:
                    self.wrong.append(f"this carrier does not know {other}")
                    raise Ended("failed")
        raise Ended("document")

    async def _utter(self, verb: ET.Element) -> None:
        match verb.tag:
            case "Say":
                words = "".join(verb.itertext()).strip()
                self.heard.append(words)
                self.now += SPEAKING * len(words)
            case "Play" if verb.text:
                await self._play(self._resolved(verb.text.strip()))
            case "Pause":
                self.now += float(verb.get("length", "1"))

    async def _play(self, address: str) -> None:
        async with self._http.get(self._account.base + urlsplit(address).path) as response:
            sound = await response.read()
            if response.status != 200 or not response.content_type.startswith("audio/"):
                self.wrong.append(f"{address} is no sound: {response.status} {response.content_type}")
        self.heard.append(f"<{response.headers.get('X-Words', address.rpartition('/')[2])}>")
        self.now += len(sound) / 16_000

    async def _end(self, by: str, status: str = "completed") -> None:
        self.over, self.waiting = by, None
        if not self._habits.untold and not self._habits.early:
            await self.tell(status)


@dataclass
class Carrier:
    """`async with Carrier(account) as carrier: call = await carrier.call("+1…")`"""

    account: Account
    habits: Habits = field(default_factory=Habits)

    async def __aenter__(self) -> Carrier:
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._http.close()

    def stranger(self, sid: str, number: str) -> Call:
        """A call that is on already, such as an agent's."""
        call = Call(self._http, self.account, number, self.habits)
        call.sid = sid
        return call

    async def call(self, number: str, habits: Habits | None = None, sid: str = "", **more: str) -> Call:
        call = Call(self._http, self.account, number, habits or self.habits, **more)
        call.sid = sid or call.sid
        await call.begin()
        return call
