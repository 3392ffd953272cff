"""The second witness for digits: whatever the words, in the right place and number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recognition import audio
from recognition.listen import Hints
from recognition.moonshine.answers import answers, confidence
from recognition.moonshine.ctc import LONGEST, WIDTH, Words, sequences
from recognition.moonshine.decoder import Found, Hypothesis
from recognition.moonshine.engine import Moonshine
from recognition.moonshine.grammar import VALUE, Grammar
from recognition.moonshine.model import RATE, Floats
from recognition.moonshine.readings import reading
from recognition.moonshine.spotter import FARTHEST, NUMBER, WORDS, Spotted, Spotter
from recognition.moonshine.tokens import Tokens
from tests.bench.speech.line import Line, through
from tests.bench.speech.voices import installed
from tests.recognition import sounds
from tests.servers import needs


def sound_of(*words: str) -> Floats:
    """Each word sounds for two moments, with a pause of one before it."""
    logs = np.full((3 * len(words) + 1, len(WORDS)), np.log(0.03 / (len(WORDS) - 1)), np.float32)
    for moment in range(len(logs)):
        logs[moment, NUMBER[words[moment // 3]] if moment % 3 else 0] = np.log(0.97)
    return logs


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("four two one seven", "4217"),
        ("six oh zero six", "6006"),
        ("double five three", "553"),
        ("triple oh seven", "0007"),
        ("forty two seventeen", "4217"),
        ("twenty ten", "2010"),
    ],
)
def test_digits_fit_in_all_words_for_them(words: str, digits: str) -> None:
    spotted = Spotted([sound_of(*words.split())])
    assert spotted.fit(digits) > -0.5
    assert spotted.fit(digits[:-1] + "8") < -3


def test_a_digit_said_twice_is_not_one_nor_three() -> None:
    spotted = Spotted([sound_of("six", "oh", "oh", "four")])
    assert spotted.fit("6004") > -0.5
    assert max(spotted.fit("604"), spotted.fit("60004"), spotted.fit("6044")) < -3


def test_the_mean_of_two_views_counts_and_nothing_is_impossible() -> None:
    one, other = sound_of("one", "two"), sound_of("one", "three")
    both = Spotted([one, other]).fit("12")
    assert both == pytest.approx((Spotted([one]).fit("12") + Spotted([other]).fit("12")) / 2)
    assert Spotted([one]).fit("987654321") == FARTHEST


@pytest.mark.parametrize(
    ("words", "digits"), [("four two one seven", "4217"), ("oh oh oh oh", "0000"), ("double five forty two", "5542")]
)
def test_the_likeliest_digits_are_those_that_sound_and_as_many_as_asked_for(words: str, digits: str) -> None:
    spotted = Spotted([sound_of(*words.split())])
    assert spotted.likeliest(len(digits))[0] == digits
    assert digits not in spotted.likeliest(len(digits) + 1)


def test_what_sounds_in_either_view_is_among_the_likeliest() -> None:
    assert {"12", "13"} <= {*Spotted([sound_of("one", "two"), sound_of("one", "three")]).likeliest(2)}


class Texts(Tokens):
    """Two transcripts, by number."""

    def __init__(self) -> None:
        pass

    def text(self, ids: Sequence[int]) -> str:
        return ("six oh four one", "six oh oh four")[ids[0]]


def test_what_was_spotted_decides_where_the_network_hardly_does() -> None:
    asked = Hints("digits", "en-US", {}, least=4, most=4)
    transcripts = [Hypothesis((n,), score, frozenset({VALUE})) for n, score in enumerate((-2.0, -3.0))]
    spotted = Spotted([sound_of("six", "oh", "oh", "four")])
    told = answers(Found(transcripts, transcripts[0]), Grammar(None, reading(asked)), Texts(), asked, spotted)
    sure = {answer.meaning.value: confidence(answer, asked) for answer in told}
    assert sure["6004"] > 0.8
    assert sure["6041"] < 0.2


def test_a_number_that_the_network_gave_up_is_still_an_answer() -> None:
    """The network wrote 6041 and nothing else."""
    asked = Hints("digits", "en-US", {}, least=4, most=4)
    wrote = Hypothesis((0,), -9.0, frozenset({VALUE}))
    spotted = Spotted([sound_of("six", "oh", "oh", "four")])
    told = answers(Found([wrote], wrote), Grammar(None, reading(asked)), Texts(), asked, spotted, ["6004"])
    sure = {answer.meaning.value: confidence(answer, asked) for answer in told}
    assert sure["6004"] > sure["6041"]
    assert sure["6041"] < 0.5


def nearly(digits: str) -> Iterator[str]:
    """The same with a digit left out, said twice, or exchanged for another."""
    for at, digit in enumerate(digits):
        others = ("", 2 * digit, *(other for other in "0123456789" if other != digit))
        yield from (digits[:at] + other + digits[at + 1 :] for other in others)


@pytest.mark.parametrize("voice", ["slt", "awb", "rms"])
@pytest.mark.parametrize(("words", "digits"), [("four two one seven", "4217"), ("nine eight three five", "9835")])
def test_the_shipped_layer_hears_each_digit(moonshine: Moonshine, voice: str, words: str, digits: str) -> None:
    rows = moonshine.encoded(sounds.said(words, RATE, f"flite:{voice}"))
    spotted = Spotter().spot([rows[np.newaxis]])
    assert spotted.fit(digits) > max(map(spotted.fit, nearly(digits)))


def test_what_a_pause_found_out_is_not_found_out_again(moonshine: Moonshine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer looks at two more views; that of the pause costs a third of the search."""
    searched: list[int] = []

    def counted(logs: NDArray[np.float64], width: int = WIDTH, longest: int = LONGEST) -> dict[Words, float]:
        searched.append(longest)
        return sequences(logs, width, longest)

    monkeypatch.setattr("recognition.moonshine.spotter.sequences", counted)
    decoding = moonshine.open(Hints("digits", "en-US", {}, least=4, most=4))
    decoding.feed(sounds.said("four two one seven", RATE, "flite:rms"))
    assert not decoding.unfinished()
    assert decoding.final()[0].text == "4217"
    assert len(searched) == 3
    decoding.feed(sounds.silence(0.1, RATE))
    assert not decoding.unfinished()
    assert len(searched) == 4


def test_zeros_in_a_noisy_room_are_not_what_the_network_makes_of_them(moonshine: Moonshine, tmp_path: Path) -> None:
    """It writes 30000000, and finds eight zeros so unlikely that it gives them up."""
    file = tmp_path / "zeros.wav"
    needs("flite", "callers are spoken by it")
    next(voice for voice in installed() if voice.name == "flite-awb").render(
        "zero " * 4 + ", " + "zero " * 4, 1.0, file
    )
    samples, rate = audio.read(file)
    line = through(Line("noisy room", 15), audio.trim(samples, rate), rate, seed=2)
    decoding = moonshine.open(Hints("digits", "en-US", {}, least=8, most=8))
    decoding.feed(audio.resample(line, 8000, RATE))
    best = decoding.final()[0]
    assert best.text == "00000000"
    assert best.confidence > 0.5
