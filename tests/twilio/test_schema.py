"""That the schema of TwiML finds what Twilio would not take, and what the library writes without a word."""

from __future__ import annotations

import pytest
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from tests.twilio.schema import faults, schema


def gather(attributes: str = "", inside: str = "") -> str:
    return f'<Gather action="/a" actionOnEmptyResult="true" {attributes}>{inside}</Gather>'


# What stands in the Response
WRONG = {
    "a control character": "<Say>\x07</Say>",
    "an unknown verb": "<Speak>x</Speak>",
    "a verb in lower case": "<say>x</say>",
    "a verb where it may not be": gather(inside="<Hangup/>"),
    "a noun without its verb": "<Number>+15550100</Number>",
    "text between verbs": "Welcome",
    "text in a Gather": gather(inside="Press one"),
    "an unknown attribute": '<Say speed="2">x</Say>',
    "an attribute in snake case": gather('num_digits="1"'),
    "True with a capital": '<Dial answerOnBridge="True"><Number>+15550100</Number></Dial>',
    "a word where a number is wanted": gather('timeout="soon"'),
    "a value that is none": gather('input="keys"'),
    "a kind of card that is none": '<Prompt cardType="gold"/>',
    "more than 64,000 bytes": f"<Say>{'x' * 64_000}</Say>",
    "a Dial of nobody": "<Dial/>",
    "a Gather without an action": '<Gather actionOnEmptyResult="true"/>',
    "silence that nobody hears of": '<Gather action="/a"/>',
    "a verb behind a Record": '<Record action="/a"/><Say>x</Say>',
    "a verb behind a Redirect": "<Redirect>/a</Redirect><Say>x</Say>",
    "a verb behind a Dial with an action": '<Dial action="/a"><Client>a</Client></Dial><Say>x</Say>',
    "an address that is signed in several ways": '<Record action="/a?who=O\'Neil"/>',
    "an automatic time-out beside a model": gather('speechModel="phone_call" speechTimeout="auto"'),
    "a Say of nothing": "<Say> </Say>",
}
RIGHT = {
    "nothing": "",
    "a menu": gather('numDigits="1" input="dtmf speech" hints="a,b"', "<Say>One</Say><Play>/a.wav</Play>"),
    "speech marks": (
        '<Say voice="Polly.Joanna-Neural">a<break time="500ms"/><say-as interpret-as="digits">1</say-as></Say>'
    ),
    "a call to an agent": (
        '<Dial action="/a" answerOnBridge="true" timeout="20"><Client><Identity>anna</Identity>'
        '<Parameter name="context" value="j1"/></Client></Dial>'
    ),
    "a queue": '<Say>x</Say><Enqueue action="/a" waitUrl="/w" waitUrlMethod="POST">support</Enqueue>',
    "a whisper": '<Dial><Number url="/whisper/1">+15550100</Number></Dial>',
}


@pytest.mark.parametrize("name", WRONG)
def test_what_twilio_would_not_take_is_found(name: str) -> None:
    assert faults(f"<Response>{WRONG[name]}</Response>".encode())


@pytest.mark.parametrize("document", ["<Response><Say>x</Response>", "<response/>", "Welcome", ""])
def test_what_is_no_document_is_found(document: str) -> None:
    assert faults(document.encode())


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_taken(name: str) -> None:
    assert faults(f"<Response>{RIGHT[name]}</Response>".encode()) == []


def test_the_schema_is_that_of_the_whole_language() -> None:
    """As many as the package has: a changed format of its types must not empty the schema."""
    assert sum(len(element.attributes) for element in schema().values()) == 283
    assert len(schema()) == 59


def test_the_library_writes_what_the_schema_refuses() -> None:
    """Why there is a schema: the library takes all of this."""
    response = VoiceResponse()
    wrong = Gather(numDigits="one", colour="red")
    wrong.append(Dial())
    response.append(wrong)
    assert len(faults(str(response).encode())) >= 4
