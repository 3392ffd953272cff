"""A text of the file to the value it stands for. Each function raises `Unfit` with the remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ivr.engine.actions import SlotType
from ivr.engine.flow import SlotSpec
from ivr.engine.loader.mistakes import Unfit, did_you_mean, quoted

L = TypeVar("L", bound=str)
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
KEYS = "0123456789*#"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)


def words(text: str) -> str:
    if not text.strip():
        raise Unfit("it is empty", "write some words")
    return text


def name(text: str) -> str:
    """The name of a menu, a step, a slot or a queue."""
    if not NAME.fullmatch(text):
        raise Unfit(f"{quoted(text)} is not a name", "use letters, digits and _, at most 60, beginning with a letter")
    return text


def duration(text: str) -> float:
    """Seconds: `3s`, `10m`, `2h`, `7d`, or a number of seconds."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)\s*([smhd]?)", text.strip(), re.ASCII)
    if not found or not float(found[1]):
        raise Unfit(f"{quoted(text)} is not a duration", "write it as 3s, 10m, 2h or 7d")
    return float(found[1]) * SECONDS[found[2] or "s"]


def length(text: str) -> tuple[int, int]:
    """Smallest and largest number of characters: `8` or `6-10`."""
    found = re.fullmatch(r"(\d{1,4})(?:\s*-\s*(\d{1,4}))?", text.strip(), re.ASCII)
    least, most = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= least <= most:
        raise Unfit(f"{quoted(text)} is not a length", "write it as 8 or 6-10, the smaller number first")
    return least, most


def key(text: str) -> str:
    if len(text) != 1 or text not in KEYS:
        raise Unfit(f"{quoted(text)} cannot be pressed", 'use one of 0 to 9, "*" or "#" (these two in quotes)')
    return text


def whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,6}", text.strip(), re.ASCII) or not least <= int(text) <= most:
            raise Unfit(f"{quoted(text)} is not possible here", f"write a whole number from {least} to {most}")
        return int(text)

    return parse


def one_of(allowed: Sequence[L]) -> Callable[[str], L]:
    def parse(text: str) -> L:
        for known in allowed:
            if text == known:
                return known
        raise Unfit(f"{quoted(text)} is not known", did_you_mean(text, allowed))

    return parse


def language(text: str) -> str:
    """A BCP 47 tag of a language, or of language and region."""
    if not re.fullmatch(r"[a-z]{2,3}(-([A-Z]{2}|\d{3}))?", text, re.ASCII):
        raise Unfit(f"{quoted(text)} is not a language tag", "write it as en-US, de-DE or en")
    return text


def currency(text: str) -> str:
    """A code of ISO 4217."""
    if not re.fullmatch(r"[A-Z]{3}", text, re.ASCII):
        raise Unfit(f"{quoted(text)} is not a currency", "write its code of three letters, such as EUR")
    return text


def recording(text: str) -> str:
    """The path of a recorded prompt under the menus' folder; it must not lead out of it."""
    if text.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", text) or not text.lower().endswith(".wav"):
        raise Unfit(f"{quoted(text)} is not possible", "name a .wav file by its path under the menus' folder")
    return text


def canonical(slot_type: SlotType, text: str) -> str:
    """A value in the form in which journeys keep it (see `journey.Slot`); limits and lengths are not looked at."""
    text = text.strip()
    match slot_type:
        case "digits" if re.fullmatch(r"\d+", text, re.ASCII):
            return text
        case "number" if NUMBER.fullmatch(text):
            return format(Decimal(text).normalize(), "f") if Decimal(text) else "0"
        case "money" if MONEY.fullmatch(text):
            return f"{Decimal(text):.2f}"
        case "yes_no" if text in {"yes", "no"}:
            return text
        case "date" if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError as error:
                raise Unfit(f"{text} is not a day of the calendar", "write a day that exists") from error
        case "time" if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text, re.ASCII):
            return text
        case "text" | "choice":
            return text
    raise Unfit(f"{quoted(text)} does not fit the type {slot_type}", f"write it as {EXAMPLES[slot_type]}")


EXAMPLES = {
    "digits": "0421",
    "number": "3.5",
    "money": "12.50",
    "yes_no": "yes or no",
    "date": "2026-12-01",
    "time": "14:30",
}


def fits(spec: SlotSpec, text: str) -> str:
    """`text` as a value of this slot, canonical."""
    value = canonical(spec.type, text)
    if spec.type == "choice" and value not in spec.choices:
        raise Unfit(f"{quoted(value)} is no choice of {spec.name}", f"use one of: {', '.join(spec.choices)}")
    if spec.type in {"digits", "text"} and not spec.min_length <= len(value) <= spec.max_length:
        length_ = f"{spec.min_length} to {spec.max_length}"
        raise Unfit(f"{quoted(value)} is too short or too long for {spec.name}", f"its length is {length_}")
    return value


def before(slot_type: SlotType, one: str, other: str) -> bool:
    """Whether canonical `one` is smaller than `other`."""
    return one < other if slot_type in {"date", "time"} else Decimal(one) < Decimal(other)
