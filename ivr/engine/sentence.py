"""Several values in one sentence: `track order four two one seven from Tuesday`.

A value is taken where it cannot be another's: behind a frame of its slot (`order number {}`), or as the only thing on
the way that has its form. What is left of the sentence says what is wanted.

Known limit, by choice: free texts, yes and no, and bare numbers are in no sentence without a frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ivr.engine.actions import Behind, SlotType
from ivr.engine.events import Mode
from ivr.engine.flow import Flow, SlotSpec
from ivr.engine.journey import Journey
from ivr.engine.locale.words import Words
from ivr.engine.match import fold, meanings
from ivr.engine.once import once
from ivr.engine.parsing import plain
from ivr.engine.spoken.figures import is_number
from ivr.engine.spoken.lexicon import is_part
from ivr.engine.steps import AskSlot, Choice, Goto, SayStep, SetStep, Step

MOST_WORDS, LONGEST_VALUE = 30, 10  # words of a sentence that is looked at, and of a value in it
SHORTEST_DIGITS = 3  # that are taken without a frame: one or two are said for other reasons
BY_FORM: frozenset[SlotType] = frozenset({"digits", "date", "time", "money", "choice"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """`values` by slot; `sure`: the words leave no other choice. `rest`: the words beside the values, and beside the
    frames of these as well."""

    values: Mapping[str, str]
    sure: bool
    rest: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Found:
    spec: SlotSpec
    begin: int
    end: int
    value: str
    sure: bool
    framed: bool = False
    before: int = 0  # words of its frame
    behind: int = 0

    def overlaps(self, other: _Found) -> bool:
        return self.begin < other.end and other.begin < self.end


def empty_slots(flow: Flow, journey: Journey, target: str | None) -> tuple[SlotSpec, ...]:
    """What will be asked from a step on, before anything is decided or done, and is not known yet."""
    asked = _open(flow, dict(flow.steps.items()), target)
    return tuple(spec for spec in asked if spec.name not in journey.slots)


def behind(flow: Flow, journey: Journey, choices: Mapping[str, Choice]) -> dict[str, tuple[Behind, ...]]:
    """By option id, what can be told in one breath with it: values that are known by their form."""
    found = {}
    for id_, asked in _asked_behind(flow, choices).items():
        if told := tuple(each for slot, each in asked if slot not in journey.slots):
            found[id_] = told
    return found


@once
def _asked_behind(flow: Flow, choices: Mapping[str, Choice]) -> dict[str, list[tuple[str, Behind]]]:
    """By option id, the slots asked behind it whose values are known by their form, and these."""
    steps = dict(flow.steps.items())  # to look a step up in the flow is to come to it, for coverage
    formed = BY_FORM - {"choice"}
    found = {}
    for id_, choice in choices.items():
        if told := [(spec.name, _behind(spec)) for spec in _open(flow, steps, choice.goto) if spec.type in formed]:
            found[id_] = told
    return found


def _open(flow: Flow, steps: Mapping[str, Step], target: str | None) -> Iterator[SlotSpec]:
    """What is asked from there on and may be told before; secrets are said where they are asked for."""
    specs = (flow.slots[name] for name in dict.fromkeys(_asked(steps, target)))
    return (spec for spec in specs if spec.sensitivity != "secret")


def _behind(spec: SlotSpec) -> Behind:
    least, most = (spec.min_length, spec.max_length) if spec.type == "digits" else (0, 0)
    return Behind(spec.type, spec.say, least, most)


def parsed(text: str, specs: Sequence[SlotSpec], mode: Mode, words: Words, at: float) -> Sentence:
    said = [word.strip(",;.?!¿¡") for word in text.split()]
    if len(said) > MOST_WORDS or not specs:
        return Sentence({}, sure=True, rest=(text, text))
    everything = [*_framed(said, specs, mode, words, at), *_by_form(said, specs, mode, words, at)]
    taken = _told_apart(everything)
    values = {spec.name: found.value for spec in specs for found in taken if found.spec is spec}
    beside = (_without(said, [(f.begin - wide * f.before, f.end + wide * f.behind) for f in taken]) for wide in (0, 1))
    return Sentence(values, all(found.sure for found in taken), (next(beside), next(beside)))


def _without(said: Sequence[str], spans: Sequence[tuple[int, int]]) -> str:
    return " ".join(word for n, word in enumerate(said) if not any(begin <= n < end for begin, end in spans))


def _asked(steps: Mapping[str, Step], target: str | None) -> Iterator[str]:
    forgotten: set[str] = set()
    for _ in range(len(steps)):
        match steps.get(target or ""):
            case AskSlot(slot=slot, next=following):
                if slot not in forgotten:
                    yield slot
                target = following
            case SetStep(values=values, next=following):
                forgotten |= values.keys()
                target = following
            case SayStep(next=following) | Goto(target=following):
                target = following
            case _:
                return


def _framed(said: Sequence[str], specs: Sequence[SlotSpec], mode: Mode, words: Words, at: float) -> Iterator[_Found]:
    """For each frame, the longest value that stands in it."""
    folded = [fold(word) for word in said]
    for spec, frame in ((one, frame) for one in specs for frame in one.say):
        before, _, behind = (fold(part).split() for part in frame.partition("{}"))
        for begin in _places(folded, before):
            ends = range(min(len(said), begin + LONGEST_VALUE), begin, -1)
            for end in (end for end in ends if folded[end : end + len(behind)] == behind):
                if found := meanings(spec, " ".join(said[begin:end]), mode, words, at):
                    sure = found[0].sure and len(found) == 1
                    yield _Found(spec, begin, end, found[0].value, sure, True, len(before), len(behind))
                    break


def _places(folded: Sequence[str], before: list[str]) -> Iterator[int]:
    """Where a value may begin: behind these words."""
    for n in range(len(folded)):
        if list(folded[n : n + len(before)]) == before and n + len(before) < len(folded):
            yield n + len(before)


def _by_form(said: Sequence[str], specs: Sequence[SlotSpec], mode: Mode, words: Words, at: float) -> Iterator[_Found]:
    """For each slot, what has its form: the longest from each place on, none inside another."""
    for spec in (spec for spec in specs if spec.type in BY_FORM):
        begin = 0
        look = _label if spec.type == "choice" else _first
        while begin < len(said):
            found = look(said, begin, spec, mode, words, at)
            if found:
                yield found
            begin = found.end if found else begin + 1


def _first(said: Sequence[str], begin: int, spec: SlotSpec, mode: Mode, words: Words, at: float) -> _Found | None:
    heard_digits = mode == "speech" and spec.type == "digits"
    if not is_part(said[begin], words) or (plain(said[begin]) in words.spoken.homophones and not heard_digits):
        return None
    look = _digits if heard_digits else _value
    for end in range(min(len(said), begin + LONGEST_VALUE), begin, -1):
        if not is_part(said[end - 1], words) or not _has_form(spec, said[begin:end], words):
            continue
        if found := look(said, begin, end, spec, mode, words, at):
            return None if spec.type == "digits" and len(found.value) < SHORTEST_DIGITS else found
    return None


def _digits(
    said: Sequence[str], begin: int, end: int, spec: SlotSpec, mode: Mode, words: Words, at: float
) -> _Found | None:
    """A word at their edge that is perhaps no digit, only sounds like one, counts where the slot needs it (`for two one
    seven`). Where it may count or not, it does not, and that is not sure."""
    first, last = begin, end
    while first < last and plain(said[first]) in words.spoken.ambiguous:
        first += 1
    while first < last < len(said) and plain(said[last - 1]) in words.spoken.ambiguous:
        last -= 1
    whole, part = (_value(said, *span, spec, mode, words, at) for span in ((begin, end), (first, last)))
    if whole is None or part is None or whole == part:
        return whole or part
    return replace(part, sure=False)


def _value(
    said: Sequence[str], begin: int, end: int, spec: SlotSpec, mode: Mode, words: Words, at: float
) -> _Found | None:
    found = meanings(spec, " ".join(said[begin:end]), mode, words, at)
    return _Found(spec, begin, end, found[0].value, found[0].sure and len(found) == 1) if found else None


def _label(said: Sequence[str], begin: int, spec: SlotSpec, mode: Mode, words: Words, at: float) -> _Found | None:
    """A choice, by its whole label: `two` is no second choice here."""
    del mode, words, at
    labels = {fold(label): id_ for id_, label in spec.choices.items()}
    for end in range(min(len(said), begin + LONGEST_VALUE), begin, -1):
        if (id_ := labels.get(fold(" ".join(said[begin:end])))) is not None:
            return _Found(spec, begin, end, id_, sure=True)
    return None


def _has_form(spec: SlotSpec, said: Sequence[str], words: Words) -> bool:
    """Bare figures are digits; a date, an amount and a time have something beside them."""
    return spec.type == "digits" or not all(is_number(plain(word), words) for word in said)


def _told_apart(everything: Sequence[_Found]) -> list[_Found]:
    """Framed ones first, then the longest. What two slots could have is neither's; nor is one of two for one slot."""
    taken: list[_Found] = []
    blocked: list[_Found] = []
    for found in sorted(everything, key=lambda f: (not f.framed, f.begin - f.end)):
        rivals = [
            other
            for other in everything
            if other.spec is not found.spec
            and other.framed == found.framed
            and (other.begin, other.end) == (found.begin, found.end)
        ]
        if any(found.overlaps(other) for other in (*taken, *blocked)):
            continue
        (blocked if rivals else taken).append(found)
    framed = {found.spec.name for found in taken if found.framed}
    values: dict[str, set[str]] = {}
    for found in taken:
        if found.framed or found.spec.name not in framed:
            values.setdefault(found.spec.name, set()).add(found.value)
    return [f for f in taken if len(values[f.spec.name]) == 1 and (f.framed or f.spec.name not in framed)]
