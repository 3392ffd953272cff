"""Keys: from single presses to answers. Pure: the time is given, so every voice channel shares it.

A `KeyPad` lives as long as its call. Keys that come before anybody asks wait in it (type-ahead); `begin` opens a
collect, and the collect ends with one `Answer`. What the answer did not use waits for the next collect.

What is an answer depends only on the order of the keys, never on when they were pressed or in which collect, as long
as the pauses are shorter than the interdigit timeout. Terms as in VoiceXML 2.0, appendix D.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.engine.actions import Keys

KEYS = frozenset("0123456789*#ABCD")
LIMIT = 64  # keys kept; more than any question takes, little enough for somebody who leans on the pad


@dataclass(frozen=True, slots=True)
class Keyed:
    """The customer keyed `text` in, terminator removed. Whether it fits the question is the engine's matter."""

    text: str = field(repr=False)  # may be a PIN


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was keyed in time."""


Answer = Keyed | Silence


class KeyPad:
    """The keys of one call. Times are seconds of any one clock."""

    def __init__(self, typed: str = "") -> None:
        self._typed = "".join(key for key in typed if key in KEYS)[:LIMIT]
        self._keys: Keys | None = None
        self._interdigit = 0.0
        self._deadline: float | None = None
        self._barged = False

    @property
    def typed(self) -> str:
        """Keys that no answer has used yet: type-ahead, or the beginning of an answer."""
        return self._typed

    @property
    def barged(self) -> bool:
        """A key of this collect's answer was pressed (or waited already): the prompt must stop."""
        return self._barged

    @property
    def deadline(self) -> float | None:
        """When to call `tick`; None when no collect is open."""
        return self._deadline

    def begin(self, keys: Keys, timeout: float, interdigit: float, prompt_ends: float, now: float) -> Answer | None:
        """Open a collect in place of any other. Type-ahead may answer it at once."""
        self._keys, self._interdigit, self._barged = keys, interdigit, False
        self._deadline = max(prompt_ends, now) + timeout
        return self._read(now)

    def press(self, key: str, now: float) -> Answer | None:
        """One key. It counts even past the deadline, if `tick` was not called yet: the caller was in time, the line
        or we were slow."""
        if key not in KEYS or len(self._typed) >= LIMIT:
            return None
        self._typed += key
        return self._read(now)

    def tick(self, now: float) -> Answer | None:
        """Time has passed. Silence after some keys ends an answer."""
        if self._deadline is None or now < self._deadline:
            return None
        return self._end(len(self._typed), Keyed(self._typed) if self._typed else Silence())

    def end(self) -> None:
        """Close the collect: it was answered otherwise. What is typed from now on waits for the next."""
        self._keys = self._deadline = None

    def clear(self) -> None:
        """Forget what was typed and close the collect."""
        self._end(len(self._typed), Silence())

    def _read(self, now: float) -> Answer | None:
        if self._keys is None:
            return None
        if not _begins(self._keys, self._keys.terminator):
            # Nothing to terminate: mostly the # of somebody whose digits were complete without it.
            self._typed = self._typed.lstrip(self._keys.terminator)
        if not self._typed:
            return None
        self._barged = True
        self._deadline = now + self._interdigit
        found = _first(self._keys, self._typed)
        return self._end(found[0], Keyed(found[1])) if found else None

    def _end(self, used: int, answer: Answer) -> Answer:
        self._typed = self._typed[used:]
        self._keys = self._deadline = None
        return answer


def _first(keys: Keys, typed: str) -> tuple[int, str] | None:
    """The first answer in `typed` as (keys used, text); None when the next key could still change it."""
    complete = 0
    for n in range(1, len(typed) + 1):
        text = typed[:n]
        if n > 1 and text[-1] == keys.terminator and not _begins(keys, text):
            return n, text[:-1]
        if text in keys.options or n == keys.max:
            complete = n
        if not _can_grow(keys, text):
            n = complete or n
            return n, typed[:n]
    return None


def _can_grow(keys: Keys, text: str) -> bool:
    if len(text) >= LIMIT:
        return False
    if any(option != text and option.startswith(text) for option in keys.options):
        return True
    is_command = text in keys.options and not text.isdigit()  # `*` begins no number: it need not wait
    return len(text) < keys.max and not is_command


def _begins(keys: Keys, text: str) -> bool:
    return any(option.startswith(text) for option in keys.options)
