"""Messages by Twilio: what the outbox sends with.

Twilio knows no idempotency key: a request whose answer is lost may have sent the message, and asked again it sends a
second one. So each message is *intended* in the store before it is sent; when the outcome of an attempt is unknown (a
crash, a lost answer) the next one comes no sooner than `SETTLE` seconds later, and first looks for the message at
Twilio: to that number, of those words, made while we tried, and not known to be another key's. Only when it is not
there it is sent again. The address for status reports names the key, so a report settles the question too.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callbacks.consent import STOPPED
from callbacks.outbox import NotSent
from context_bridge.contract import ContextStore
from context_bridge.records import ConsentRow, SentRow
from ivr.channels.twilio_message_wire import parts, place_of
from ivr.channels.twilio_rest import TIMEOUT, Refused, Rest, Sent, Unknown, Unreached
from ivr.engine.languages import lookup
from ivr.settings import listed

# Seconds after which a message that Twilio made is in its list. Twilio promises no time and calls its lists eventually
# consistent; half a minute is our choice, and three times what a request may last.
SETTLE = 30.0
SKEW = 10.0  # seconds that Twilio's clock, which tells whole ones, and ours may differ by
WINDOW = 24 * 3600.0 - 60  # seconds after a customer's message in which WhatsApp takes any words
TEMPLATE_LONGEST = 900  # characters of a template's variable: a template has 1,024
TRIAL = "Sent from your Twilio trial account - "  # before every message of an account that was never paid for

OPTED_OUT = 21610
OUTSIDE = 63016
WHY: Mapping[int, str] = {  # twilio.com/docs/api/errors
    OPTED_OUT: STOPPED,
    OUTSIDE: "WhatsApp takes free words only within 24 hours of the customer's last message: set IVR_TWILIO_TEMPLATE",
    21211: "Twilio says that this is no phone number",
    21408: "the account may not send to this country: allow it at Twilio, Messaging, Geo permissions",
    21606: "a number of IVR_TWILIO_SENDERS is not the account's, or cannot send messages",
    21612: "this number cannot be reached from a number of IVR_TWILIO_SENDERS",
    21614: "this number takes no text messages",
    30003: "the phone is off or out of reach",
    30005: "there is no such number any more",
    30006: "this number takes no text messages: it is a landline, or its carrier takes none",
    30007: "a carrier took the message for spam",
    30034: "US carriers want the sender registered: see A2P 10DLC at Twilio",
    63024: "this number is not on WhatsApp",
}


def why(code: int | str | None) -> str:
    """What an error of Twilio's means, as a sentence for ops."""
    number = int(code) if code else 0
    known = WHY.get(number)
    see = f"see https://www.twilio.com/docs/errors/{number}" if number else "without saying why"
    return f"{known} (Twilio's error {number})" if known else f"Twilio refuses the message, {see}"


@dataclass(frozen=True, slots=True)
class Pool:
    """Who messages come from: `senders` are our numbers or one messaging service (MG…), `whatsapp` our number there.
    `templates`: language -> a ContentSid whose only variable is the text, for WhatsApp after a day's silence; the first
    one serves all languages that have none."""

    senders: tuple[str, ...] = ()
    whatsapp: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)

    def template(self, language: str) -> str:
        found = lookup(language, self.templates) if language else None
        return self.templates[found] if found else next(iter(self.templates.values()))

    def sms(self, to: str, wrote_to: str | None) -> Mapping[str, str]:
        """From the number that the customer wrote to, else always from the same one. A service sees to that itself.
        Raises `NotSent`."""
        if not self.senders:
            raise NotSent("no number sends text messages: set IVR_TWILIO_SENDERS", final=True)
        if self.senders[0].startswith("MG"):
            return {"messaging_service_sid": self.senders[0]}
        if wrote_to in self.senders:
            return {"from_": str(wrote_to)}
        return {"from_": self.senders[zlib.crc32(to.encode()) % len(self.senders)]}

    def messenger(self, to: str, wrote_to: str | None) -> Mapping[str, str]:
        """WhatsApp, or another that the customer wrote by. Raises `NotSent`."""
        if wrote_to:
            return {"from_": wrote_to}
        if to.startswith("whatsapp:") and self.whatsapp:
            return {"from_": f"whatsapp:{self.whatsapp}"}
        raise NotSent("we have no address there to send from: set IVR_TWILIO_WHATSAPP", final=True)


def templates_of(setting: str) -> dict[str, str]:
    """Of `HX…`, or `en-US=HX…,de-DE=HX…`."""
    pairs = (part.rpartition("=") for part in listed(setting))
    return {language.strip(): sid.strip() for language, _, sid in pairs}


