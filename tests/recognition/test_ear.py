"""The ear of one call: what it takes for an answer, and which sound the engine gets. The workers are a list here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from ivr.engine.data import replace
from ivr.engine.events import Alternative
from recognition import audio
from recognition.audio import Samples
from recognition.ear import CallEar
from recognition.ear_utterance import Verdict
from recognition.ear_wire import Opening
from recognition.endpoint import AFTER, BEFORE
from recognition.listen import Asked, Deaf, Heard, Hints, Partial, SpeechStarted, Told
from recognition.vad import STEP, Vad
from tests.recognition import sounds

HINTS = Hints("options", "en-US", {"orders": ("track my order",)})
NUMBER = Hints("digits", "en-US", {}, least=4, most=10)
RATE = 8000
ORDER = "I want to track my order"


@dataclass
class Said:
    """An utterance as the workers get it."""

    opening: Opening
    tell: Callable[[Verdict], None]
    pcm: bytes = b""
    finished: bool = False
    cut: bool = False
    dropped: bool = False
    paused: list[int] = field(default_factory=list)
    guessed: Callable[[Heard | None], None] | None = None

    def feed(self, pcm: bytes) -> None:
        assert not self.finished
        self.pcm += pcm

    def finish(self, cut: bool) -> None:
        self.finished, self.cut = True, cut

    def pause(self, silence: bytes, tell: Callable[[Heard | None], None]) -> None:
        self.paused.append(self.samples.size + len(silence) // 2)
        self.guessed = tell

    def resume(self) -> None:
        self.guessed = None

    def drop(self) -> None:
        self.dropped = True

    @property
    def samples(self) -> Samples:
        return audio.from_pcm(self.pcm)


@dataclass
class Workers:
    said: list[Said] = field(default_factory=list)
    deaf: Deaf | None = None

    def start(self, opening: Opening, tell: Callable[[Verdict], None]) -> Said | Deaf:
        if self.deaf:
            return self.deaf
        self.said.append(Said(opening, tell))
        return self.said[-1]


@dataclass
class Call:
    """`told`: with the seconds of sound after which it was told."""

    ear: CallEar
    workers: Workers
    told: list[tuple[float, Told]]
    seconds: float = 0.0

    def hear(self, *pieces: Samples) -> None:
        for piece in pieces:
            for frame in sounds.frames(piece, RATE):
                self.seconds += 0.02
                self.ear.feed(frame)

    def noticed(self) -> list[Told]:
        return [told for _, told in self.told]


@pytest.fixture(scope="module")
def vad() -> Vad:
    return Vad()


@pytest.fixture
def call(vad: Vad) -> Call:
    workers, told = Workers(), list[tuple[float, Told]]()
    ear = CallEar(
        RATE,
        lambda what: told.append((made.seconds, what)),
        vad.open(RATE),
        workers,  # type: ignore[arg-type]
        lambda _language: 0,
    )
    made = Call(ear, workers, told)
    return made


def place(whole: Samples, part: Samples) -> tuple[int, float]:
    """Where a piece of sound is in another, and how alike they are there."""
    size = 1 << (len(whole) + len(part)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(whole, size) * np.fft.rfft(part, size).conj(), size)[: len(whole)]
    at = int(likeness.argmax())
    return at, float(likeness[at] / (part @ part))


def test_the_engine_gets_all_words_with_sound_before_and_after(call: Call) -> None:
    for text in (ORDER, "yes", "no", "four two one seven", "agent"):
        spoken = sounds.said(text)
        call.workers.said.clear()
        call.ear.begin(HINTS)
        call.hear(sounds.silence(1), spoken, sounds.silence(1.5))
        (said,) = call.workers.said
        at, likeness = place(said.samples, spoken)
        assert likeness == pytest.approx(1, abs=0.01)
        assert at / RATE >= BEFORE - 0.05
        assert (len(said.samples) - at - len(spoken)) / RATE >= AFTER - 0.1
        assert said.finished
        assert not said.cut


def test_speech_stops_the_prompt_within_a_quarter_of_a_second(call: Call) -> None:
    call.ear.begin(HINTS)
    call.hear(sounds.silence(1), sounds.said(ORDER))
    ((at, told),) = call.told
    assert told == SpeechStarted()
    assert 1 < at < 1.25


def test_an_answer_is_over_after_the_pause_of_its_kind(call: Call) -> None:
    pause = sounds.joined(sounds.said("four two"), sounds.silence(0.7), sounds.said("one seven"), sounds.silence(1.5))
    call.ear.begin(NUMBER)
    call.hear(sounds.silence(0.5), pause)
    (said,) = call.workers.said
    assert place(said.samples, sounds.said("one seven"))[1] == pytest.approx(1, abs=0.01)
    call.ear.begin(Hints("yes_no", "en-US", {}))
    call.hear(sounds.silence(0.5), pause)
    assert len(call.workers.said) == 2
    assert len(call.workers.said[1].samples) < len(said.samples) - RATE


def test_a_pause_that_may_be_the_end_is_decoded_as_if_it_were(call: Call) -> None:
    call.ear.begin(HINTS)
    call.hear(sounds.said(ORDER), sounds.silence(0.35))
    (said,) = call.workers.said
    assert not said.finished
    (length,) = said.paused
    call.hear(sounds.silence(1))
    assert length == pytest.approx(len(said.samples), abs=2 * STEP)
    assert len(said.paused) == 1


@pytest.mark.parametrize(("confidence", "seconds"), [(0.95, 0.4), (0.6, 1.0)])
def test_who_has_said_all_digits_is_not_kept_waiting(call: Call, confidence: float, seconds: float) -> None:
    spoken = sounds.said("four two one seven")
    call.ear.begin(Hints("digits", "en-US", {}, least=4, most=4))
    call.hear(sounds.silence(0.5), spoken, sounds.silence(0.32))
    (said,) = call.workers.said
    assert said.guessed
    said.guessed(Heard((Alternative("4217", confidence),)))
    assert not said.finished
    assert call.noticed() == [SpeechStarted()]
    while not said.finished:
        call.hear(sounds.silence(0.02))
    assert call.seconds - 0.5 - len(spoken) / RATE == pytest.approx(seconds, abs=0.15)


def test_who_reads_a_number_in_groups_may_look_for_the_next_one(call: Call) -> None:
    spoken = sounds.said("four two one seven")
    call.ear.begin(Hints("digits", "en-US", {}, least=8, most=8))
    call.hear(sounds.silence(0.5), spoken, sounds.silence(0.32))
    (said,) = call.workers.said
    assert said.guessed
    said.guessed(None)
    call.hear(sounds.silence(1.4))
    assert not said.finished
    call.hear(spoken, sounds.silence(1.2))
    assert said.finished
    assert len(call.workers.said) == 1
    assert len(said.samples) / RATE > 1.7 + 2 * len(spoken) / RATE


def test_who_goes_on_has_not_said_all(call: Call) -> None:
    call.ear.begin(Hints("digits", "en-US", {}, least=4, most=4))
    call.hear(sounds.said("four two one seven"), sounds.silence(0.32))
    (said,) = call.workers.said
    assert said.guessed
    said.guessed(Heard((Alternative("4217", 0.95),)))
    call.hear(sounds.said("nine"))
    assert said.guessed is None
    call.hear(sounds.silence(0.7))
    assert not said.finished


def test_who_talks_on_is_cut_and_still_decoded(call: Call) -> None:
    call.ear.begin(HINTS)
    call.hear(sounds.silence(0.5), *[sounds.said(ORDER)] * 14)
    assert call.workers.said[0].cut
    assert 20 < len(call.workers.said[0].samples) / RATE < 21
    assert len(call.workers.said) == 1


def test_what_was_heard_is_told_and_ends_the_ear(call: Call) -> None:
    call.ear.begin(HINTS)
    call.hear(sounds.said(ORDER), sounds.silence(1))
    call.workers.said[0].tell(Heard(()))
    call.hear(sounds.said(ORDER), sounds.silence(1))
    assert call.noticed() == [SpeechStarted(), Heard(())]
    assert len(call.workers.said) == 1


def test_when_nobody_can_listen_that_is_told_at_once(call: Call) -> None:
    call.workers.deaf = Deaf("busy")
    call.ear.begin(HINTS)
    call.hear(sounds.said(ORDER), sounds.silence(1), sounds.said(ORDER))
    assert call.noticed() == [SpeechStarted(), Deaf("busy")]
    assert call.told[1][0] < 0.3


def test_between_questions_nothing_is_told(call: Call) -> None:
    call.hear(sounds.said(ORDER), sounds.silence(1))
    call.ear.begin(HINTS)
    call.ear.end()
    call.hear(sounds.said(ORDER), sounds.silence(1))
    assert not call.told


def test_speech_that_was_going_on_is_not_the_answer_to_a_new_question(call: Call) -> None:
    call.ear.begin(HINTS)
    call.hear(sounds.silence(0.5), sounds.said(ORDER)[:8000])
    call.ear.end()
    call.ear.begin(NUMBER)
    call.hear(sounds.said(ORDER)[8000:10000], sounds.silence(1))
    assert call.noticed() == [SpeechStarted()]
    assert call.workers.said[0].dropped
    call.hear(sounds.said("four two one seven"), sounds.silence(1.5))
    assert call.workers.said[1].opening.hints == NUMBER


def test_sound_from_before_the_question_never_reaches_the_engine(call: Call) -> None:
    call.hear(sounds.said("billing"), sounds.silence(0.25))
    call.ear.begin(HINTS)
    call.hear(sounds.said("yes"), sounds.silence(1))
    (said,) = call.workers.said
    assert not np.any(said.samples[: int((BEFORE - 0.1) * RATE)])
    assert place(said.samples, sounds.said("billing"))[1] < 0.6


def test_a_channel_may_end_the_question_as_soon_as_speech_is_told(vad: Vad) -> None:
    workers, told = Workers(), list[Told]()

    def tell(what: Told) -> None:
        told.append(what)
        ear.end()

    ear = CallEar(RATE, tell, vad.open(RATE), workers, lambda _language: 0)  # type: ignore[arg-type]
    ear.begin(HINTS)
    for frame in sounds.frames(sounds.joined(sounds.said(ORDER), sounds.silence(1))):
        ear.feed(frame)
    assert told == [SpeechStarted()]
    assert not workers.said


def test_after_the_call_nothing_is_told(call: Call) -> None:
    call.ear.begin(HINTS)
    call.ear.close()
    call.hear(sounds.said(ORDER), sounds.silence(1))
    call.ear.begin(HINTS)
    call.hear(sounds.said(ORDER), sounds.silence(1))
    assert not call.told


@pytest.mark.parametrize("decibels", [-10, -20])
@pytest.mark.parametrize("delay", [0.02, 0.15, 0.3])
def test_our_own_prompt_is_no_answer_but_who_speaks_on_top_of_it_is(call: Call, delay: float, decibels: float) -> None:
    prompt = sounds.said("Welcome to the help line. Say billing, orders, or agent. How can we help you today?")
    echo = sounds.joined(sounds.silence(delay), prompt, sounds.silence(1)) * 10 ** (decibels / 20)
    call.ear.begin(HINTS)
    call.ear.playing(audio.to_pcm(prompt))
    call.hear(echo)
    assert not call.told
    spoken, at = sounds.said(ORDER, voice="en-gb"), int(1.5 * RATE)
    echo[at : at + len(spoken)] += spoken
    call.ear.playing(audio.to_pcm(prompt))
    began = call.seconds
    call.hear(echo)
    ((when, told),) = call.told[:1]
    assert told == SpeechStarted()
    assert 1.5 < when - began < 1.5 + 0.45


def test_keys_in_the_sound_are_no_speech(call: Call) -> None:
    call.ear.begin(HINTS)
    for seconds in (0.06, 0.1, 0.2, 0.5):
        for level in (-30, -20, -10, -6):
            call.hear(sounds.silence(0.5), sounds.keys("1234567890*#", seconds, 0.06, decibels=level))
    assert SpeechStarted() not in call.noticed()


@dataclass
class Keeper:
    kept: list[tuple[Asked, Opening, bytes, Heard]] = field(default_factory=list)

    def __call__(self, asked: Asked, opening: Opening, pcm: bytes, heard: Heard) -> None:
        self.kept.append((asked, opening, pcm, heard))


def spoken(call: Call, hints: Hints, verdict: Verdict) -> Said:
    call.ear.begin(hints)
    call.hear(sounds.silence(0.5), sounds.said(ORDER), sounds.silence(1.5))
    said = call.workers.said[-1]
    said.tell(verdict)
    return said


def test_what_was_said_and_heard_is_handed_on_where_it_may_be_kept(call: Call) -> None:
    call.ear._keep = keeper = Keeper()
    asked = Asked("shop", "main")
    said = spoken(call, replace(HINTS, keep=asked), Heard(()))
    assert keeper.kept == [(asked, Opening(0, RATE, HINTS), said.pcm, Heard(()))]
    assert said.opening.hints.keep is None


def test_what_may_not_be_kept_what_was_not_understood_and_what_a_key_ended_is_not_handed_on(call: Call) -> None:
    call.ear._keep = keeper = Keeper()
    may = replace(HINTS, keep=Asked("shop", "main"))
    spoken(call, HINTS, Heard(()))
    spoken(call, may, Partial("track"))
    spoken(call, may, Deaf("failed"))
    call.ear.begin(may)
    call.hear(sounds.silence(0.5), sounds.said(ORDER))
    call.ear.end()
    assert call.workers.said[-1].dropped
    assert keeper.kept == []
