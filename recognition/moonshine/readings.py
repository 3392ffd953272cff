"""What a transcript that a grammar accepted says, as text that `ivr.engine.parsing` reads in the same way.

None: it makes no sense (the 45th of May). Years and halves of a day that were not said are not made up.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Sequence

from recognition.listen import Hints
from recognition.moonshine import numerals
from recognition.moonshine.phrases import LEADS, THANKS
from recognition.moonshine.slots import DAYS, MONTHS, WEEKDAYS

Reading = Callable[[str], tuple[str, ...]]

_LEADS = "|".join((*LEADS, "on", "at", "around", "about"))
LEAD = re.compile(rf"^\W*(?:(?:{_LEADS})\b[\s,.]*)+")
THANKS_END = re.compile(rf"[\s,.]+(?:{'|'.join(THANKS)})\W*$")
UNIT = re.compile(r"\b(?:dollars?|bucks|euros?|pounds?|francs)\b")
PART = re.compile(r"\b(?:cents?|pence|penny|p)\b")
HALF = re.compile(
    r"\b(?:(?P<half>[ap])(?:\.\s?|\s)?m\b\.?|(?:in the |at |this )?(?P<part>morning|afternoon|evening|night)\b)"
)

FRACTIONS = {"half": 30, "quarter": 15}


def reading(hints: Hints) -> Reading | None:
    """Of a kind of question that is answered by a value; None: by one of its options, or by anything. It gives what a
    transcript may mean, likeliest first."""
    match hints.kind:
        case "digits":
            return lambda text: _either(digits(text, hints.least, hints.most))
        case "number":
            return lambda text: _either(number(text))
        case "money":
            return lambda text: _either(*amounts(text))
        case "date":
            return lambda text: _either(date(text))
        case "time":
            return lambda text: _either(time(text))
        case _:
            return None


def _either(*values: str | None) -> tuple[str, ...]:
    return tuple(value for value in values if value is not None)


def bare(text: str) -> str:
    """Without what people say around a value."""
    return THANKS_END.sub("", LEAD.sub("", text.lower())).strip(" .,!?")


def digits(text: str, least: int, most: int) -> str | None:
    found = numerals.digits(bare(text))
    return found if found and least <= len(found) <= most else None


def number(text: str) -> str | None:
    told = bare(text)
    minus = re.match(r"(?:minus|negative)\b\W*|-", told)
    whole, point, rest = (told[minus.end() :] if minus else told).replace(" point ", ".").partition(".")
    value = numerals.cardinal(numerals.tokens(whole))
    decimals = numerals.digits(rest) if point else ""
    if value is None or decimals is None:
        return None
    return f"{'minus ' if minus else ''}{value}{f'.{decimals}' if decimals else ''}"


def amounts(text: str) -> tuple[str | None, ...]:
    """`999` alone is how the network writes `nine ninety nine`; whoever means hundreds says of what."""
    told = bare(text)
    if re.fullmatch(r"[1-9][0-9]{2,3}", told) and told[-2:] != "00":
        return _amount(int(told[:-2]), int(told[-2:])), money(text)
    return (money(text),)


def money(text: str) -> str | None:
    told = re.sub(r"[$£€]", "", bare(text))
    if figures := re.fullmatch(r"([0-9,]+)\.([0-9]{2})(?: \w+)?", told):
        return f"{figures[1].replace(',', '')}.{figures[2]}"
    units, unit, rest = _split(UNIT, told)
    parts, part, after = _split(PART, rest if unit else told)
    if after:
        return None
    if unit and parts:
        return _amount(numerals.cardinal(numerals.tokens(units)), _below_100(parts))
    if unit:
        return _amount(numerals.cardinal(numerals.tokens(units)), 0)
    if part:
        whole, _, cents = parts.rpartition(" and ")
        return _amount(numerals.cardinal(numerals.tokens(whole)), _below_100(cents)) if whole else _cents(parts)
    return _bare_amount(numerals.tokens(told))


def _bare_amount(words: Sequence[str]) -> str | None:
    """`nine ninety nine` is 9.99, `one forty nine ninety nine` 149.99; `forty two` is 42."""
    if (whole := numerals.cardinal(words)) is not None:
        return _amount(whole, 0)
    match numerals.pairs(words):
        case [units, parts] if parts >= 10:
            return _amount(units, parts)
        case [hundreds, units, parts] if hundreds < 10 <= min(units, parts):
            return _amount(100 * hundreds + units, parts)
        case _:
            return None


def _cents(parts: str) -> str | None:
    return _amount(0, _below_100(parts))


def _below_100(text: str) -> int | None:
    value = numerals.cardinal([word for word in numerals.tokens(text) if word != "and"])
    return value if value is not None and value < 100 else None


def _amount(units: int | None, parts: int | None) -> str | None:
    return None if units is None or parts is None else f"{units}.{parts:02}"


def _split(sign: re.Pattern[str], text: str) -> tuple[str, str, str]:
    found = sign.search(text)
    return (text[: found.start()].strip(), found[0], text[found.end() :].strip(" ,.")) if found else (text, "", "")


def date(text: str) -> str | None:
    told = bare(text)
    if told in DAYS:
        return told
    if figures := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?[/.-](\d{1,2})[/.-](\d{4})", told):
        return f"{figures[1]}/{figures[2]}/{figures[3]}"
    words = re.findall(r"[0-9]+(?:st|nd|rd|th)?|[a-z]+", told)
    if words and words[-1] in WEEKDAYS:
        return " ".join(words) if not {*words[:-1]} - {"next", "last", "this"} else None
    words = [word for word in words if word not in {*WEEKDAYS, "the", "of"}]
    named = [at for at, word in enumerate(words) if word in MONTHS]
    if len(named) != 1:
        return None
    name, at = words[named[0]], named[0]
    return _day(name, words[:at], words[at + 1 :]) if at else _after(name, words[1:])


def _after(month: str, words: Sequence[str]) -> str | None:
    """`June twenty first twenty twenty six`: the longest day that leaves a year, or nothing."""
    days = (_day(month, words[:n], words[n:]) for n in (2, 1) if n <= len(words))
    return next((day for day in days if day), None)


def _day(month: str, of_month: Sequence[str], of_year: Sequence[str]) -> str | None:
    day, year = numerals.ordinal(of_month), _year(of_year)
    if day is None or (of_year and year is None):
        return None
    if not 1 <= day <= monthrange(year or 2000, MONTHS.index(month) + 1)[1]:
        return None
    return f"{month.capitalize()} {day}" + (f", {year}" if year else "")


def _year(words: Sequence[str]) -> int | None:
    whole = numerals.cardinal(words) if words else None
    if whole is not None and 1000 <= whole <= 2999:
        return whole
    match numerals.pairs(words):
        case [century, rest] if century in {19, 20} and rest >= 10:
            return 100 * century + rest
        case [century, 0, rest] if century in {19, 20} and rest < 10:
            return 100 * century + rest
        case _:
            return None


def time(text: str) -> str | None:
    told = bare(text)
    if told in {"noon", "midday", "midnight"}:
        return told
    half = HALF.search(told)
    day = {"a": "am", "morning": "am", None: ""}.get(half["half"] or half["part"], "pm") if half else ""
    rest = (told[: half.start()] if half else told).strip(" .,")
    clock = _clock(rest)
    if clock is None or clock[0] > (12 if day else 23) or clock[1] > 59:
        return None
    if not day and rest.isalnum():
        return str(clock[0])  # `two` is no time yet, `two o'clock` is
    return f"{clock[0]}:{clock[1]:02} {day}".strip()


def _clock(told: str) -> tuple[int, int] | None:
    if figures := re.fullmatch(r"([0-9]{1,2})[:.]?([0-9]{2})", told):
        return int(figures[1]), int(figures[2])
    words = [
        word for word in re.findall(r"[0-9]+|[a-z']+", told) if word not in {"a", "the", "minutes", "o'clock", "oclock"}
    ]
    for at, word in enumerate(words):
        if word in {"past", "after", "to", "before", "till"}:
            return _past(words[:at], words[at + 1 :], 1 if word in {"past", "after"} else -1)
    match numerals.pairs(words):
        case [hour]:
            return hour, 0
        case [hour, minute] if minute >= 10:
            return hour, minute
        case [hour, 0, minute] if minute < 10:
            return hour, minute
        case _:
            return None


def _past(part: Sequence[str], of_hour: Sequence[str], sign: int) -> tuple[int, int] | None:
    minutes = FRACTIONS.get(" ".join(part)) or (numerals.cardinal(part) if part else None)
    hour = numerals.cardinal(of_hour) if of_hour else None
    if minutes is None or hour is None or minutes > 59:
        return None
    return (hour, minutes) if sign > 0 else ((hour - 2) % 12 + 1, 60 - minutes)
