"""What happened in a talk, as a conversation file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ivr.conversation import Act, Answer, Call, Choose, Do, Flip, Missed, OtherEnd, Press, Record, Speak, Type, Wait


@dataclass
class Transcript:
    """`head`: what the conversation says of itself beside its menu and services, in the order of the file."""

    turns: list[tuple[Act, list[str]]] = field(default_factory=list)
    head: Mapping[str, str] = field(default_factory=dict)
    name: str = "Say here what this shows"

    def add(self, act: Act, heard: list[str]) -> None:
        self.turns.append((act, heard))

    def as_test(self, menu: str, services: Mapping[str, Sequence[Answer]]) -> str:
        return "".join(f"{line}\n" for line in self._lines(menu, services))

    def _lines(self, menu: str, services: Mapping[str, Sequence[Answer]]) -> Iterator[str]:
        yield f"conversation: {self.name}"
        yield f"menu: {menu}"
        yield from (f"{key}: {value}" for key, value in self.head.items())
        if services:
            yield "services:"
        for name, answers in services.items():
            yield f"  {name}:"
            yield from (f"    - {_answer(answer)}" for answer in answers)
        yield "turns:"
        for act, heard in self.turns:
            yield f"  - {_act(act)}{':' if heard and isinstance(act, Do) else ''}"
            if heard:
                yield "    hears:"
            yield from (f"      - {_quoted(text)}" for text in heard)


def mapping(pairs: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_quoted(name)}: {_quoted(value)}" for name, value in pairs.items()) + "}"


def _act(act: Act) -> str:  # noqa: C901  # one case for each kind of act
    match act:
        case Call(channel, number, language):
            spoken = f", language: {_quoted(language)}" if language else ""
            return f"call: {{channel: {channel}, number: {_quoted(number or 'withheld')}{spoken}}}"
        case Press(keys):
            return f"press: {_quoted(keys)}"
        case Choose(label):
            return f"choose: {_quoted(label)}"
        case Type(text):
            return f"type: {_quoted(text)}"
        case Speak(text, confidence):
            unsure = f"{{say: {_quoted(text)}, confidence: {confidence:g}}}"
            return f"speak: {_quoted(text) if confidence == 1 else unsure}"
        case Missed(reason):
            return f"unheard: {reason}"
        case Record(seconds):
            return f"record: {seconds:g}s"
        case Wait(seconds):
            return f"wait: {round(seconds)}s"
        case OtherEnd(does):
            return f"other_end: {does}"
        case Flip(switches):
            return "switch: {" + ", ".join(f'{name}: "{"on" if on else "off"}"' for name, on in switches.items()) + "}"
        case Do(deed):
            return deed


def _answer(answer: Answer) -> str:
    if answer is None:
        return "fails"
    return "{" + ", ".join(f"{name}: {_quoted(value)}" for name, value in answer.items()) + "}"


def _quoted(text: str) -> str:
    """A JSON string is a YAML string, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)
