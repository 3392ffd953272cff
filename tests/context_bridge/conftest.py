"""An empty, migrated database of each kind for every test, and a store on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from context_bridge.contract import ContextStore
from context_bridge.migrate import migrate
from context_bridge.store import open_store
from context_bridge.tables import metadata
from tests.context_bridge.turns import NOW
from tests.servers import PostgresServer


@pytest.fixture(scope="session")
def contract_url(postgres: PostgresServer) -> str:
    return postgres.database("contract", "segue")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        asyncio.run(_empty(postgres := str(request.getfixturevalue("contract_url"))))
        return postgres
    migrate(sqlite := f"sqlite:///{tmp_path}/segue.db")
    return sqlite


async def _empty(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("TRUNCATE " + ", ".join(metadata.tables))
    await connection.close()


@pytest.fixture
async def store(url: str) -> AsyncIterator[ContextStore]:
    opened = await open_store(url, clock=lambda: NOW)
    yield opened
    await opened.close()


@pytest.fixture
async def other(url: str) -> AsyncIterator[ContextStore]:
    """A second instance on the same database."""
    opened = await open_store(url, clock=lambda: NOW)
    yield opened
    await opened.close()
