"""The English engine on synthetic callers: a slice of `make bench-speech` with a floor under its accuracy. Sound and
search are the same at every run, so a fall below is a change of ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ivr.engine.events import Alternative
from recognition import audio
from recognition.listen import Hints
from recognition.moonshine.engine import Moonshine
from recognition.moonshine.model import FILES, RATE, NoModel
from tests.bench.speech.line import CLEAN, NOISY, Line, mu_law, pink, through
from tests.bench.speech.measure import SURE, read_as
from tests.bench.speech.texts import ASK_MENU, ASK_YES_NO, Said, said
from tests.bench.speech.voices import installed
from tests.servers import needs

VOICE = "flite-slt"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Speaker:
    return Speaker(tmp_path_factory.mktemp("spoken"))


class Speaker:
    def __init__(self, folder: Path) -> None:
        needs("flite", "callers are spoken by it")
        self._folder = folder
        self._voice = next(voice for voice in installed() if voice.name == VOICE)

    def say(self, text: str, line: Line = CLEAN) -> audio.Samples:
        """On the line, at the engine's rate."""
        file = self._folder / "said.wav"
        self._voice.render(text, 1.0, file)
        samples, rate = audio.read(file)
        return audio.resample(through(line, audio.trim(samples, rate), rate, seed=1), 8000, RATE)


def heard(engine: Moonshine, hints: Hints, sound: audio.Samples) -> tuple[Alternative, ...]:
    decoding = engine.open(hints)
    for start in range(0, len(sound), 320):
        decoding.feed(sound[start : start + 320])
    return decoding.final()


def answer(engine: Moonshine, hints: Hints, sound: audio.Samples) -> str:
    """Empty: rejected."""
    alternatives = heard(engine, hints, sound)
    return read_as(hints, alternatives[0]) if alternatives and alternatives[0].confidence >= SURE else ""


@pytest.mark.parametrize("line", [CLEAN, NOISY], ids=lambda line: line.name)
@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("one four two", True),
        ("double five, eight", True),
        ("one four two, seven nine three", False),
        ("forty two seventeen double nine", False),
        ("one four two, seven nine three, five eight", False),
        ("help", False),
    ],
)
def test_who_pauses_between_the_groups_of_a_number_will_go_on(
    moonshine: Moonshine, spoken: Speaker, line: Line, text: str, missing: bool
) -> None:
    decoding = moonshine.open(Hints("digits", "en-US", {}, least=6, most=6))
    decoding.feed(spoken.say(text, line))
    assert decoding.unfinished() is missing


def test_of_other_answers_nobody_knows_whether_something_is_missing(moonshine: Moonshine, spoken: Speaker) -> None:
    for hints in (Hints("digits", "en-US", {}, least=4, most=8), Hints("number", "en-US", {}), ASK_MENU):
        decoding = moonshine.open(hints)
        decoding.feed(spoken.say("one four"))
        assert not decoding.unfinished()


def test_who_still_speaks_is_shown_the_words_that_are_whole(moonshine: Moonshine, spoken: Speaker) -> None:
    sound = spoken.say("I would like to track an order please")

    def caption(hints: Hints, seconds: float, hurry: bool = False) -> str:
        decoding = moonshine.open(hints)
        decoding.feed(sound[: int(seconds * RATE)])
        return decoding.partial(lambda: hurry)

    shown = [caption(ASK_MENU, seconds).casefold().split() for seconds in (0.1, 0.9, 1.5)]
    assert shown[0] == []
    assert ["i", "would", "like", "to", "track", "an"][: len(shown[2])] == shown[2]
    assert 0 < len(shown[1]) < len(shown[2])
    assert caption(ASK_MENU, 1.5, hurry=True) == ""
    assert caption(Hints("digits", "en-US", {}, least=6, most=6), 1.5) == "", "half a number is another one"


def test_who_speaks_for_long_is_heard(moonshine: Moonshine, spoken: Speaker) -> None:
    """The network's mask of attention is another one from 9.3 s on."""
    story = spoken.say("I would like to track my order because it has not come and my neighbours have not seen it")
    sound = np.concatenate([story, story, story])
    assert len(sound) > 10 * RATE
    (best, *_) = heard(moonshine, Hints("text", "en-US", {}), sound)
    assert "track my order" in best.text


def asked(group: str, every: int) -> list[Said]:
    return [one for one in said() if one.group == group][::every]


