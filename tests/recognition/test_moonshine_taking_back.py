"""`Go back` and `no, I said …` in English, from the sound to what becomes of the journey."""

from __future__ import annotations

import numpy as np
import pytest

from ivr.engine.data import replace
from ivr.engine.events import Input
from ivr.engine.steps import AskSlot, Choice, Menu
from recognition import audio
from recognition.hearing import event_of
from recognition.listen import Heard, hints_of
from recognition.moonshine.engine import Moonshine
from tests.engine.flows import SUPPORT, SUPPORT_STEPS, Talk, prompt, tries, voice
from tests.recognition.sounds import said

RATE = 16_000
ANYTHING_ELSE = Menu(
    prompt("Anything else?"),
    (
        Choice("link", "1", "get a text message with a link", ("text me",), goto="bye"),
        Choice("finish", "2", "finish", ("no", "that was all", "goodbye"), goto="bye"),
    ),
    tries(),
)
FLOW = replace(
    SUPPORT,
    steps={**SUPPORT_STEPS, "track": AskSlot("order", prompt("Which order?"), tries(), "else"), "else": ANYTHING_ELSE},
    slots={**SUPPORT.slots, "order": replace(SUPPORT.slots["order"], min_length=4)},
)


@pytest.fixture(scope="module")
def moonshine() -> Moonshine:
    return Moonshine()


def at_the_end() -> Talk:
    talk = voice(FLOW).later(5)
    talk.send(Input, text="track", mode="speech").later(5).send(Input, text="4217", mode="speech").later(5)
    assert talk.journey.step == "else"
    return talk


def speaks(talk: Talk, moonshine: Moonshine, text: str, name: str) -> Talk:
    hints = hints_of(talk.collect)
    assert hints is not None
    utterance = moonshine.open(hints)
    utterance.feed(
        np.concatenate([audio.silence(0.3, RATE), said(text, RATE, f"flite:{name}"), audio.silence(0.5, RATE)])
    )
    event = event_of(Heard(utterance.final()), "e", 0.0, "", 0)
    assert isinstance(event, Input)
    return talk.later(5).send(
        Input, text=event.text, mode="speech", confidence=event.confidence, option=event.option, others=event.others
    )


@pytest.mark.parametrize("name", ["slt", "rms", "awb"])
@pytest.mark.parametrize("text", ["go back", "that's wrong"])
def test_the_answer_before_is_asked_for_again(text: str, name: str, moonshine: Moonshine) -> None:
    talk = speaks(at_the_end(), moonshine, text, name)
    if talk.journey.doubt:
        assert talk.said == ["Did you say go back?"]
        speaks(talk, moonshine, "yes", name)
    assert talk.collect.slot == "order"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("no, four two one eight", name) for name in ("slt", "rms", "awb")),
        *(("no, I said four two one eight", name) for name in ("rms", "awb")),  # slt's is heard as something else
    ],
)
def test_another_number_behind_a_no_does_not_end_the_call(text: str, name: str, moonshine: Moonshine) -> None:
    talk = speaks(at_the_end(), moonshine, text, name)
    given = talk.journey.slots.get("order")
    assert (talk.journey.step, given and given.value) in {("else", "4218"), ("track", None)}


@pytest.mark.parametrize("text", ["no", "that was all", "goodbye"])
def test_who_is_finished_is_still_understood(text: str, moonshine: Moonshine) -> None:
    assert speaks(at_the_end(), moonshine, text, "rms").journey.status == "finished"
