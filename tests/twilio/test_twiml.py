"""The documents that turns become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml import GenericNode
from twilio.twiml.voice_response import Enqueue as EnqueueVerb
from twilio.twiml.voice_response import Gather, VoiceResponse

from ivr.channels.twilio_twiml import RECORDED, Ways, document, waiting
from ivr.channels.twilio_xml import NO_XML, written
from ivr.engine.actions import Collect, Enqueue, Hangup, Keys, Option, Record, Say
from tests.twilio.schema import faults

WORDS = st.text().map(lambda text: NO_XML.sub("", text))
MARKED = (
    'A &amp; B <break time="1.5s"/> <emphasis level="strong">not</emphasis> '
    '<prosody rate="slow">so <say-as interpret-as="digits">4217</say-as></prosody> '
    '<sub alias="Acme Incorporated">Acme Inc.</sub><break/><emphasis>now</emphasis>'
)
PLAIN = "A & B not so 4217 Acme Inc. now"


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


@given(WORDS.filter(str.strip), WORDS, WORDS)
def test_a_question_is_written_as_the_library_writes_it(prompt: str, address: str, hint: str) -> None:
    keys = Keys(options=("1", "2"))
    options = (Option("a", "1", "go on", (hint.replace(",", " ")[:100].strip(),)),)
    wait = Collect(1, "again", None, None, options, (), keys, timeout=6.5, interdigit=3.0)
    gather = Gather(
        input="dtmf speech",
        action=address,
        method="POST",
        action_on_empty_result=True,
        timeout=7,
        num_digits=1,
        finish_on_key="",
        language="en-US",
        profanity_filter=False,
        speech_timeout="auto",
        hints=",".join(dict.fromkeys(filter(None, ("go on", *options[0].phrases)))),
    )
    gather.say(prompt, language="en-US")
    response = VoiceResponse()
    response.append(gather)
    assert document((Say(prompt), wait), Ways(address)).decode() == str(response)


@given(WORDS.filter(str.strip), WORDS, WORDS)
def test_the_other_waits_are_written_as_the_library_writes_them(prompt: str, address: str, queue: str) -> None:
    response = VoiceResponse()
    response.say(prompt, language="en-US")
    response.record(
        action=address,
        method="POST",
        max_length=60,
        timeout=3,
        finish_on_key="#",
        play_beep=True,
        trim="do-not-trim",
        recording_status_callback=RECORDED,
        recording_status_callback_method="POST",
        recording_status_callback_event="completed",
    )
    response.redirect(address, method="POST")
    assert document((Say(prompt), Record(1, "note", "note", 60.0, 3.0, 8.0)), Ways(address)).decode() == str(response)

    response = VoiceResponse()
    response.append(GenericNode("Play", address))
    response.append(
        EnqueueVerb(name=queue, action=address, method="POST", wait_url=f"{address}.90", wait_url_method="POST")
    )
    ways = Ways(address, music=address, sound=lambda _say: address)
    assert document((Say(prompt), Enqueue(1, "agent", queue, (), "", "", 90.0)), ways).decode() == str(response)

    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, finish_on_key="", timeout=1, action="/key", method="POST")
    gather.say(prompt, language="en-US")
    gather.append(GenericNode("Play", address))
    response.append(gather)
    response.pause(length=1)
    assert waiting(Say(prompt), 60, address, "/key", Ways("")).decode() == str(response)


def said(voice: str | None, say: Say) -> str:
    """What stands in the Say."""
    voices = {say.language: voice} if voice else {}
    body = document((say, Hangup()), Ways("", voices=voices))
    assert faults(body) == []
    return body.decode().partition(">")[2].partition("<Response>")[2].partition("</Say>")[0].partition(">")[2]


def test_marks_are_spoken_by_voices_that_know_them() -> None:
    say = Say(PLAIN, markup=MARKED)
    assert said("Polly.Joanna", say) == (
        'A &amp; B <break time="1.5s" /> <emphasis level="strong">not</emphasis> '
        '<prosody rate="slow">so <say-as interpret-as="digits">4217</say-as></prosody> '
        '<sub alias="Acme Incorporated">Acme Inc.</sub><break time="500ms" /><emphasis level="moderate">now</emphasis>'
    )
    assert said("Google.en-US-Wavenet-D", say) == said("Polly.Joanna", say)


@pytest.mark.parametrize("voice", ["Polly.Joanna-Neural", "Polly.Ruth-Generative"])
def test_newer_voices_of_amazons_know_no_emphasis(voice: str) -> None:
    found = said(voice, Say(PLAIN, markup=MARKED))
    assert "<emphasis" not in found
    assert "> not <" in found
    assert found.count("<") == said("Polly.Joanna", Say(PLAIN, markup=MARKED)).count("<") - 4


@pytest.mark.parametrize("voice", [None, "man", "alice", "Google.en-US-Chirp3-HD-Aoede"])
def test_others_get_words_without_marks(voice: str | None) -> None:
    assert said(voice, Say(PLAIN, markup=MARKED)) == PLAIN.replace("&", "&amp;")


def test_what_a_customer_said_is_no_mark_and_no_element() -> None:
    text = 'Bob <break time="9s"/></Say><Hangup/>'
    escaped = 'Bob &lt;break time="9s"/&gt;&lt;/Say&gt;&lt;Hangup/&gt;'
    assert said("Polly.Joanna", Say(text)) == escaped
    assert said("Polly.Joanna", Say(text, markup=f"<emphasis>Hi</emphasis> {escaped}")).endswith(escaped)


@given(st.text(), st.sampled_from([None, "Polly.Joanna", "Polly.Joanna-Neural"]))
def test_any_words_make_a_document_that_twilio_takes(words: str, voice: str | None) -> None:
    voices = {"en-US": voice} if voice else {}
    for markup in (None, words, f"<emphasis>{words}</emphasis>", f'</emphasis>{words}<sub alias="x">'):
        body = document((Say(words, markup=markup), Say("And?"), Hangup()), Ways("", voices=voices))
        assert faults(body) == []
