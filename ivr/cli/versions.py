"""List the versions of a menu, the newest first; the star marks the one in force.

segue versions support                 the list
segue versions support 2               the text of version 2
segue versions support --save DIR      the files of the version in force into a folder, for git"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from ivr import settings
from ivr.cli.published import day, history, opened, pick
from ivr.engine.flow import Flow
from ivr.publishing.changes import files


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("menu")
    parser.add_argument("version", nargs="?", help="its number, or the beginning of its name: print its text")
    parser.add_argument("--save", metavar="DIR", type=Path, help="write its files there, otherwise those in force")


async def run(chosen: argparse.Namespace) -> int:
    async with opened(settings.load()) as press:
        entries = await history(press.store, chosen.menu)
        if chosen.version or chosen.save:
            entry = pick(entries, chosen.version) if chosen.version else entries[0]
            _out(await press.publisher.version(chosen.menu, entry.version), chosen.save)
            return 0
        journeys = Counter[str]()
        for place in await press.store.standing(chosen.menu):
            journeys[place.version] += place.journeys
    width = max(len(entry.author) for entry in entries)
    for entry in entries:
        mark = "*" if entry is entries[0] else " "
        on = journeys.pop(entry.version, 0)  # a version that was in force twice has its journeys once
        told = f"{entry.message}{f' ({on} under way)' if on else ''}"
        print(f"{mark} {entry.n:>3}  {entry.version}  {day(entry.at)}  {entry.author:<{width}}  {told}")
    return 0


def _out(flow: Flow, folder: Path | None) -> None:
    """Print its text, or write its files."""
    if folder is None:
        print(flow.source, end="")
        return
    for name, text in files(flow).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        print(path)
