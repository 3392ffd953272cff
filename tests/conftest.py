"""Servers that many tests share. Who kills or freezes a server starts one of their own (`tests.servers`)."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `ivr.cli` does, before anybody has imported numpy

import pytest
from hypothesis import settings

from context_bridge.migrate import migrate
from tests.servers import PostgresServer, RedisServer, running

settings.register_profile("untimed", deadline=None)  # how long an example takes is for benchmarks to say
settings.load_profile("untimed")

# Tests in which telephones ring: they take as long as people speak, and hardly any of the processor. What is heard has
# gaps where others take it, so most of the processes begin with them.
TELEPHONES = {"test_conversations_live.py", "test_conversations_transfer.py", "test_sip.py", "test_crash.py"}
CALLERS = 4


def by_telephone(item: pytest.Item) -> bool:
    return item.path.name in TELEPHONES or item.path.parent.name == "asterisk"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each of several processes begins with a part of its own, in this order: `--dist worksteal` hands out parts of
    equal length that lie next to each other."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes <= CALLERS:
        return
    calls = [item for item in items if by_telephone(item)]
    others = [item for item in items if not by_telephone(item)]
    ordered: list[pytest.Item] = []
    for n in range(processes):
        begins = calls[n::CALLERS] if n < CALLERS else []
        then = max(0, len(items) // processes - len(begins))
        ordered += begins + others[:then]
        del others[:then]
    items[:] = ordered + others


async def nobody_speaks_ahead(*_: object) -> None:
    """What is heard is spoken when it is needed."""


@pytest.fixture(autouse=True)
def only_what_is_heard_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers in the tests' own process would each speak a thousand prompts that nobody hears. That they do it
    otherwise is tested in `test_prompts.py`."""
    monkeypatch.setattr("ivr.server.jobs.warm", nobody_speaks_ahead)
    monkeypatch.setattr("ivr.server.jobs.prepare", nobody_speaks_ahead)
    monkeypatch.setattr("ivr.server.parts.prepare", nobody_speaks_ahead)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server with the migrated database `segue`, to be used or copied (`database(name, "segue")`)."""
    server = PostgresServer()
    with running(server):
        migrate(server.database("segue"))
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> str:
    """A migrated database that all tests share."""
    return postgres.database("shared", "segue")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    server = RedisServer()
    with running(server):
        yield server.url
