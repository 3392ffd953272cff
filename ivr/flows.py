"""The flows that are served: those in force, and older versions that journeys are pinned to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from context_bridge.contract import ContextStore, StoreUnavailable
from context_bridge.records import Published
from ivr.engine.events import Arrived, Event
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.loader import (
    ARTICLES,
    WORDS,
    MenuMistakes,
    Mistake,
    bundle,
    check_part,
    idle,
    is_submenu,
    load,
    load_services,
)
from ivr.engine.loader.mistakes import quoted
from ivr.engine.services import Services
from ivr.publishing.policy import composed, with_moves
from ivr.publishing.stored import stored

log = logging.getLogger(__name__)

Prepare = Callable[[Flow], Awaitable[None]]
NAMED = re.compile(r"^menu:[ \t]*[\"']?(\w+)", re.MULTILINE)
SERVICES = "services.yaml"  # beside the menus
LOOK = 1.0  # seconds between two looks at what is in force


class UnknownMenu(Exception):
    """No menu of this name is loaded; the message names those that are."""


@dataclass(frozen=True, slots=True)
class Folder:
    """`flows`: the sound menus, by name. `broken`: name of a menu that has mistakes -> its file. `mistakes`: those of
    all files, parts that no menu uses included."""

    flows: dict[str, Flow]
    services: Services
    broken: dict[str, str]
    mistakes: tuple[Mistake, ...]


def read_folder(folder: Path, services_file: Path | None = None) -> tuple[dict[str, Flow], Services]:
    """All menus of a folder and the services they use. Raises `MenuMistakes` with every mistake of every file."""
    found = survey_folder(folder, services_file)
    if found.mistakes:
        raise MenuMistakes(found.mistakes)
    return found.flows, found.services


def survey_folder(folder: Path, services_file: Path | None = None) -> Folder:
    """What is sound in a folder, and what is not. Raises `MenuMistakes`, with every mistake of every file, when the
    services have some: no menu can be judged without them."""
    if not folder.is_dir():
        raise UnknownMenu(f"there is no folder {folder}; set IVR_MENUS to the one that holds your menus")
    file = services_file or folder / SERVICES
    mistakes: list[Mistake] = []
    services: Services | None = None
    declared = _Text(file.name, file.read_bytes()) if file.exists() else None
    flows: dict[str, Flow] = {}
    broken: dict[str, str] = {}
    try:
        services = _services(declared)
    except MenuMistakes as error:  # what menus ask of them is not looked at
        mistakes += error.mistakes
    parts = parts_in(folder)
    beside = tuple(parts.items())
    used: set[str] = set()
    mistakes += named_twice(folder)
    for path in sorted(folder.glob("*.yaml")):
        if path == file or path.name in parts:
            continue
        try:
            text = _Text(path.name, path.read_bytes())
            flow = load(text.content, text.name, None, parts) if services is None else _menu(text, declared, beside)
            flows.setdefault(flow.menu, flow)
            used |= flow.parts.keys()
        except MenuMistakes as error:
            broken[_menu_of(path)] = path.name
            mistakes += error.mistakes
    words = {part for part in parts if part.startswith(WORDS)}
    for part in sorted(parts.keys() - used - words):
        try:
            used |= check_part(part, parts, services)
        except MenuMistakes as error:
            mistakes += error.mistakes
    if not mistakes:  # else it may belong to a file that cannot be read
        mistakes += (mistake for part in sorted(words - used) for mistake in idle(part).error().mistakes)
    told = tuple(dict.fromkeys(mistakes))  # a part of two menus has them once
    if services is None:
        raise MenuMistakes(told)
    return Folder(flows, services, broken, told)


@dataclass(frozen=True, slots=True)
class _Text:
    """Of a file."""

    name: str
    content: bytes


# To read the menus that come with us takes half a second, and most files are as they were when they were last read.


@lru_cache(maxsize=4)
def _services(declared: _Text | None) -> Services:
    return load_services(declared.content, declared.name) if declared else Services()


@lru_cache(maxsize=64)
def _menu(text: _Text, declared: _Text | None, parts: tuple[tuple[str, str], ...]) -> Flow:
    return load(text.content, text.name, _services(declared), dict(parts))


def menus_in(folder: Path) -> dict[str, list[Path]]:
    """The files of each menu of a folder, by its name: one, unless somebody copied a file and left the name in it."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name != SERVICES and not is_submenu(_text(path)):
            found.setdefault(_menu_of(path), []).append(path)
    return found


def named_twice(folder: Path) -> Iterator[Mistake]:
    """Which of two files is meant cannot be known: the first is served, the others are mistakes."""
    for menu, (first, *others) in menus_in(folder).items():
        for path in others:
            named = NAMED.search(text := _text(path))
            line = text[: named.start()].count("\n") + 1 if named else 1
            problem = f"the menu {quoted(menu)} is in {first.name} too"
            yield Mistake(path.name, line, 1, None, problem, "give one of the two another name, or take it away")


def _menu_of(path: Path) -> str:
    """The menu that a file which cannot be read as one would be; by its own name when it does not say."""
    named = NAMED.search(_text(path))
    return named[1] if named else path.stem


