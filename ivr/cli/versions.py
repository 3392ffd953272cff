"""List the versions of a menu, the newest first; the star marks the one in force."""

from __future__ import annotations

import argparse
from collections import Counter

from ivr import settings
from ivr.cli.published import day, history, opened


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("menu")


async def run(chosen: argparse.Namespace) -> int:
    async with opened(settings.load()) as press:
        entries = await history(press.store, chosen.menu)
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
