"""What a node is called: its verb, and the words that tell it from others."""

from __future__ import annotations

from typing import assert_never

from ivr.engine.steps import (
    AskSlot,
    Branch,
    CallbackStep,
    End,
    Goto,
    Handoff,
    InvokeStep,
    Menu,
    Prompt,
    RecordStep,
    SayStep,
    SendStep,
    SetStep,
    Split,
    Step,
    Template,
    TransferStep,
    Verify,
)

TITLE = 60  # characters of a prompt that a node shows


def kind_of(step: Step) -> str:  # noqa: C901  # one line for each kind of step
    """The verb as authors write it."""
    match step:
        case Menu(article=article):
            return "article" if article else "menu"
        case AskSlot():
            return "ask"
        case SayStep():
            return "say"
        case InvokeStep():
            return "invoke"
        case SendStep():
            return "send"
        case Handoff():
            return "handoff"
        case TransferStep():
            return "transfer"
        case SetStep():
            return "set"
        case Branch():
            return "branch"
        case Split():
            return "split"
        case RecordStep():
            return "record"
        case Verify():
            return "verify"
        case CallbackStep():
            return "callback"
        case Goto():
            return "goto"
        case End():
            return "end"
        case _:
            assert_never(step)


def title_of(step: Step) -> str:
    match step:
        case Menu() | AskSlot() | SayStep() | RecordStep() | Verify():
            return _words(step.prompt)
        case InvokeStep(service=service):
            return service
        case Handoff(queue=queue) | CallbackStep(queue=queue):
            return queue
        case TransferStep(to=to, number=number):
            return number or to
        case SendStep(by=by, text=text):
            return _cut(f"{by}: {_plain(text)}")
        case SetStep(values=values):
            return _cut(", ".join(f"{slot} = {_plain(value) or 'nothing'}" for slot, value in values.items()))
        case End(prompt=prompt):
            return _words(prompt)
        case Branch() | Split() | Goto():
            return ""
        case _:
            assert_never(step)


def _words(prompt: Prompt | None) -> str:
    return _cut(_plain(prompt.text or prompt.voice)) if prompt else ""


def _plain(template: Template) -> str:
    return "".join(part if isinstance(part, str) else f"{{{part.name}}}" for part in template)


def _cut(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= TITLE else line[: TITLE - 1].rstrip() + "…"
