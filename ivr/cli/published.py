"""What `publish`, `versions`, `diff` and `rollback` share: the store, and how versions are named."""

from __future__ import annotations

import argparse
import getpass
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from context_bridge.contract import ContextStore
from context_bridge.live import open_bus
from context_bridge.records import Published
from ivr.cli import installation
from ivr.cli.complaint import Complaint
from ivr.engine.flow import Flow
from ivr.flows import read_folder
from ivr.publishing.publisher import Outcome, Publisher
from ivr.settings import Settings

SHORTEST = 4  # characters of a version's name


@dataclass(frozen=True, slots=True)
class Press:
    store: ContextStore
    publisher: Publisher


@asynccontextmanager
async def opened(setting: Settings, *, first: bool = False) -> AsyncIterator[Press]:
    """The database of IVR_DATABASE_URL; servers on it see what is published within a second. `first`: it may be a new
    one, for menus may be published before the first start."""
    async with installation.opened(setting, first=first) as store:
        yield Press(store, Publisher(store, time.time))


async def tell(setting: Settings, outcome: Outcome) -> None:
    """Say what happened, here and (by way of Redis) on the pages that are open."""
    entry = outcome.entry
    if not outcome.new:
        print(f"{entry.menu}: nothing changed, {named(entry)} is in force")
        return
    print(f"{entry.menu}: {named(entry)} is in force")
    for sentence in outcome.changes:
        print(f"  {sentence}")
    if setting.redis_url:
        bus = open_bus(setting.redis_url)
        await bus.publish("published", {"menu": entry.menu, "version": entry.version, "n": entry.n})
        await bus.close()


def folder_flows(folder: Path, setting: Settings) -> Mapping[str, Flow]:
    """The menus of a folder, with its own services or, where it has none, those of the server."""
    own = folder / "services.yaml"
    flows, _ = read_folder(folder, own if own.exists() else setting.services or setting.menus / own.name)
    return flows


async def history(store: ContextStore, menu: str) -> list[Published]:
    """The latest first. Raises `Complaint` when there is none."""
    entries = await store.published(menu)
    if not entries:
        known = ", ".join(entry.menu for entry in await store.in_force()) or "none"
        raise Complaint(f"no menu {menu!r} was published; there are: {known}")
    return entries


def pick(entries: Sequence[Published], word: str) -> Published:
    """A version by its number, or by the beginning of its name (four characters, since a number might be one too)."""
    numbered = [entry for entry in entries if word == str(entry.n)]
    named = [entry for entry in entries if len(word) >= SHORTEST and entry.version.startswith(word)]
    found = numbered or named
    if len({entry.version for entry in found}) != 1:
        menu = entries[0].menu
        raise Complaint(f"{word} is {'not one' if found else 'no'} version of {menu}; see `segue versions {menu}`")
    return found[0]


def named(entry: Published) -> str:
    return f"version {entry.n} ({entry.version})"


def day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def moves(pairs: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        old, mark, new = pair.partition("=")
        if not (old and mark and new):
            raise Complaint(f"--moved {pair}: write it as OLD=NEW, the step that is gone and where its customers go on")
        found[old] = new
    return found


def add_story(parser: argparse.ArgumentParser) -> None:
    """The arguments of who puts something in force."""
    parser.add_argument("-m", "--message", required=True, help="why, for those who read `segue versions`")
    parser.add_argument("--by", metavar="NAME", default=getpass.getuser(), help="who publishes; otherwise you")
    parser.add_argument(
        "--moved", metavar="OLD=NEW", action="append", default=[], help="customers at step OLD go on at NEW"
    )
