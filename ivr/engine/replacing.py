"""`dataclasses.replace` in a third of its time: a journey has thirty fields, and is replaced nine times in a turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import replace as replace  # mypy checks the fields of this one alone
else:

    def replace(instance: Any, /, **changes: Any) -> Any:
        """Of classes with slots and without `__post_init__`; others take their time."""
        known = _copying(type(instance))
        if known is None:
            return dataclasses.replace(instance, **changes)
        copied, setters = known
        new = copied(instance)
        for name, value in changes.items():
            setters[name](new, value)
        return new


Setter = Callable[[Any, Any], None]


@cache
def _copying(kind: type) -> tuple[Callable[[Any], Any], Mapping[str, Setter]] | None:
    """How to copy one, and how to set a field of the copy before anybody has seen it. The slots are set by their own
    descriptors, as `__init__` of a frozen class does by a slower way, and one after another, as `dataclasses` writes
    `__init__`: a loop takes twice the time."""
    names = [field.name for field in dataclasses.fields(kind)]
    slots = [getattr(kind, name, None) for name in names]
    if hasattr(kind, "__post_init__") or not all(hasattr(slot, "__set__") for slot in slots):
        return None
    setters = {name: slot.__set__ for name, slot in zip(names, slots, strict=True) if slot is not None}
    lines = ["def copied(instance):", " new = bare(kind)"]
    lines += [f" {name}_(new, instance.{name})" for name in names]
    space: dict[str, Any] = {"bare": object.__new__, "kind": kind} | {f"{name}_": setters[name] for name in names}
    exec("\n".join([*lines, " return new"]), space)  # noqa: S102  # names of fields are all that is in it
    return space["copied"], setters
