"""What the English grammars accept, and what they make of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from num2words import num2words

from ivr.engine import match
from ivr.engine.flow import SlotSpec
from ivr.engine.words import words_of
from recognition.listen import Hints, Kind
from recognition.moonshine.grammar import VALUE, Grammar, Meaning, compiled, meanings, narrowed
from recognition.moonshine.model import TOKENS, packaged
from recognition.moonshine.tokens import Tokens
from tests.servers import missing

OPTIONS: dict[str, tuple[str, ...]] = {
    "billing": ("Billing", "a question about my bill"),
    "tv": ("Channel 5",),
    "operator": ("talk to a person",),
}
YES_NO: dict[str, tuple[str, ...]] = {"yes": ("Yes",), "no": ("No",), "operator": ("talk to a person",)}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()


@lru_cache(maxsize=64)
def grammar(kind: Kind, least: int = 0, most: int = 0) -> Grammar:
    folder = packaged() or missing("moonshine-voice==0.1.0 is not installed")
    phrases = {"options": OPTIONS, "yes_no": YES_NO}.get(kind, {"operator": ("talk to a person",)})
    return compiled(Hints(kind, "en-US", phrases, frozenset({"operator"}), least, most), Tokens(folder / TOKENS))


def meant(text: str, asked: Grammar) -> list[Meaning]:
    assert asked.automaton
    return meanings(asked, text, asked.automaton.tags(text))


def option(text: str, kind: Kind = "options") -> str | None:
    found = meant(text, grammar(kind))
    return found[0].option if found else None


def value(text: str, kind: Kind, least: int = 0, most: int = 0) -> str | None:
    """As the menu's engine reads what the grammar made of it."""
    found = meant(text, grammar(kind, least, most))
    if not found:
        return None
    assert kind in {"digits", "number", "money", "date", "time"}
    spec = SlotSpec("asked", kind, "asked", max_length=40)
    return match.value_of(spec, found[0].value, "speech", words_of("en-US"), NOON)


@pytest.mark.parametrize(
    "text",
    [
        "Billing.",
        "billing please",
        "I'd like a question about my bill.",
        "Yeah, billing, please.",
        "Um, can I speak to billing?",
        "My billing, thank you.",
    ],
)
def test_an_option_is_asked_for_as_people_do(text: str) -> None:
    assert option(text) == "billing"


def test_numbers_in_phrases_are_said_one_way_and_written_in_two() -> None:
    assert option("Channel five.") == option("Channel 5") == "tv"


@pytest.mark.parametrize("text", ["Building.", "billing support", "", "I want", "no billing"])
def test_other_words_are_no_option(text: str) -> None:
    assert option(text) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *(("Yes.", "yes"), ("Yeah, sure.", "yes"), ("Yes, that's correct.", "yes"), ("Okay", "yes"), ("Yep!", "yes")),
        *(("Nope.", "no"), ("No, thank you.", "no"), ("No, that's not right.", "no"), ("Not really.", "no")),
        *(("I want to talk to a person.", "operator"), ("Maybe.", None), ("Yes or no", None)),
    ],
)
def test_yes_and_no_have_many_forms(text: str, answer: str | None) -> None:
    assert option(text, "yes_no") == answer


