"""The flows in force: the menus' folder as loaded now, and older versions that journeys are pinned to."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from context_bridge.records import ContextStore
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, Mistake, load, load_services
from ivr.engine.services import Services

log = logging.getLogger(__name__)


class UnknownMenu(Exception):
    """No menu of this name is loaded; the message names those that are."""


def read_folder(folder: Path, services_file: Path | None = None) -> tuple[dict[str, Flow], Services]:
    """All menus of a folder and the services they use. Raises `MenuMistakes` with every mistake of every file."""
    if not folder.is_dir():
        raise UnknownMenu(f"there is no folder {folder}; set IVR_MENUS to the one that holds your menus")
    file = services_file or folder / "services.yaml"
    mistakes: list[Mistake] = []
    services = Services()
    flows: dict[str, Flow] = {}
    try:
        services = load_services(file.read_bytes(), file.name) if file.exists() else services
    except MenuMistakes as error:
        mistakes += error.mistakes
    for path in sorted(folder.glob("*.yaml")):
        if path == file:
            continue
        try:
            flow = load(path.read_bytes(), path.name, services)
            flows[flow.menu] = flow
        except MenuMistakes as error:
            mistakes += error.mistakes
    if mistakes:
        raise MenuMistakes(tuple(mistakes))
    return flows, services


class Flows:
    """`flows.current("support")` for who arrives anew, `await flows.pinned(journey.menu, journey.version)` for who is
    under way. Sources go into the store, so that a pinned version outlives the file it came from."""

    def __init__(self, flows: Mapping[str, Flow], store: ContextStore) -> None:
        self._current = dict(flows)
        self._versions = {(flow.menu, flow.version): flow for flow in flows.values()}
        self._store = store

    async def remember(self) -> None:
        for flow in self._current.values():
            await self._store.put_flow(flow.menu, flow.version, flow.source)

    @property
    def menus(self) -> Mapping[str, Flow]:
        return self._current

    def current(self, menu: str) -> Flow:
        if menu not in self._current:
            there = ", ".join(sorted(self._current)) or "none"
            raise UnknownMenu(f"no menu {menu!r}, there are: {there}; set IVR_MENU to one of them")
        return self._current[menu]

    async def pinned(self, menu: str, version: str) -> Flow:
        """That version; the current one when a newer Segue can no longer read it."""
        if (menu, version) not in self._versions:
            self._versions[menu, version] = await self._restore(menu, version)
        return self._versions[menu, version]

    async def _restore(self, menu: str, version: str) -> Flow:
        source = await self._store.flow_source(menu, version)
        if source is None:
            log.warning("version %s of menu %s is not in the store; the current one serves", version, menu)
            return self.current(menu)
        try:
            return load(source, f"{menu}@{version}")  # services may have gone since: then asking fails, not reading
        except MenuMistakes as error:
            log.warning("version %s of menu %s cannot be read any more: %s", version, menu, error)
            return self.current(menu)
