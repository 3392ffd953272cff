"""The prompts that hold nothing of a journey: they can be spoken to file before anybody calls."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence

from ivr.engine.actions import Say
from ivr.engine.flow import Flow
from ivr.engine.journey import Contact, Journey
from ivr.engine.render import say
from ivr.engine.steps import (
    AskSlot,
    CallbackStep,
    End,
    Handoff,
    InvokeStep,
    Menu,
    Prompt,
    SayStep,
    Step,
    TransferStep,
    Verify,
)
from ivr.engine.wording import prompt_of
from ivr.engine.words import words_of
from ivr.settings import Settings
from recognition.speak import RATES, Speaker, SpeakFailed

ENGLISH = "en-US"
PREPARE = 15.0  # seconds that a new version waits for its prompts; what is not ready then is spoken when it is needed

log = logging.getLogger(__name__)


# What voice channels say by themselves, whatever the menu. They must be there when nothing else is, so they are made
# ahead too.


def moment(language: str) -> Say:
    return Say(words_of(language).moment, fixed=True, language=language)


def moved(language: str) -> Say:
    return Say(words_of(language).moved, fixed=True, language=language)


def fault(language: str) -> Say:
    return Say(words_of(language).fault, fixed=True, language=language)


MOMENT, MOVED, SORRY = moment(ENGLISH), moved(ENGLISH), fault(ENGLISH)
BUILT_IN = (MOMENT, MOVED, SORRY)


def speaker_of(settings: Settings) -> Speaker:
    """The voices that are set up, not started. Only telephone lines have prompts of 8,000 Hz."""
    by_telephone = settings.ami_url or settings.twilio_account
    return Speaker(
        settings.prompts_dir,
        settings.voice,
        settings.voice_rate,
        settings.menus,
        voices=settings.voices,
        most=settings.prompts_mb * 1_000_000,
        ahead=RATES if by_telephone else (16000,),
    )


async def warm(speaker: Speaker, menus: Mapping[str, Flow]) -> None:
    """Speak to file, ahead of the first call, what never changes."""
    await _speak_ahead(speaker, [*BUILT_IN, *(says for flow in menus.values() for says in fixed_says(flow))])


async def prepare(speaker: Speaker, flow: Flow) -> None:
    """Before a version comes in force, so that its first caller need not wait for a voice."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PREPARE):
            await _speak_ahead(speaker, fixed_says(flow))


async def _speak_ahead(speaker: Speaker, says: Sequence[Say]) -> None:
    try:
        await speaker.warm(words for words in says if words.audio is None)
    except SpeakFailed as error:
        log.warning("prompts are not ready ahead: %s", error)
    else:
        log.info("%d fixed prompts are ready", len(says))


def fixed_says(flow: Flow) -> list[Say]:
    """Each once, in the order of the file, in all languages of the flow."""
    return [words for words in spoken_says(flow) if words.fixed]


def spoken_says(flow: Flow) -> list[Say]:
    """All that a flow may say of itself, in the same way; what holds something of a journey has no value there."""
    return list(dict.fromkeys(words for spoken in (flow, *flow.others.values()) for words in _says(spoken)))


def _says(flow: Flow) -> Iterator[Say]:
    """In the language of this flow."""
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
    for switch in flow.switches.values():
        yield from say(flow, anywhere, switch.say)
    yield from say(flow, anywhere, flow.sorry)
    words = words_of(flow.language)
    yield from (moment(flow.language), moved(flow.language), fault(flow.language))
    yield from (
        Say(text, fixed=True, language=flow.language)
        for text in (
            *(words.continuing, words.changed, words.too_much, words.use_keys),
            *(words.cannot_listen, words.say_again, words.yes_or_no),
        )
    )


def _prompts(step: Step) -> tuple[Prompt | None, ...]:
    """What a step says besides its question."""
    match step:
        case Menu(tries=tries) | AskSlot(tries=tries) | Verify(tries=tries):
            return (*tries.no_input, *tries.no_match)
        case SayStep() | End() | Handoff() | TransferStep() | CallbackStep():
            return (step.prompt,)
        case InvokeStep():
            return (step.filler,)
        case _:
            return ()
