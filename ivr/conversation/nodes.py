"""The YAML nodes of one conversation file. What cannot be read becomes a mistake and a harmless value, so that reading
goes on and all mistakes come at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import yaml

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class ConversationMistake:
    file: str
    line: int
    column: int
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.problem}; {self.remedy}"


class ConversationMistakes(Exception):
    """A conversation file cannot be played; `mistakes` holds all of them, in the order of the file."""

    def __init__(self, mistakes: tuple[ConversationMistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class Nodes:
    """What was wrong in `file` so far is in `mistakes`."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.mistakes: list[ConversationMistake] = []

    def one_of(self, node: yaml.Node, allowed: tuple[Name, ...]) -> Name:
        text = self.text(node)
        for name in allowed:
            if name == text:
                return name
        self.unknown(node, text, allowed)
        return allowed[0]

    def yes_no(self, node: yaml.Node) -> bool:
        return self.one_of(node, ("true", "false")) == "true"

    def text(self, node: yaml.Node | None) -> str:
        if node is None:
            return ""
        text = self.maybe_text(node)
        if not text:
            self.mistake(node, "words are missing here", "write some, or take the line out")
        return text or ""

    def maybe_text(self, node: yaml.Node) -> str | None:
        """A scalar as it stands in the file: 0042 stays 0042, and `yes` the word."""
        if not isinstance(node, yaml.ScalarNode):
            self.mistake(node, "words are wanted here, not a list or a mapping", "write them on one line")
            return None
        return None if node.tag.endswith(":null") else node.value

    def one_or_many(self, node: yaml.Node | None) -> Iterable[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            return self.items(node)
        return () if node is None else (node,)

    def items(self, node: yaml.Node | None) -> Iterable[yaml.Node]:
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.mistake(node, "a list is wanted here", "begin each of its lines with a dash")
            return ()
        return tuple(node.value)

    def pairs(self, node: yaml.Node | None) -> Iterable[tuple[str, yaml.Node]]:
        return ((key.value, value) for key, value in self.entries(node))

    def entries(self, node: yaml.Node | None) -> Iterable[tuple[yaml.ScalarNode, yaml.Node]]:
        if node is None:
            return
        if not isinstance(node, yaml.MappingNode):
            self.mistake(node, "names with values are wanted here", "write {name: value}")
            return
        seen = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.mistake(key, "a name is wanted here", "write {name: value}")
            elif key.value in seen:
                self.mistake(key, f"`{key.value}` stands here twice", "keep one")
            else:
                seen.add(key.value)
                yield key, value

    def fields(self, node: yaml.Node, allowed: tuple[str, ...]) -> dict[str, yaml.Node]:
        found = {}
        for key, value in self.entries(node):
            if key.value in allowed:
                found[key.value] = value
            else:
                self.unknown(key, key.value, allowed)
        return found

    def unknown(self, node: yaml.Node, name: str, allowed: tuple[str, ...]) -> None:
        near = difflib.get_close_matches(name, allowed, n=1)
        remedy = f"did you mean `{near[0]}`?" if near else f"it may be {', '.join(allowed)}"
        self.mistake(node, f"`{name}` is not known here", remedy)

    def mistake(self, node: yaml.Node, problem: str, remedy: str) -> None:
        self.mistake_at(node.start_mark.line + 1, node.start_mark.column + 1, problem, remedy)

    def mistake_at(self, line: int, column: int, problem: str, remedy: str = "put words with : # * in quotes") -> None:
        self.mistakes.append(ConversationMistake(self.file, line, column, problem, remedy))
