"""What every store keeps to, on SQLite and on PostgreSQL: among processes, and when one of them is killed."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from context_bridge.contract import ContextStore
from context_bridge.store import open_store
from tests.context_bridge.turns import add_one, journey, save, told, turn

ROOT = Path(__file__).parents[2]


async def test_four_processes_on_hot_keys_count_exactly(store: ContextStore, url: str) -> None:
    keys = ["a", "b", "c", "d", "e"]
    for key in keys:
        await save(store, turn(told(journey(key), n="0")))
    command = [sys.executable, "-m", "tests.context_bridge.turns", "count", url, ",".join(keys), "5"]
    processes = [await asyncio.create_subprocess_exec(*command, cwd=ROOT) for _ in range(4)]
    await asyncio.gather(*(add_one(store, "a") for _ in range(16)))  # and one more: this one
    assert await asyncio.gather(*(process.wait() for process in processes)) == [0] * 4
    counts = [j.slots["n"].value for key in keys if (j := await store.load(key))]
    assert sum(map(int, counts)) == 4 * 16 * 5 + 16
    for key in keys:
        stored = await store.load(key)
        assert stored is not None
        assert [row.rev for row in await store.history(key)] == list(range(1, stored.rev + 1))


async def test_a_writer_killed_at_any_moment_loses_nothing_it_acknowledged(url: str) -> None:
    keys = [f"j{n}" for n in range(16)]
    acknowledged: dict[str, int] = {}
    for _ in range(3):
        acknowledged.update(_written_until_killed(url, keys, random.randrange(20, 400)))
    store = await open_store(url)
    for key in keys:
        stored, history = await store.load(key), await store.history(key)
        assert (stored.rev if stored else 0) >= acknowledged.get(key, 0)
        assert [row.rev for row in history] == list(range(1, (stored.rev if stored else 0) + 1))
    await store.close()


def _written_until_killed(url: str, keys: list[str], kill_after: int) -> Iterator[tuple[str, int]]:
    """What a writer acknowledged; it is killed after that many, whatever it is doing."""
    command = [sys.executable, "-m", "tests.context_bridge.turns", "write", url, ",".join(keys)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as writer:
        assert writer.stdout is not None
        for count, line in enumerate(writer.stdout):
            if count == kill_after:
                writer.kill()
            key, rev = line.split()
            yield key.decode(), int(rev)
    assert writer.returncode == -9
