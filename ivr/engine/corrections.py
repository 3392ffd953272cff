"""`No, I said 4218`, `that's wrong`: what was understood last is put right, where it is not too late.

It is not too late while nothing was done with the answer but to say something and to look something up: then the flow
runs again from there. What somebody proved, sent, promised or chose since is not undone, and neither another contact's
answers nor secrets can be touched. By words only: no key means it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ivr.engine.data import replace
from ivr.engine.events import Alternative, Input
from ivr.engine.flow import Flow
from ivr.engine.formats import read_back
from ivr.engine.journey import Slot, Visit
from ivr.engine.locale.words import Words
from ivr.engine.match import find, fold, meanings
from ivr.engine.parsing import plain
from ivr.engine.questions import Question, all_options_at, options_at
from ivr.engine.render import spoken
from ivr.engine.spoken.agreement import agreed
from ivr.engine.spoken.figures import bare, is_number
from ivr.engine.steps import AskSlot, InvokeStep, Menu, SayStep
from ivr.engine.turn import Turn
from ivr.engine.words import words_in, words_of

MOST = 5  # in one contact; who needs more gets on better by keys, or with a person


@dataclass(frozen=True, slots=True)
class _Last:
    """What was answered last: `slots` that were given (none: `menu`, at which a choice was taken)."""

    slots: tuple[str, ...]
    menu: str | None


def without_lead(event: Input, words: Words) -> Input:
    """The event without the words that begin a correction; itself, where there are none, or nothing else."""
    if event.mode not in {"speech", "text"}:
        return event
    text = _rest(event.text, words)
    if text == event.text:
        return event
    others = tuple(Alternative(_rest(other.text, words), other.confidence, other.option) for other in event.others)
    return replace(event, text=text, others=others)


def contradiction(flow: Flow, question: Question, event: Input) -> Input | None:
    """What a recognizer takes for the question's no, for the sake of its first word, is more than that: `no, I said
    4218`. None: it is a mere no, or something else. `That's wrong` is a no where yes is an answer, too."""
    if event.mode != "speech" or event.option is None or not isinstance(question, Menu | AskSlot):
        return None
    words = words_of(flow.language)
    options = all_options_at(flow, question) if isinstance(question, Menu) else options_at(flow, question)
    names = {option.id: {option.label, *option.phrases} for option in options}
    said = {id_: {agreed(name, words) for name in known} for id_, known in names.items()}
    if "no" not in said.get(event.option, set()) or _is_one_of(event.text, names, but=words.no):
        return None
    if is_any(event.text, words.spoken.wrong, words):
        return None if any("yes" in found for found in said.values()) else event
    if not agreed(event.text, words):
        return event if _rest(event.text, words) != event.text else None
    longer = (one.text for one in event.others if one.option is None and not agreed(one.text, words))
    text = next((text for text in longer if _rest(text, words) != text), None)
    return replace(event, text=text, confidence=min(event.confidence, flow.speech.confirm)) if text else None


def insists(text: str, words: Words) -> bool:
    """`No, I said …` and `no, four two …` answer nothing here. A mere `no, …` may: `no, that was all`."""
    rest = _rest(text, words)
    if sum(is_number(word, words) for word in plain(rest).split()) > 1:
        return True
    lead = plain(text.removesuffix(rest)).split()
    noes = {plain(no) for no in words.no}
    return " ".join(lead[1:] if lead and lead[0] in noes else lead) in words.spoken.corrections


def is_any(text: str, phrases: Sequence[str], words: Words) -> bool:
    said = plain(text).split()
    return any(plain(phrase).split() in (said, bare(said, words)) for phrase in phrases)


def are_spent(turn: Turn) -> bool:
    return turn.journey.corrections >= MOST


def count(turn: Turn) -> None:
    """One that puts nothing right counts, too: noise that sounds like it must not be listened to for ever."""
    turn.journey = replace(turn.journey, corrections=turn.journey.corrections + 1)


def applied(turn: Turn, question: Question, event: Input, instead: Input) -> bool:
    """Whether the input corrects the last answer. `instead`: what it says without its lead."""
    words = words_of(turn.flow.language)
    if is_any(event.text, words.spoken.wrong, words):
        return take_back(turn)
    last = _last(turn)
    if last is None or instead is event or _takes_words(turn, question):
        return False
    return any(_replaced(turn, slot, instead) for slot in last.slots) or _chosen_instead(turn, last, instead)


def take_back(turn: Turn) -> bool:
    """The last answer does not count: its question is put again. False: there is none that can be taken back."""
    last = _last(turn)
    if last is None or are_spent(turn):
        return False
    where = _asking(turn, last.slots[0]) if last.slots else last.menu
    if where is None:
        return False
    turn.keep(dict.fromkeys(last.slots, ""), given=True)
    _go_back(turn, where)
    return True


