"""What the menus' folder brings when a server starts: content that was never published is, by the author `folder`; what
has mistakes is told and left out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from context_bridge.contract import ContextStore
from ivr.engine.flow import Flow
from ivr.engine.loader import Mistake
from ivr.publishing.publisher import Draft, Overtaken, Publisher, Refused

log = logging.getLogger(__name__)

AUTHOR = "folder"


async def leave_out(folder: Path, broken: Mapping[str, str], mistakes: Sequence[Mistake], store: ContextStore) -> None:
    """Tell each mistake, and of each menu that has some what is served in its place. `broken`: its name -> its file.
    Raises `StoreUnavailable`."""
    for mistake in mistakes:
        log.error("%s", folder / str(mistake))
    for menu, file in broken.items():
        entries = await store.published(menu)
        served = f"what is in force stays, version {entries[0].version} of {menu}" if entries else "it is not served"
        log.error(
            "%s has mistakes, and %s. Mend it (`segue check %s` tells what is left), then: segue publish %s -m WHY",
            *(file, served, folder, folder),
        )


async def publish_folder(folder: Path, flows: Iterable[Flow], store: ContextStore, publisher: Publisher) -> None:
    """The store's word counts more than the folder's: a file that was published before is not put in force again, so
    that a roll-back survives a restart. Raises `StoreUnavailable`."""
    files = _names(folder)
    for flow in flows:
        await _publish(flow, files.get(flow.source, flow.menu), folder, store, publisher)


def _names(folder: Path) -> dict[str, str]:
    """Text of a file -> its name."""
    return {path.read_text("utf-8", errors="replace"): path.name for path in folder.glob("*.yaml")}


async def _publish(flow: Flow, file: str, folder: Path, store: ContextStore, publisher: Publisher) -> None:
    entries = await store.published(flow.menu)
    if entries and entries[0].version == flow.version:
        return
    if any(entry.version == flow.version for entry in entries):
        now = entries[0]
        log.warning(
            "%s is not what is in force: that is version %s of %s (%s). "
            "`segue diff %s %s` tells the difference, `segue rollback %s %s -m WHY` puts this one in force again",
            *(file, now.version, now.author, now.message, flow.menu, folder, flow.menu, flow.version),
        )
        return
    try:
        await publisher.publish(Draft(flow, entries[0].version if entries else None, AUTHOR, f"from {file}"))
    except Overtaken as error:
        log.info("%s: %s", file, error)  # another server started at the same time
    except Refused as error:
        log.error("%s is not in force, what was before it stays: %s (with `segue publish %s`)", file, error, folder)
