"""`Go back` and `no, I said …` in English, from the sound to what becomes of the journey."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ivr.engine.data import replace as changed
from ivr.engine.events import Input
from ivr.engine.questions import TAKE_BACK
from ivr.engine.steps import AskSlot, Choice, Menu
from ivr.engine.words import words_of
from recognition import audio
from recognition.hearing import event_of
from recognition.listen import Heard, Hints, hints_of
from recognition.moonshine.answers import Answer, Evidence, confidence
from recognition.moonshine.engine import Moonshine
from recognition.moonshine.grammar import Meaning
from tests.bench.speech.texts import ASK_MENU
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
FLOW = changed(
    SUPPORT,
    steps={**SUPPORT_STEPS, "track": AskSlot("order", prompt("Which order?"), tries(), "else"), "else": ANYTHING_ELSE},
    slots={**SUPPORT.slots, "order": changed(SUPPORT.slots["order"], min_length=4)},
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


@pytest.mark.parametrize("name", ["slt", "rms", "awb"])
def test_something_else_is_no_answer_where_back_may_be_said(name: str, moonshine: Moonshine) -> None:
    """That was taken for "hours"."""
    back = words_of("en-US").spoken.wrong[1:]  # "go back" is an option of that menu
    hints = Hints(
        ASK_MENU.kind, ASK_MENU.language, {**ASK_MENU.phrases, TAKE_BACK: back}, ASK_MENU.always | {TAKE_BACK}
    )
    utterance = moonshine.open(hints)
    utterance.feed(said("the train to the airport leaves every hour", RATE, f"flite:{name}"))
    assert all(one.confidence < 0.5 for one in utterance.final() if one.option)


def test_that_something_else_is_meant_makes_nobody_surer_of_an_option() -> None:
    """Of "Go on the second dion grinding" it did: who was holding on a second had gone back."""
    hardly = Evidence(margin=6.88, share=1.0, piece=-1.74, meant=0.0, rival=0.0, others=0.35)
    told = Answer(Meaning(TAKE_BACK, ""), "go back", hardly)
    assert confidence(told, ASK_MENU) <= confidence(replace(told, evidence=replace(hardly, others=0.0)), ASK_MENU) < 0.5


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
