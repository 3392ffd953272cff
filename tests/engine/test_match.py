"""Texts to values: what customers press, say and type, in all their ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.actions import Option, SlotType
from ivr.engine.data import replace
from ivr.engine.events import Mode
from ivr.engine.flow import SlotSpec
from ivr.engine.match import clean, find, fold, options_of, saved_value, value_of
from ivr.engine.words import words_of
from tests.engine.flows import NOON

US = words_of("en-US")
SPECS: dict[SlotType, SlotSpec] = {
    "digits": SlotSpec("s", "digits", "t", min_length=4, max_length=8),
    "number": SlotSpec("s", "number", "t"),
    "money": SlotSpec("s", "money", "t"),
    "date": SlotSpec("s", "date", "t"),
    "yes_no": SlotSpec("s", "yes_no", "t"),
    "choice": SlotSpec("s", "choice", "t", choices={"std": "standard delivery", "exp": "express delivery"}),
    "text": SlotSpec("s", "text", "t", max_length=1000),
}
MODES: tuple[Mode, ...] = ("keys", "speech", "text", "button")


def value(kind: SlotType, text: str, mode: Mode = "text", language: str = "en-US") -> str | None:
    return value_of(SPECS[kind], text, mode, words_of(language), NOON)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("digits", "4217", "4217"),
        ("digits", " 42-17 99", "421799"),
        ("digits", "four two one seven", "4217"),
        ("digits", "421", None),
        ("digits", "421799421", None),
        ("digits", "42a7", None),
        ("number", "3.50", "3.5"),
        ("number", "-3", "-3"),
        ("number", "-0", "0"),
        ("number", "100", "100"),
        ("number", "1,250", "1250"),
        ("number", "1,25", None),
        ("number", "twelve", "12"),
        ("number", "1e3", None),
        ("number", "NaN", None),
        ("money", "12.50", "12.50"),
        ("money", "$12.5", "12.50"),
        ("money", "$ 1,250", "1250.00"),
        ("money", "12 dollars", "12.00"),
        ("money", "€12.50", None),
        ("money", "-12", None),
        ("money", "12.505", None),
        ("date", "2026-12-01", "2026-12-01"),
        ("date", "12/1/2026", "2026-12-01"),
        ("date", "12.01.2026", "2026-12-01"),
        ("date", "Dec 1, 2026", "2026-12-01"),
        ("date", "December 1st 2026", "2026-12-01"),
        ("date", "1 December 2026", "2026-12-01"),
        ("date", "today", "2027-01-15"),
        ("date", "Tomorrow!", "2027-01-16"),
        ("date", "2026-02-30", None),
        ("date", "2/30/2026", None),
        ("date", "1/2/26", None),
        ("date", "Foo 1 2026", None),
        ("date", "0000-01-01", None),
        ("yes_no", "Yes, please!", "yes"),
        ("yes_no", "nope", "no"),
        ("yes_no", "1", "yes"),
        ("yes_no", "maybe", None),
        ("choice", "Express delivery", "exp"),
        ("choice", "2", "exp"),
        ("choice", "one", "std"),
        ("choice", "std", "std"),
        ("choice", "3", None),
        ("text", "  My parcel\nis wet. 🍕 ", "My parcel\nis wet. 🍕"),
        ("text", "   ", None),
    ],
)
def test_what_is_typed(kind: SlotType, text: str, expected: str | None) -> None:
    assert value(kind, text) == expected


@pytest.mark.parametrize(
    ("kind", "keys", "expected"),
    [
        ("digits", "04217", "04217"),
        ("digits", "42 17", None),
        ("number", "3*5", "3.5"),
        ("number", "3*5*1", None),
        ("money", "12*5", "12.50"),
        ("money", "12", "12.00"),
        ("date", "12012026", "2026-12-01"),
        ("date", "31012026", None),
        ("date", "1201202", None),
        ("date", "today", None),
        ("yes_no", "2", "no"),
        ("yes_no", "yes", None),
        ("choice", "1", "std"),
        ("choice", "std", None),
        ("text", "1234", None),
    ],
)
def test_what_is_keyed_in(kind: SlotType, keys: str, expected: str | None) -> None:
    assert value(kind, keys, "keys") == expected


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_elsewhere_the_day_comes_before_the_month(language: str) -> None:
    assert value("date", "1/12/2026", language=language) == "2026-12-01"
    assert value("date", "01122026", "keys", language) == "2026-12-01"
    assert value("date", "2026-12-01", language=language) == "2026-12-01"


def test_a_comma_parts_thousands_only_where_it_does() -> None:
    assert value("number", "1,250", language="de-DE") == "1.25"
    assert value("number", "1.250", language="de-DE") == "1250"
    assert value("money", "£1,250", language="en-GB") == "1250.00"


@pytest.mark.parametrize(
    ("kind", "least", "most", "inside", "outside"),
    [
        ("number", "2", "10", ["2", "9.5", "10"], ["1.9", "11", "-3"]),
        ("money", "9.50", "100.00", ["9.50", "10", "100"], ["9.49", "100.01"]),
        ("date", "2026-01-01", None, ["2026-01-01"], ["2025-12-31"]),
        ("date", None, "2026-01-01", ["2026-01-01"], ["2026-01-02"]),
    ],
)
def test_limits(kind: SlotType, least: str, most: str, inside: list[str], outside: list[str]) -> None:
    spec = replace(SPECS[kind], least=least, most=most)
    assert all(value_of(spec, text, "text", US, NOON) for text in inside)
    assert not any(value_of(spec, text, "text", US, NOON) for text in outside)


def test_the_length_of_a_text_is_limited() -> None:
    spec = replace(SPECS["text"], min_length=3, max_length=5)
    assert [value_of(spec, text, "text", US, NOON) for text in ("ab", "abc", "abcdef")] == [None, "abc", None]


@pytest.mark.parametrize("kind", [kind for kind in SPECS if kind != "text"])
@pytest.mark.parametrize(
    "text", ["٤٢١٧", "４２１７", "²²²²", "🍕", "4217\0", "\ud800", "7" * 65_536, "", "４/１/２０２６"]
)
def test_other_scripts_and_nonsense_are_no_values(kind: SlotType, text: str) -> None:
    assert [value(kind, text, mode) for mode in MODES] == [None] * 4


@pytest.mark.parametrize("text", ["a\0b", "a\x1b[2J", "\udc80", "x" * 1001])
def test_a_text_that_cannot_be_kept_is_no_value(text: str) -> None:
    assert value("text", text) is None


def test_a_day_that_no_calendar_has_is_no_value() -> None:
    for at in (1e18, -1e18, float("inf"), float("nan")):
        assert value_of(SPECS["date"], "tomorrow", "text", US, at) is None


@given(
    st.sampled_from(list(SPECS)),
    st.text() | st.from_regex(r"[0-9$£€.,*/ -]{0,12}"),
    st.sampled_from(MODES),
    st.floats(),
)
def test_any_text_is_a_canonical_value_or_none(kind: SlotType, text: str, mode: Mode, at: float) -> None:
    """A canonical value means itself when it is typed, so it survives any number of hands."""
    found = value_of(SPECS[kind], text, mode, US, at)
    if found is not None:
        assert value_of(SPECS[kind], found, "text", US, at) == found


OPTIONS = (Option("billing", "1", "Bills & payments", ("pay my bill",)), Option("x2", None, "Café", ("2",)))


@pytest.mark.parametrize(
    ("text", "mode", "id_"),
    [
        ("1", "keys", "billing"),
        ("2", "keys", None),
        ("one", "keys", None),
        ("One.", "speech", "billing"),
        ("bills payments", "text", "billing"),
        ("PAY MY BILL?", "speech", "billing"),
        ("cafe\u0301", "text", "x2"),
        ("billing", "button", "billing"),
        ("2", "text", "x2"),
        ("", "text", None),
        ("...", "text", None),
        ("bill", "text", None),
    ],
)
def test_options(text: str, mode: Mode, id_: str | None) -> None:
    found = find(OPTIONS, text, mode, US)
    assert (found.id if found else None) == id_


def test_a_button_means_its_id_even_where_that_is_another_ones_key() -> None:
    options = (Option("a", "1", "A"), Option("1", "2", "B"))
    assert [find(options, "1", mode, US) for mode in ("button", "text")] == [options[1], options[0]]


def test_answers_have_keys_in_order() -> None:
    assert [(o.id, o.key, o.label) for o in options_of(SPECS["yes_no"], US)] == [("yes", "1", "Yes"), ("no", "2", "No")]
    assert [(o.id, o.key) for o in options_of(SPECS["choice"], US)] == [("std", "1"), ("exp", "2")]
    assert options_of(SPECS["date"], US) == ()


def test_folding_leaves_the_words() -> None:
    assert fold("  Where's  my_ORDER?! ") == "where s my order"
    assert fold("Straße") == fold("STRASSE")


def test_what_a_back_office_gives_must_fit_the_slot() -> None:
    assert saved_value(SPECS["date"], "2026-12-01", US, NOON) == "2026-12-01"
    assert saved_value(SPECS["choice"], "exp", US, NOON) == "exp"
    assert saved_value(SPECS["money"], "free", US, NOON) is None
    assert saved_value(None, " shipped ", US, NOON) == "shipped"
    assert saved_value(None, "x" * 1001, US, NOON) is None
    assert saved_value(None, "", US, NOON) is None


def test_clean_drops_what_cannot_be_kept() -> None:
    assert clean("Ann\0 \ud800Lee", 100) == "Ann Lee"
    assert clean("x" * 500, 20) == "x" * 20
