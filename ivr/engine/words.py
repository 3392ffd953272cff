"""What the engine says by itself, and how dates and amounts are said and written, by language.

Known limit, by choice: the sentences are English only. A menu in another language gets them in English too, with
dates in day-month order and amounts without a currency; what its author wrote is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from ivr.engine.flow import Flow, Format

MASK = "••••"

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
AMOUNT = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Currency:
    """`unit` and `part` have a singular and a plural."""

    sign: str
    unit: tuple[str, str]
    part: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """`choice` (something to do) and `value` (an answer) hold `{label}` and `{key}`: the function first, then the key,
    as ears need it."""

    continuing: str = "Let us go on where we were."
    changed: str = "I am sorry, our menu has changed since. Let us begin again."
    too_much: str = "I am sorry, that is more than I can keep. Please use fewer words."
    use_keys: str = "Please use the keys of your phone."
    choice: str = "To {label}, press {key}."
    value: str = "For {label}, press {key}."
    yes_or_no: str = "Press 1 for yes, 2 for no."
    offer: str = "Press 1 to go on, 2 to start over."
    go_on: str = "go on"
    start_over: str = "start over"
    yes: tuple[str, ...] = ("yes", "y", "yeah", "yep", "yes please", "sure", "ok", "okay", "correct", "right")
    no: tuple[str, ...] = ("no", "n", "nope", "nah", "no thanks", "no thank you", "wrong", "incorrect")
    chose: str = "Chose {labels}"
    gave: str = "gave {slots}"
    yours: str = "your "  # how titles address customers; agents read them without
    nothing: str = "Nothing chosen or given yet"
    unknown: str = "unknown"
    numbers: Mapping[str, str] = field(default_factory=lambda: {word: str(n) for n, word in enumerate(NUMBERS)})
    days: Mapping[str, int] = field(default_factory=lambda: {"yesterday": -1, "today": 0, "tomorrow": 1})
    months: tuple[str, ...] = MONTHS
    month_first: bool = False
    grouping: str = ""  # what parts thousands
    currency: Currency | None = None


OTHER = Words()
ENGLISH: Mapping[str, Words] = {
    "en-us": replace(
        OTHER,
        month_first=True,
        grouping=",",
        currency=Currency("$", ("dollar", "dollars"), ("cent", "cents")),
    ),
    "en-gb": replace(OTHER, grouping=",", currency=Currency("£", ("pound", "pounds"), ("penny", "pence"))),
}


def words_of(language: str) -> Words:
    """The words of a BCP 47 tag such as `en-US`; plain `en` is read as `en-US`."""
    tag = language.casefold()
    return ENGLISH["en-us"] if tag == "en" else ENGLISH.get(tag, OTHER)


def words_in(flow: Flow) -> Words:
    """The words of a flow."""
    return words_of(flow.language)


def formatted(words: Words, form: Format, value: str, *, spoken: bool) -> str:
    """A canonical value in one of the formats of a template. A value that is none of its kind (a back office may
    say anything) comes out as it is."""
    match form:
        case "digits":
            return " ".join(value.replace(" ", "")) if spoken else value
        case "date":
            return _date(words, value, spoken=spoken)
        case "money":
            return _money(words, value, spoken=spoken)
        case "plain" | "number":
            return value


def _date(words: Words, value: str, *, spoken: bool) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    month = words.months[day.month - 1]
    month = month if spoken else month[:3]
    return f"{month} {day.day}, {day.year}" if words.month_first else f"{day.day} {month} {day.year}"


def _money(words: Words, value: str, *, spoken: bool) -> str:
    amount = AMOUNT.fullmatch(value)
    if amount is None:
        return value
    minus, units, parts = amount[1], int(amount[2]), int((amount[3] or "").ljust(2, "0"))
    if words.currency is None:
        return f"{minus}{units}.{parts:02}"
    if not spoken:
        grouped = f"{units:,}".replace(",", words.grouping)
        return f"{minus}{words.currency.sign}{grouped}.{parts:02}"
    said = [f"{n} {name[n != 1]}" for n, name in ((units, words.currency.unit), (parts, words.currency.part)) if n]
    return ("minus " if minus else "") + (" and ".join(said) or f"0 {words.currency.unit[1]}")
