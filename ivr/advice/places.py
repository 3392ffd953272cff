"""Where something stands in the files of a flow. Only the steps that there is something to tell about are read again:
a whole menu takes longer to read than to advise on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, source
from ivr.engine.loader.mistakes import Mistakes, Place
from ivr.engine.loader.source import Entry, Fields, Items, Node

Path = tuple[str | int, ...]
TOP = Place(1, 1)


class Places:
    """`file`: the name of the menu's own file; those of its parts are known to the flow."""

    def __init__(self, flow: Flow, file: str) -> None:
        self._flow, self._file = flow, file
        self._lines: dict[str | None, Sequence[str]] = {}
        self._roots: dict[str | None, Fields] = {}

    def known(self, part: str | None, line: int, column: int) -> tuple[str, Place]:
        return self._named(part), Place(line, column)

    def find(self, step: str | None, path: Path) -> tuple[str, Place]:
        """The file, and the place of the deepest part of the path that exists."""
        if step is None:
            return self._file, _walk(self._root(None), path, TOP)
        part, line = self._flow.places.get(step, (None, 1))
        file = self._named(part)
        if found := _only_entry(self._step(part, line)):
            place = _walk(found.value, path, found.place)
            return file, Place(place.line + line - 1, place.column)
        entry = _step_at(self._root(part), line)
        return file, _walk(entry.value, path, entry.place) if entry else Place(line, 1)

    def _named(self, part: str | None) -> str:
        return self._file if part is None else str(PurePath(self._file).parent / part)

    def _step(self, part: str | None, line: int) -> str:
        """The lines of one step, when it is written in lines of its own."""
        if part not in self._lines:
            self._lines[part] = self._text(part).splitlines()
        first, *rest = self._lines[part][line - 1 :] or [""]
        end = next((n for n, text in enumerate(rest) if text.strip() and _indent(text) <= _indent(first)), len(rest))
        return "\n".join([first, *rest[:end]])

    def _text(self, part: str | None) -> str:
        return self._flow.source if part is None else self._flow.parts[part]

    def _root(self, part: str | None) -> Fields:
        if part not in self._roots:
            text = self._text(part)
            self._roots[part] = source.read(text, Mistakes(part or self._file)) if text else Fields(TOP, {})
        return self._roots[part]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _only_entry(text: str) -> Entry | None:
    try:
        entries = source.read(text, Mistakes("")).entries
    except MenuMistakes:
        return None  # steps inside of { }, or a text that goes on further left: the whole file will tell
    return next(iter(entries.values())) if len(entries) == 1 else None


def _step_at(root: Fields, line: int) -> Entry | None:
    steps = root.entries.get("steps")
    entries = steps.value.entries.values() if steps and isinstance(steps.value, Fields) else ()
    return next((entry for entry in entries if entry.place.line == line), None)


def _walk(node: Node, path: Path, place: Place) -> Place:
    """Parts that are not there are passed over: a prompt may have wordings by channel, by language, or neither."""
    for part in path:
        if isinstance(node, Fields) and isinstance(part, str) and part in node.entries:
            entry = node.entries[part]
            node, place = entry.value, entry.place
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            place = node.place
    return place
