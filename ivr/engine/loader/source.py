"""YAML text to nodes that know their place. The only module that knows YAML.

Of YAML we take texts, lists and mappings and nothing else. All plain words stay text, so `no`, `012` and `1` are what
the author sees. Aliases are refused (a menu has no use for them, an attacker has); so are tags and second documents.
The nodes are built from parse events, not by `yaml.compose`, which recurses and takes the last of two equal keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import yaml

from ivr.engine.loader.mistakes import Mistakes, Place, quoted

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML was built without libyaml: slower, same result
    from yaml import SafeLoader as Loader  # type: ignore[assignment]  # only its parser is used

LONGEST = 1_000_000  # characters; a menu of 1,000 steps has a quarter of that
DEEPEST = 16  # levels; a menu needs eight
START = Place(1, 1)
NULLS = {"", "~", "null"}
# What YAML 1.1 (section 5.1) allows in a text; anything else is a binary file or a slip of the keyboard.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Text:
    place: Place
    value: str
    plain: bool  # written without quotes

    @property
    def empty(self) -> bool:
        """Nothing was written, or `null`. An empty text in quotes is not empty in this sense."""
        return self.plain and self.value in NULLS


@dataclass(frozen=True, slots=True)
class Items:
    place: Place
    items: tuple[Node, ...]
    inline: bool  # written in [ ]


@dataclass(frozen=True, slots=True)
class Entry:
    place: Place  # of the key
    value: Node


@dataclass(frozen=True, slots=True)
class Fields:
    place: Place
    entries: Mapping[str, Entry]
    inline: bool = False  # written in { }


Node = Text | Items | Fields


class _Mark(Protocol):
    """What the parsers with and without libyaml both give; from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class _Refused(Exception):
    """The rest of the text is not read."""

    def __init__(self, place: Place, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.place, self.problem, self.remedy = place, problem, remedy


def read(source: str | bytes, mistakes: Mistakes) -> Fields:
    """The mapping that the file consists of. Raises `MenuMistakes` when there is none to be had."""
    text = ""
    try:
        text = _text(source)
        root = _build(yaml.parse(text, Loader=Loader), mistakes)
        if isinstance(root, Fields):
            return root
        mistakes.add(root.place if root else START, "the file is not a mapping", 'begin with "menu: name"')
    except _Refused as refused:
        mistakes.add(refused.place, refused.problem, refused.remedy)
    except yaml.MarkedYAMLError as error:
        if _is_open(error, text):
            problem = "this is not YAML: the bracket that opens here is not closed"
            mistakes.add(_place(error.context_mark), problem, CLOSE)
        else:
            problem = str(error.problem or error.context)
            place = _place(error.problem_mark or error.context_mark)
            mistakes.add(place, f"this is not YAML: {problem}", _syntax_remedy(problem))
    raise mistakes.error()


def _text(source: str | bytes) -> str:
    if len(source) > LONGEST:
        raise _Refused(START, f"the file is longer than {LONGEST:,} characters", "split it into several menus")
    if isinstance(source, bytes):
        source = source.decode("utf-8", errors="surrogateescape")
    if found := UNPRINTABLE.search(source):
        before = source[: found.start()]
        place = Place(before.count("\n") + 1, found.start() - before.rfind("\n"))
        raise _Refused(place, f"the character {found[0]!a} cannot stand here", "save the file as text in UTF-8")
    return source


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet. A mapping's keys and values come in turn."""

    place: Place
    inline: bool
    mapping: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    key: Text | None = None

    def add(self, node: Node, mistakes: Mistakes) -> None:
        if not self.mapping:
            self.items.append(node)
        elif self.key is None:
            if not isinstance(node, Text):
                raise _Refused(node.place, "a key must be a word", "put a text that begins with { or [ in quotes")
            self.key = node
        else:
            name, place, self.key = self.key.value, self.key.place, None
            if name in self.entries:
                first = self.entries[name].place.line
                mistakes.add(place, f"{quoted(name)} is there twice", f"the first is in line {first}; keep one of them")
            else:
                self.entries[name] = Entry(place, node)

    def close(self) -> Node:
        if self.mapping:
            return Fields(self.place, self.entries, self.inline)
        return Items(self.place, tuple(self.items), self.inline)


def _build(events: Iterator[yaml.Event], mistakes: Mistakes) -> Node | None:
    root: Node | None = None
    stack: list[_Open] = []
    for event in events:
        place = _place(event.start_mark)
        match event:
            case yaml.ScalarEvent():
                _refuse_marks(event, place)
                node: Node = Text(place, event.value, not event.style)
            case yaml.AliasEvent():
                raise _Refused(
                    place, "aliases are not used in menus", "write it out; put * in quotes where it is a key"
                )
            case yaml.DocumentStartEvent() if root is not None:
                raise _Refused(place, "a second document begins here", "keep one menu in a file, without ---")
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                _refuse_marks(event, place)
                if len(stack) >= DEEPEST:
                    raise _Refused(place, f"more than {DEEPEST} levels inside each other", "check the brackets")
                stack.append(_Open(place, bool(event.flow_style), isinstance(event, yaml.MappingStartEvent)))
                continue
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                node = stack.pop().close()
            case _:
                continue
        if stack:
            stack[-1].add(node, mistakes)
        else:
            root = node
    return root


def _refuse_marks(event: yaml.ScalarEvent | yaml.CollectionStartEvent, place: Place) -> None:
    if event.anchor is not None:
        raise _Refused(place, "anchors are not used in menus", "write it out; put & in quotes where it begins a text")
    if event.tag is not None:
        raise _Refused(place, "tags are not used in menus", "put ! in quotes where it begins a text")


def _place(mark: _Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else START


# What libyaml says, and what has nearly always happened to somebody who writes sentences into YAML.
SYNTAX_REMEDIES = (
    ("tab character", "indent with blanks, not tabs"),
    ("mapping values are not allowed", "put a text that contains a colon and a blank in quotes"),
    ("cannot start any token", "indent with blanks, not tabs; put a text that begins with @, % or ` in quotes"),
    ("alphabetic or numeric character", "put * and & in quotes"),
    ("unexpected end of stream", "close the quotes or brackets that are open here"),
    ("',' or '}'", "put a text that contains {, }, a quote or a colon and a blank in quotes, or close the bracket"),
    ("',' or ']'", "put a text that contains [, ], a quote or a colon and a blank in quotes, or close the bracket"),
    ("expected key", "check the indentation; put a text that begins with a quote or a bracket in quotes as a whole"),
)


NEXT_LINE = re.compile(r"[\s\w-]*")
CLOSE = "close it; put a text that contains # (which begins a comment), brackets or a quote in quotes as a whole"


def _is_open(error: yaml.MarkedYAMLError, text: str) -> bool:
    """Whether a bracket was left open: a line with a key or an item of its own came where its end was wanted."""
    opened, found = error.context_mark, error.problem_mark
    if not opened or not found or "flow" not in str(error.context) or found.line == opened.line:
        return False
    line = next(iter(text.splitlines()[found.line :]), "")  # none: the text is over
    return bool(NEXT_LINE.fullmatch(line[: found.column]))


def _syntax_remedy(problem: str) -> str:
    fits = (remedy for part, remedy in SYNTAX_REMEDIES if part in problem)
    return next(fits, "check the indentation, the quotes and the brackets here")