def _rest(text: str, words: Words) -> str:
    """In the words that were said, since a value may be in their signs."""
    said = text.split()
    leads = sorted((lead.split() for lead in words.spoken.corrections), key=len, reverse=True)
    for end in range(min(len(said) - 1, 4), 0, -1):
        if plain(" ".join(said[:end])).split() in leads:
            return " ".join(said[end:])
    return text


def _is_one_of(text: str, names: Mapping[str, Collection[str]], but: Collection[str]) -> bool:
    """Whether it is, word for word, how the menu itself calls one of its options: more than a no of anybody's."""
    own = {fold(name) for known in names.values() for name in known} - {fold(no) for no in but}
    return fold(text) in own


def _takes_words(turn: Turn, question: Question) -> bool:
    """What is said there is the answer, whatever it is."""
    return not isinstance(question, Menu) and turn.flow.slots[question.slot].type == "text"


def _replaced(turn: Turn, slot: str, said: Input) -> bool:
    spec, words = turn.flow.slots[slot], words_in(turn.flow)
    if spec.type == "text":
        return False  # anything would be one: `no idea`
    found = meanings(spec, said.text, said.mode, words, said.at)
    where = _asking(turn, slot)
    if not found or where is None:
        return False
    if not found[0].sure or (said.mode == "speech" and said.confidence < turn.flow.speech.accept):
        return take_back(turn)  # twice not sure: they say it where it is asked
    value = found[0].value
    turn.keep({slot: value}, given=True)
    label = spec.choices.get(value, value) if spec.type == "choice" else value
    aloud = read_back(words, spec.type, value) if spoken(turn.journey) and spec.type != "choice" else label
    turn.tell(words.corrected.format(value=aloud), fixed=False)
    _go_back(turn, where)
    return True


def _chosen_instead(turn: Turn, last: _Last, said: Input) -> bool:
    """Another choice of the menu before."""
    menu = turn.flow.steps.get(last.menu or "")
    if not isinstance(menu, Menu) or last.menu is None:
        return False
    option = find(options_at(turn.flow, menu), said.text, said.mode, words_of(turn.flow.language))
    choice = next((choice for choice in menu.choices if option and choice.id == option.id), None)
    if choice is None or choice.goto is None:
        return False
    turn.keep(dict.fromkeys(last.slots, ""), given=True)
    turn.chose_at(last.menu, choice.label)
    _go_back(turn, choice.goto)
    return True


def _go_back(turn: Turn, where: str) -> None:
    count(turn)
    turn.go(where)


def _last(turn: Turn) -> _Last | None:
    """The last answer of this contact, if nothing but words and look-ups came since."""
    for visit in reversed(_before(turn)):
        match turn.flow.steps.get(visit.step):
            case SayStep() | InvokeStep(safe=True):
                continue
            case Menu() if not visit.chose:
                continue  # not answered: what was said there was a correction
            case AskSlot(slot=slot) if slot not in turn.journey.slots:
                continue
            case AskSlot(slot=slot) if slot in (given := _given(turn)) and given[slot].at >= visit.at:
                return _Last((slot,), None)
            case Menu() if visit.chose and _was_asked(turn, visit.step):
                since = [slot for slot, kept in _given(turn).items() if kept.at > visit.at]
                return _Last(tuple(since), visit.step)
            case _:
                return None
    return None


def _before(turn: Turn) -> list[Visit]:
    """The visits before the one of the current question, which may have been come back to."""
    path = list(turn.journey.path)
    while path and path[-1].step == turn.journey.step and not path[-1].chose:
        del path[-1]
    return path


def _given(turn: Turn) -> dict[str, Slot]:
    """What this contact gave at questions, and may give otherwise."""
    return {
        name: slot
        for name, slot in turn.journey.slots.items()
        if slot.channel is not None
        and slot.contact == turn.contact.id
        and name in turn.flow.slots
        and turn.flow.slots[name].sensitivity != "secret"
    }


def _was_asked(turn: Turn, step: str) -> bool:
    return any(ask.step == step and ask.contact == turn.contact.id for ask in turn.journey.ledger)


def _asking(turn: Turn, slot: str) -> str | None:
    """The step that asks for a slot: where it was asked last, or the only one."""
    steps = dict(turn.flow.steps.items())
    asked = [name for name, step in steps.items() if isinstance(step, AskSlot) and step.slot == slot]
    visited = [visit.step for visit in turn.journey.path if visit.step in asked]
    return visited[-1] if visited else asked[0] if len(asked) == 1 else None
