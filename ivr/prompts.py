"""The prompts that hold nothing of a journey: they can be spoken to file before anybody calls."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.engine.actions import Say
from ivr.engine.flow import AskSlot, End, Flow, Handoff, InvokeStep, Menu, Prompt, SayStep, Step
from ivr.engine.journey import Contact, Journey
from ivr.engine.render import say
from ivr.engine.waits import prompt_of
from ivr.engine.words import words_of

# What voice channels say by themselves, whatever the menu. They must be there when nothing else is, so they are made
# ahead too. Known limit, by choice: English only, as `ivr.engine.words`.
MOMENT = Say("One moment please.", fixed=True)
MOVED = Say("Thank you. We go on in your other conversation. Goodbye.", fixed=True)
SORRY = Say(
    "I am sorry, we have a fault here. Please call again in a few minutes; I keep what you told me.", fixed=True
)
BUILT_IN = (MOMENT, MOVED, SORRY)


def fixed_says(flow: Flow) -> list[Say]:
    """Each once, in the order of the file."""
    found = {(words.text, words.audio): words for words in _says(flow) if words.fixed}
    return list(found.values())


def _says(flow: Flow) -> Iterator[Say]:
    caller = Contact(id="", channel="voice", trust=0)
    for name, step in flow.steps.items():
        journey = Journey(id="", menu=flow.menu, version=flow.version, status="live", contact=caller, step=name)
        yield from prompt_of(flow, journey)
        for prompt in _prompts(step):
            yield from say(flow, journey, prompt)
    anywhere = Journey(id="", menu=flow.menu, version=flow.version, status="live", contact=caller, offering=True)
    yield from prompt_of(flow, anywhere)
    for rule in (*flow.resume.dropped, *flow.resume.unfinished):
        yield from say(flow, anywhere, rule.say)
    yield from say(flow, anywhere, flow.sorry)
    words = words_of(flow.language)
    yield from (Say(text, fixed=True) for text in (words.continuing, words.changed, words.too_much))


def _prompts(step: Step) -> tuple[Prompt | None, ...]:
    """What a step says besides its question."""
    match step:
        case Menu(tries=tries) | AskSlot(tries=tries):
            return (*tries.no_input, *tries.no_match)
        case SayStep() | End() | Handoff():
            return (step.prompt,)
        case InvokeStep():
            return (step.filler,)
        case _:
            return ()
