"""The screen-pops of journeys as they are stored (what is in one: `ivr.screen_pop`)."""

from __future__ import annotations

from typing import Any

from context_bridge.contract import ContextStore
from ivr.flows import Flows
from ivr.screen_pop import pop


class Pops:
    """`nodes`: the engines that are served here."""

    def __init__(self, store: ContextStore, flows: Flows, nodes: tuple[str, ...]) -> None:
        self._store, self._flows, self._nodes = store, flows, nodes

    async def of(self, journey: str) -> dict[str, Any] | None:
        """All that an agent must know about a journey (docs/api.md, screen-pop)."""
        found, row = await self._store.load(journey), await self._store.row(journey)
        if found is None or row is None:
            return None
        flow = await self._flows.pinned(found.menu, found.version)
        number = found.contact.reach.get("sms") if found.contact else None
        who = await self._store.identify("e164", number) if number else None
        customer = await self._store.customer(found.customer) if found.customer else None
        return pop(flow, found, row, who, customer.name if customer else "", await self._store.history(journey))

    async def waiting(self) -> list[dict[str, Any]]:
        """Of all contacts that wait for a person or talk to one, oldest first."""
        rows = [row for node in self._nodes for row in await self._store.live_on(node)]
        rows = [row for row in rows if row.status in {"queued", "with_agent"}]
        pops = [await self.of(row.id) for row in sorted(rows, key=lambda row: row.updated_at)]
        return [found for found in pops if found is not None]
