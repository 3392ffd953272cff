"""Where something stands in the files of a flow. Their texts are read again, once, when there is something to tell."""

from __future__ import annotations

from pathlib import PurePath

from ivr.engine.flow import Flow
from ivr.engine.loader import source
from ivr.engine.loader.mistakes import Mistakes, Place
from ivr.engine.loader.source import Entry, Fields, Items, Node

TOP = Place(1, 1)


class Places:
    """`file`: the name of the menu's own file; those of its parts are known to the flow."""

    def __init__(self, flow: Flow, file: str) -> None:
        self._flow, self._file = flow, file
        self._roots: dict[str | None, Fields] = {}

    def find(self, step: str | None, path: tuple[str | int, ...]) -> tuple[str, Place]:
        """The file, and the place of the deepest part of the path that exists."""
        if step is None:
            return self._file, _walk(self._root(None), path, TOP)
        part, line = self._flow.places.get(step, (None, 1))
        entry = _step_at(self._root(part), line)
        return self._named(part), _walk(entry.value, path, entry.place) if entry else Place(line, 1)

    def _named(self, part: str | None) -> str:
        return self._file if part is None else str(PurePath(self._file).parent / part)

    def _root(self, part: str | None) -> Fields:
        if part not in self._roots:
            text = self._flow.source if part is None else self._flow.parts[part]
            self._roots[part] = source.read(text, Mistakes(part or self._file)) if text else Fields(TOP, {})
        return self._roots[part]


def _step_at(root: Fields, line: int) -> Entry | None:
    steps = root.entries.get("steps")
    entries = steps.value.entries.values() if steps and isinstance(steps.value, Fields) else ()
    return next((entry for entry in entries if entry.place.line == line), None)


def _walk(node: Node, path: tuple[str | int, ...], place: Place) -> Place:
    """Parts that are not there are passed over: a prompt may have wordings by channel, by language, or neither."""
    for part in path:
        if isinstance(node, Fields) and isinstance(part, str) and part in node.entries:
            entry = node.entries[part]
            node, place = entry.value, entry.place
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            place = node.place
    return place
