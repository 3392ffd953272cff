"""Play the conversations of the menus (docs/conversations.md), and tell which of them go another way."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ivr import conversation, conversation_file, settings
from ivr.cli.check import CONVERSATIONS, read
from ivr.cli.complaint import Complaint
from ivr.conversation import Result
from ivr.flows import read_folder
from ivr.rehearsal import rehearsal_of


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders; otherwise conversations/ of the menus")


async def run(chosen: argparse.Namespace) -> int:
    setting = settings.load()
    flows, _ = read_folder(setting.menus, setting.services)
    failed = played = 0
    for path in _files(chosen.paths or [setting.menus / CONVERSATIONS]):
        told = conversation_file.load(read(path), str(path))
        if told.menu not in flows:
            raise Complaint(f"{path}: there is no menu {told.menu!r}; there are: {', '.join(sorted(flows))}")
        async with rehearsal_of(told, flows, setting.region) as player:
            result = await conversation.run(told, player)
        print(_report(result))
        played, failed = played + 1, failed + (not result.passed)
    print(f"{played - failed} passed, {failed} failed" if failed else f"{played} passed")
    return 1 if failed else 0


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        found = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not found:
            raise Complaint(f"{path} holds no conversations; docs/conversations.md says how to write one")
        yield from found


def _report(result: Result) -> str:
    named = f"{os.path.relpath(result.conversation.file)}  {result.conversation.name}"
    if result.lacking:
        return f"FAIL {named}\n  cannot be played in the terminal: {', '.join(result.lacking)}"
    return f"FAIL {named}\n{result.mismatch}" if result.mismatch else f"PASS {named}"
