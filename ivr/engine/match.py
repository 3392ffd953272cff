"""An input's text to an option, or to the canonical value of a slot (see `journey.Slot`). Anything else, of any size
and script, is None: a no-match.

Known limit, by choice: options are taken by their exact words. Likeness of sound and meaning is recognition's work.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ivr.engine.actions import Option
from ivr.engine.events import Mode
from ivr.engine.flow import SlotSpec
from ivr.engine.words import Words

MAX_TEXT = 1000  # characters; a longer input answers nothing
NOTE = 200  # characters kept of a name or a cause that others tell us

# ASCII only: \d and str.isdigit take the digits of every script
DIGITS = re.compile(r"[0-9]+")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)")


def fold(text: str) -> str:
    """The words of a text without case and punctuation: what has to be equal for two wordings to be the same."""
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", text).casefold()).split())


def acceptable(text: str) -> bool:
    """Whether a text may be kept: of bounded size, without control characters (PostgreSQL takes no NUL) and without
    half characters (lone surrogates are no UTF-8)."""
    return len(text) <= MAX_TEXT and not any(
        unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t" for c in text
    )


def find(options: Sequence[Option], text: str, mode: Mode, words: Words) -> Option | None:
    """The option that a text means: by its key, or (but by keys) its id, label, phrases or number word."""
    if not acceptable(text):
        return None
    heard = text.strip()
    if mode == "button" and (pressed := [o for o in options if o.id == heard]):
        return pressed[0]
    name = "" if mode == "keys" else fold(heard)
    key = words.numbers.get(name, heard)
    by_key = (o for o in options if o.key and o.key == key)
    by_name = (o for o in options if name and name in map(fold, (o.id, o.label, *o.phrases)))
    return next(by_key, None) or next(by_name, None)


def options_of(spec: SlotSpec, words: Words) -> tuple[Option, ...]:
    """The answers to a yes_no or choice slot: keys 1 to n in order. None for other types."""
    if spec.type == "yes_no":
        return (
            Option("yes", "1", words.yes[0].capitalize(), words.yes),
            Option("no", "2", words.no[0].capitalize(), words.no),
        )
    if spec.type == "choice":
        return tuple(Option(name, str(n), spec.choices[name]) for n, name in enumerate(spec.choices, start=1))
    return ()


def value_of(spec: SlotSpec, text: str, mode: Mode, words: Words, at: float) -> str | None:
    """The canonical value for a slot. `at` (Unix seconds) is what `today` is counted from, in UTC."""
    if not acceptable(text):
        return None
    text = text.strip()
    match spec.type:
        case "digits":
            value = _digits(text, mode, words)
        case "number":
            value = _number(text, mode, words)
        case "money":
            value = _money(text, mode, words)
        case "date":
            value = _date(text, mode, words, at)
        case "yes_no" | "choice":
            option = find(options_of(spec, words), text, mode, words)
            value = option.id if option else None
        case "text":
            value = text if text and mode != "keys" else None  # keys spell no words
    return value if value is not None and _within(spec, value) else None


def saved_value(spec: SlotSpec | None, text: str, words: Words, at: float) -> str | None:
    """The canonical value of what a back office gave for a slot, declared or not; None: it gave none that fits."""
    if spec is None:
        return text.strip() if acceptable(text) and text.strip() else None
    return value_of(spec, text, "text", words, at)


def clean(text: str, limit: int) -> str:
    """What is left of a text that others gave, so that it may be kept."""
    return "".join(c for c in text[:limit] if acceptable(c))


def _digits(text: str, mode: Mode, words: Words) -> str | None:
    if mode != "keys":
        text = "".join(words.numbers.get(part.casefold(), part) for part in re.split(r"[\s-]+", text))
    return text if DIGITS.fullmatch(text) else None


def _number(text: str, mode: Mode, words: Words) -> str | None:
    text = _decimal_point(text, mode, words)
    if not NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    return format(number.normalize(), "f") if number else "0"


def _money(text: str, mode: Mode, words: Words) -> str | None:
    if mode != "keys" and words.currency:
        text = text.removeprefix(words.currency.sign)
        for unit in words.currency.unit:
            text = text.removesuffix(f" {unit}")
        text = text.strip()
    text = _decimal_point(text, mode, words)
    return f"{Decimal(text):.2f}" if MONEY.fullmatch(text) else None


def _decimal_point(text: str, mode: Mode, words: Words) -> str:
    """`*` is the point on a keypad; elsewhere number words are numbers, and thousands may be parted."""
    if mode == "keys":
        return text.replace("*", ".")
    text = words.numbers.get(text.casefold(), text)
    return THOUSANDS.sub("", text) if words.grouping == "," else text


def _date(text: str, mode: Mode, words: Words, at: float) -> str | None:
    parts = [text] if mode == "keys" else fold(text).split()
    match parts:
        case [word] if mode != "keys" and word in words.days:
            return _day_from(at, words.days[word])
        case [digits] if len(digits) == 8:
            parts = [digits[:2], digits[2:4], digits[4:]]
        case [year, month, day] if len(year) == 4:
            return _calendar(year, month, day, words)
        case [_, _, _]:
            pass
        case _:
            return None
    first, second, year = parts
    month_first = words.month_first if DIGITS.fullmatch(first) and DIGITS.fullmatch(second) else first.isalpha()
    return _calendar(year, *((first, second) if month_first else (second, first)), words)


def _calendar(year: str, month: str, day: str, words: Words) -> str | None:
    """Real days only, years of four digits: 30 could be 1930 or 2030."""
    if ordinal := ORDINAL.fullmatch(day):
        day = ordinal[1]
    for n, name in enumerate(words.months, start=1):
        if month in {name.casefold(), name[:3].casefold()}:
            month = str(n)
    if len(year) != 4 or not all(DIGITS.fullmatch(part) for part in (year, month, day)):
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _day_from(at: float, days: int) -> str | None:
    try:
        return (datetime.fromtimestamp(at, UTC).date() + timedelta(days)).isoformat()
    except (ValueError, OverflowError, OSError):  # a time that no calendar has
        return None


def _within(spec: SlotSpec, value: str) -> bool:
    """Lengths in characters, `least` and `most`."""
    match spec.type:
        case "digits" | "text":
            return spec.min_length <= len(value) <= spec.max_length
        case "number" | "money":
            least, most, amount = Decimal(spec.least or "-inf"), Decimal(spec.most or "inf"), Decimal(value)
            return least <= amount <= most
        case "date":  # ISO dates are in order as texts are
            return (spec.least or value) <= value <= (spec.most or value)
        case _:
            return True
