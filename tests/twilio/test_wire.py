"""Twilio's forms: who calls, how sure the network is of it, and what a verb brought."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.channels import twilio_wire as wire
from ivr.channels.twilio_call import Call, event_of
from ivr.channels.twilio_twiml import Ways, document
from ivr.engine.actions import Collect, Keys, Option
from ivr.engine.data import replace
from ivr.engine.events import Input, Left, NoInput, QueueLeft, Recorded
from ivr.server import Segue
from ivr.settings import Settings
from tests.twilio.carrier import Carrier
from tests.twilio.schema import faults
from tests.twilio.test_voice import journey

SID, RECORDING = "CA" + "1" * 32, "RE" + "2" * 32
NUMBER = "+14155550134"
# All verdicts of twilio.com/docs/voice/trusted-calling-with-shakenstir, and none
# "Why am I getting calls from these strange numbers" (help.twilio.com), and as they would be spelled rightly
TWILIOS = ["7378742833", "7378742883", "2562533", "8566696", "8656696", "86282452253", "266696687", "464"]
PROVEN = "TN-Validation-Passed-A"
DOUBTFUL = [
    *(f"TN-Validation-Passed-{level}" for level in "BC"),
    *(f"TN-Validation-Passed-{level}-{how}" for level in "ABC" for how in ("Diverted", "Passthrough")),
    "No-TN-Validation",
    "tn-validation-passed-a",
    "",
    None,
]
FORGED = [
    "TN-Validation-Failed",
    *(f"TN-Validation-Failed-{level}" for level in "ABC"),
    *(f"TN-Validation-Failed-{level}-{how}" for level in "ABC" for how in ("Diverted", "Passthrough")),
]


@pytest.mark.parametrize("verdict", DOUBTFUL)
async def test_a_number_that_nobody_vouches_for_is_claimed(segue: Segue, carrier: Carrier, verdict: str | None) -> None:
    more: dict[str, Any] = {} if verdict is None else {"StirVerstat": verdict}
    call = await carrier.call(NUMBER, **more)
    contact = (await journey(segue, call)).contact
    assert contact is not None
    assert contact.trust == 1


@pytest.mark.parametrize("verdict", FORGED)
async def test_a_number_whose_signature_is_wrong_is_nobodys(segue: Segue, carrier: Carrier, verdict: str) -> None:
    call = await carrier.call(NUMBER)
    await call.press("1")
    await call.hang_up()
    theirs = (await journey(segue, call)).id
    forger = await carrier.call(NUMBER, StirVerstat=verdict)
    found = await journey(segue, forger)
    assert found.id != theirs
    assert found.contact is not None
    assert (found.contact.trust, found.customer, found.contact.reach) == (0, None, {})


@pytest.mark.parametrize("sender", ["+17378742883", "+7378742883", "+1266696687", "911", f"sip:{NUMBER}@x.example"])
async def test_strangers_share_no_journey(segue: Segue, carrier: Carrier, sender: str) -> None:
    call = await carrier.call(sender)
    await call.press("1")
    await call.hang_up()
    other = await carrier.call(sender)
    assert (await journey(segue, other)).id != (await journey(segue, call)).id


async def test_a_number_that_its_carrier_vouches_for_is_attested(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER, StirVerstat=PROVEN)
    contact = (await journey(segue, call)).contact
    assert contact is not None
    assert contact.trust == 2
    withheld = await carrier.call("anonymous", StirVerstat=PROVEN)
    contact = (await journey(segue, withheld)).contact
    assert contact is not None
    assert contact.trust == 0


@pytest.mark.parametrize(
    ("sender", "number"),
    [
        ("+14155550134", "+14155550134"),
        ("14155550134", "14155550134"),
        (" +14155550134 ", "+14155550134"),
        ("+2902123", "+2902123"),
        ("911", None),
        ("+464", None),
        ("sip:+14155550134@pbx.example", None),
        ("sips:4155550134@10.0.0.1:5061;transport=tls", None),
        ("sip:anna@pbx.example", None),
        ("sip:anonymous@anonymous.invalid", None),
        ("client:anna", None),
        ("whatsapp:+14155550134", None),
        ("anonymous", None),
        ("Anonymous", None),
        ("RESTRICTED", None),
        ("unknown", None),
        ("Unavailable", None),
        ("+266696687", None),
        ("+7378742833", None),
        ("+2562533", None),
        ("+8566", None),
        *((f"{before}{word}", None) for before in ("", "+", "1", "+1") for word in TWILIOS),
        ("+8656696", None),
        ("7378742833", None),
        ("+17378742833", None),
        ("+17378742883", None),
        ("+86282452253", None),
        ("", None),
        ("+1415555０134", None),  # a digit, but none that phones have
        ("+", None),
        ("00", None),
        ("+1234567890123456", None),
        ("' OR 1=1 --", None),
    ],
)
def test_who_calls(sender: str, number: str | None) -> None:
    caller = wire.caller_of({"From": sender})
    assert (caller.number, caller.presentation) == (number, "allowed" if number else "withheld")


@pytest.mark.parametrize(
    ("sender", "number"),
    [
        ("sip:+14155550134@pbx.example", "+14155550134"),
        ("sips:14155550134@PBX.example:5061;transport=tls", "14155550134"),
        ("sip:+14155550134;phone-context=x@pbx.example", "+14155550134"),
        ("sip:1001@pbx.example", "sip:1001@pbx.example"),
        ("sip:anna@pbx.example;user=phone?X-A=b", "sip:anna@pbx.example"),
        ("sip:+14155550134@pbx.example.evil.example", None),
        ("sip:+14155550134@evil.example", None),
        ("sip:+14155550134@evil.example;x=@pbx.example", None),
        ("sip:+14155550134@evil.example@pbx.example", None),
        ("sip:1001%40evil.example@pbx.example", None),
        ("sip:@pbx.example", None),
        ("pbx.example", None),
        ("client:1001@pbx.example", None),
        ("+14155550134", "+14155550134"),
    ],
)
def test_who_calls_from_an_exchange_of_our_own(sender: str, number: str | None) -> None:
    assert wire.caller_of({"From": sender}, {"pbx.example"}).number == number


class TestExchange:
    """A call by way of one of our own exchanges, and another by one that is not."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, twilio_sip_domains="PBX.example, other.example")

    @pytest.mark.parametrize("sender", [f"sip:{NUMBER}@pbx.example", "sip:1001@pbx.example", "sip:anna@pbx.example"])
    async def test_who_lost_the_line_goes_on(self, segue: Segue, carrier: Carrier, sender: str) -> None:
        call = await carrier.call(sender)
        await call.press("1")
        await call.hang_up()
        again = await carrier.call(sender)
        assert (await journey(segue, again)).id == (await journey(segue, call)).id

    async def test_a_number_is_the_same_by_either_way(self, segue: Segue, carrier: Carrier) -> None:
        call = await carrier.call(NUMBER)
        await call.press("1")
        await call.hang_up()
        again = await carrier.call(f"sip:{NUMBER}@other.example")
        assert (await journey(segue, again)).id == (await journey(segue, call)).id

    @pytest.mark.parametrize("sender", [f"sip:{NUMBER}@evil.example", "sip:anonymous@pbx.example"])
    async def test_others_begin_anew(self, segue: Segue, carrier: Carrier, sender: str) -> None:
        call = await carrier.call(NUMBER)
        await call.press("1")
        await call.hang_up()
        first = await carrier.call(sender)
        await first.press("1")
        await first.hang_up()
        found = await journey(segue, await carrier.call(sender))
        assert found.id not in {(await journey(segue, call)).id, (await journey(segue, first)).id}
        assert found.customer is None


