"""The choices of a menu, and those that are always there."""

from __future__ import annotations

from functools import partial
from typing import get_args

from ivr.engine.loader import languages, values
from ivr.engine.loader.reader import Reader
from ivr.engine.match import fold
from ivr.engine.steps import Choice, Deed

DEEDS: tuple[Deed, ...] = get_args(Deed)


def choices(reader: Reader, key: str) -> tuple[Choice, ...]:
    """A list of choices, noted in the draft with their places. Those of a step need a label."""
    noted = reader.draft.choices.setdefault(reader.step, [])
    for item in reader.list_of(key, "write a list of choices: - {key: 1, label: …, goto: …}"):
        with item:
            noted.append((_choice(item), item.fields.place))
    return tuple(choice for choice, _ in noted)


def _choice(item: Reader) -> Choice:
    key, do = item.get("key", values.key, None), item.get("do", values.one_of(DEEDS), None)
    if do == "correct":
        _check_correction(item)
    elif not item.has("key") and "voice" in item.draft.channels:
        item.missing("key", "give the choice a key, or take voice from the channels of this menu")
    language = _language(item)
    label = item.words("label", "", language)
    if item.step is not None and not item.has("label"):
        item.missing("label", "write what the customer can do, such as: track an order")
    phrases = item.phrases("say", language)
    goto = item.target("goto", None) or None
    if language and not goto and not do:
        do = "repeat"
    elif item.has("goto") == item.has("do"):
        item.missing("goto", 'write where it leads, or "do: repeat" or "do: start_over", not both')
    id_ = fold(item.words("label", "", language or item.draft.languages[0])).replace(" ", "_")
    return Choice(id_ or language or do or goto or "", key, label, phrases, goto, do, language)


def _check_correction(item: Reader) -> None:
    """No key says that something was understood wrongly, and it is nothing to choose."""
    if item.has("key"):
        item.wrong(item.place("key"), "corrections are said, not pressed", "take the key away")
    if item.step is not None:
        item.wrong(item.place("do"), "corrections work everywhere", "write this choice under always:")
    if not item.has("say"):
        item.missing("say", "write what customers say then: say: [that is wrong]")


def _language(item: Reader) -> str | None:
    """What is spoken from then on. Such a choice is offered in its own language, whatever is spoken."""
    return item.get("language", partial(languages.one_of, item.draft), None)
