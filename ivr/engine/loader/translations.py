"""Files of `words/`: what a menu, a sub-menu or an article says, in another language.

`words/support.de.yaml` belongs to `support.yaml`, and maps what is written there, letter for letter, to what is said in
German. A list of phrases goes by its first one: `track: [verfolgen, wo ist meine Bestellung]`; where that is a label
too, the first German one is the label. What a file says by
language itself (`{en: Hello, de: Hallo}`) goes before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ivr.engine.languages import primary
from ivr.engine.loader import source
from ivr.engine.loader.mistakes import MenuMistakes, Mistakes, Place, quoted
from ivr.engine.loader.source import Entry, Fields, Items, Node, Text

FOLDER = "words/"  # beside the menus


@dataclass(slots=True)
class Words:
    """One file, as it is looked into while another one is read."""

    file: str
    entries: Mapping[str, Entry]
    used: set[str] = field(default_factory=set)

    def of(self, node: Node) -> Node | None:
        """The same in the language of this file; None: it is not there."""
        match node:
            case Text():
                return self._text(node)
            case Items(items=(Text() as first, *_)) if isinstance(self._value(first), Items):
                self.used.add(first.value)
                return self._value(first)
            case Items():
                found = [self.of(item) for item in node.items]
                return replace(node, items=tuple(item for item in found if item)) if any(found) else None
            case _:
                return None

    def left(self) -> Iterator[tuple[Place, str, str]]:
        """Place, problem and remedy of words for what is not said: mostly what was changed in the one file and not in
        the other."""
        for key, entry in self.entries.items():
            if key not in self.used:
                problem = f"{quoted(key)} stands nowhere in the file that this belongs to"
                yield entry.place, problem, "write it as it stands there now, or take it away"

    def _text(self, node: Text) -> Text | None:
        found = self._value(node)
        if isinstance(found, Items):  # a label that is a phrase as well
            found = found.items[0] if found.items else None
        if not isinstance(found, Text) or found.empty:
            return None
        self.used.add(node.value)
        return found

    def _value(self, node: Text) -> Node | None:
        entry = self.entries.get(node.value)
        return entry.value if entry else None


def file_of(name: str, language: str) -> str:
    """`name` is that of the menu, sub-menu or article."""
    return f"{FOLDER}{name}.{primary(language)}.yaml"


def idle(file: str) -> Mistakes:
    """What is wrong with a file that nothing uses."""
    name, _, language = file.removeprefix(FOLDER).removesuffix(".yaml").rpartition(".")
    mistakes = Mistakes(file)
    problem = f"no menu, sub-menu or article called {quoted(name)} speaks {quoted(language)}"
    mistakes.add(Place(1, 1), problem, "add the language to the file that this belongs to, or take this one away")
    return mistakes


def read(file: str, text: str, mistakes: Mistakes) -> Words:
    """What is wrong in it goes to `mistakes`, under the file's own name."""
    own = Mistakes(mistakes.beside(file))
    try:
        fields = source.read(text, own)
    except MenuMistakes as error:
        mistakes.include(error)
        return Words(file, {})
    for key, entry in fields.entries.items():
        if isinstance(entry.value, Fields) or (isinstance(entry.value, Text) and entry.value.empty):
            own.add(entry.place, f"{quoted(key)}: words are wanted here", "write what is said, or a list of phrases")
    try:
        own.raise_if_any()
    except MenuMistakes as error:
        mistakes.include(error)
    return Words(file, {key: Entry(_in(file, e.place), _placed(file, e.value)) for key, e in fields.entries.items()})


def _placed(file: str, node: Node) -> Node:
    """What is wrong with a translation is told where it stands."""
    match node:
        case Items():
            return replace(node, place=_in(file, node.place), items=tuple(_placed(file, n) for n in node.items))
        case _:
            return replace(node, place=_in(file, node.place))


def _in(file: str, place: Place) -> Place:
    return replace(place, file=file)