@pytest.mark.parametrize(
    ("form", "kind", "more"),
    [
        ({"Digits": "4217", "FinishedOnKey": "#", "msg": "Gather End"}, Input, {"text": "4217", "mode": "keys"}),
        ({"Digits": "*7#"}, Input, {"text": "*7#"}),
        ({"Digits": "1A٣w2"}, Input, {"text": "12"}),  # neither the fourth column, nor other digits, nor a pause
        ({"Digits": "w"}, NoInput, {}),
        ({"Digits": ""}, NoInput, {}),
        ({"msg": "Gather End"}, NoInput, {}),
        ({}, NoInput, {}),
        ({"SpeechResult": "track it", "Confidence": "0.91"}, Input, {"mode": "speech", "confidence": 0.91}),
        ({"SpeechResult": "track it", "Confidence": "0.0"}, Input, {"confidence": 0.0}),
        ({"SpeechResult": "track it"}, Input, {"confidence": 1.0}),
        ({"SpeechResult": "track it", "Confidence": "high"}, Input, {"confidence": 1.0}),
        ({"SpeechResult": "track it", "Confidence": "nan"}, Input, {"confidence": 1.0}),
        ({"SpeechResult": "", "Confidence": "0.0"}, NoInput, {}),
        ({"SpeechResult": "  "}, NoInput, {}),
        ({"SpeechResult": "one", "Digits": "2"}, Input, {"text": "2", "mode": "keys"}),
        ({"Digits": "hangup"}, Left, {"reason": "dropped"}),
        ({"RecordingSid": RECORDING, "RecordingDuration": "7", "Digits": "#"}, Recorded, {"recording": "2" * 32}),
        ({"RecordingSid": RECORDING, "RecordingDuration": "7", "Digits": "hangup"}, Recorded, {"seconds": 7.0}),
        ({"RecordingSid": RECORDING, "RecordingDuration": "0", "Digits": "#"}, NoInput, {}),
        ({"RecordingSid": RECORDING, "RecordingDuration": "0", "Digits": "hangup"}, Left, {}),
        ({"RecordingSid": "../../etc/passwd", "RecordingDuration": "7"}, NoInput, {}),
        ({"QueueResult": "bridged", "QueueTime": "9"}, QueueLeft, {"outcome": "done"}),
        ({"QueueResult": "leave"}, QueueLeft, {"outcome": "timeout"}),
        ({"QueueResult": "queue-full"}, QueueLeft, {"outcome": "unavailable"}),
        ({"QueueResult": "system-error"}, QueueLeft, {"outcome": "unavailable"}),
        ({"QueueResult": "hangup"}, Left, {"reason": "dropped"}),
    ],
)
def test_what_a_verb_brought(form: dict[str, str], kind: type, more: dict[str, object]) -> None:
    event = event_of(Call.of({"CallSid": SID, **form}, {"epoch": "2", "turn": "7"}), 1.0)
    assert type(event) is kind
    assert event.id == f"{SID[-8:]}:2.7"
    assert getattr(event, "turn", 7) == 7
    assert {name: getattr(event, name) for name in more} == more


