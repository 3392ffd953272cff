"""Put an older version of a menu in force again; without a version, the one before the one in force.

It is published as a new version, by the same rules: calls that are on end as they began, and it is refused while
customers stand at a step that it does not have. Steps that were moved since lead back by themselves."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from context_bridge.records import Published
from ivr import settings
from ivr.cli.complaint import Complaint
from ivr.cli.published import add_story, history, moves, opened, pick, tell


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("menu")
    parser.add_argument("version", nargs="?", help="its number, or the beginning of its name")
    add_story(parser)


async def run(chosen: argparse.Namespace) -> int:
    setting = settings.load()
    async with opened(setting) as press:
        entries = await history(press.store, chosen.menu)
        back_to = pick(entries, chosen.version) if chosen.version else _before(entries)
        outcome = await press.publisher.roll_back(
            chosen.menu, back_to.version, chosen.by, chosen.message, moves(chosen.moved)
        )
        await tell(setting, outcome)
    return 0


def _before(entries: Sequence[Published]) -> Published:
    menu = entries[0].menu
    if entries[0].rolled_back_from:
        raise Complaint(f"what is in force was rolled back to; name the version you want: see `segue versions {menu}`")
    if len(entries) < 2:
        raise Complaint(f"{menu} has one version only, there is none before it")
    return entries[1]
