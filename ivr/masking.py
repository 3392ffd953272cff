"""Made-up values in the place of what a customer gave: of the same type and length, and such that a menu goes the same
way. The same value is replaced by the same one throughout."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from ivr.engine.flow import SlotSpec

NUMBER: Final = "+14155550134"  # 555-01xx is kept for fiction (North American Numbering Plan)
OTHERS: Final = tuple(f"+141555501{n}" for n in range(35, 100))  # for numbers of somebody else
NAME: Final = "Alex Example"
WORDS: Final = ("something", "about", "the", "blue", "parcel", "from", "last", "week", "with", "a", "small", "dent")
TRIES: Final = 300  # more than enough for a value that another one can stand for at all


@dataclass
class Masks:
    """`seed`: so that the export of a journey is the same each time. `own`: the customer's numbers (E.164)."""

    seed: str
    own: Sequence[str] = ()
    _made: dict[tuple[str, str], str] = field(default_factory=dict)  # type, original -> made up
    _numbers: dict[str, str] = field(default_factory=dict)  # original -> fictitious

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  # not for secrets

    def value(self, spec: SlotSpec, original: str, fits: Callable[[str], bool]) -> str | None:
        """In canonical form; `fits` says whether the menu goes the same way with it. None: with no other value."""
        key = (spec.type, original)
        if key not in self._made:
            found = next((made for made in self._candidates(spec, original) if made != original and fits(made)), None)
            if found is None:
                return None
            self._made[key] = found
        return self._made[key] if fits(self._made[key]) else None

    def number(self, original: str) -> str:
        """A fictitious phone number: the customer's own stay theirs, by which they are known when they phone."""
        if original in self.own:
            return NUMBER
        if original not in self._numbers:
            self._numbers[original] = OTHERS[len(self._numbers) % len(OTHERS)]
        return self._numbers[original]

    def nonsense(self, original: str) -> Iterator[str]:
        """In the place of what was not understood: digits for digits, words for words."""
        for _ in range(TRIES):
            yield self._digits(original) if any(map(str.isdigit, original)) else self._words(original)

    def _candidates(self, spec: SlotSpec, original: str) -> Iterator[str]:
        for _ in range(TRIES):
            match spec.type:
                case "text":
                    yield self._words(original)[: spec.max_length]
                case "date":
                    yield self._day(original)
                case "time":
                    yield f"{self._random.randrange(24):02}:{self._random.randrange(60):02}"
                case "digits" | "number" | "money":
                    yield self._digits(original)
                case "yes_no" | "choice":
                    return  # one of a few, which the menu itself names

    def _digits(self, original: str) -> str:
        """A leading zero stays one, and no other becomes one: a number must not change its length."""
        made = [str(self._random.randrange(10)) if sign.isdecimal() else sign for sign in original]
        if made and made[0].isdecimal():
            made[0] = "0" if original[0] == "0" else str(self._random.randrange(1, 10))
        return "".join(made)

    def _words(self, original: str) -> str:
        return " ".join(self._random.choice(WORDS) for _ in original.split()) or WORDS[0]

    def _day(self, original: str) -> str:
        try:
            return (date.fromisoformat(original) + timedelta(days=self._random.randrange(-300, 300))).isoformat()
        except ValueError:
            return original


def made_up(spec: SlotSpec) -> str:
    """A value of a secret, of which nothing is known but that it fitted."""
    return ("4273951860" * 7)[: max(spec.min_length, 1)]
