"""End-pointing: when speech has begun and when it is over, by probabilities alone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.endpoint import ENOUGH, HANGS, LONGEST, Edge, Endpointer, Pauses, pauses
from recognition.listen import Hints
from recognition.vad import STEP_SECONDS

HINTS = Hints("options", "en-US", {})


def edges(endpointer: Endpointer, probabilities: Iterable[float]) -> list[tuple[int, Edge]]:
    """What happened at which step, until it is over."""
    found: list[tuple[int, Edge]] = []
    for nth, probability in enumerate(probabilities):
        edge = endpointer.take(probability)
        if edge:
            found.append((nth, edge))
        if edge in {"end", "cut"}:
            break
    return found


def steps(seconds: float) -> int:
    return round(seconds / STEP_SECONDS)


def test_speech_begins_within_a_fifth_of_a_second_and_is_over_after_its_pause() -> None:
    found = edges(Endpointer(Pauses(0.5)), [0.0] * 20 + [0.9] * 40 + [0.1] * 40)
    (began, start), (ended, end) = found
    assert (start, end) == ("start", "end")
    assert (began - 20) * STEP_SECONDS < 0.2
    assert ended - 59 == steps(0.5)


def test_a_click_or_a_cough_is_no_speech() -> None:
    assert not edges(Endpointer(Pauses(0.5)), ([0.9] * (ENOUGH - 1) + [0.0] * 10) * 5)


def test_a_pause_inside_an_answer_does_not_end_it() -> None:
    card = [0.9] * 20 + [0.1] * steps(0.8) + [0.9] * 20 + [0.1] * steps(2)
    (_, start), (ended, _) = edges(Endpointer(pauses(Hints("digits", "en-US", {}, least=1, most=19))), card)
    assert start == "start"
    assert ended > 40 + steps(0.8)
    assert len(edges(Endpointer(pauses(Hints("yes_no", "en-US", {}))), card)) == 2


def test_who_does_not_stop_is_cut() -> None:
    (_, _), (ended, edge) = edges(Endpointer(pauses(HINTS)), [0.9] * steps(2 * LONGEST))
    assert edge == "cut"
    assert ended * STEP_SECONDS <= LONGEST + 0.2


def test_speech_from_before_the_question_is_not_its_answer() -> None:
    assert not edges(Endpointer(Pauses(0.5), speaking=True), [0.9] * 100)
    (began, edge), *_ = edges(Endpointer(Pauses(0.5), speaking=True), [0.9] * 20 + [0.1] * 6 + [0.9] * 20)
    assert edge == "start"
    assert began >= 26


@pytest.mark.parametrize("kind", HANGS)
def test_short_answers_end_sooner_than_long_ones(kind: str) -> None:
    hang = pauses(Hints(kind, "en-US", {}, least=1, most=10)).hang  # type: ignore[arg-type]
    assert 0.4 <= hang <= 1.2
    assert hang >= pauses(Hints("yes_no", "en-US", {})).hang
    assert pauses(Hints("digits", "en-US", {}, least=1, most=1)).hang == 0.4


@given(st.lists(st.floats(0, 1), max_size=400), st.booleans(), st.sampled_from(sorted(set(HANGS.values()))))
def test_whatever_comes_it_starts_at_most_once_and_ends_only_what_has_started(
    probabilities: list[float], speaking: bool, hang: float
) -> None:
    found = [edge for _, edge in edges(Endpointer(Pauses(hang, 5.0), speaking), probabilities)]
    assert found in ([], ["start"], ["start", "end"], ["start", "cut"])


@given(st.integers(4, 60), st.integers(0, 30))
def test_the_sound_before_the_first_word_can_be_found(speech: int, silence: int) -> None:
    endpointer = Endpointer(Pauses(0.5))
    for nth, probability in enumerate([0.0] * silence + [0.9] * speech):
        if endpointer.take(probability) == "start":
            assert nth - endpointer.since + 1 == silence
            return
    raise AssertionError("nothing was heard")
