"""Back offices in a journey that is played again: they answer what they answered then, with private values made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from context_bridge.identity import normalize
from context_bridge.records import HistoryRow
from ivr.backoffice import FIRST, Attempt, BackOfficeError, Values
from ivr.conversation import Answer
from ivr.engine import conditions
from ivr.engine.flow import Flow, SlotSpec
from ivr.engine.journey import Journey, Slot
from ivr.engine.steps import Branch, InvokeStep, Verify
from ivr.masking import Masks, made_up
from ivr.turns import MASKED

ANSWERED: Final = frozenset({"Invoked", "InvokeFailed"})


@dataclass
class RecordedOffice:
    """Answers what back offices answered then, in that order, with private values made up."""

    flow: Flow
    rows: Sequence[HistoryRow]
    masks: Masks
    region: str
    given: dict[str, list[Answer]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        answers = [row for before, row in pairwise(self.rows) if row.kind in ANSWERED and not self._code(before)]
        self._rows = iter(answers)
        self._steps = [step for step in self.flow.steps.values() if isinstance(step, InvokeStep)]

    def _code(self, before: HistoryRow) -> bool:
        """Whether a one-time code was being checked, which no back office does."""
        step = self.flow.steps.get(before.body.get("step") or "")
        return isinstance(step, Verify) and step.send is not None

    async def ask(self, service: str, arguments: Values, within: float, attempt: Attempt = FIRST) -> Values:  # noqa: ARG002  # it is known what it answers
        row = next(self._rows, None)
        answer = (
            None if row is None or row.kind == "InvokeFailed" else self._masked(service, row.body.get("result", {}))
        )
        self.given.setdefault(service, []).append(answer)
        if answer is None:
            raise BackOfficeError(f"{service} did not answer then")
        return answer

    def _masked(self, service: str, result: Mapping[str, str]) -> dict[str, str]:
        slots = {name: slot for step in self._steps if step.service == service for slot, name in step.save.items()}
        return {name: self._made(self.flow.slots.get(slots.get(name, "")), value) for name, value in result.items()}

    def _made(self, spec: SlotSpec | None, value: str) -> str:
        if spec is None or spec.sensitivity == "public":
            return value
        if value == MASKED:
            return made_up(spec)
        if (number := e164(value, self.region)) is not None:
            return self.masks.number(number)
        return self.masks.value(spec, value, lambda made: same_way(self.flow, spec, value, made)) or value


def e164(value: str, region: str) -> str | None:
    """A phone number in its one form; None: it is none."""
    known = normalize(value, region, "allowed")
    return known[1] if known and known[0] == "e164" else None


def same_way(flow: Flow, spec: SlotSpec, one: str, other: str) -> bool:
    """Whether each branch of the menu that looks at the slot goes the same way with both values."""

    def journey(value: str) -> Journey:
        return Journey("", flow.menu, flow.version, slots={spec.name: Slot(value, None, None, 0.0)})

    branches = [step for step in flow.steps.values() if isinstance(step, Branch)]
    return all(
        conditions.chosen(flow, journey(one), branch, 0.0, frozenset())
        == conditions.chosen(flow, journey(other), branch, 0.0, frozenset())
        for branch in branches
        if any(condition.subject == spec.name for case, _ in branch.cases for condition in case)
    )
