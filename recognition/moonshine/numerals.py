"""English numerals: the words, and how numbers are said and written, as patterns and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"),
    *("nineteenth", "twentieth"),
)
NOUGHTS = ("oh", "o")  # beside zero
REPEATS = {"double": 2, "triple": 3}

VALUES: dict[str, int] = {
    **{name: n for n, name in enumerate(ONES + TEENS)},
    **{name: 20 + 10 * n for n, name in enumerate(TENS)},
    **dict.fromkeys(NOUGHTS, 0),
}
ORDINAL_VALUES = {**{name: n for n, name in enumerate(ORDINALS, start=1)}, "thirtieth": 30}
WORDS = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[a-z']+")


def tokens(text: str) -> list[str]:
    """Words, and figures with the points and commas inside them."""
    return WORDS.findall(text.lower())


def digits(text: str) -> str | None:
    """`four two`, `double five`, `42 17`, `forty-two hundred` one after the other. None: something else is said."""
    found, times = "", 1
    words = re.findall(r"[0-9]+|[a-z']+", text.lower())
    for at, word in enumerate(words):
        value = VALUES.get(word)
        if word in REPEATS:
            times = REPEATS[word]
            continue
        if word in {"hundred", "thousand"} and found:
            figures = "00" if word == "hundred" else "000"
        elif value is None:
            figures = word if word.isdecimal() else ""
        elif value >= 20 and at + 1 < len(words) and 1 <= VALUES.get(words[at + 1], 0) <= 9:
            figures = str(value // 10)  # its second figure is the next word
        else:
            figures = str(value)
        if not figures:
            return None
        found += figures * times
        times = 1
    return found if found and times == 1 else None


def ways(digits: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """From which digit to which, and the words for them: `nine`, `oh`, `double five`, `seventeen`, `forty two`."""
    for at, digit in enumerate(digits):
        names = (ONES[int(digit)], *(("oh",) if digit == "0" else ()))
        yield from ((at, at + 1, (name,)) for name in names)
        for repeat, times in REPEATS.items():
            if digits[at : at + times] == digit * times:
                yield from ((at, at + times, (repeat, name)) for name in names)
        if digit != "0" and at + 1 < len(digits):
            tens, ones = int(digit), int(digits[at + 1])
            if tens == 1:
                yield at, at + 2, (TEENS[ones],)
            else:
                yield at, at + 2, (TENS[tens - 2], *((ONES[ones],) if ones else ()))


def cardinal(words: Sequence[str]) -> int | None:
    """`twelve hundred and fifty`, `1,250`, `a hundred`. None: it is no single number."""
    total = current = 0
    told = False
    for word in words:
        if word == "and" and told:
            continue
        value = _figures(word) if word[0].isdecimal() else VALUES.get(word)
        if word == "hundred":
            current = max(current, 1) * 100
        elif word == "thousand":
            total, current = total + max(current, 1) * 1000, 0
        elif word == "a" and not told:
            current = 1
        elif value is None or not _adds(current, value):
            return None
        else:
            current += value
        told = True
    return total + current if told else None


def pairs(words: Sequence[str]) -> list[int] | None:
    """Numbers below a hundred in a row: `nineteen eighty five` is 19 and 85, `twenty oh one` 20, 0 and 1."""
    found: list[int] = []
    tens = False
    for word in words:
        value = int(word) if word.isdecimal() and len(word) <= 2 else VALUES.get(word)
        if value is None:
            return None
        if tens and 1 <= value <= 9:
            found[-1] += value
            tens = False
        else:
            found.append(value)
            tens = value >= 20 and not word.isdecimal()
    return found


def ordinal(words: Sequence[str]) -> int | None:
    """`twenty first`, `21st`, `21`, `twenty one`: a day of a month."""
    last = re.sub(r"^([0-9]+)(?:st|nd|rd|th)$", r"\1", words[-1]) if words else ""
    if len(words) == 2 and words[0] in TENS and last in ORDINAL_VALUES:
        return VALUES[words[0]] + ORDINAL_VALUES[last]
    if len(words) == 1 and last in ORDINAL_VALUES:
        return ORDINAL_VALUES[last]
    return cardinal([*words[:-1], last]) if words else None


def _figures(word: str) -> int | None:
    bare = word.replace(",", "")
    return int(bare) if bare.isdecimal() else None


def _adds(current: int, value: int) -> bool:
    """Whether a number may follow within one number: forty two, four hundred forty, not nineteen eighty."""
    return current % 100 == 0 or (current % 10 == 0 and current % 100 >= 20 and 1 <= value <= 9)
