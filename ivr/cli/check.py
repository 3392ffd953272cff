"""List every mistake in menus, their parts, services and conversations, and the advice on menus.

Advice is on what works and is yet bad on the telephone (docs/checks.md). The exit code is 1 when there are mistakes,
with --strict also when there is advice."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from ivr import conversation, settings
from ivr.advice import advise
from ivr.advice.sarif import sarif
from ivr.advice.told import CONVERSATION, Told, of_advice, of_mistake
from ivr.cli.complaint import Complaint
from ivr.conversation import ConversationMistakes
from ivr.engine.loader import ARTICLES, WORDS, MenuMistakes, Mistake, check_part, load, load_services
from ivr.engine.loader.mistakes import did_you_mean
from ivr.engine.services import Services
from ivr.flows import NAMED, SERVICES, menus_in, named_twice, parts_in, survey_folder

CONVERSATIONS = "conversations"  # the folder beside the menus that holds their tests
INSIDE = ("", f"{CONVERSATIONS}/", ARTICLES, WORDS)  # where a menus' folder holds files


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders; otherwise the menus of IVR_MENUS")
    parser.add_argument("--format", choices=FORMATS, default="text", help="json for editors, sarif for code scanning")
    parser.add_argument("--strict", action="store_true", help="advice fails the check too")
    parser.add_argument("--help-uri", metavar="URL", help="where docs/checks.md is published, for sarif")


def run(chosen: argparse.Namespace) -> int:
    paths = chosen.paths or [settings.load().menus]
    told = found(paths)
    FORMATS[chosen.format](told, len(list(_files(paths))), chosen)
    return 1 if any(one.level == "error" or chosen.strict for one in told) else 0


def found(paths: Iterable[Path]) -> list[Told]:
    """All that there is to say of these files and folders. Raises `Complaint` for those that cannot be read."""
    for remembered in (_menu, _parts, _services, _survey):
        remembered.cache_clear()  # of an earlier check in this process
    return list(dict.fromkeys(one for file in _files(paths) for one in _told(file)))  # parts of two menus have it once


def read(path: Path) -> str:
    """The text of a file. Raises `Complaint` when it cannot be read; bytes that are no text become marks that the
    loaders refuse, as they do where a menu is played or published."""
    try:
        return path.read_text("utf-8", errors="surrogateescape")
    except OSError as error:
        raise Complaint(f"{path} cannot be read: {error.strerror}; check the name and its permissions") from error


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            files = [file for inside in INSIDE for file in path.glob(f"{inside}*.yaml")]
            if not files:
                raise Complaint(f"{path} holds no .yaml files; name the folder that holds your menus")
            yield from sorted(files)
        else:
            yield path


def _told(path: Path) -> Iterable[Told]:
    """What there is to say of one file, whichever of its kinds it is."""
    source, name = read(path), str(path)
    try:
        if path.resolve().parent.name == CONVERSATIONS:
            return _unknown_menu(conversation.load(source, name).menu, source, path)
        if path.name == SERVICES:
            load_services(source, name)
        elif part := _part(path):
            return _of_part(part, path)
        else:
            return (*_twice(path), *_menu(path).told)
    except ConversationMistakes as error:
        return (
            Told(m.file, m.line, m.column, None, CONVERSATION.id, "error", m.problem, CONVERSATION.reason, m.remedy)
            for m in error.mistakes
        )
    except MenuMistakes as error:
        return map(of_mistake, error.mistakes)
    return ()


def _unknown_menu(menu: str, source: str, path: Path) -> Iterator[Told]:
    """A conversation with a menu that is none of those beside it; of another folder's menus nothing is known."""
    known = menus_in(path.resolve().parents[1])
    named = NAMED.search(source)
    if known and named and menu not in known:
        line, remedy = source[: named.start()].count("\n") + 1, did_you_mean(menu, known)
        problem = f"there is no menu {menu!r} beside it"
        yield Told(str(path), line, 1, None, CONVERSATION.id, "error", problem, CONVERSATION.reason, remedy)


def _twice(path: Path) -> Iterator[Told]:
    for mistake in named_twice(path.parent):
        if mistake.file == path.name:
            yield of_mistake(replace(mistake, file=str(path)))


@dataclass(frozen=True, slots=True)
class _Menu:
    """`uses`: its parts, by name; None: they are not known, since it has mistakes. `told`: of it and its parts."""

    uses: frozenset[str] | None
    told: tuple[Told, ...]


def _of_part(part: str, path: Path) -> Iterable[Told]:
    """What its menus say of it, since it is read for each of them; what it is by itself where none uses it."""
    folder = path.parents[part.count("/")]
    if part.startswith(WORDS):
        return _of_words(part, folder)
    menus = [_menu(file) for file in sorted(folder.glob("*.yaml")) if file.name != SERVICES and not _part(file)]
    if any(menu.uses is None or part in menu.uses for menu in menus):
        return [one for menu in menus for one in menu.told if Path(one.file) == path]
    try:
        check_part(part, _parts(folder), _services(folder))
    except MenuMistakes as error:
        return [replace(told, file=str(path)) for told in map(of_mistake, error.mistakes)]
    return ()


def _of_words(words: str, folder: Path) -> Iterable[Told]:
    """What is wrong with a translation shows when all that it may belong to is read."""
    for mistake in _survey(folder):
        if mistake.file == words:
            yield of_mistake(replace(mistake, file=str(folder / words)))


def _part(path: Path) -> str | None:
    """The name by which menus know this file, if it is a part of menus."""
    inside = f"{path.resolve().parent.name}/"
    named = f"{inside}{path.name}" if inside in {ARTICLES, WORDS} else path.name
    return named if named in _parts(path.parents[named.count("/")]) else None


@cache
def _survey(folder: Path) -> tuple[Mistake, ...]:
    return survey_folder(folder).mistakes


@cache
def _menu(path: Path) -> _Menu:
    folder, name = path.parent, str(path)
    try:
        flow = load(read(path), name, _services(folder), _parts(folder))
    except MenuMistakes as error:
        return _Menu(None, tuple(map(of_mistake, error.mistakes)))
    return _Menu(frozenset(flow.parts), tuple(map(of_advice, advise(flow, name))))


@cache
def _parts(folder: Path) -> Mapping[str, str]:
    return parts_in(folder)


@cache
def _services(folder: Path) -> Services | None:
    """The services beside a menu; None when their file has mistakes of its own, which are reported there."""
    path = folder / SERVICES
    try:
        return load_services(read(path), str(path)) if path.exists() else Services()
    except MenuMistakes:
        return None


def _as_text(told: list[Told], files: int, _: argparse.Namespace) -> None:
    for one in told:
        print(one)
    mistakes = sum(one.level == "error" for one in told)
    advice = len(told) - mistakes
    counts = [f"{mistakes} mistake{'s' * (mistakes != 1)}"] * bool(mistakes)
    counts += [f"{advice} piece{'s' * (advice != 1)} of advice"] * bool(advice)
    print(f"{files} file{'s' * (files != 1)} read, {', '.join(counts) or 'all is well'}")


def _as_json(told: list[Told], _files: int, _: argparse.Namespace) -> None:
    print(json.dumps([asdict(one) for one in told], indent=2, ensure_ascii=False))


def _as_sarif(told: list[Told], _files: int, chosen: argparse.Namespace) -> None:
    print(json.dumps(sarif(told, chosen.help_uri), indent=2, ensure_ascii=False))


FORMATS: Mapping[str, Callable[[list[Told], int, argparse.Namespace], None]] = {
    "text": _as_text,
    "json": _as_json,
    "sarif": _as_sarif,
}
