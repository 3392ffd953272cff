"""Flip a switch of the menus, or list them. Servers on the same database see it within a second.

segue switch list
segue switch emergency on"""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from collections.abc import Mapping

from context_bridge.contract import ContextStore
from context_bridge.live import open_bus
from ivr import settings
from ivr.cli.complaint import Complaint
from ivr.cli.installation import opened
from ivr.cli.published import day
from ivr.engine.flow import Switch
from ivr.engine.loader import MenuMistakes
from ivr.engine.loader.mistakes import did_you_mean
from ivr.flows import UnknownMenu, read_folder
from ivr.publishing.stored import stored
from ivr.settings import Settings
from ivr.switches import Switches

LIST = "list"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="a switch of a menu, or list")
    parser.add_argument("state", choices=["on", "off"], nargs="?", help="what it is to be")
    parser.add_argument("--by", metavar="NAME", default=getpass.getuser(), help="who flips it; otherwise you")


async def run(chosen: argparse.Namespace) -> int:
    setting = settings.load()
    if (chosen.name == LIST) == (chosen.state is not None):
        raise Complaint("write `segue switch list`, or `segue switch NAME on` (or off)")
    async with opened(setting) as store:
        known = await _known(setting, store)
        if chosen.name == LIST:
            await _list(store, known)
        else:
            await _flip(setting, store, known, chosen)
    return 0


async def _flip(
    setting: Settings, store: ContextStore, known: Mapping[str, Switch], chosen: argparse.Namespace
) -> None:
    if chosen.name not in known:
        raise Complaint(f"no menu has a switch {chosen.name!r}; {did_you_mean(chosen.name, sorted(known))}")
    bus = open_bus(setting.redis_url)
    try:
        row = await Switches(store, bus, time.time).flip(chosen.name, chosen.state == "on", chosen.by)
    finally:
        await bus.close()
    print(f"{row.name} is {row.state}")


async def _list(store: ContextStore, known: Mapping[str, Switch]) -> None:
    rows = {row.name: row for row in await store.switches()}
    width = max(map(len, known), default=0)
    for name, switch in sorted(known.items()):
        row = rows.get(name)
        told = f"{row.state:<3}  since {day(row.at)} by {row.who}" if row else "off"
        print(f"{name:<{width}}  {told}  ({switch.title})")


async def _known(setting: Settings, store: ContextStore) -> Mapping[str, Switch]:
    """Those of the menus in force and of the folder. A mistake in a file must not keep anybody from flipping one."""
    found: dict[str, Switch] = {}
    try:
        folder, _ = read_folder(setting.menus, setting.services)
        for flow in folder.values():
            found |= flow.switches
    except (MenuMistakes, UnknownMenu) as error:
        print(f"segue: the menus' folder is left out: {error}", file=sys.stderr)
    for entry in await store.in_force():
        flow_in_force = await stored(store, entry.menu, entry.version)
        found |= flow_in_force.switches if flow_in_force else {}
    return found
