"""An input's text to an option, or to the canonical value of a slot (see `journey.Slot`). Anything else, of any size
and script, is None: a no-match.

Known limit, by choice: options are taken by their exact words. Likeness of sound and meaning is recognition's work,
and comes as `Input.option`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from ivr.engine import parsing
from ivr.engine.actions import Option, SlotType
from ivr.engine.events import Mode
from ivr.engine.flow import SlotSpec
from ivr.engine.spoken.readings import Reading, readings
from ivr.engine.words import Words, number_words

MAX_TEXT = 1000  # characters; a longer input answers nothing
NOTE = 200  # characters kept of a name or a cause that others tell us


def fold(text: str) -> str:
    """The words of a text without case and punctuation: what has to be equal for two wordings to be the same."""
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", text).casefold()).split())


def acceptable(text: str) -> bool:
    """Whether a text may be kept: of bounded size, without control characters (PostgreSQL takes no NUL) and without
    half characters (lone surrogates are no UTF-8)."""
    if len(text) > MAX_TEXT:
        return False
    return text.isprintable() or not any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t" for c in text)


def find(options: Sequence[Option], text: str, mode: Mode, words: Words) -> Option | None:
    """The option that a text means: by its key, or (but by keys) its id, label, phrases or number word."""
    if not acceptable(text):
        return None
    heard = text.strip()
    if mode == "button" and (pressed := [o for o in options if o.id == heard]):
        return pressed[0]
    if mode == "keys":
        return next((o for o in options if o.key and o.key == heard), None)
    name = fold(heard)
    key = number_words(words.language).get(name, heard)
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
    return next((reading.value for reading in meanings(spec, text, mode, words, at)), None)


def meanings(spec: SlotSpec, text: str, mode: Mode, words: Words, at: float) -> tuple[Reading, ...]:
    """The canonical values that a text may mean for a slot, likeliest first: more than one only where it was said, and
    what was said leaves open which (`Tuesday`)."""
    if not acceptable(text):
        return ()
    if mode == "speech" and (found := _said(spec, text, words, at)):
        return found
    value = _value(spec, text.strip(), mode, words, at)
    return (Reading(value),) if value is not None and within(spec, value) else ()


def _said(spec: SlotSpec, text: str, words: Words, at: float) -> tuple[Reading, ...]:
    """Of what may be meant, what the slot has room for; a single one is sure."""
    found = tuple(reading for reading in readings(spec, text, words, at) if within(spec, reading.value))
    if len(found) > 1 and not found[0].sure:
        return found
    return tuple(Reading(reading.value) for reading in found[:1])


def _value(spec: SlotSpec, text: str, mode: Mode, words: Words, at: float) -> str | None:
    if spec.type in {"yes_no", "choice"}:
        option = find(options_of(spec, words), text, mode, words)
        return option.id if option else None
    return _keyed(spec.type, text, words) if mode == "keys" else _told(spec.type, text, words, at)


def _keyed(kind: SlotType, keys: str, words: Words) -> str | None:
    """`*` is the point on a keypad; keys spell no words."""
    match kind:
        case "digits":
            return keys if parsing.DIGITS.fullmatch(keys) else None
        case "number":
            return parsing.canonical_number(keys.replace("*", "."))
        case "money":
            return parsing.canonical_money(keys.replace("*", "."), words.currency)
        case "date":
            return parsing.keyed_day(keys, words)
        case "time":
            return parsing.keyed_time(keys)
        case _:
            return None


def _told(kind: SlotType, text: str, words: Words, at: float) -> str | None:
    match kind:
        case "digits":
            return parsing.digits(text, words)
        case "number":
            return parsing.number(text, words)
        case "money":
            return parsing.money(text, words)
        case "date":
            return parsing.day(text, words, at)
        case "time":
            return parsing.time(text, words)
        case _:
            return text or None


def saved_value(spec: SlotSpec | None, text: str, words: Words, at: float) -> str | None:
    """The canonical value of what a back office gave for a slot, declared or not; None: it gave none that fits.
    Programs write canonical values (1.234 is no thousand to them), some write as people do."""
    if spec is None:
        return text.strip() if acceptable(text) and text.strip() else None
    canonical = _canonical(spec.type, text.strip(), words) if acceptable(text) else None
    if canonical is not None:
        return canonical if within(spec, canonical) else None
    return value_of(spec, text, "text", words, at)


def _canonical(kind: SlotType, text: str, words: Words) -> str | None:
    match kind:
        case "number":
            return parsing.canonical_number(text)
        case "money":
            return parsing.canonical_money(text, words.currency)
        case "time":
            return parsing.canonical_time(text)
        case _:
            return None


def clean(text: str, limit: int) -> str:
    """What is left of a text that others gave, so that it may be kept."""
    return "".join(c for c in text[:limit] if acceptable(c))


def within(spec: SlotSpec, value: str) -> bool:
    """Lengths in characters, `least` and `most`."""
    match spec.type:
        case "digits" | "text":
            return spec.min_length <= len(value) <= spec.max_length
        case "number" | "money":
            least, most, amount = Decimal(spec.least or "-inf"), Decimal(spec.most or "inf"), Decimal(value)
            return least <= amount <= most
        case "date" | "time":  # in ISO form they are in order as texts are
            return (spec.least or value) <= value <= (spec.most or value)
        case _:
            return True