@pytest.mark.parametrize("kind", ["digits", "number", "money", "date", "time", "text"])
def test_what_works_everywhere_works_where_a_value_is_asked_for(kind: Kind) -> None:
    found = meant("Can I talk to a person, please?", grammar(kind, 4, 4))
    assert found == [Meaning("operator", "")]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        *(("Four, two, one, seven.", "4217"), ("4-2-1-7", "4217"), ("It's 4,217.", "4217"), ("42 17", "4217")),
        *(("forty-two seventeen", "4217"), ("double five, double eight", "5588"), ("nine oh three five", "9035")),
        *(("My number is 4 2 1 7, please.", "4217"), ("forty two hundred", "4200"), ("triple 7, 1", "7771")),
        *(("four two one", None), ("four two one seven eight", None), ("four two billing seven", None)),
    ],
)
def test_a_number_of_known_length(text: str, digits: str | None) -> None:
    assert value(text, "digits", 4, 4) == digits


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        *(("money", text, "12.50") for text in ("Twelve dollars and fifty cents.", "$12.50", "12 dollars 50")),
        *(("money", text, "9.99") for text in ("Nine ninety-nine.", "nine dollars ninety nine", "9.99")),
        *(("money", text, "1250.00") for text in ("$1,250", "twelve hundred fifty dollars", "It's 1250 dollars.")),
        *(("money", text, "149.99") for text in ("one forty nine ninety nine", "$149.99", "149 dollars and 99 cents")),
        *(("money", text, "0.75") for text in ("seventy-five cents", "75 cents, please.")),
        *(("number", text, "1250") for text in ("one thousand two hundred and fifty", "1,250", "1250.", "Um, 1250")),
        *(("number", text, "2.5") for text in ("two point five", "2.5", "It's 2.5.")),
        *(("number", text, "-3") for text in ("minus three", "-3", "negative 3")),
        *(
            ("time", text, "14:30")
            for text in ("Two thirty PM.", "2:30 p.m.", "half past two in the afternoon", "14:30")
        ),
        *(("time", text, "10:15") for text in ("a quarter past ten in the morning", "10 15 a.m.", "At 10:15 AM.")),
        *(("time", text, "08:45") for text in ("quarter to nine in the morning", "eight forty five a m")),
        *(("time", text, "15:00") for text in ("three o'clock in the afternoon", "3 p.m.", "3 PM")),
        *(("time", text, "12:00") for text in ("noon", "At noon.", "midday")),
        *(("date", text, "2026-06-21") for text in ("June 21st, 2026.", "the twenty first of June twenty twenty six")),
        *(("date", text, "2001-01-30") for text in ("January thirtieth, two thousand one", "1/30/2001")),
        *(("date", text, "1905-07-04") for text in ("July the fourth, nineteen oh five", "the 4th of July 1905")),
        *(("date", text, "2026-03-03") for text in ("Tomorrow.", "tomorrow please")),
        *(("date", text, None) for text in ("February thirtieth, 2026", "the 45th of May 2026", "June")),
        *(("money", text, None) for text in ("dollars", "twelve apples")),
    ],
)
def test_a_value_is_read_from_how_it_is_said(kind: Kind, text: str, wanted: str | None) -> None:
    assert value(text, kind) == wanted


WAYS = [["oh", "zero", "0"], *([num2words(n), str(n)] for n in range(1, 10))]


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_all_digits_however_written_are_read_back(data: st.DataObject) -> None:
    digits = data.draw(st.text("0123456789", min_size=1, max_size=12))
    said = [data.draw(st.sampled_from(WAYS[int(digit)])) for digit in digits]
    gap = data.draw(st.sampled_from([" ", ", ", "-", ". "]))
    assert value(gap.join(said), "digits", len(digits), len(digits)) == digits


@given(st.integers(0, 999_999))
@settings(deadline=None, max_examples=60)
def test_all_numbers_in_words_are_read_back(number: int) -> None:
    assert value(num2words(number).capitalize() + ".", "number") == str(number)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
@example(date(1900, 1, 1))
@example(date(2000, 2, 29))
@example(date(2005, 10, 30))
@settings(deadline=None, max_examples=60)
def test_all_dates_in_words_are_read_back(day: date) -> None:
    said = f"{day:%B} {num2words(day.day, to='ordinal')}, {num2words(day.year, to='year')}"
    assert value(said, "date") == day.isoformat()


@given(st.integers(0, 99_999), st.integers(1, 99))
@settings(deadline=None, max_examples=40)
def test_all_amounts_in_words_are_read_back(units: int, parts: int) -> None:
    said = f"{num2words(units)} dollars and {num2words(parts)} cents"
    assert value(said, "money") == f"{units}.{parts:02}"


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("Four, two, one, seven.", "4217"),
        ("it's 4-2-1-7", "4217"),
        ("42 seventeen", "4217"),
        ("forty-two one seven please", "4217"),
        ("zero zero oh o", "0000"),
        ("0-0-0-0-0-0-0-0.", "00000000"),
        ("triple five eight", "5558"),
        ("seven thousand", "7000"),
        ("twelve hundred", "1200"),
    ],
)
def test_one_number_is_allowed_in_all_its_ways_and_no_other_is(said: str, number: str) -> None:
    tokens = Tokens((packaged() or missing("moonshine-voice==0.1.0 is not installed")) / TOKENS)
    only, other = narrowed([number, "9" * len(number)], tokens), narrowed([f"{number[:-1]}9"], tokens)
    assert only
    assert other
    assert only.tags(said) == {VALUE}
    assert not other.tags(said)


def test_without_numbers_there_is_nothing_to_look_for() -> None:
    assert narrowed([], Tokens((packaged() or missing("moonshine-voice==0.1.0 is not installed")) / TOKENS)) is None