@pytest.mark.parametrize(
    ("group", "every", "line", "right", "wrong"),
    [
        ("yes_no", 2, CLEAN, 8, 0),
        ("yes_no", 3, NOISY, 5, 0),
        ("menu", 3, CLEAN, 9, 0),
        ("menu", 4, NOISY, 5, 0),
        ("unlisted", 3, CLEAN, 3, 1),
        ("digits", 3, CLEAN, 3, 0),
        ("money", 3, CLEAN, 3, 0),
        ("date", 3, CLEAN, 3, 0),
        ("time", 3, CLEAN, 2, 1),
        ("number", 2, CLEAN, 3, 0),
        ("outside", 7, CLEAN, 8, 1),
    ],
)
def test_what_is_said_is_understood(
    moonshine: Moonshine, spoken: Speaker, group: str, every: int, line: Line, right: int, wrong: int
) -> None:
    answers = [(one, answer(moonshine, one.hints, spoken.say(one.text, line))) for one in asked(group, every)]
    assert sum(got == one.wanted for one, got in answers) >= right, answers
    assert sum(got not in {one.wanted, ""} for one, got in answers) <= wrong, answers


def test_an_answer_of_the_menu_comes_with_its_option_and_the_words(moonshine: Moonshine, spoken: Speaker) -> None:
    best = heard(moonshine, ASK_MENU, spoken.say("I'd like to track my order please"))[0]
    assert best.option == "order_status"
    assert best.confidence > 0.9
    assert "track my order" in best.text.lower()


def test_digits_come_in_figures_with_the_next_best(moonshine: Moonshine, spoken: Speaker) -> None:
    hints = Hints("digits", "en-US", {}, least=4, most=4)
    alternatives = heard(moonshine, hints, spoken.say("five nine one five", NOISY))
    assert alternatives[0].text == "5915"
    assert all(len(one.text) == 4 for one in alternatives if one.text.isdecimal())
    assert [one.confidence for one in alternatives] == sorted((one.confidence for one in alternatives), reverse=True)


def test_an_open_question_is_answered_in_words(moonshine: Moonshine, spoken: Speaker) -> None:
    hints = Hints("text", "en-US", {"operator": ("talk to a person",)}, frozenset({"operator"}))
    best = heard(moonshine, hints, spoken.say("my internet has been down since this morning"))[0]
    assert best.option is None
    assert best.text.lower().strip(".") == "my internet has been down since this morning"
    assert heard(moonshine, hints, spoken.say("talk to a person"))[0].option == "operator"


def test_a_sentence_that_says_more_than_the_option_is_told_in_full(moonshine: Moonshine, spoken: Speaker) -> None:
    best = heard(moonshine, ASK_MENU, spoken.say("track order four two one seven from Tuesday"))[0]
    assert best.option == "order_status"
    assert "4217 from tuesday" in best.text.lower()


@pytest.mark.parametrize("hints", [ASK_YES_NO, ASK_MENU, Hints("digits", "en-US", {}, least=4, most=4)])
@pytest.mark.parametrize("seconds", [0.05, 1.5])
def test_noise_is_no_answer(moonshine: Moonshine, hints: Hints, seconds: float) -> None:
    noise = pink(int(seconds * 8000), np.random.default_rng(3)) * np.float32(0.02)
    for sound in (audio.resample(mu_law(noise), 8000, RATE), audio.silence(seconds, RATE), audio.silence(0, RATE)):
        assert answer(moonshine, hints, sound) == ""


def test_a_phrase_without_letters_is_found_when_the_menu_is_checked(moonshine: Moonshine) -> None:
    hints = Hints("options", "en-US", {"stars": ("***",), "sales": ("Sales", "!")})
    assert [line for line in moonshine.check(hints) if '"stars"' in line]
    assert not [line for line in moonshine.check(hints) if '"sales"' in line]
    assert answer(moonshine, hints, audio.silence(1, RATE)) == ""


def test_a_question_is_prepared_once(moonshine: Moonshine) -> None:
    assert moonshine.grammar(ASK_MENU) is moonshine.grammar(ASK_MENU)
    assert moonshine.grammar(ASK_MENU) is not moonshine.grammar(ASK_YES_NO)


def test_a_directory_without_the_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=f"{FILES[0]}.*moonshine-voice==0.1.0"):
        Moonshine(tmp_path)
