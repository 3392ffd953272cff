"""What customers type and say in their language, to numbers, amounts, dates and times in canonical form (see
`journey.Slot`). Keys (`keyed_…`) are the same in all languages but for the order of a date.

Known limit, by choice: a number of three digits behind the sign that parts thousands is read so (`1.250` is 1250 in
German), years have four digits, and a date has its year.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from ivr.engine.locale import cldr, numbers
from ivr.engine.locale.words import Words
from ivr.engine.words import number_words

# ASCII only: \d and str.isdigit take the digits of every script
DIGITS = re.compile(r"[0-9]+")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?")
HALF_DAYS = re.compile(r"\b([ap])\s?\.?\s?m\b\.?")
TOKENS = re.compile(r"[0-9]+(?:[:.][0-9]{2})?|[^\W\d_]+")
LONGEST_WORDS = 4  # of a number below 100: `quatre vingt dix sept`
SUFFIXES = re.compile(r"([0-9]{1,4})(?:st|nd|rd|th|er|ero|e|º|o|a|년|월|일|번째)")


def plain(text: str) -> str:
    """Without case, accents and punctuation: what is typed in a hurry."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if unicodedata.category(c) != "Mn")
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", bare)).split())


def digits(text: str, words: Words) -> str | None:
    """Figures and number words in a row: `forty-two 1 seven` is 4217."""
    known = _plain_numbers(words.language)
    tokens = plain(text).split()
    found = ""
    while tokens:
        taken = next((n for n in range(LONGEST_WORDS, 0, -1) if " ".join(tokens[:n]) in known), 0)
        if taken:
            found += known[" ".join(tokens[:taken])]
        else:
            found += "".join(known.get(c, c) for c in tokens[0])  # Korean figures are written in one word
        tokens = tokens[taken or 1 :]
    return found if DIGITS.fullmatch(found) else None


def number(text: str, words: Words) -> str | None:
    return canonical_number(_figures(text, words))


def money(text: str, words: Words) -> str | None:
    """`12.50`, `$12.50`, `12,50 €`, `12 Euro 50`, `12 dollars and 50 cents`."""
    units, parts = _units_and_parts(text, words)
    if parts is None:
        return canonical_money(_figures(units, words), words.currency)
    whole, cents = _figures(units or "0", words), _figures(parts, words)
    if not DIGITS.fullmatch(whole) or not DIGITS.fullmatch(cents) or len(cents) > 2:
        return None
    return canonical_money(f"{whole}.{cents:0>2}", words.currency)


def day(text: str, words: Words, at: float) -> str | None:
    """`at` (Unix seconds) is what `today` is counted from, in UTC."""
    said = plain(text)
    for word, days in words.days.items():
        if said == plain(word):
            return _day_from(at, days)
    tokens = _of_date(said, words)
    return keyed_day(tokens[0], words) if len(tokens) == 1 else _ordered(tokens, words)


def _of_date(said: str, words: Words) -> list[str]:
    """What a date is told by: figures and names of months."""
    weekdays = _plain_weekdays(words.language)
    tokens = [token for token in said.split() if token not in words.date_fillers]
    if len(tokens) > 1 and tokens[0] in weekdays and (len(tokens) == 4 or tokens[0] not in months(words.language)):
        del tokens[0]  # `mar` is both Tuesday and March in Spanish
    return tokens


def _ordered(tokens: list[str], words: Words) -> str | None:
    """Year, month and day by the name of the month, by the four digits of the year, or as the region has them."""
    names, ordinals, known = (
        months(words.language),
        _plain_ordinals(words.language, words.ordinals),
        _plain_numbers(words.language),
    )
    named = [token in names and not DIGITS.match(token) for token in tokens]
    figures = [names.get(t) or ordinals.get(t) or _unended(known.get(t, t)) for t in tokens]
    match figures, named:
        case [[year, month, of_month], _] if len(year) == 4:
            return _calendar(year, month, of_month)
        case [[month, of_month, year], [True, False, False]]:
            return _calendar(year, month, of_month)
        case [[of_month, month, year], [False, True, False]]:
            return _calendar(year, month, of_month)
        case [[first, second, year], [False, False, False]]:
            return _calendar(
                year, *((first, second) if cldr.region(words.language).order == "mdy" else (second, first))
            )
        case _:
            return None


def keyed_day(text: str, words: Words) -> str | None:
    """Eight digits in the order of the region: 12032026 in the United States, 03122026 in Europe, 20261203 in Korea."""
    if len(text) != 8 or not DIGITS.fullmatch(text):
        return None
    match cldr.region(words.language).order:
        case "ymd":
            return _calendar(text[:4], text[4:6], text[6:])
        case "mdy":
            return _calendar(text[4:], text[:2], text[2:4])
        case "dmy":
            return _calendar(text[4:], text[2:4], text[:2])


def time(text: str, words: Words) -> str | None:
    """`14:30`, `2:30 pm`, `14 Uhr 30`, `14h30`, `오후 2시 30분`, `noon`."""
    for word, value in words.times.items():
        if plain(text) == plain(word):
            return value
    tokens = TOKENS.findall(HALF_DAYS.sub(r"\1m ", text.casefold()))
    tokens, half = _half_day(tokens, words)
    known = number_words(words.language)
    units = {unit.casefold() for unit in (*words.clock12.unit, *words.clock24.unit)}
    fillers = words.time_fillers | units
    figures = [known.get(token, token) for token in tokens if token not in fillers]
    told = len(figures) < len(tokens)  # it was said that these are hours
    match figures:
        case [clock] if (found := CLOCK.fullmatch(clock)) and (found[2] or told or half or not _is_vague(clock, words)):
            return _clock(found[1], found[2] or "0", half)
        case [hours, minutes] if told or half or len(minutes) == 2:
            return _clock(hours, minutes, half)
        case _:
            return None


