"""Patterns of values: how digits, numbers, amounts, dates and times are said and written in English.

Each accepts more than makes sense (the 45th of May); `readings` has the last word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recognition.moonshine.automaton import Graph, Pattern, either, maybe, sequence, word
from recognition.moonshine.numerals import NOUGHTS, ONES, ORDINALS, REPEATS, TEENS, TENS, ways
from recognition.moonshine.phrases import GAP, LEADS, PAUSE, any_of, before, phrase, spaced, then

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS = ("today", "tomorrow", "yesterday", "the day after tomorrow")
LONGEST = 40  # digits; a longer number is not said in one breath


def _words(*texts: str) -> Pattern:
    return either(*map(word, texts))


def _figures(least: int, most: int) -> Pattern:
    """That many figures in a row."""
    figure = _words(*"0123456789")
    return sequence(*[figure] * least, *[maybe(figure)] * (most - least))


BETWEEN = either(PAUSE, _words("-", ","))  # two digits
ONE = _words(*ONES[1:])
DIGIT = _words(*ONES, *NOUGHTS, *"0123456789")
TENS_AND_ONES = spaced(_words(*TENS), ONE)
BELOW_100 = either(ONE, _words(*TEENS), sequence(_words(*TENS), then(ONE)), _figures(1, 2))


def digits(least: int, most: int) -> Pattern:
    """Between so many, one after the other, with pauses, in pairs, doubled or in figures."""
    steps: dict[Pattern, int] = {
        DIGIT: 1,
        _words(*TEENS, *TENS): 2,
        TENS_AND_ONES: 2,
        phrase("hundred"): 2,
        phrase("thousand"): 3,
        **{spaced(word(name), DIGIT): times for name, times in REPEATS.items()},
    }

    def draw(graph: Graph, node: int) -> int:
        ways: list[list[int]] = [[node], *([] for _ in range(most))]  # where so many have been said
        end = graph.node()
        for count, nodes in enumerate(ways):
            if not nodes:
                continue
            here = _joined(graph, nodes)
            if count >= least:
                graph.free[here].append(end)
            onward = maybe(BETWEEN)(graph, here) if count else here
            for step, times in steps.items():
                if count + times <= most:
                    ways[count + times].append(step(graph, onward))
        return end

    return draw


def exactly(number: str) -> Pattern:
    """These digits, in all ways that `digits` has for them."""

    def draw(graph: Graph, node: int) -> int:
        places: list[list[int]] = [[node], *([] for _ in number)]  # where so many of them have been said
        onward: dict[int, int] = {}
        for begin, end, pattern in sorted(_told(number), key=lambda told: told[0]):
            if places[begin] and begin not in onward:
                here = _joined(graph, places[begin])
                onward[begin] = maybe(BETWEEN)(graph, here) if begin else here
            if begin in onward:
                places[end].append(pattern(graph, onward[begin]))
        return _joined(graph, places[-1])

    return draw


def _told(number: str) -> Iterator[tuple[int, int, Pattern]]:
    """From which digit to which, and what is said for these."""
    for begin, end, words in ways(number):
        yield begin, end, phrase(" ".join(words))
    for at, digit in enumerate(number):
        if digit == "0":
            yield at, at + 1, word("o")
        if at and number.startswith("00", at):
            yield at, at + 2, phrase("hundred")
        if at and number.startswith("000", at):
            yield at, at + 3, phrase("thousand")


def _joined(graph: Graph, nodes: Sequence[int]) -> int:
    here = graph.node()
    for one in nodes:
        graph.free[one].append(here)
    return here


def _cardinal() -> Pattern:
    """Below a million."""
    rest = then(sequence(before(word("and")), BELOW_100))
    hundreds = sequence(either(BELOW_100, word("a")), GAP, word("hundred"), rest)
    below_1000 = either(BELOW_100, hundreds, _figures(3, 3))
    thousands = sequence(either(below_1000, word("a")), GAP, word("thousand"))
    written = either(_figures(1, 6), sequence(_figures(1, 3), word(","), _figures(3, 3)))
    return either(
        word("zero"), below_1000, written, sequence(thousands, then(sequence(before(word("and")), below_1000)))
    )


CARDINAL = _cardinal()


def number() -> Pattern:
    point = sequence(GAP, word("point"), *[sequence(GAP, DIGIT)], maybe(sequence(GAP, DIGIT)))
    decimals = sequence(word("."), _figures(1, 3))
    minus = maybe(either(sequence(_words("minus", "negative"), GAP), word("-")))
    return sequence(minus, CARDINAL, maybe(either(point, decimals)))


def money() -> Pattern:
    units = _words("dollar", "dollars", "bucks", "euro", "euros", "pound", "pounds", "francs")
    parts = _words("cent", "cents", "pence", "penny", "p")
    written = sequence(maybe(_words("$", "£", "€")), CARDINAL, maybe(sequence(word("."), _figures(2, 2))))
    cents = sequence(before(word("and")), BELOW_100, then(parts))
    return either(
        sequence(written, then(units)),
        sequence(CARDINAL, GAP, units, GAP, cents),
        sequence(maybe(word("$")), CARDINAL, GAP, cents),
        sequence(before(CARDINAL), BELOW_100, GAP, BELOW_100),  # nine ninety nine
        sequence(BELOW_100, GAP, parts),
    )


def date() -> Pattern:
    month = _words(*MONTHS)
    figures = sequence(_figures(1, 2), maybe(_words("st", "nd", "rd", "th")))
    ordinal = either(_words(*ORDINALS, "thirtieth"), spaced(_words("twenty", "thirty"), _words(*ORDINALS[:9])))
    day = sequence(before(word("the")), either(ordinal, BELOW_100, figures))
    century = spaced(
        _words("nineteen", "twenty", "19", "20"), either(BELOW_100, spaced(_words("oh", "o"), DIGIT), word("hundred"))
    )
    thousands = sequence(_words("two", "2"), GAP, word("thousand"), then(sequence(before(word("and")), BELOW_100)))
    year = then(either(century, thousands, _figures(4, 4)))
    slash = _words("/", "-", ".")
    weekday = _words(*WEEKDAYS)
    return sequence(
        before(phrase("on")),
        either(
            sequence(before(weekday), month, GAP, day, year),
            sequence(before(weekday), day, GAP, before(word("of")), month, year),
            sequence(figures, slash, figures, slash, _figures(4, 4)),
            any_of(*DAYS),
            sequence(before(_words("next", "last", "this")), weekday),
        ),
    )


def time() -> Pattern:
    half = either(
        sequence(_words("a", "p"), maybe(_words(".", " ", ". ")), word("m"), maybe(word("."))),
        sequence(maybe(_words("in the ", "at ", "this ")), _words("morning", "afternoon", "evening", "night")),
    )
    hour, minute = BELOW_100, either(BELOW_100, spaced(_words("oh", "o", "0"), DIGIT))
    clock = sequence(_figures(1, 2), _words(":", "."), _figures(2, 2))
    o_clock = _words("o'clock", "oclock")
    part = either(
        _words("half"),
        sequence(maybe(_words("a ", "the ")), word("quarter")),
        sequence(BELOW_100, then(word("minutes"))),
    )
    told = either(
        sequence(hour, then(either(o_clock, minute))),
        _figures(3, 4),
        clock,
        sequence(part, GAP, _words("past", "to", "after", "before", "till"), GAP, hour, then(o_clock)),
    )
    return sequence(
        before(_words("at", "around", "about")),
        either(sequence(told, then(half)), any_of("noon", "midday", "midnight")),
    )


def led(pattern: Pattern) -> Pattern:
    """With what people say before a value: `it's …`, `um, …`."""
    return sequence(before(any_of(*LEADS), PAUSE), pattern)
