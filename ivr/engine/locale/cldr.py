"""Dates, times and amounts as a region writes them. The only module that knows Babel (the data of Unicode CLDR).

Its no-break spaces become plain ones: an SMS with a single one of them has room for 70 characters instead of 160.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
    get_territory_currencies,
)

Order = Literal["mdy", "dmy", "ymd"]
ORDERS: Mapping[str, Order] = {"M": "mdy", "d": "dmy", "y": "ymd"}


@dataclass(frozen=True, slots=True)
class Region:
    """`months` and `weekdays`: all their names. `point` parts units from parts, `group` thousands."""

    month_names: tuple[str, ...]
    months: Mapping[str, int]
    weekdays: frozenset[str]
    order: Order
    point: str
    group: str
    twelve_hours: bool


def is_known(language: str) -> bool:
    try:
        return bool(Locale.parse(language, sep="-"))
    except (UnknownLocaleError, ValueError):
        return False


@lru_cache(maxsize=64)
def region(language: str) -> Region:
    locale = _locale(language)
    wide, short = locale.months["format"]["wide"], locale.months["format"]["abbreviated"]
    short_date, short_time = locale.date_formats["short"].pattern, locale.time_formats["short"].pattern
    return Region(
        month_names=tuple(wide[n] for n in range(1, 13)),
        months={name: n for names in (wide, locale.months["stand-alone"]["wide"], short) for n, name in names.items()},
        weekdays=frozenset(name for width in ("wide", "abbreviated") for name in locale.days["format"][width].values()),
        order=ORDERS[next(letter for letter in short_date if letter in ORDERS)],
        point=locale.number_symbols["latn"]["decimal"],
        group=_plain(locale.number_symbols["latn"]["group"]),
        twelve_hours="a" in short_time,
    )


@lru_cache(maxsize=64)
def weekdays(language: str) -> Mapping[str, int]:
    """Name of a day -> its number, from Monday as 0."""
    names = _locale(language).days["format"]
    return {name: n for width in ("wide", "abbreviated") for n, name in names[width].items()}


@lru_cache(maxsize=64)
def currency(language: str) -> str:
    """What is paid with where a language tag is from, such as EUR for de-DE and USD for plain en."""
    territory = _locale(language).territory or get_global("likely_subtags").get(_locale(language).language, "")[-2:]
    return next(iter(get_territory_currencies(territory)), "USD")


def written_date(language: str, day: date) -> str:
    return _plain(format_date(day, "medium", _locale(language)))


def written_number(language: str, number: Decimal) -> str:
    return _plain(format_decimal(number, "#,##0.######", _locale(language)))


def written_money(language: str, code: str, amount: Decimal) -> str:
    return _plain(format_currency(amount, code, locale=_locale(language)))


def has_parts(code: str) -> bool:
    """Whether a currency has hundredths."""
    return get_currency_precision(code) > 0


def currency_names(language: str, code: str) -> frozenset[str]:
    """Its sign, its code, and what it is called."""
    locale = _locale(language)
    names = (get_currency_name(code, count, locale) for count in (None, 1, 2))
    return frozenset({code, get_currency_symbol(code, locale), get_currency_symbol(code, "en"), *names})


def currency_name(language: str, code: str, amount: Decimal) -> str:
    return get_currency_name(code, amount, _locale(language))


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    for tag in (language, language.partition("-")[0]):
        if is_known(tag):
            return Locale.parse(tag, sep="-")
    return Locale("en")


def _plain(text: str) -> str:
    return re.sub(r"[\u00a0\u2009\u202f]", " ", text).replace("\u2212", "-")