def keyed_time(text: str) -> str | None:
    """Three or four digits: 930, 1430."""
    return _clock(text[:-2], text[-2:], "") if DIGITS.fullmatch(text) and 3 <= len(text) <= 4 else None


def canonical_number(text: str) -> str | None:
    if not NUMBER.fullmatch(text):
        return None
    found = Decimal(text)
    return format(found.normalize(), "f") if found else "0"


def canonical_money(text: str, currency: str) -> str | None:
    """A currency without hundredths has none here either."""
    if not MONEY.fullmatch(text):
        return None
    amount = Decimal(text)
    whole = cldr.has_parts(currency) or amount == amount.to_integral_value()
    return f"{amount:.2f}" if whole else None


def canonical_time(text: str) -> str | None:
    hours, colon, minutes = text.partition(":")
    return _clock(hours, minutes, "") if colon and len(minutes) == 2 else None


def _figures(text: str, words: Words) -> str:
    """With a point, and without what parts thousands."""
    text = text.strip()
    if (found := _plain_numbers(words.language).get(plain(text))) is not None:
        return found
    region = cldr.region(words.language)
    if re.fullmatch(minus := words.minus.format(number="(.*)"), text):
        text = "-" + re.sub(minus, r"\1", text)
    text = re.sub(r"(?<=[0-9])[\u00a0\u202f'’ ](?=[0-9]{3}(?![0-9]))", "", text)
    text = re.sub(rf"(?<=[0-9]){re.escape(region.group)}(?=[0-9]{{3}}(?![0-9]))", "", text)
    return text.replace(region.point, ".") if region.point not in region.group else text


def _units_and_parts(text: str, words: Words) -> tuple[str, str | None]:
    """An amount without its sign and names. `12 Euro 50` has parts; `12,50 €` has none of its own."""
    currency = words.currencies.get(words.currency)
    units = [*cldr.currency_names(words.language, words.currency)]
    parts: list[str] = []
    if currency:
        units += [_noun(currency.one), currency.many]
        parts = [_noun(currency.part_one), currency.part_many] if currency.part_many else []
    units, parts = [*units, *map(plain, units)], [*parts, *map(plain, parts)]  # accents are left out in a hurry
    text = text.strip()
    said = re.split(rf"\s*(?:{_any_of(units)})\s*", text, flags=re.IGNORECASE)
    bare = re.sub(rf"\s*(?:{_any_of(parts)})$", "", said[-1], flags=re.IGNORECASE) if parts else said[-1]
    bare = re.sub(rf"^(?:{_any_of(words.money_fillers)})\s+", "", bare) if words.money_fillers else bare
    match said:
        case [_]:  # no name of the currency at all
            return (text, None) if bare == text else ("", bare)
        case ["", _]:
            return bare, None
        case [whole, _]:
            return (whole, bare) if bare else (whole, None)
        case _:
            return text, None


def _noun(one: str) -> str:
    """`euro` of `un euro`, `원` of `1원`."""
    return one.partition(" ")[2] or one.lstrip("1")


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)


def _half_day(tokens: list[str], words: Words) -> tuple[list[str], Literal["am", "pm", ""]]:
    """The tokens without what says which half of the day it is."""
    mornings, evenings = words.mornings | {"am"}, words.evenings | {"pm"}
    bare = [token for token in tokens if token not in mornings | evenings]
    if len(bare) == len(tokens):
        return tokens, ""
    return bare, "am" if mornings & set(tokens) else "pm"


def _is_vague(clock: str, words: Words) -> bool:
    """A bare number that could be two times of the day."""
    return cldr.region(words.language).twelve_hours and 1 <= int(clock) <= 12


def _clock(hours: str, minutes: str, half: str) -> str | None:
    if not (DIGITS.fullmatch(hours) and DIGITS.fullmatch(minutes)) or len(hours) > 2 or len(minutes) > 2:
        return None
    hour, minute = int(hours), int(minutes)
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _unended(token: str) -> str:
    """`3` of `3rd`, `1er`, `3일`."""
    found = SUFFIXES.fullmatch(token)
    return found[1] if found else token


def _calendar(year: str, month: str, of_month: str) -> str | None:
    """Real days only, years of four digits: 30 could be 1930 or 2030."""
    if len(year) != 4 or not all(DIGITS.fullmatch(part) and len(part) <= 4 for part in (year, month, of_month)):
        return None
    try:
        return date(int(year), int(month), int(of_month)).isoformat()
    except ValueError:
        return None


def _day_from(at: float, days: int) -> str | None:
    try:
        return (datetime.fromtimestamp(at, UTC).date() + timedelta(days)).isoformat()
    except (ValueError, OverflowError, OSError):  # a time that no calendar has
        return None


@lru_cache(maxsize=64)
def months(language: str) -> Mapping[str, str]:
    """Name, without case and accents -> number."""
    return {plain(name): str(n) for name, n in cldr.region(language).months.items()}


@lru_cache(maxsize=64)
def _plain_numbers(language: str) -> Mapping[str, str]:
    return {plain(word): figures for word, figures in number_words(language).items()}


@lru_cache(maxsize=64)
def _plain_ordinals(language: str, endings: tuple[str, ...]) -> Mapping[str, str]:
    return {
        plain(word) + ending: figures
        for word, figures in numbers.ordinals(language).items()
        for ending in ("", *endings)
    }


@lru_cache(maxsize=64)
def _plain_weekdays(language: str) -> frozenset[str]:
    return frozenset(map(plain, cldr.region(language).weekdays))
