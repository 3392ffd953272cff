"""A step of a sub-menu under its caller's name: every step and every slot that it names gets the caller's before it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, TypeVar

from ivr.engine.steps import Branch, Ref, Split

T = TypeVar("T")

# The fields of all steps, and of what they hold, in which a step's or a slot's name stands
TO_STEP = {"goto", "exhausted", "next", "done", "failed", "unavailable", "unanswered", "to_step", "target"}
TO_STEPS = {"fallback"}  # something -> step
SLOT = {"slot", "subject"}
SLOTS = {"save", "values"}  # slot -> something; of a condition, `values` are texts


def renamed(step: T, prefix: str, slots: Container[str]) -> T:
    """`slots`: those that are the sub-menu's own. Other names (`channel`, `customer.name`) stay."""
    found: T = _Renaming(prefix, slots).value(step)
    return found


@dataclass(frozen=True, slots=True)
class _Renaming:
    prefix: str
    slots: Container[str]

    def step(self, name: str | None) -> Any:
        return f"{self.prefix}.{name}" if name else name

    def slot(self, name: str) -> str:
        return f"{self.prefix}.{name}" if name in self.slots else name

    def value(self, value: Any) -> Any:
        match value:
            case str() | float() | int() | None:
                return value
            case tuple():
                return tuple(map(self.value, value))
            case Mapping():
                return {key: self.value(inner) for key, inner in value.items()}
            case Ref(name, form):
                return Ref(self.slot(name), form)
            case Branch(cases, otherwise):
                return Branch(tuple((self.value(ifs), self.step(goto)) for ifs, goto in cases), self.step(otherwise))
            case Split(ways):
                return Split(tuple((percent, self.step(goto)) for percent, goto in ways))
        kind: Any = type(value)
        return kind(*(self.field(name, getattr(value, name)) for name in _names(kind)))

    def field(self, name: str, value: Any) -> Any:
        if name in TO_STEP:
            return self.step(value)
        if name in TO_STEPS:
            return {key: self.step(goto) for key, goto in value.items()}
        if name in SLOT:
            return self.slot(value)
        if name in SLOTS and isinstance(value, Mapping):
            return {self.slot(key): self.value(inner) for key, inner in value.items()}
        return self.value(value)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
