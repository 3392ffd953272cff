"""Servers that many tests share. Who kills or freezes a server starts one of their own (`tests.servers`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from context_bridge.migrate import migrate
from tests.servers import PostgresServer, RedisServer, running

settings.register_profile("untimed", deadline=None)  # how long an example takes is for benchmarks to say
settings.load_profile("untimed")


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