class TwilioSender:
    """A `callbacks.outbox.Sender`. `told`: our public address, for reports."""

    def __init__(self, rest: Rest, store: ContextStore, pool: Pool, public: str, clock: Callable[[], float]) -> None:
        self._rest, self._store, self._pool, self._clock = rest, store, pool, clock
        self._public = public.rstrip("/")

    async def send(self, key: str, kind: str, to: str, text: str) -> None:
        if kind == "email":
            raise NotSent("this server sends text messages only, by Twilio", final=True)
        if not to:
            raise NotSent("no number is known to send it to", final=True)
        thread = await self._store.messages.thread_with(to)
        wrote_to = thread.ours if thread else None
        if ":" not in to:
            sender, template = self._pool.sms(to, wrote_to), False
        else:
            sender = self._pool.messenger(to, wrote_to)
            template = thread is None or self._clock() - thread.heard_at > WINDOW
        if template and not self._pool.templates:
            raise NotSent(why(OUTSIDE), final=True)
        sid = self._pool.template(await self._language(key)) if template else ""
        for part, words in enumerate(parts(text, TEMPLATE_LONGEST) if template else parts(text)):
            await self._part(key, part, to, words, {**sender, **_content(words, sid)})

    async def _language(self, key: str) -> str:
        """That the customer has chosen; empty: the menu's own."""
        row = await self._store.messages.outbox_row(key)
        journey = await self._store.load(row.journey) if row is not None else None
        return (journey.language or "") if journey is not None else ""

    async def _part(self, key: str, part: int, to: str, words: str, fields: Mapping[str, str]) -> None:
        messages, now = self._store.messages, self._clock()
        before = await messages.intend(key, part, now, now - SETTLE)
        if before is None:
            raise NotSent("an attempt is under way, or nobody knows yet how it ended", after=SETTLE)
        if before.sid is not None or (
            before.tried_at is not None and await self._is_there(before, to, words, whole="body" in fields)
        ):
            return
        try:
            sid = await self._rest.send(to, fields, f"{self._public}/twilio/message-status/{place_of(key, part)}")
        except Refused as error:
            await messages.withdraw(key, part)
            raise await self._refusal(error, key, to) from error
        except Unreached as error:
            await messages.withdraw(key, part)
            raise NotSent("Twilio cannot be reached") from error
        except Unknown as error:
            raise NotSent(
                "Twilio's answer was lost: we look whether it was sent before we try again", after=SETTLE
            ) from error
        await messages.sent_as(key, part, sid)

    async def _is_there(self, before: SentRow, to: str, words: str, *, whole: bool) -> bool:
        """Whether an attempt of ours made it. Raises `NotSent` when Twilio does not say."""
        try:
            found = await self._rest.sent_to(to, before.at - SKEW)
        except (Refused, Unreached, Unknown) as error:
            raise NotSent(f"Twilio does not say whether it was sent ({error})", after=SETTLE) from error
        last = (before.tried_at or before.at) + TIMEOUT + SKEW
        for sent in sorted(found, key=lambda sent: sent.at):
            ours = sent.asked and sent.at <= last and _says(sent, words, whole=whole)
            if ours and await self._store.messages.found_as(before.key, before.part, sent.sid):
                return True
        return False

    async def _refusal(self, error: Refused, key: str, to: str) -> NotSent:
        if error.code == OPTED_OUT:
            await self._store.messages.agree(opted_out(key, to, self._clock()))
        if error.busy:
            return NotSent("Twilio is busy")
        if error.status == 401:
            return NotSent("Twilio does not take our credentials: correct IVR_TWILIO_ACCOUNT and IVR_TWILIO_TOKENS")
        return NotSent(why(error.code), final=True)


def _content(words: str, template: str) -> Mapping[str, str]:
    if not template:
        return {"body": words}
    variable = " ".join(words.split())  # WhatsApp takes no line breaks in one
    return {"content_sid": template, "content_variables": json.dumps({"1": variable})}


def opted_out(key: str, to: str, at: float) -> ConsentRow:
    """The carrier's word that a customer wants no messages, as a line of the ledger."""
    return ConsentRow(f"{OPTED_OUT}:{key}", to, "stop", f"Twilio refuses messages to them ({OPTED_OUT})", at)


def _says(sent: Sent, words: str, *, whole: bool) -> bool:
    """The same letters and digits: Twilio replaces typographic characters (Smart Encoding). A template has words of
    its own around ours: then it is not the `whole`."""
    body, ours = _letters(sent.body.removeprefix(TRIAL)), _letters(words)
    return body == ours if whole else ours in body


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
