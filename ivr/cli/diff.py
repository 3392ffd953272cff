"""Tell in words what differs between two versions of a menu, or between the one in force and a folder.

    segue diff support             the folder IVR_MENUS against what is in force
    segue diff support DIR         that folder against what is in force
    segue diff support 3           version 3 against what is in force
    segue diff support 3 4         version 3 against version 4

The result is 1 when something differs, 0 when nothing does."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from ivr import settings
from ivr.cli.complaint import Complaint
from ivr.cli.published import folder_flows, history, opened, pick
from ivr.engine.flow import Flow
from ivr.publishing.changes import changes, files, text_changes
from ivr.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("menu")
    parser.add_argument("of", nargs="*", metavar="VERSION|DIR", help="a folder, one version, or two")
    parser.add_argument("--text", action="store_true", help="the lines that differ, too")


def run(chosen: argparse.Namespace) -> int:
    setting = settings.load()
    folders = [Path(word) for word in chosen.of or [setting.menus] if Path(word).is_dir()]
    in_folder = _in_folder(folders[0], chosen.menu, setting) if len(chosen.of) <= 1 and folders else None
    old, new = asyncio.run(_both(chosen, setting, in_folder))
    sentences = changes(old, new)
    print("\n".join(sentences) or "nothing differs")
    if chosen.text and sentences:
        print(f"\n{text_changes(files(old), files(new))}", end="")
    return 1 if sentences else 0


async def _both(chosen: argparse.Namespace, setting: Settings, in_folder: Flow | None) -> tuple[Flow, Flow]:
    async with opened(setting) as press:
        entries = await history(press.store, chosen.menu)

        async def version(word: str) -> Flow:
            return await press.publisher.version(chosen.menu, pick(entries, word).version)

        in_force = str(entries[0].n)
        if in_folder is not None:
            return await version(in_force), in_folder
        match chosen.of:
            case [one]:
                return await version(one), await version(in_force)
            case [one, two]:
                return await version(one), await version(two)
            case _:
                raise Complaint("name a folder, one version, or two")


def _in_folder(folder: Path, menu: str, setting: Settings) -> Flow:
    flows = folder_flows(folder, setting)
    if menu not in flows:
        raise Complaint(f"there is no menu {menu!r} in {folder}; there are: {', '.join(sorted(flows))}")
    return flows[menu]
