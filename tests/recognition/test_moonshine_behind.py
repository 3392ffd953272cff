"""Values that are told in one breath with an option, as the English grammar takes them and as they are heard."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Behind
from recognition.listen import Hints
from recognition.moonshine.engine import Moonshine
from recognition.moonshine.grammar import Grammar, Meaning, meanings
from tests.bench.speech.line import CLEAN, NOISY
from tests.recognition.test_moonshine import Speaker, heard, spoken

__all__ = ["spoken"]

HINTS = Hints(
    "options",
    "en-US",
    {
        "track": ("track an order", "where is my order", "track my order", "track order"),
        "parcel": ("send a parcel 24",),
        "hours": ("opening hours", "when are you open"),
        "agent": ("agent", "speak to someone"),
    },
    frozenset({"agent"}),
    behind={
        "track": (Behind("digits", ("order number {}", "order {}"), 4, 10), Behind("date")),
        "parcel": (Behind("digits", (), 4, 4),),
    },
)


@pytest.fixture(scope="module")
def grammar(moonshine: Moonshine) -> Grammar:
    return moonshine.grammar(HINTS)


def told(grammar: Grammar, text: str) -> list[tuple[str | None, str]]:
    assert grammar.automaton
    return [(one.option, one.value) for one in meanings(grammar, text, grammar.automaton.tags(text))]


@pytest.mark.parametrize(
    ("text", "option", "value"),
    [
        ("Track order 4217.", "track", "4217"),
        ("I'd like to track my order, four, two, one, seven please.", "track", "4217"),
        ("Where is my order? Number double four oh one.", "track", "4401"),
        ("Track order for 42-17.", "track", "4217"),
        ("Track order 4217 from Tuesday.", "track", "4217 tuesday"),
        ("Track my order from last Tuesday.", "track", "last tuesday"),
        ("Where is my order from the third of March?", "track", "March 3"),
        ("Track my order, order number 4217.", "track", "order number 4217"),
        ("Send a parcel 24, 4217.", "parcel", "4217"),
        ("Track my order.", "track", ""),
        ("When are you open?", "hours", ""),
    ],
)
def test_what_is_said_behind_an_option_is_read(grammar: Grammar, text: str, option: str, value: str) -> None:
    assert told(grammar, text) == [(option, value)]


@pytest.mark.parametrize(
    "text",
    [
        "Track order 42.",  # too few
        "Track order 42174217421742.",
        "Opening hours 4217.",  # nothing is asked behind it
        "Track order 4217 from the fifty-fifth of May.",
        "Send a parcel 24 from Tuesday.",
        "4217.",  # no option
    ],
)
def test_what_does_not_belong_there_is_not(grammar: Grammar, text: str) -> None:
    assert told(grammar, text) == []


def test_the_same_values_in_other_words_are_one_meaning(grammar: Grammar) -> None:
    short, long = (
        meanings(grammar, text, grammar.automaton.tags(text))[0]  # type: ignore[union-attr]
        for text in ("Track order 4217.", "I want to track my order for four two one seven.")
    )
    assert short == long == Meaning("track", "4217")
    assert (short.words, long.words) == ("Track order", "I want to track my order")


@pytest.mark.parametrize(
    ("text", "line", "values"),
    [
        ("track order four two one seven", CLEAN, "4217"),
        ("where is my order four two one seven", CLEAN, "4217"),
        ("track my order for five one nine two", CLEAN, "5192"),
        ("track order four two one seven from Tuesday", CLEAN, "4217 tuesday"),
        ("I'd like to track my order number seven seven one two six four", NOISY, "771264"),
    ],
)
def test_a_number_in_a_sentence_is_heard(
    moonshine: Moonshine, spoken: Speaker, text: str, line: object, values: str
) -> None:
    """The network alone writes "for to one-seven" for most of these."""
    best = heard(moonshine, HINTS, spoken.say(text, line))[0]  # type: ignore[arg-type]
    assert best.option == "track"
    assert best.text.endswith(values)


@pytest.mark.parametrize("text", ["track my order", "where is my order please", "when are you open"])
def test_who_tells_no_number_gives_none(moonshine: Moonshine, spoken: Speaker, text: str) -> None:
    best = heard(moonshine, HINTS, spoken.say(text))[0]
    assert best.option in {"track", "hours"}
    assert not any(map(str.isdigit, best.text))


def test_a_number_that_is_not_sure_is_not_told_with_its_option(moonshine: Moonshine, spoken: Speaker) -> None:
    """So that it is asked for, and not taken for true."""
    best = heard(moonshine, HINTS, spoken.say("where is my order number six six oh eight", NOISY))[0]
    assert best.option == "track"
    assert best.confidence > 0.9
    assert not any(map(str.isdigit, best.text))
