"""A version as the store has it, for ever: its bundle, loaded again."""

from __future__ import annotations

import asyncio
import logging

from context_bridge.contract import ContextStore
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, load
from ivr.engine.loader.bundle import unbundle

log = logging.getLogger(__name__)


async def stored(store: ContextStore, menu: str, version: str) -> Flow | None:
    """None: it is not there, or this Segue cannot read it (any more, or yet); the log says which."""
    text = await store.flow_source(menu, version)
    if text is None:
        log.warning("version %s of menu %s is not in the store", version, menu)
        return None
    source, parts = unbundle(text)
    try:
        # Services may have gone since: then asking fails, and not reading. A big menu takes a second: not in the loop.
        return await asyncio.to_thread(load, source, f"{menu}@{version}", None, parts)
    except MenuMistakes as error:
        log.warning("version %s of menu %s cannot be read by this version of Segue: %s", version, menu, error)
        return None
