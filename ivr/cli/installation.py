"""The database of the installation that a command is about.

Whoever runs a command in another directory than the server, or in a shell without its settings, has another database
than it: nothing may seem to be done there that no caller ever notices.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from context_bridge.contract import ContextStore
from context_bridge.migrate import sqlite_path
from context_bridge.store import open_store
from ivr.cli.complaint import Complaint
from ivr.settings import Settings

ELSEWHERE = "run this in the server's directory and with its settings (IVR_DATA_DIR or IVR_DATABASE_URL)"


@asynccontextmanager
async def opened(setting: Settings, *, first: bool = False) -> AsyncIterator[ContextStore]:
    """`first`: it may be the first that comes to it. Otherwise raises `Complaint` when there is none yet, and always
    `StoreUnavailable`."""
    if path := _unmade(setting):
        if not first:
            raise Complaint(f"there is no database {path}; {ELSEWHERE}, or start the server once")
        print(f"segue: {path} is a new database; if a server runs already, {ELSEWHERE}", file=sys.stderr)
    store = await open_store(setting.database)
    try:
        yield store
    finally:
        await store.close()


def _unmade(setting: Settings) -> Path | None:
    """Where the embedded database would be made; None when it is there, or is on a server."""
    path = sqlite_path(setting.database)
    return None if path is None or Path(path).exists() else Path(path).absolute()
