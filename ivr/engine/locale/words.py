"""The words of a language. Every field must be given, so a language is complete or is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.engine.locale.spoken import Spoken


@dataclass(frozen=True, slots=True)
class Clock:
    """How times are told. Fields of a pattern: `{h12}` and `{h24}` hours, `{unit}` (singular and plural), `{m}` and
    `{mm}` minutes (5 and 05), `{ampm}`. `one`: how the hour 1 is said."""

    hour: str
    time: str
    written: str
    unit: tuple[str, str] = ("", "")
    one: str = "1"


@dataclass(frozen=True, slots=True)
class Currency:
    """What one of it is called, with its number, and several; then its hundredth, if it has any."""

    one: str
    many: str
    part_one: str = ""
    part_many: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`choice` (something to do) and `value` (an answer) hold `{label}` and `{key}`: the function first, then the key,
    as ears need it. Pairs of wordings are for ears and for eyes. `language` and `currency` are set by `words_of`."""

    language: str = "en-US"
    currency: str = "USD"

    # what we say when the menu's author wrote nothing: tapered, and never blaming the caller
    no_input: tuple[tuple[str, str], ...]
    no_match: tuple[tuple[str, str], ...]
    sorry: str
    cut_off: str  # before going on after a lost line
    welcome_back: str
    go_on_or_over: str
    helped: str  # whether an article did
    rate: str  # from 1 to 5
    comment: str

    # what only we say
    continuing: str
    changed: str
    too_much: str
    moment: str
    moved: str
    fault: str
    use_keys: str
    take_call: str  # an agent hears it before a call is put through to their phone
    cannot_transfer: str  # whoever the menu would put them through to
    please_call: str  # of {number}
    cannot_listen: str  # too many speak at once
    say_again: str  # we have missed it
    did_you_say: str  # of {label}
    or_did_you_say: str  # of {label}, the next best
    which: str  # of {one} and {other}
    corrected: str  # of {value}
    choice: str
    value: str
    yes_or_no: str
    offer: str
    go_on: str
    start_over: str
    chose: str
    gave: str
    tried: str  # articles, in vain
    nothing: str
    unknown: str
    yours: tuple[str, ...]  # how titles address customers; agents read them without

    # what customers say
    yes: tuple[str, ...]  # the first is the label
    no: tuple[str, ...]
    digits: Mapping[str, str]  # number words beside those of num2words
    days: Mapping[str, int]
    times: Mapping[str, str]
    mornings: frozenset[str]  # before and after noon, each in one word
    evenings: frozenset[str]
    ordinals: tuple[str, ...]  # endings that ordinals may take beside the one of num2words
    date_fillers: frozenset[str]
    time_fillers: frozenset[str]
    money_fillers: frozenset[str]

    # how values are said
    date: str  # of {day}, {ordinal}, {month}, {year}
    first: str  # the first day of a month
    ordinal: str  # as it is written, of {n}; empty: num2words knows
    clock12: Clock
    clock24: Clock
    am: str
    pm: str
    money: str  # of {units} and {parts}
    minus: str
    currencies: Mapping[str, Currency]
    symbols: Mapping[str, str]  # for spelling
    spoken: Spoken
