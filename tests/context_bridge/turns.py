"""Changes to save, for the tests of the store and for the processes that they start and kill.

python -m tests.context_bridge.turns count URL KEYS ROUNDS    # add one, ROUNDS times, to a slot of each key
python -m tests.context_bridge.turns write URL KEYS           # turn after turn; prints each that was acknowledged
"""

from __future__ import annotations

import asyncio
import os
import sys

from context_bridge.contract import ContextStore
from context_bridge.records import CallbackRow, Change, Conflict, HistoryRow, LinkRow, OutboxRow, Saved
from context_bridge.store import open_store
from ivr.engine.data import replace
from ivr.engine.journey import Contact, Journey, Slot

DAY = 86400.0
NOW = 1_800_000_000.0


def journey(id_: str = "j1", **changes: object) -> Journey:
    """A journey that was never saved."""
    new = Journey(id=id_, menu="support", version="abc123", status="live", contact=Contact("c1", "voice", 1))
    return replace(new, **changes)  # type: ignore[arg-type]


def told(current: Journey, **slots: str) -> Journey:
    """With these slots filled."""
    known = {name: Slot(value, "voice", "c1", NOW) for name, value in slots.items()}
    return replace(current, slots={**current.slots, **known})


def turn(
    stored: Journey,
    *,
    customer: str | None = "anna",
    node: str | None = "webphone",
    at: float = NOW,
    expires_at: float = NOW + 30 * DAY,
    kind: str = "Input",
    heard: str = "4217",
    outbox: tuple[OutboxRow, ...] = (),
    links: tuple[LinkRow, ...] = (),
    callbacks: tuple[CallbackRow, ...] = (),
) -> Change:
    """The change that makes `stored` the next revision."""
    following = replace(stored, rev=stored.rev + 1)
    return Change(
        journey=following,
        expected_rev=stored.rev,
        customer=customer,
        node=node,
        expires_at=expires_at,
        at=at,
        history=HistoryRow(stored.id, following.rev, at, kind, {"event": kind, "heard": heard}),
        outbox=outbox,
        links=links,
        callbacks=callbacks,
    )


async def save(store: ContextStore, change: Change) -> Journey:
    """Save what must be accepted; what is stored now."""
    assert await store.save(change) == Saved(change.journey.rev)
    return change.journey


async def add_one(store: ContextStore, key: str) -> None:
    while True:
        current = await store.load(key)
        assert current is not None
        count = int(current.slots["n"].value) + 1
        if not isinstance(await store.save(turn(told(current, n=str(count)))), Conflict):
            return


async def _count(url: str, keys: list[str], rounds: int) -> None:
    store = await open_store(url)
    tasks = [asyncio.create_task(_add(store, keys, rounds, start)) for start in range(16)]
    await asyncio.gather(*tasks)
    await store.close()


async def _add(store: ContextStore, keys: list[str], rounds: int, start: int) -> None:
    for n in range(rounds):
        await add_one(store, keys[(start + n) % len(keys)])


async def _write(url: str, keys: list[str]) -> None:
    store = await open_store(url)
    await asyncio.gather(*(_write_one(store, key) for key in keys))


async def _write_one(store: ContextStore, key: str) -> None:
    current = await store.load(key) or journey(key)
    while True:
        current = await save(store, turn(current))
        os.write(1, f"{key} {current.rev}\n".encode())  # one system call: a killed writer leaves whole lines


if __name__ == "__main__":
    what, url, keys, *rest = sys.argv[1:]
    if what == "count":
        asyncio.run(_count(url, keys.split(","), int(rest[0])))
    else:
        asyncio.run(_write(url, keys.split(",")))


def sms(key: str, due_at: float = NOW) -> OutboxRow:
    return OutboxRow(key, "j1", "sms", {"to": "+15550100", "text": "Follow: {link}"}, due_at)


def link(token_hash: str, expires_at: float = NOW + DAY) -> LinkRow:
    return LinkRow(token_hash, "j1", "tell", 3, expires_at)
