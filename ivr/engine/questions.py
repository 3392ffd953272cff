"""What a question may be answered with, how often it is put, and whether ears may answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ivr.engine import render
from ivr.engine.actions import Option
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.match import fold, options_of
from ivr.engine.once import once
from ivr.engine.spoken.agreement import agreed
from ivr.engine.steps import AskSlot, Choice, Goto, Menu, RecordStep, SayStep, Step, Tries, Verify
from ivr.engine.words import words_of

Question = Menu | AskSlot | RecordStep | Verify

GO_ON, START_OVER = "go_on", "start_over"
MESSAGE_INTERDIGIT = 3.0
DEAF = 2  # times that we could not listen at one question, after which we do not try again
DEPTH = 3  # menus behind each other in which an open question looks
WITHIN = "/"  # parts the step from the choice in the id of what another menu offers; no id of a choice has it
TAKE_BACK = f"{WITHIN}back"


@once
def options_at(flow: Flow, step: Question) -> tuple[Option, ...]:
    """What the question itself offers: it is read out, shown, and has keys."""
    if isinstance(step, Menu):
        return tuple(map(option_of, step.choices))
    return options_of(flow.slots[step.slot], words_of(flow.language))


@once
def intents_at(flow: Flow, step: Question) -> Mapping[str, Choice]:
    """By option id, what an open question takes besides: the choices of the menus behind its own, and of those behind
    these. What two of them call by the same name is in none: nobody could say which. Yes and no are not among their
    phrases: they answer the menu that asks for them, and no other."""
    if not isinstance(step, Menu) or not step.open:
        return {}
    words = words_of(flow.language)
    idle = {fold(phrase) for phrase in (*words.yes, *words.no)}
    steps = dict(flow.steps.items())  # to look a step up in the flow is to come to it, for coverage
    names = {fold(choice.label) for choice in step.choices}
    found: dict[str, Choice] = {}
    twice: set[str] = set()
    for id_, choice in _behind(steps, step, {id(step)}, DEPTH):
        name = fold(choice.label)
        if name in names and not any(choice.goto == other.goto for other in found.values()):
            twice.add(name)
        if name not in names:
            names.add(name)
            found[id_] = replace(choice, phrases=tuple(one for one in choice.phrases if fold(one) not in idle))
    own = {fold(choice.label) for choice in step.choices}
    return {id_: choice for id_, choice in found.items() if fold(choice.label) not in twice - own}


@once
def choices_at(flow: Flow, menu: Menu) -> Mapping[str, Choice]:
    """By option id, all that ears may take there."""
    return {choice.id: choice for choice in menu.choices} | dict(intents_at(flow, menu))


@once
def all_options_at(flow: Flow, menu: Menu) -> tuple[Option, ...]:
    """All that ears may take there; what the menu itself offers comes first."""
    return (*options_at(flow, menu), *intents_of(intents_at(flow, menu)))


def _behind(steps: Mapping[str, Step], menu: Menu, seen: set[int], depth: int) -> Iterator[tuple[str, Choice]]:
    """Nearer menus first. `seen`: by identity, since menus may be equal."""
    further: list[Menu] = []
    for choice in menu.choices:
        name, behind = _menu_at(steps, choice.goto)
        if behind is None or id(behind) in seen:
            continue
        seen.add(id(behind))
        further.append(behind)
        yield from ((f"{name}{WITHIN}{c.id}", c) for c in behind.choices if c.goto and not c.language)
    if depth > 1:
        for behind in further:
            yield from _behind(steps, behind, seen, depth - 1)


def _menu_at(steps: Mapping[str, Step], name: str | None) -> tuple[str, Menu | None]:
    """The menu to which a choice leads by words alone: a step that does something is not passed over."""
    for _ in range(len(steps)):
        match steps.get(name or ""):
            case Menu(article=None) as menu:
                return name or "", menu
            case SayStep(next=following) | Goto(target=following):
                name = following
            case _:
                break
    return "", None


@once
def always_of(flow: Flow) -> tuple[Option, ...]:
    return tuple(map(option_of, flow.always))


@once
def back_of(flow: Flow, step: Question) -> tuple[Option, ...]:
    """The words that take the last answer back, for ears: what recognizers are not told of they take for something
    else. Where yes and no are answers, such words mean no; of a text they are a part."""
    words = words_of(flow.language)
    if isinstance(step, Menu):
        names = [name for option in options_at(flow, step) for name in (option.label, *option.phrases)]
        closed = step.article is not None or any(agreed(name, words) == "yes" for name in names)
    else:
        closed = not isinstance(step, AskSlot) or flow.slots[step.slot].type in {"yes_no", "text"}
    return () if closed else (Option(TAKE_BACK, None, "", words.spoken.wrong),)


@once
def offers_of(flow: Flow) -> tuple[Option, ...]:
    words = words_of(flow.language)
    return Option(GO_ON, "1", words.go_on), Option(START_OVER, "2", words.start_over)


def intents_of(intents: Mapping[str, Choice]) -> tuple[Option, ...]:
    """As options without keys: those are of the menu that offers them."""
    return tuple(Option(id_, None, choice.label, choice.phrases) for id_, choice in intents.items())


def keys_of(*choices: Choice | Option) -> tuple[str, ...]:
    return tuple(dict.fromkeys(choice.key for choice in choices if choice.key))


def tries_of(step: Question) -> Tries:
    """Who leaves no message hears the prompt again, and nothing before it."""
    if isinstance(step, RecordStep):
        return Tries((), (), step.tries, step.failed, step.timeout, MESSAGE_INTERDIGIT)
    return step.tries


def by_keys_only(flow: Flow, journey: Journey) -> bool:
    """Whether ears were tried often enough: a caller who is not understood, or whom we cannot hear, is offered the
    keys."""
    return render.spoken(journey) and (journey.misheard >= flow.keys_after or is_deaf(journey))


def is_deaf(journey: Journey) -> bool:
    """We could not listen, which is our fault."""
    return journey.unheard >= DEAF


def option_of(choice: Choice) -> Option:
    return Option(choice.id, choice.key, choice.label, choice.phrases)
