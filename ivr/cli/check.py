"""List every mistake in menus, their services and their conversations, each with its remedy."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from ivr import conversation_file, settings
from ivr.cli.complaint import Complaint
from ivr.conversation_file import ConversationMistake, ConversationMistakes
from ivr.engine.loader import MenuMistakes, Mistake, load, load_services
from ivr.engine.services import ServiceSpec

CONVERSATIONS = "conversations"  # the folder beside the menus that holds their tests
SERVICES = "services.yaml"

AnyMistake: TypeAlias = Mistake | ConversationMistake


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders; otherwise the menus of IVR_MENUS")
    parser.add_argument("--json", action="store_true", help="print the mistakes as a JSON list, for editors")


def run(chosen: argparse.Namespace) -> int:
    files = list(_files(chosen.paths or [settings.load().menus]))
    mistakes = [mistake for file in files for mistake in _mistakes(file)]
    if chosen.json:
        print(json.dumps([asdict(mistake) for mistake in mistakes], indent=2, ensure_ascii=False))
    else:
        for mistake in mistakes:
            print(mistake)
        print(_summary(len(files), len(mistakes)))
    return 1 if mistakes else 0


def read(path: Path) -> str:
    """The text of a file. Raises `Complaint` when it cannot be read; bytes that are no text are left to the loaders."""
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise Complaint(f"{path} cannot be read: {error.strerror}; check the name and its permissions") from error


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted([*path.glob("*.yaml"), *path.glob(f"{CONVERSATIONS}/*.yaml")])
            if not found:
                raise Complaint(f"{path} holds no .yaml files; name the folder that holds your menus")
            yield from found
        else:
            yield path


def _mistakes(path: Path) -> Iterable[AnyMistake]:
    """What is wrong with one file, whichever of the three kinds it is."""
    source, name = read(path), str(path)
    try:
        if path.resolve().parent.name == CONVERSATIONS:
            conversation_file.load(source, name)
        elif path.name == SERVICES:
            load_services(source, name)
        else:
            load(source, name, _services(path.with_name(SERVICES)))
    except (MenuMistakes, ConversationMistakes) as error:
        return error.mistakes
    return ()


def _services(path: Path) -> Mapping[str, ServiceSpec] | None:
    """The services beside a menu; None when their file has mistakes of its own, which are reported there."""
    try:
        return load_services(read(path), str(path)) if path.exists() else {}
    except MenuMistakes:
        return None


def _summary(files: int, mistakes: int) -> str:
    read = f"{files} file{'s' * (files != 1)} read"
    return f"{read}, {mistakes} mistake{'s' * (mistakes != 1)}" if mistakes else f"{read}, all is well"
