"""Hearing, with a clock that only tests move: nobody waits for ever, and what is void is not told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from ivr.engine.actions import Collect, Keys, Option
from ivr.engine.data import replace
from ivr.engine.events import Alternative, Input, Unheard
from recognition.hearing import LONGEST, STALL, Hearing, event_of
from recognition.listen import Deaf, Ear, Heard, Hints, Partial, SpeechStarted, Told, hints_of

QUESTION = Collect(3, "welcome", None, None, (Option("1", "1", "billing"),), (), Keys(("1",)), 5.0, 2.0)
BILLING = Heard((Alternative("billing", 0.9, "1"),))


class Wires:
    """A listener whose ear tells what the test says."""

    def __init__(self) -> None:
        self.fed: list[bytes] = []
        self.begun: list[Hints] = []
        self.ended = self.closed = 0

    def hears(self, language: str) -> bool:
        return language == "en-US"

    def open(self, rate: int, tell: Callable[[Told], None]) -> Ear:
        self.tell = tell
        return self

    def check(self, hints: Hints) -> Sequence[str]:
        return ()

    def feed(self, frame: bytes) -> None:
        self.fed.append(frame)

    def begin(self, hints: Hints) -> None:
        self.begun.append(hints)

    def playing(self, pcm: bytes) -> None: ...

    def end(self) -> None:
        self.ended += 1

    def close(self) -> None:
        self.closed += 1


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wires() -> Wires:
    return Wires()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hearing(wires: Wires, clock: Clock) -> Hearing:
    hearing = Hearing(wires, 16000, clock, lambda: None)
    hearing.begin(QUESTION)
    return hearing


def drained(hearing: Hearing) -> list[Told]:
    return list(iter(hearing.told, None))


def test_all_is_told_in_its_order(hearing: Hearing, wires: Wires) -> None:
    told: list[Told] = [SpeechStarted(), Partial("bill"), BILLING]
    for thing in told:
        wires.tell(thing)
    assert drained(hearing) == told


@pytest.mark.parametrize("captions", [True, False])
def test_the_ear_knows_whether_somebody_sees_what_it_hears_so_far(wires: Wires, clock: Clock, captions: bool) -> None:
    Hearing(wires, 16000, clock, lambda: None, captions).begin(QUESTION)
    assert [hints.captions for hints in wires.begun] == [captions]


def test_what_was_told_of_a_question_that_is_answered_is_void(hearing: Hearing, wires: Wires) -> None:
    wires.tell(SpeechStarted())
    hearing.end()
    wires.tell(BILLING)
    assert drained(hearing) == []
    hearing.begin(QUESTION)
    assert drained(hearing) == []
    assert hearing.deadline is None


def test_only_somebody_who_speaks_holds_the_callers_time(hearing: Hearing, wires: Wires) -> None:
    assert hearing.deadline is None
    wires.tell(SpeechStarted())
    assert hearing.deadline is not None
    wires.tell(BILLING)
    assert hearing.deadline is None


def test_a_phone_that_falls_silent_is_heard_as_silence(hearing: Hearing, wires: Wires, clock: Clock) -> None:
    wires.tell(SpeechStarted())
    clock.seconds += 1
    hearing.feed(b"\1" * 640)
    assert hearing.deadline == clock.seconds + STALL
    clock.seconds = hearing.deadline - 0.01
    hearing.tick()
    assert wires.fed == [b"\1" * 640]
    clock.seconds += 0.01
    hearing.tick()
    assert wires.fed[1:] == [bytes(640)] * 75


def test_an_ear_that_never_comes_to_an_end_has_failed(hearing: Hearing, wires: Wires, clock: Clock) -> None:
    wires.tell(SpeechStarted())
    clock.seconds += LONGEST
    hearing.feed(bytes(640))
    hearing.tick()
    assert drained(hearing) == [SpeechStarted(), Deaf("failed")]
    assert wires.ended == 1
    assert hearing.deadline is None


@pytest.mark.parametrize("changed", [{"secret": True}, {"speech": False}, {"language": "ko"}])
def test_some_questions_are_not_for_ears(hearing: Hearing, wires: Wires, changed: dict[str, object]) -> None:
    question = replace(QUESTION, **changed)  # type: ignore[arg-type]
    assert not hearing.can(question)
    hearing.end()
    hearing.begin(question)
    wires.tell(SpeechStarted())
    assert drained(hearing) == []
    assert len(wires.begun) == 1


def test_after_the_call_nothing_is_fed(hearing: Hearing, wires: Wires) -> None:
    hearing.close()
    hearing.feed(bytes(640))
    hearing.begin(QUESTION)
    hearing.close()
    assert (wires.fed, wires.closed, len(wires.begun)) == ([], 1, 1)


def test_events() -> None:
    two = Heard((Alternative("billing", 0.7, "1"), Alternative("filling", 0.2)))
    said = event_of(two, "e1", 1.0, "web-1", 3)
    assert isinstance(said, Input)
    assert (said.text, said.confidence, said.option, said.mode, said.turn) == ("billing", 0.7, "1", "speech", 3)
    assert said.others == two.alternatives[1:]
    nothing = event_of(Heard(()), "e2", 1.0, "web-1", 3)
    assert isinstance(nothing, Input)
    assert (nothing.text, nothing.confidence, nothing.option) == ("", 0.0, None)
    assert event_of(Deaf("busy"), "e3", 1.0, "web-1", 3) == Unheard(
        id="e3", at=1.0, contact="web-1", turn=3, reason="busy"
    )


def test_words_of_the_question_are_not_also_those_of_what_is_always_there() -> None:
    person = Option("person", "0", "talk to a person")
    always = (Option("agent", "0", "Talk to a person", ("operator",)), Option("again", "9", "", ("repeat",)))
    hints = hints_of(replace(QUESTION, options=(person,), always=always))
    assert hints
    assert hints.phrases == {"person": ("talk to a person",), "agent": ("operator",), "again": ("repeat",)}
    assert hints.always == {"agent", "again"}
