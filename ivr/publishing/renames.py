"""Steps that have a new name and are the same otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from ivr.engine.flow import Flow
from ivr.engine.loader.renamed import TO_STEP, TO_STEPS
from ivr.engine.steps import Choice, Step, Tries

Noun = TypeVar("Noun", bound=Any)


def renamed(noun: Noun, names: Mapping[str, str]) -> Noun:
    """A step, choice or the like that leads to the same steps by their new names."""
    found: dict[str, Any] = {}
    for field in fields(noun):
        value = getattr(noun, field.name)
        match field.name:
            case name if name in TO_STEP or name == "otherwise":
                found[name] = names.get(value, value)
            case name if name in TO_STEPS:
                found[name] = {channel: names.get(target, target) for channel, target in value.items()}
            case "cases" | "ways":
                found[field.name] = tuple((when, names.get(target, target)) for when, target in value)
            case "choices" if value and isinstance(value, tuple) and isinstance(value[0], Choice):
                found["choices"] = tuple(renamed(choice, names) for choice in value)
            case "tries" if isinstance(value, Tries):  # which has a number of that name
                found["tries"] = renamed(value, names)
    made: Noun = replace(noun, **found)
    return made


def find(old: Flow, new: Flow) -> dict[str, str]:
    """Old name -> new name. Two steps are paired when nothing else differs and no third one could be meant."""
    gone = {name: step for name, step in old.steps.items() if name not in new.steps}
    come = {name: step for name, step in new.steps.items() if name not in old.steps}
    # What a renamed step leads to may be renamed as well, so at first all those names count as the same.
    any_gone, any_come = dict.fromkeys(gone, "*"), dict.fromkeys(come, "*")
    shapes = {name: repr(renamed(step, any_gone)) for name, step in gone.items()}
    once = {shape for shape, times in Counter(shapes.values()).items() if times == 1}
    by_shape: dict[str, list[str]] = {}
    for name, step in come.items():
        by_shape.setdefault(repr(renamed(step, any_come)), []).append(name)
    pairs = {
        name: by_shape[shape][0]
        for name, shape in shapes.items()
        if shape in once and len(by_shape.get(shape, ())) == 1
    }
    return _consistent(pairs, gone, come)


def _consistent(pairs: dict[str, str], gone: Mapping[str, Step], come: Mapping[str, Step]) -> dict[str, str]:
    """Without those that lead elsewhere after all."""
    while wrong := [name for name, now in pairs.items() if renamed(gone[name], pairs) != come[now]]:
        pairs = {name: now for name, now in pairs.items() if name not in wrong}
    return pairs
