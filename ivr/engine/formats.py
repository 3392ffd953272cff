"""Canonical values (see `journey.Slot`) as they are said and as they are written, in the formats of templates.

What is said keeps figures where voices read them right, and has words where they do not (`3.` is no third to them).
A value that is none of its kind (a back office may say anything) comes out as it is.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import assert_never

from ivr.engine.actions import SlotType
from ivr.engine.locale import cldr, numbers
from ivr.engine.locale.words import Words
from ivr.engine.steps import Format

LONGEST_GROUP = 4
AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
COUNT = re.compile(r"[0-9]{1,6}")
TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def formatted(words: Words, form: Format, value: str, *, spoken: bool) -> str:
    match form:
        case "plain":
            return value
        case "digits":
            return " ".join(value.replace(" ", "")) if spoken else value
        case "spell":
            return _spelled(words, value) if spoken else value
        case "name":
            return _name(value)
        case "date":
            return _date(words, value, spoken=spoken)
        case "time":
            return _time(words, value, spoken=spoken)
        case "number":
            return _number(words, value, spoken=spoken) if AMOUNT.fullmatch(value) else value
        case "ordinal":
            return _ordinal(words, value, spoken=spoken)
        case "money":
            return _money(words, value, spoken=spoken) if AMOUNT.fullmatch(value) else value
        case _:
            assert_never(form)


def read_back(words: Words, kind: SlotType, value: str) -> str:
    """As it is said to ask whether it is right: digits one by one in groups, codes spelled."""
    match kind:
        case "digits":
            return ", ".join(" ".join(group) for group in _grouped(value))
        case "date" | "time" | "money" | "number":
            return formatted(words, kind, value, spoken=True)
        case "text" if value.isupper() and not any(map(str.isspace, value)):
            return _spelled(words, value)
        case "yes_no":
            return (words.yes if value == "yes" else words.no)[0]
        case _:
            return value


def telephone(words: Words, number: str) -> str:
    """`+44 20 7946 0018` in the groups in which it is written, digit by digit."""
    groups = re.findall(r"[0-9]+", number)
    return ", ".join([words.symbols.get("+", "+"), *map(" ".join, groups)])


def _grouped(digits: str) -> list[str]:
    """Of three or four, as alike as can be: more nobody keeps in mind."""
    size, larger = divmod(len(digits), -(-len(digits) // LONGEST_GROUP))
    groups: list[str] = []
    at = 0
    while at < len(digits):
        behind = at + size + (len(groups) < larger)
        groups.append(digits[at:behind])
        at = behind
    return groups


def _spelled(words: Words, value: str) -> str:
    return ", ".join(words.symbols.get(c, c.upper()) for c in value if not c.isspace())


def _name(value: str) -> str:
    """Data bases hold names in capitals; a name in mixed case is as its bearer writes it."""
    name = " ".join(value.split())
    return name.title() if name in {name.upper(), name.lower()} else name


def _date(words: Words, value: str, *, spoken: bool) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    if not spoken:
        return cldr.written_date(words.language, day)
    return words.date.format(
        day=words.first if day.day == 1 else day.day,
        ordinal=numbers.ordinal(words.language, day.day),
        month=cldr.region(words.language).month_names[day.month - 1],
        year=day.year,
    )


def _time(words: Words, value: str, *, spoken: bool) -> str:
    found = TIME.fullmatch(value)
    if not found:
        return value
    hours, minutes = int(found[1]), int(found[2])
    twelve = cldr.region(words.language).twelve_hours
    clock = words.clock12 if twelve else words.clock24
    pattern = clock.written if not spoken else clock.time if minutes else clock.hour
    h12 = hours % 12 or 12
    return pattern.format(
        h12=clock.one if spoken and h12 == 1 and clock.unit[0] else h12,
        h24=clock.one if spoken and hours == 1 and clock.unit[0] else hours,
        unit=clock.unit[(h12 if twelve else hours) != 1],
        m=minutes,
        mm=f"{minutes:02}",
        ampm=words.am if hours < 12 else words.pm,
    )


def _number(words: Words, value: str, *, spoken: bool) -> str:
    """Thousands are not parted for voices: some would pause there."""
    if not spoken:
        return cldr.written_number(words.language, Decimal(value))
    said = value.removeprefix("-").replace(".", cldr.region(words.language).point)
    return words.minus.format(number=said) if value.startswith("-") else said


def _ordinal(words: Words, value: str, *, spoken: bool) -> str:
    if not COUNT.fullmatch(value):
        return value
    number = int(value)
    if spoken:
        return numbers.ordinal(words.language, number)
    if number == 1 and words.first != "1":
        return words.first
    return words.ordinal.format(n=number) if words.ordinal else numbers.numbered(words.language, number)


def _money(words: Words, value: str, *, spoken: bool) -> str:
    amount = Decimal(value)
    if not spoken:
        return cldr.written_money(words.language, words.currency, amount)
    said = _amount_said(words, abs(amount))
    return words.minus.format(number=said) if amount < 0 else said


def _amount_said(words: Words, amount: Decimal) -> str:
    currency = words.currencies.get(words.currency)
    if currency is None:
        name = cldr.currency_name(words.language, words.currency, amount)
        return f"{_number(words, str(amount), spoken=True)} {name}"
    total = int((amount * 100).to_integral_value())
    units, parts = divmod(total, 100) if currency.part_many else (round(amount), 0)
    if not parts:
        return _counted(units, currency.one, currency.many)
    of_units = _counted(units, currency.one, currency.many)
    of_parts = _counted(parts, currency.part_one, currency.part_many)
    return words.money.format(units=of_units, parts=of_parts) if units else of_parts


def _counted(number: int, one: str, many: str) -> str:
    """Korean has no blank between a number and its unit; whoever has writes the singular with it."""
    if number == 1:
        return one
    return f"{number} {many}" if " " in one else f"{number}{many}"