@given(st.dictionaries(st.sampled_from([
    "From", "Digits", "SpeechResult", "Confidence", "QueueResult", "DialCallStatus", "RecordingSid", "StirVerstat",
    "RecordingDuration", "CallStatus", "QueueTime",
]), st.text()))  # fmt: skip
def test_any_form_of_a_call_is_something(form: dict[str, str]) -> None:
    event = event_of(Call.of({"CallSid": SID, **form}, {}), 1.0)
    assert event.contact == f"tw-{SID}"
    wire.caller_of(form)
    wire.ended(form)


@pytest.mark.parametrize("sid", ["", "CA1", "CA" + "G" * 32, "ca" + "1" * 32, SID + "1", f"{SID}\n", "SM" + "1" * 32])
def test_a_form_of_no_call_is_refused(sid: str) -> None:
    with pytest.raises(wire.WrongForm):
        Call.of({"CallSid": sid}, {})


def gather(wait: Collect, ways: Ways) -> dict[str, str]:
    body = document((wait,), ways)
    assert faults(body) == []
    return dict(re.findall(r' (\w+)="([^"]*)"', body.decode().partition("<Gather")[2]))


def question(**more: object) -> Collect:
    options = tuple(Option(f"o{n}", str(n), f"choice {n}", (f"phrase {n}, the {n}th",)) for n in range(1, 4))
    keys = Keys(options=("1", "2", "3"))
    fields = {"slot": None, "type": None, "options": options, "always": (), "keys": keys, "timeout": 6.5}
    return Collect(**{"turn": 4, "step": "s", "interdigit": 2.5, **fields, **more})  # type: ignore[arg-type]


def test_a_question_for_ears() -> None:
    found = gather(question(language="de-DE"), Ways("/a"))
    assert found["input"] == "dtmf speech"
    assert (found["language"], found["speechTimeout"], found["timeout"]) == ("de-DE", "auto", "7")
    assert found["hints"].split(",")[:2] == ["choice 1", "phrase 1  the 1th"]
    assert found["profanityFilter"] == "false"
    assert found["actionOnEmptyResult"] == "true"
    assert "bargeIn" not in found  # it is Twilio's default, and there are keys too


def test_a_model_is_told_when_a_speaker_has_finished() -> None:
    found = gather(question(), Ways("/a", ears="deepgram_nova-3"))
    assert (found["speechModel"], found["speechTimeout"]) == ("deepgram_nova-3", "3")


@pytest.mark.parametrize("more", [{"secret": True}, {"speech": False}])
def test_what_nobody_shall_say_aloud_has_no_ears(more: dict[str, bool]) -> None:
    found = gather(question(**more), Ways("/a", ears="deepgram_nova-3"))
    assert found["input"] == "dtmf"
    assert not {"hints", "speechTimeout", "speechModel", "language"} & found.keys()


def test_there_are_no_more_hints_than_twilio_takes() -> None:
    many = tuple(Option(f"o{n}", None, f"label {n} " + "x" * 200, ()) for n in range(700))
    hints = gather(question(options=many), Ways("/a"))["hints"].split(",")
    assert len(hints) == 500
    assert max(map(len, hints)) <= 100