def spoken_by_phone(flows: Iterable[Flow]) -> set[str]:
    """The languages in which callers may be spoken to."""
    return {language for flow in flows if "voice" in flow.channels for language in flow.languages}


def parts_in(folder: Path) -> dict[str, str]:
    """The sub-menus, articles and translations of a menus' folder, by the names that menus know their files by."""
    beside = {path.name: _text(path) for path in sorted(folder.glob("*.yaml"))}
    submenus = {name: text for name, text in beside.items() if is_submenu(text)}
    articles = {f"{ARTICLES}{path.name}": _text(path) for path in sorted(folder.glob(f"{ARTICLES}*.yaml"))}
    words = {f"{WORDS}{path.name}": _text(path) for path in sorted(folder.glob(f"{WORDS}*.yaml"))}
    return submenus | articles | words


def _text(path: Path) -> str:
    """Bytes that are no text become marks that the loader refuses."""
    return path.read_text("utf-8", errors="surrogateescape")


class Flows:
    """`flows.current("support")` for who arrives anew, `await flows.pinned(journey.menu, journey.version)` for who is
    under way, `await flows.taking(journey, event)` for who may be either.

    Begins with `menus`; `refresh` brings what the store says is in force, in the place of these. `revise` is for tests:
    what becomes of each menu before it is served."""

    def __init__(
        self, menus: Mapping[str, Flow], store: ContextStore, revise: Callable[[Flow], Flow] = lambda flow: flow
    ) -> None:
        self._store, self._revise = store, revise
        self._current = {name: revise(flow) for name, flow in menus.items()}
        # None: cannot be read here. All stay, since any of them may be asked for at the next turn.
        self._versions: dict[tuple[str, str], Flow | None] = {
            (flow.menu, flow.version): flow for flow in self._current.values()
        }
        self._entries: dict[str, Published] = {}  # what the store said last
        self._taking_over, self._reading = asyncio.Lock(), asyncio.Lock()

    async def remember(self) -> None:
        """Keep the sources in the store, so that a pinned version outlives the file that it came from."""
        for flow in self._current.values():
            await self._store.put_flow(flow.menu, flow.version, bundle(flow.source, flow.parts))

    @property
    def menus(self) -> Mapping[str, Flow]:
        return self._current

    def current(self, menu: str) -> Flow:
        if menu not in self._current:
            there = ", ".join(sorted(self._current)) or "none"
            raise UnknownMenu(f"no menu {menu!r}, there are: {there}; set IVR_MENU to one of them")
        return self._current[menu]

    def title(self, menu: str) -> str:
        """As customers know it; of a menu that is not there, nothing."""
        return self._current[menu].title if menu in self._current else ""

    async def pinned(self, menu: str, version: str) -> Flow:
        """That version; the current one when this Segue cannot read it."""
        return await self._version(menu, version) or self.current(menu)

    async def taking(self, journey: Journey, event: Event) -> Flow:
        """The flow that takes an event: the version that the journey is pinned to. For who arrives in a new contact it
        is the one in force, unless that has no place for where they stand."""
        held = journey.contact
        if isinstance(event, Arrived) and (held is None or held.id != event.contact):
            newest = self._current.get(journey.menu)
            if newest is not None and _has_place(newest, journey, event):
                return newest
        return await self.pinned(journey.menu, journey.version)

    async def refresh(self, prepare: Prepare | None = None) -> None:
        """Take over what the store says is in force. `prepare` is awaited before a new version is served. Raises
        `StoreUnavailable`."""
        async with self._taking_over:
            for entry in await self._store.in_force():
                known = self._entries.get(entry.menu)
                if known is None or entry.n > known.n:
                    await self._take_over(entry, prepare)

    async def watch(self, prepare: Prepare, every: float = LOOK) -> None:
        """See what others publish, for ever. (A look is one small query; events may be lost, and are not there without
        Redis.)"""
        while True:
            with contextlib.suppress(StoreUnavailable):  # said by /readyz and by every turn
                await self.refresh(prepare)
            await asyncio.sleep(every)

    async def _take_over(self, entry: Published, prepare: Prepare | None) -> None:
        flow = await self._version(entry.menu, entry.version)
        if flow is None:
            log.error("version %s of menu %s is in force, and not here: update Segue", entry.version, entry.menu)
        else:
            moved = composed(await self._store.published(entry.menu), flow)
            if prepare is not None:
                await prepare(flow)
            self._current[entry.menu] = with_moves(flow, moved)
            log.info("menu %s: version %s of %s is served (%s)", entry.menu, entry.version, entry.author, entry.message)
        self._entries[entry.menu] = entry

    async def _version(self, menu: str, version: str) -> Flow | None:
        if (menu, version) not in self._versions:
            async with self._reading:  # after a restart all calls ask for the same one at once
                if (menu, version) not in self._versions:
                    flow = await stored(self._store, menu, version)
                    self._versions[menu, version] = self._revise(flow) if flow else None
        return self._versions[menu, version]


def _has_place(flow: Flow, journey: Journey, event: Arrived) -> bool:
    """Invariant 10: a newer version takes a journey over only where it has its step, or knows where that went."""
    if event.step is not None and flow.kept(event.step) is None:
        return False
    begins = journey.step is None or journey.status == "finished" or event.resume == "fresh"
    return begins or flow.kept(journey.step) is not None
