"""The documents of agents' calls, pure: how an agent is rung, what they hear before the customer, and the room in which
two of them talk. Reference: twilio.com/docs/voice/twiml/dial, and /conference below it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from ivr.channels.twilio_dial import reach
from ivr.channels.twilio_twiml import RING
from ivr.channels.twilio_xml import NO_XML, written
from ivr.engine.actions import Say

CONTEXT_HEADER = "X-Context-Id"  # as Asterisk's queues give it to agents' phones
ANSWER_WITHIN = 8  # seconds to press 1 after the whisper


def identity(agent: str) -> str:
    """An agent's name in Twilio's Voice SDK, which takes letters, digits and underscores. Another agent has another
    one, whatever their names are made of."""
    plain = re.sub(r"\W", "_", agent, flags=re.ASCII)
    if plain == agent and len(agent) <= 100:
        return agent
    return f"{plain[:80]}_{hashlib.sha256(agent.encode('utf-8', 'replace')).hexdigest()[:12]}"


def ring(address: str, contact: str, action: str, answered: str, shown: str) -> bytes:
    """Ring one agent. A browser gets the contact beside the call, and Twilio tells at `answered` that it was; a phone
    is asked there before it is put through, since a mailbox answers too. `shown`: the number that a phone number is
    rung from; empty: the caller's."""
    response = VoiceResponse()
    number = shown if address.startswith("+") else ""
    dial = Dial(action=action, method="POST", answer_on_bridge=True, timeout=RING, caller_id=number or None)
    if address.startswith("client:"):
        told = {"status_callback": answered, "status_callback_event": "answered", "status_callback_method": "POST"}
        reach(dial, address, {"context": contact}, **told)
    else:
        reach(dial, address, {CONTEXT_HEADER: contact}, url=answered, method="POST")
    response.append(dial)
    return written(response)


def whisper(says: Sequence[Say], action: str) -> bytes:
    """For the agent alone, who presses 1 to take the call."""
    response = VoiceResponse()
    gather = Gather(
        input="dtmf", num_digits=1, finish_on_key="", timeout=ANSWER_WITHIN, action=action, method="POST",
        action_on_empty_result=True,
    )  # fmt: skip
    for say in says:
        gather.say(NO_XML.sub("", say.text), language=say.language)
    response.append(gather)
    return written(response)


def hang_up() -> bytes:
    response = VoiceResponse()
    response.hangup()
    return written(response)


def room(name: str, label: str, *, host: bool) -> bytes:
    """Into the room `name`. It is open while its `host` is there: who comes earlier hears music, and when the host
    leaves, all are out."""
    response = VoiceResponse()
    dial = Dial()
    dial.conference(
        name, participant_label=label, beep=False, start_conference_on_enter=host, end_conference_on_exit=host
    )
    response.append(dial)
    return written(response)


def join_room(name: str, action: str, alone: str) -> bytes:
    """The customer comes into the room. Where nobody is in it any more, Twilio asks at `alone` for music."""
    response = VoiceResponse()
    dial = Dial(action=action, method="POST")
    dial.conference(
        name,
        participant_label="customer",
        beep=False,
        start_conference_on_enter=False,
        end_conference_on_exit=True,
        wait_url=alone,
        wait_method="POST",
    )
    response.append(dial)
    return written(response)
