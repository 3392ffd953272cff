"""A flow as the rules look at it: its questions, its prompts, and where a person is near."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from ivr.engine.exits import exits
from ivr.engine.flow import Flow
from ivr.engine.steps import (
    AskSlot,
    Branch,
    CallbackStep,
    Choice,
    End,
    Goto,
    Handoff,
    InvokeStep,
    Menu,
    Prompt,
    RecordStep,
    Ref,
    SayStep,
    SendStep,
    SetStep,
    Split,
    Step,
    Template,
    TransferStep,
    Tries,
    Verify,
)

Path = tuple[str | int, ...]
Question = Menu | AskSlot | Verify  # what takes keys, and always-choices with them
PERSON = (Handoff, TransferStep, CallbackStep, RecordStep)  # a person now, or one who will come back to the customer
ASKS = (Menu, AskSlot, Verify, RecordStep)


@dataclass(frozen=True, slots=True)
class Heard:
    """A prompt and where it stands."""

    step: str | None
    path: Path
    prompt: Prompt


class View:
    """Built for one look through all rules; what several of them need is found once."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.voice = "voice" in flow.channels
        self.text = any(channel != "voice" for channel in flow.channels)

    @cached_property
    def menus(self) -> Mapping[str, Menu]:
        return {name: step for name, step in self.flow.steps.items() if isinstance(step, Menu)}

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        return {name: step for name, step in self.flow.steps.items() if isinstance(step, Menu | AskSlot | Verify)}

    @cached_property
    def prompts(self) -> tuple[Heard, ...]:
        """All that the author of the menu lets it say, in the order of the file."""
        flow = self.flow
        found = [Heard(name, *heard) for name, step in flow.steps.items() for heard in _prompts(step)]
        resume = [Heard(None, ("resume", "offer"), flow.resume.offer)]
        resume += [Heard(None, ("resume", "dropped"), rule.say) for rule in flow.resume.dropped]
        resume += [Heard(None, ("resume", "unfinished"), rule.say) for rule in flow.resume.unfinished]
        switches = [Heard(None, ("switches", s.name, "say"), s.say) for s in flow.switches.values() if s.say]
        return (*found, *resume, *switches, Heard(None, ("sorry",), flow.sorry))

    @cached_property
    def near_person(self) -> frozenset[str]:
        """The steps from which a person is reached without another question, at least one way."""
        entries = defaultdict(list)
        for name, step in self.flow.steps.items():
            if not isinstance(step, ASKS):
                for way in exits(step):
                    entries[way.target].append(name)
        near = {name for name, step in self.flow.steps.items() if isinstance(step, PERSON)}
        ahead = list(near)
        while ahead:
            fresh = set(entries[ahead.pop()]) - near
            near |= fresh
            ahead += fresh
        return frozenset(near)

    @cached_property
    def used(self) -> frozenset[str]:
        """Slots whose value somebody gets: a back office, an agent, the customer, another slot or a condition."""
        said = (part for _, _, template in self.templates() for part in template)
        return frozenset(part.name for part in said if isinstance(part, Ref)) | {
            condition.subject
            for step in self.flow.steps.values()
            if isinstance(step, Branch)
            for case, _ in step.cases
            for condition in case
        }

    def leads_to_person(self, choice: Choice) -> bool:
        return choice.goto in self.near_person

    def own(self, menu: Menu) -> tuple[Choice, ...]:
        """The choices that are this menu's matter: neither 0 for a person nor what always works."""
        always = {choice.key for choice in self.flow.always} | {"0"}
        return tuple(choice for choice in menu.choices if choice.key not in always)

    def templates(self) -> Iterator[tuple[str | None, Path, Template]]:
        """All that values may stand in: the step, the path inside its mapping, and the words."""
        for heard in self.prompts:
            yield heard.step, heard.path, heard.prompt.voice
            yield heard.step, heard.path, heard.prompt.text
        for name, step in self.flow.steps.items():
            yield from ((name, *found) for found in _templates(step))


def _templates(step: Step) -> Iterator[tuple[Path, Template]]:
    """Those that are no prompts."""
    match step:
        case InvokeStep() | Verify():
            given = "invoke" if isinstance(step, InvokeStep) else "verify"
            yield from (((given, "with", argument), value) for argument, value in step.arguments.items())
            yield ("verify", "text"), step.text if isinstance(step, Verify) else ()
        case SendStep():
            yield ("send", "text"), step.text
        case Handoff():
            yield ("handoff", "whisper"), step.whisper
        case TransferStep():
            yield ("transfer", "whisper"), step.whisper
            yield from ((("transfer", "headers", header), value) for header, value in step.headers.items())
        case SetStep():
            yield from ((("set", slot), value) for slot, value in step.values.items())
        case CallbackStep():
            yield ("callback", "number"), step.number
            yield ("callback", "when"), step.when
        case _:
            pass


def _prompts(step: Step) -> Iterator[tuple[Path, Prompt]]:  # noqa: C901  # one case for each kind of step
    """With the path of each inside the step's mapping."""
    match step:
        case Menu():
            yield ("menu", "prompt"), step.prompt
            yield from _again("menu", step.tries)
        case AskSlot():
            yield ("ask", "prompt"), step.prompt
            yield from _again("ask", step.tries)
        case Verify():
            yield ("verify", "prompt"), step.prompt
            yield from _again("verify", step.tries)
        case SayStep():
            yield ("say",), step.prompt
        case RecordStep():
            yield ("record", "prompt"), step.prompt
        case InvokeStep() if step.filler:
            yield ("invoke", "filler"), step.filler
        case Handoff() if step.prompt:
            yield ("handoff", "prompt"), step.prompt
        case TransferStep() if step.prompt:
            yield ("transfer", "prompt"), step.prompt
        case CallbackStep() if step.prompt:
            yield ("callback", "prompt"), step.prompt
        case End() if step.prompt:
            yield ("end",), step.prompt
        case InvokeStep() | Handoff() | TransferStep() | CallbackStep() | End():
            return
        case SendStep() | SetStep() | Branch() | Split() | Goto():
            return
        case _:
            assert_never(step)


def _again(verb: str, tries: Tries) -> Iterator[tuple[Path, Prompt]]:
    for key, prompts in (("no_input", tries.no_input), ("no_match", tries.no_match)):
        for n, prompt in enumerate(prompts):
            yield (verb, key, n), prompt
