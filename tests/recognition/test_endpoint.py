"""End-pointing: when speech has begun and when it is over, by probabilities alone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.events import Alternative
from recognition.endpoint import HANGS, LONGEST, LULL, MISSING, SURE, Edge, Endpointer, Pauses, complete, pauses
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
    assert not edges(Endpointer(Pauses(0.5)), ([0.95] * 2 + [0.0] * 10) * 5)
    assert not edges(Endpointer(Pauses(0.5)), ([0.6] * 4 + [0.1] * 6) * 5)


def test_much_doubt_is_as_good_as_little_certainty() -> None:
    """What the network made of "at", said by a person, and "four", by a voice of flite's, both by 8 kHz mu-law."""
    for word, within in (
        ([0.33, 0.36, 0.42, 0.47, 0.34, 0.30, 0.54, 0.68, 0.95], 9),
        ([0.78, 0.79, 0.63, 0.41, 0.32, 0.34, 0.30, 0.56], 8),
    ):
        ((began, edge),) = edges(Endpointer(Pauses(0.5)), [0.0] * 20 + word)
        assert edge == "start"
        assert began < 20 + within


def test_who_begins_in_doubt_is_not_over_at_once() -> None:
    found = edges(Endpointer(Pauses(0.4)), [0.0] * 20 + [0.45] * 11 + [0.3] * 3 + [0.9] * 10 + [0.1] * 40)
    assert [edge for _, edge in found] == ["start", "end"]
    assert found[1][0] - (20 + 11 + 3 + 10 - 1) == steps(0.4)


def test_line_noise_that_is_always_a_little_like_speech_never_begins_a_turn() -> None:
    assert not edges(Endpointer(Pauses(0.5)), [0.1, 0.29, 0.35, 0.2] * 500)


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


def test_whose_answer_is_complete_waits_for_a_shorter_pause() -> None:
    endpointer = Endpointer(Pauses(1.0))
    edges(endpointer, [0.9] * 20 + [0.1] * LULL)
    assert endpointer.lull
    endpointer.complete()
    assert [edge for _, edge in edges(endpointer, [0.1] * (steps(SURE) - LULL))] == ["end"]


def test_who_goes_on_was_not_complete() -> None:
    endpointer = Endpointer(Pauses(1.0))
    edges(endpointer, [0.9] * 20 + [0.1] * LULL)
    endpointer.complete()
    ((ended, edge),) = edges(endpointer, [0.9] * 5 + [0.1] * 50)
    assert edge == "end"
    assert ended - 4 == steps(1.0)


def test_completeness_never_makes_a_pause_longer() -> None:
    endpointer = Endpointer(Pauses(0.3))
    edges(endpointer, [0.9] * 20 + [0.1] * LULL)
    endpointer.complete()
    assert edges(endpointer, [0.1])


def test_who_has_not_said_all_gets_a_longer_pause_this_time() -> None:
    endpointer = Endpointer(Pauses(1.0))
    edges(endpointer, [0.9] * 20 + [0.1] * LULL)
    endpointer.wait()
    assert not edges(endpointer, [0.1] * (steps(MISSING) - LULL - 1))
    ((ended, edge),) = edges(endpointer, [0.9] * 5 + [0.1] * 50)
    assert edge == "end"
    assert ended - 4 == steps(1.0)


def test_who_has_not_said_all_and_does_not_go_on_is_awaited_no_longer() -> None:
    endpointer = Endpointer(Pauses(1.0))
    edges(endpointer, [0.9] * 20 + [0.1] * LULL)
    endpointer.wait()
    assert [edge for _, edge in edges(endpointer, [0.1] * (steps(MISSING) - LULL))] == ["end"]


def test_where_a_pause_may_be_longer_it_is_looked_at_once_more() -> None:
    """Something else may have been said, that sounded like a part of it."""
    endpointer = Endpointer(Pauses(1.0))
    edges(endpointer, [0.9] * 20 + [0.1] * LULL)
    endpointer.wait()
    edges(endpointer, [0.1] * (steps(1.0) - LULL - 1))
    assert not endpointer.lull
    edges(endpointer, [0.1])
    assert endpointer.lull
    endpointer.complete()
    assert [edge for _, edge in edges(endpointer, [0.1])] == ["end"]


def test_where_the_length_is_known_each_pause_is_a_lull() -> None:
    """An engine finds out at little cost that not all is there."""
    endpointer = Endpointer(pauses(Hints("digits", "en-US", {}, least=16, most=16)))
    edges(endpointer, [0.9] * 20 + [0.1] * LULL)
    assert endpointer.lull


def test_a_pause_is_a_lull_once_and_none_before_all_digits_can_have_been_said() -> None:
    six = Hints("digits", "en-US", {}, least=1, most=6)
    found = []
    endpointer = Endpointer(pauses(six))
    for probability in [0.9] * 20 + [0.1] * 20 + [0.9] * 30 + [0.1] * 20:
        endpointer.take(probability)
        found.append(endpointer.lull)
    assert [nth for nth, lull in enumerate(found) if lull] == [70 + LULL - 1]


@pytest.mark.parametrize(
    ("kind", "text", "confidence", "option", "enough"),
    [
        ("options", "billing", 0.95, "billing", True),
        ("options", "billing", 0.8, "billing", False),
        ("options", "I would like", 0.95, None, False),
        ("yes_no", "yes", 0.95, "yes", True),
        ("digits", "4217", 0.95, None, True),
        ("digits", "421", 0.95, None, False),
        ("digits", "4217", 0.8, None, False),
        ("number", "4217", 0.95, None, False),
        ("date", "2024-05-01", 0.95, None, False),
    ],
)
def test_an_option_or_all_digits_that_there_may_be_are_complete(
    kind: str, text: str, confidence: float, option: str | None, enough: bool
) -> None:
    hints = Hints(kind, "en-US", {}, least=3, most=4 if kind == "digits" else 0)  # type: ignore[arg-type]
    assert complete(hints, (Alternative(text, confidence, option), Alternative("else", 0.02))) is enough
    assert not complete(hints, ())


@given(st.lists(st.floats(0, 1), max_size=400), st.booleans(), st.sampled_from(sorted(set(HANGS.values()))))
def test_whatever_comes_it_starts_at_most_once_and_ends_only_what_has_started(
    probabilities: list[float], speaking: bool, hang: float
) -> None:
    found = [edge for _, edge in edges(Endpointer(Pauses(hang, 5.0), speaking), probabilities)]
    assert found in ([], ["start"], ["start", "end"], ["start", "cut"])


@given(st.integers(3, 60), st.integers(0, 30))
def test_the_sound_before_the_first_word_can_be_found(speech: int, silence: int) -> None:
    endpointer = Endpointer(Pauses(0.5))
    for nth, probability in enumerate([0.0] * silence + [0.9] * speech):
        if endpointer.take(probability) == "start":
            assert nth - endpointer.since + 1 == silence
            return
    raise AssertionError("nothing was heard")
