"""The documents that turns become."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml import GenericNode
from twilio.twiml.voice_response import VoiceResponse

from ivr.channels.twilio_twiml import NO_XML, written

WORDS = st.text().map(lambda text: NO_XML.sub("", text))


@given(WORDS, WORDS, st.booleans(), WORDS)
def test_documents_are_written_as_the_library_writes_them(one: str, other: str, flag: bool, tail: str) -> None:
    response = VoiceResponse()
    say = response.say(one, voice=other, language="de-DE")
    say.break_(strength="none", time=other)
    say.append(tail)
    gather = response.gather(input="dtmf", action_on_empty_result=flag, timeout=3)
    gather.append(GenericNode("Play", other))
    gather.append(tail)
    assert written(response).decode() == str(response)
