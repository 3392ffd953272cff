"""What may be said to a question, as an automaton; and what a transcript that it accepted means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ivr.engine.actions import Behind
from recognition.listen import Hints
from recognition.moonshine import behind, slots
from recognition.moonshine.automaton import Automaton, Pattern, either, sequence, tagged
from recognition.moonshine.phrases import PAUSE, any_of, asked_for, plain, then, whole
from recognition.moonshine.readings import Reading, reading
from recognition.moonshine.tokens import Tokens

VALUE = ""  # the tag of a value; all others are ids of options
MORE = "\t"  # at the end of an option's tag: values are told in one breath with it
YES = (
    *("yes", "yeah", "yep", "yup", "ya", "yes please", "yes it is", "yes i do", "yes that's it", "sure", "sure thing"),
    *(
        "correct",
        "that's correct",
        "that is correct",
        "that's right",
        "that is right",
        "right",
        "exactly",
        "okay",
        "ok",
    ),
    *("of course", "absolutely", "definitely", "certainly", "uh-huh", "mm-hmm", "please do", "go ahead", "fine"),
)
NO = (
    *("no", "nope", "nah", "no thanks", "no thank you", "not really", "no it isn't", "no it's not", "no i don't"),
    *("wrong", "that's wrong", "that is wrong", "incorrect", "that's incorrect", "that's not right", "not correct"),
    *(
        "that's not correct",
        "that is not right",
        "that is not correct",
        "no way",
        "not at all",
        "never",
        "no never mind",
    ),
)
YES_IN_NOISE = {"yes": 2.2}  # measured in pink noise: it writes "Yeah" and "Okay" more readily than "No"


@dataclass(frozen=True, slots=True)
class Grammar:
    """`read`: how a value is read, where the question asks for one. None as an automaton: anything may be said.
    `heard_in_noise`: how much likelier (log) than others the network finds a tag that nobody has said. `behind`: see
    `Hints`."""

    automaton: Automaton | None
    read: Reading | None
    heard_in_noise: Mapping[str, float] = field(default_factory=dict)
    behind: Mapping[str, tuple[Behind, ...]] = field(default_factory=dict)

    @property
    def has_values(self) -> bool:
        """Words that sound different mean different things."""
        return self.read is not None or bool(self.behind)


@dataclass(frozen=True, slots=True)
class Meaning:
    """An option, or the text of a value; or both, where values are told in one breath with the option, in `words`."""

    option: str | None
    value: str
    words: str = field(default="", compare=False)


def compiled(hints: Hints, tokens: Tokens) -> Grammar:
    """Takes up to a tenth of a second, and more where the decoder goes for the first time."""
    patterns = []
    for option, phrases in hints.phrases.items():
        if said := [phrase for phrase in phrases if plain(phrase)]:
            words = _option(hints, option, said)
            patterns.append(tagged(option, whole(words)))
            if told := hints.behind.get(option):
                patterns.append(tagged(option + MORE, whole(sequence(words, behind.pattern(told)))))
    read = reading(hints)
    if value := _value(hints):
        patterns.append(tagged(VALUE, whole(slots.led(value))))
    heard_in_noise = YES_IN_NOISE if hints.kind == "yes_no" else {}
    automaton = Automaton(either(*patterns), tokens) if patterns else None
    return Grammar(automaton, read, heard_in_noise, hints.behind)


def narrowed(numbers: Sequence[str], tokens: Tokens) -> Automaton | None:
    """Just these digits, said like the value of a question. None: there are none."""
    value = either(*map(slots.exactly, numbers))
    return Automaton(tagged(VALUE, whole(slots.led(value))), tokens) if numbers else None


def meanings(grammar: Grammar, text: str, tags: frozenset[str]) -> list[Meaning]:
    found = [Meaning(tag, "") for tag in sorted(tags) if tag != VALUE and not tag.endswith(MORE)]
    found += _with_more(grammar, text, [tag.removesuffix(MORE) for tag in sorted(tags) if tag.endswith(MORE)])
    values = grammar.read(text) if VALUE in tags and grammar.read else ()
    return found + [Meaning(None, value) for value in values]


def _with_more(grammar: Grammar, text: str, options: Sequence[str]) -> Iterator[Meaning]:
    for option in options:
        if grammar.automaton and (parts := behind.split(text, option, grammar.behind[option], grammar.automaton)):
            words, value = parts
            yield Meaning(option, value, words)


def _option(hints: Hints, option: str, phrases: Sequence[str]) -> Pattern:
    said = any_of(*phrases)
    if hints.kind != "yes_no" or option in hints.always:
        return asked_for(said)
    natural = any_of(*(YES if option == "yes" else NO))
    return sequence(either(said, natural), then(natural, PAUSE))


def _value(hints: Hints) -> Pattern | None:
    match hints.kind:
        case "digits" if hints.most:
            return slots.digits(hints.least, min(hints.most, slots.LONGEST))
        case "number":
            return slots.number()
        case "money":
            return slots.money()
        case "date":
            return slots.date()
        case "time":
            return slots.time()
        case _:
            return None
