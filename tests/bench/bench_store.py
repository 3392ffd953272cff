"""Durable turns by the context store beside the raw drivers, in interleaved rounds of one run.

    python tests/bench/bench_store.py RESULT.json [SECONDS [TASKS]]

A turn loads a journey, changes it and saves it with its history row, committed and on the disk. The raw driver does
the same three statements, one transaction for each turn, as one would write it first: `sqlite3` on the event loop, an
asyncpg pool. Machines differ and are never quiet, so compare columns of one run only.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

from context_bridge.codec import decode, encode
from context_bridge.migrate import migrate
from context_bridge.records import Saved
from context_bridge.store import open_store
from ivr.engine.data import replace
from ivr.engine.journey import Journey
from tests.context_bridge.turns import journey, told, turn
from tests.servers import PostgresServer, running

ROUNDS = 5
JOURNEYS = 256
Turn = Callable[[str], Awaitable[None]]
START = told(journey(), order="4217", status="on its way", note="x" * 500)  # about 1 KB as JSON


@dataclass
class Case:
    name: str
    turn: Turn
    rates: list[float] = field(default_factory=list)  # turns/s
    cpu: list[float] = field(default_factory=list)  # microseconds of this process for each turn
    waits: list[float] = field(default_factory=list)  # seconds


def changed(current: Journey) -> Journey:
    return told(current, count=str(current.rev))


@asynccontextmanager
async def segue(url: str) -> AsyncIterator[Turn]:
    migrate_first = asyncio.to_thread(migrate, url)
    await migrate_first
    store = await open_store(url)
    for n in range(JOURNEYS):
        await store.save(turn(replace(START, id=f"j{n}")))

    async def one(key: str) -> None:
        current = await store.load(key)
        assert current is not None
        assert isinstance(await store.save(turn(changed(current))), Saved)

    yield one
    await store.close()


@asynccontextmanager
async def raw_sqlite(path: Path) -> AsyncIterator[Turn]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE journey (id TEXT PRIMARY KEY, rev INT, body TEXT)")
    connection.execute("CREATE TABLE history (journey TEXT, rev INT, body TEXT, PRIMARY KEY (journey, rev))")
    rows = [(f"j{n}", 1, encode(START)) for n in range(JOURNEYS)]
    connection.executemany("INSERT INTO journey VALUES (?, ?, ?)", rows)

    async def one(key: str) -> None:
        rev, body = connection.execute("SELECT rev, body FROM journey WHERE id = ?", (key,)).fetchone()
        new = encode(changed(decode(body)))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE journey SET rev = rev + 1, body = ? WHERE id = ? AND rev = ?", (new, key, rev))
        connection.execute("INSERT INTO history VALUES (?, ?, ?)", (key, rev + 1, '{"event": "Input"}'))
        connection.execute("COMMIT")

    yield one
    connection.close()


@asynccontextmanager
async def raw_asyncpg(url: str) -> AsyncIterator[Turn]:
    async with asyncpg.create_pool(url, min_size=10, max_size=10) as pool:
        await pool.execute("CREATE TABLE journey (id TEXT PRIMARY KEY, rev BIGINT, body TEXT)")
        await pool.execute("CREATE TABLE history (journey TEXT, rev BIGINT, body TEXT, PRIMARY KEY (journey, rev))")
        rows = [(f"j{n}", 1, encode(START)) for n in range(JOURNEYS)]
        await pool.executemany("INSERT INTO journey VALUES ($1, $2, $3)", rows)

        async def one(key: str) -> None:
            rev, body = await pool.fetchrow("SELECT rev, body FROM journey WHERE id = $1", key)
            new = encode(changed(decode(body)))
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "UPDATE journey SET rev = rev + 1, body = $1 WHERE id = $2 AND rev = $3", new, key, rev
                )
                await connection.execute("INSERT INTO history VALUES ($1, $2, $3)", key, rev + 1, '{"event": "Input"}')

        yield one


async def measure(case: Case, seconds: float, tasks: int) -> None:
    count, end = 0, time.perf_counter() + seconds
    waits: list[float] = []

    async def work(first: int) -> None:
        nonlocal count
        n = first
        while (began := time.perf_counter()) < end:
            await case.turn(f"j{n % JOURNEYS}")
            await asyncio.sleep(0)  # sqlite3 on the loop never lets go by itself
            waits.append(time.perf_counter() - began)
            count, n = count + 1, n + tasks  # no two tasks share a journey

    began, cpu = time.perf_counter(), _cpu()
    await asyncio.gather(*(work(n) for n in range(tasks)))
    case.rates.append(count / (time.perf_counter() - began))
    case.cpu.append((_cpu() - cpu) / count * 1e6)
    case.waits.extend(waits)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def main(result: Path, seconds: float, tasks: int) -> None:
    server = PostgresServer()
    with tempfile.TemporaryDirectory() as folder, running(server):
        async with AsyncExitStack() as stack:
            cases = [
                Case("sqlite3 on the loop", await stack.enter_async_context(raw_sqlite(Path(folder) / "raw.db"))),
                Case("Segue on SQLite", await stack.enter_async_context(segue(f"sqlite:///{folder}/segue.db"))),
                Case("asyncpg pool", await stack.enter_async_context(raw_asyncpg(server.database("raw")))),
                Case("Segue on PostgreSQL", await stack.enter_async_context(segue(server.database("segue")))),
            ]
            for _ in range(ROUNDS):
                for case in cases:
                    await measure(case, seconds, tasks)
    report(cases, result, seconds, tasks)


def report(cases: list[Case], result: Path, seconds: float, tasks: int) -> None:
    print(f"{tasks} tasks, {ROUNDS} interleaved rounds of {seconds:g} s, medians\n")
    print("| | turns/s | of the raw driver | CPU µs a turn | wait p50 ms | p99 ms |")
    print("|---|---|---|---|---|---|")
    rows = []
    for raw, ours in ((cases[0], cases[1]), (cases[2], cases[3])):
        for case in (raw, ours):
            row = _figures(case, raw)
            rows.append(row)
            print(
                f"| {row['name']} | {row['rate']:.0f} | {row['ratio']:.2f} | {row['cpu']:.0f}"
                f" | {row['p50']:.1f} | {row['p99']:.1f} |"
            )
    result.write_text(json.dumps({"tasks": tasks, "seconds": seconds, "rounds": ROUNDS, "cases": rows}, indent=1))


def _figures(case: Case, raw: Case) -> dict[str, object]:
    waits = sorted(case.waits)
    return {
        "name": case.name,
        "rate": statistics.median(case.rates),
        # of the rounds of one moment, so that a noisy neighbour meets both
        "ratio": statistics.median(a / b for a, b in zip(case.rates, raw.rates, strict=True)),
        "cpu": statistics.median(case.cpu),
        "p50": waits[len(waits) // 2] * 1e3,
        "p99": waits[int(len(waits) * 0.99)] * 1e3,
    }


if __name__ == "__main__":
    path, *numbers = sys.argv[1:]
    asyncio.run(main(Path(path), float(numbers[0]) if numbers else 2.0, int(numbers[1]) if numbers[1:] else 64))
