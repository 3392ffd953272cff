"""One mapping of the file, read key by key.

What cannot be read becomes a mistake and a harmless stand-in, so that reading goes on and all mistakes come at once.
Ways to steps and mentions of slots are noted in the `Draft`: whether they hold shows when the whole file was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Self, TypeVar

from ivr.engine.loader.draft import UNKNOWN, Draft, How, Mention, Target
from ivr.engine.loader.mistakes import Place, Unfit, did_you_mean, nearest, quoted
from ivr.engine.loader.source import Fields, Items, Node, Text
from ivr.engine.steps import Format

T = TypeVar("T")
BESIDE = {"next", "done", "failed", "unavailable", "unanswered"}
INSIDE = {"prompt", "choices", "slot", "no_input", "no_match", "tries", "exhausted", "timeout", "interdigit"}


class MappingReader:
    """Use as a context manager: at its end, keys that nobody asked for are mistakes. `what` names the mapping in
    messages; `quiet` readers stand for a mapping that is not there, which was told already."""

    def __init__(self, fields: Fields, draft: Draft, what: str, step: str | None = None, quiet: bool = False) -> None:
        self.fields = fields
        self.draft = draft
        self.what = what
        self.step = step
        self.quiet = quiet
        self._asked: dict[str, None] = {}
        self._missing: list[tuple[str, Place, str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self._report_keys()

    def wrong(self, place: Place, problem: str, remedy: str) -> None:
        self.draft.mistakes.add(place, problem, remedy, self.step)

    def has(self, key: str) -> bool:
        return key in self.fields.entries

    def place(self, key: str) -> Place:
        """Where the value of `key` stands, or the mapping itself."""
        entry = self.fields.entries.get(key)
        return entry.value.place if entry else self.fields.place

    def missing(self, key: str, remedy: str) -> None:
        """Told at the end, unless it is only misspelt."""
        there = self.fields.entries.get(key)
        problem = f"{key} is empty" if there else f"{key} is missing"
        self._missing.append((key, there.place if there else self.fields.place, problem, remedy))

    def node(self, key: str) -> Node | None:
        """The value of `key`; None when it is not there or nothing is written behind it."""
        self._asked[key] = None
        entry = self.fields.entries.get(key)
        if entry is None or (isinstance(entry.value, Text) and entry.value.empty):
            return None
        return entry.value

    def accept(self, *keys: str) -> None:
        """These keys may be there, whatever they hold."""
        self._asked.update(dict.fromkeys(keys))

    # Values that are one text

    def get(self, key: str, parse: Callable[[str], T], default: T) -> T:
        node = self.node(key)
        if node is None:
            if self.has(key):
                self.missing(key, 'write a value ("#" needs quotes), or take the key away')
            return default
        return self._parsed(key, node, parse, default)

    def need(self, key: str, parse: Callable[[str], T], stand_in: T, remedy: str) -> T:
        node = self.node(key)
        if node is None:
            self.missing(key, remedy)
            return stand_in
        return self._parsed(key, node, parse, stand_in)

    def _parsed(self, key: str, node: Node, parse: Callable[[str], T], stand_in: T) -> T:
        if not isinstance(node, Text):
            self.wrong(node.place, f"{key}: a text is wanted here", _quotes_or(node, "write one text"))
            return stand_in
        return self.checked(key, node, parse, stand_in)

    def checked(self, key: str, text: Text, parse: Callable[[str], T], stand_in: T) -> T:
        try:
            return parse(text.value)
        except Unfit as unfit:
            self.wrong(text.place, f"{key}: {unfit.problem}", unfit.remedy)
            return stand_in

    def target(self, key: str, remedy: str | None = "name the step that comes then") -> str:
        """The name of a step. `remedy` None: it may be missing, and `UNKNOWN` says so."""
        node = self.node(key)
        if node is None:
            if remedy or self.has(key):
                self.missing(key, remedy or "name a step, or take the key away")
            return UNKNOWN
        name = self._parsed(key, node, str, UNKNOWN)
        if name != UNKNOWN:
            self.draft.targets.append(Target(key, name, node.place, self.step))
        return name

    # Values that are several texts, lists or mappings

    def texts(self, key: str) -> list[Text]:
        """One text, or a list of texts."""
        return self._texts(key, self.node(key))

    def _texts(self, key: str, node: Node | None) -> list[Text]:
        if node is None:
            return []
        found = node.items if isinstance(node, Items) else (node,)
        for item in found:
            if not isinstance(item, Text) or item.empty:
                self.wrong(item.place, f"{key}: a text is wanted here", _quotes_or(item, "write a text or a list"))
        return [item for item in found if isinstance(item, Text) and not item.empty]

    def several(self, key: str, parse: Callable[[str], T]) -> tuple[T, ...]:
        """Like `texts`, each of them read by `parse`."""
        found = (self.checked(key, text, parse, None) for text in self.texts(key))
        return tuple(value for value in found if value is not None)

    def inside(self, key: str, remedy: str = "write a mapping of keys and values here") -> Self:
        """The mapping behind `key`."""
        node = self.node(key)
        if node is None:
            self.missing(key, remedy)
        return self.reader(key, node, remedy)

    def reader(self, key: str, node: Node | None, remedy: str) -> Self:
        """A reader of `node`, quiet when that is not a mapping (which is a mistake, unless it is None)."""
        if isinstance(node, Fields):
            return type(self)(node, self.draft, key, self.step)
        if node is not None:
            self.wrong(node.place, f"{key}: a mapping is wanted here", remedy)
        return type(self)(Fields(self.place(key), {}), self.draft, key, self.step, quiet=True)

    def list_of(self, key: str, remedy: str) -> Iterator[Self]:
        """The mappings of the list behind `key`."""
        node = self.node(key)
        if node is not None and not isinstance(node, Items):
            self.wrong(node.place, f"{key}: a list is wanted here", remedy)
        for item in node.items if isinstance(node, Items) else ():
            yield self.reader(key, item, remedy)

    def entries(self) -> Iterator[tuple[str, Place, Node]]:
        """All keys of a mapping whose keys are the author's own names."""
        for key, entry in self.fields.entries.items():
            self._asked[key] = None
            yield key, entry.place, entry.value

    def mention(self, slot: str, how: How, place: Place, format_: Format = "plain", into: str | None = None) -> None:
        self.draft.mentions.append(Mention(slot, how, place, self.step, format_, into))

    def _report_keys(self) -> None:
        if self.quiet:
            return
        misspelt = set()
        for key, entry in self.fields.entries.items():
            if key not in self._asked:
                misspelt.add(nearest(key, self._asked))
                self.wrong(entry.place, f"{quoted(key)} is no key of {self.what}", self._remedy_for(key, entry.value))
        for key, place, problem, remedy in self._missing:
            if key not in misspelt:
                self.wrong(place, problem, remedy)

    def _remedy_for(self, key: str, value: Node) -> str:
        if self.fields.inline and " " in key and isinstance(value, Text) and value.empty:
            return "put the text before it in quotes: inside { }, a comma ends a text"
        if key in BESIDE and self.step and self.what != "step" and not nearest(key, self._asked):
            return f'write it beside "{self.what}:", one level up'
        if key in INSIDE and self.what == "step":
            return "write it inside the step's verb, one level down"
        return did_you_mean(key, self._asked)


def looks_like_template(node: Node) -> bool:
    """`say: {status}` is a mapping to YAML; the author meant a text."""
    if not isinstance(node, Fields) or not node.inline or len(node.entries) != 1:
        return False
    (key,) = node.entries
    value = node.entries[key].value
    return isinstance(value, Text) and value.empty and key not in {"voice", "text", "audio"}


def _quotes_or(node: Node, remedy: str) -> str:
    return "put the text in quotes, since it begins with {" if looks_like_template(node) else remedy
