"""Rules on what a menu offers: how much, under which keys, and under which names."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import combinations

from ivr.advice.rule import Finding, rule
from ivr.advice.view import View
from ivr.engine.match import fold
from ivr.engine.steps import Choice

MOST_OPTIONS = 5
ALIKE = 0.8  # of 1; "cancel a card" and "cancel a call" have 0.85, "track an order" and "return an order" 0.76
CONVENTIONS = {"9": "repeats", "*": "goes back or starts over", "#": "ends what is keyed in"}


@rule(
    "V01",
    "At most five options",
    reason="callers keep about as many in mind; of a longer list they take the last, or 0",
    remedy="offer the most wanted ones, and the rest in a menu behind one of them",
    source="Avaya: four to five options a menu",
)
def too_many_options(view: View) -> Iterator[Finding]:
    for name, menu in view.menus.items() if view.voice else ():
        if len(view.own(menu)) > MOST_OPTIONS:
            yield Finding(name, ("menu", "choices"), f"offers {len(view.own(menu))} options")


@rule(
    "V02",
    "Keys count up from 1",
    reason="callers press the next number before they have heard it; a gap or another order sends them elsewhere",
    remedy="number the choices 1, 2, 3 in the order in which they are read out",
    source="Avaya: consecutive numbers",
)
def keys_out_of_order(view: View) -> Iterator[Finding]:
    for name, menu in view.menus.items() if view.voice else ():
        keys = [choice.key for choice in view.own(menu) if choice.key and choice.key.isdigit()]
        wanted = [str(n) for n in range(1, len(keys) + 1)]
        if keys != wanted:
            wrong = next(n for n, (key, due) in enumerate(zip(keys, wanted, strict=True)) if key != due)
            place = next(n for n, choice in enumerate(menu.choices) if choice.key == keys[wrong])
            problem = f"key {keys[wrong]} comes where {wanted[wrong]} is expected"
            yield Finding(name, ("menu", "choices", place), problem)


@rule(
    "V06",
    "0 is for a person",
    reason="it is the one key that callers try without being told",
    remedy="give key 0 to the choice that leads to a person, and to no other",
    source="house convention, after common practice",
)
def zero_for_a_person(view: View) -> Iterator[Finding]:
    if not view.voice:
        return
    for step, path, choice in _all(view):
        if choice.key == "0" and not view.leads_to_person(choice):
            yield Finding(step, path, "key 0 does not lead to a person")
    always = [choice for choice in view.flow.always if view.leads_to_person(choice)]
    if always and all(choice.key != "0" for choice in always):
        place = view.flow.always.index(always[0])
        yield Finding(None, ("always", place), f"a person is on key {always[0].key}, not on 0")


@rule(
    "V14",
    "Nothing unannounced",
    reason="what nobody is told of, nobody uses; who hits it by mistake does not know where they are",
    remedy="give the always-choice a label, or offer it with one in a menu, or name its key in a prompt",
    source="ISO 9241-154 (self-descriptiveness)",
)
def unannounced(view: View) -> Iterator[Finding]:
    told = [choice for menu in view.menus.values() for choice in menu.choices]
    for n, choice in enumerate(view.flow.always):
        named = any(_meaning(choice) == _meaning(other) and choice.key == other.key for other in told)
        if not (choice.label or (choice.do == "repeat" and not choice.language) or named or _spoken_of(view, choice)):
            what = f"key {choice.key}" if choice.key else f"“{choice.id}”"
            yield Finding(None, ("always", n), f"{what} works everywhere and is announced nowhere")


def _spoken_of(view: View, choice: Choice) -> bool:
    """Whether a prompt names the key."""
    views = (view, *map(View, view.flow.others.values()))
    parts = (part for each in views for heard in each.prompts for part in heard.prompt.voice)
    return any(choice.key in fold(part).split() for part in parts if isinstance(part, str))


def _meaning(choice: Choice) -> tuple[str | None, ...]:
    return choice.goto, choice.do, choice.language


@rule(
    "V15",
    "9, * and # mean the same everywhere",
    reason="callers learn these keys once; where one of them does something else, they lose their place",
    remedy="give the odd one another key",
    source="ISO 9241-154 (conformity with expectations); house convention: 9 repeats, * back, # ends",
)
def conventions(view: View) -> Iterator[Finding]:
    meant: dict[str, tuple[str | None, ...]] = {}
    for step, path, choice in _all(view) if view.voice else ():
        if choice.key in CONVENTIONS and meant.setdefault(choice.key, _meaning(choice)) != _meaning(choice):
            problem = f"key {choice.key} does something else elsewhere in this menu; by convention it"
            yield Finding(step, path, f"{problem} {CONVENTIONS[choice.key]}")


@rule(
    "V22",
    "Labels that differ",
    reason="what sounds alike is taken for one another, by callers and by speech recognition",
    remedy="begin the labels with the words in which they differ",
    source="AVIxD: distinct, exclusive labels matter more than their number",
    by_words=True,
)
def alike(view: View) -> Iterator[Finding]:
    for name, menu in view.menus.items():
        for (_, one), (n, other) in combinations(enumerate(menu.choices), 2):
            matcher = difflib.SequenceMatcher(None, fold(one.label), fold(other.label), autojunk=False)
            if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE:
                yield Finding(name, ("menu", "choices", n, "label"), f"“{other.label}” sounds like “{one.label}”")


def _all(view: View) -> Iterator[tuple[str | None, tuple[str | int, ...], Choice]]:
    for n, choice in enumerate(view.flow.always):
        yield None, ("always", n), choice
    for name, menu in view.menus.items():
        for n, choice in enumerate(menu.choices):
            yield name, ("menu", "choices", n), choice
