"""`transfer`: the caller is put through to somebody outside. Whom a menu can dial stands in the menu, never in a slot:
what callers say must not choose whom we pay for."""

from __future__ import annotations

import re
from collections.abc import Mapping

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from ivr.engine.loader import values
from ivr.engine.loader.mistakes import Unfit, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.steps import Template, TransferStep

RING = 30.0  # seconds
LONGEST_RING = 600.0  # seconds; as long as Twilio rings
MOST_HEADERS = 5
SIP = re.compile(r"sips?:[A-Za-z0-9._+*#~-]{1,64}@[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(;transport=(udp|tcp|tls))?")
CLIENT = re.compile(r"client:[A-Za-z0-9_]{1,121}")  # an identity of Twilio's Voice SDK
HEADER = re.compile(r"X-[A-Za-z0-9][A-Za-z0-9-]{0,60}")  # what a SIP request may carry of ours, and Twilio passes on
CALLER_IDS = ("caller", "ours")


def transfer(step: Reader) -> TransferStep:
    """`{to: "+44 20 7946 0018", prompt: …, caller_id: caller, whisper: …, timeout: 30s}`, with `unanswered` and, for
    after the talk, `done`. `headers` go with a `sip:` address."""
    with step.inside("transfer") as call:
        to = call.need("to", _address, "", 'name whom to call: to: "+44 20 7946 0018", or sip:name@host')
        prompt = call.prompt_or("prompt", None)
        caller_id = call.get("caller_id", _caller_id, CALLER_IDS[0])
        headers = _headers(call, to)
        node = call.node("whisper")
        whisper = call.template("whisper", node, "handed") if node else ()
        timeout = call.get("timeout", _ring, RING)
    unanswered = step.target("unanswered", "name the step for when they are busy or do not answer")
    done = step.target("done", None) or None
    return TransferStep(to, _shown(to), prompt, caller_id, headers, whisper, timeout, unanswered, done)


def _address(text: str) -> str:
    """As `actions.Transfer` has it. Raises `Unfit`."""
    text = text.strip()
    if text.startswith(("sip:", "sips:")):
        if not SIP.fullmatch(text):
            raise Unfit(f"{quoted(text)} is not a SIP address", "write it as sip:name@host or sip:name@host:5060")
        return text
    if text.startswith("client:"):
        if not CLIENT.fullmatch(text):
            raise Unfit(f"{quoted(text)} is not a client", "write its identity at Twilio: letters, digits and _")
        return text
    return _number(text)


def _number(text: str) -> str:
    """In E.164. Raises `Unfit`."""
    try:
        number = phonenumbers.parse(text, None)
    except NumberParseException:
        remedy = 'write it with + and the country code, in quotes: "+44 20 7946 0018"'
        raise Unfit(f"{quoted(text)} is not a number that can be dialled from anywhere", remedy) from None
    if not phonenumbers.is_valid_number(number):
        raise Unfit(f"{quoted(text)} is not a number of its country", "look at its length and at the code of the area")
    if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
        raise Unfit(f"{quoted(text)} is a premium-rate number", "name one that costs what others cost")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _shown(to: str) -> str:
    """The number as people write it; empty: it is none."""
    if not to.startswith("+"):
        return ""
    return phonenumbers.format_number(phonenumbers.parse(to, None), PhoneNumberFormat.INTERNATIONAL)


def _caller_id(text: str) -> str:
    try:
        return text if text in CALLER_IDS else _number(text)
    except Unfit as unfit:
        raise Unfit(unfit.problem, 'write caller, ours, or a number of yours: "+44 20 7946 0018"') from None


def _ring(text: str) -> float:
    seconds = values.duration(text)
    if not 1 <= seconds <= LONGEST_RING:
        raise Unfit(f"nobody is rung for {quoted(text)}", f"write 1s to {LONGEST_RING:g}s")
    return seconds


def _headers(call: Reader, to: str) -> Mapping[str, Template]:
    node = call.node("headers")
    if node is not None and to and not to.startswith("sip"):
        call.wrong(call.place("headers"), f"{quoted(to)} takes no headers", "take them away; SIP addresses take them")
    with call.reader("headers", node, 'write names and values: {X-Order: "{order_number}"}') as every:
        found = {}
        for name, place, value in every.entries():
            if not HEADER.fullmatch(name):
                every.wrong(place, f"header {quoted(name)} cannot be set", "let its name begin with X-, as X-Order")
            found[name] = every.template(name, value, "handed")
        if len(found) > MOST_HEADERS:
            every.wrong(every.place(name), f"{len(found)} headers are too many", f"send at most {MOST_HEADERS}")
    return found
