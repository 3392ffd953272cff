"""Rehearsal: a customer played on the real driver, with a store in memory and a clock that only moves when told to.

This is the `Player` of `segue test` and `segue talk`, and the quickest one of the test-suite. It stands where an
adapter stands: it makes answers of keys with the same `KeyPad`, runs the same time-outs, and performs what the driver
answers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from ivr.backoffice import BackOffice
from ivr.conversation import Conversation
from ivr.engine.flow import Flow
from ivr.rehearsal.player import Rehearsal, text_of
from ivr.stage import ScriptedBackOffice, stage
from ivr.turns import Turn

__all__ = ["Rehearsal", "rehearsal_of", "rehearse", "text_of"]


@asynccontextmanager
async def rehearse(
    flows: Mapping[str, Flow],
    back_office: BackOffice,
    customers: Mapping[str, tuple[str, ...]] | None = None,
    region: str = "US",
    at: float | None = None,
    on_turn: Callable[[Turn], None] = lambda _turn: None,
    splits: Mapping[str, str] | None = None,
) -> AsyncIterator[Rehearsal]:
    """A rehearsal of these menus with nobody on the line yet; see `stage` for what can be set."""
    async with stage(flows, back_office, customers, region, at, on_turn, splits) as set_up:
        yield Rehearsal(set_up)


@asynccontextmanager
async def rehearsal_of(
    told: Conversation,
    flows: Mapping[str, Flow],
    region: str = "US",
    on_turn: Callable[[Turn], None] = lambda _turn: None,
) -> AsyncIterator[Rehearsal]:
    """Everything as a conversation wants it, and its first turn still to come."""
    office = ScriptedBackOffice(told.services)
    async with rehearse(flows, office, told.customers, region, told.at, on_turn, told.splits) as player:
        yield player
