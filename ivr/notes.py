"""Lines of a journey's history that are no turns: they change nothing but the revision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from context_bridge.contract import ContextStore, StoreUnavailable
from context_bridge.records import AnswerRow, Change, Conflict, HistoryRow
from ivr.engine.data import replace
from ivr.engine.journey import Journey
from ivr.turns import TRIES, Keeping, kept_until


class Notes:
    def __init__(self, store: ContextStore, keeping: Keeping, clock: Callable[[], float]) -> None:
        self._store, self._keeping, self._clock = store, keeping, clock

    async def note(self, journey: str, contact: str, kind: str) -> None:
        """Write into the history that something came which changed nothing."""
        found = await self._store.load(journey)
        if found is not None:
            await self.keep(found, kind, {"contact": contact, "said": [], "actions": []})

    async def keep(
        self, journey: Journey, kind: str, body: Mapping[str, Any], answer: AnswerRow | None = None
    ) -> Journey | None:
        """A line, and the answer that is saved with it. None: that answer was saved by somebody else."""
        for _ in range(TRIES):
            change = self._change(journey, kind, body, answer)
            saved = await self._store.save(change)
            if not isinstance(saved, Conflict):
                return change.journey
            if saved.current is None:
                break
            if await self.is_told(answer):
                return None
            journey = saved.current
        raise StoreUnavailable(f"journey {journey.id} changes too quickly")

    async def is_told(self, answer: AnswerRow | None) -> bool:
        """Whether the answer of its place is saved already."""
        return answer is not None and await self._store.answer(answer.contact, answer.epoch, answer.turn) is not None

    def _change(self, journey: Journey, kind: str, body: Mapping[str, Any], answer: AnswerRow | None) -> Change:
        at, rev = self._clock(), journey.rev + 1
        return Change(
            journey=replace(journey, rev=rev),
            expected_rev=journey.rev,
            customer=journey.customer,
            node=journey.contact.node if journey.contact else None,
            expires_at=kept_until(at, self._keeping),
            at=at,
            history=HistoryRow(journey.id, rev, at, kind, body),
            answer=answer and replace(answer, journey=journey.id),
        )
