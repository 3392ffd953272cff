"""Marks in the wordings of a menu file (see `ivr.engine.markup`): whether they hold together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivr.engine import markup
from ivr.engine.loader.mistakes import did_you_mean, nearest, quoted
from ivr.engine.markup import MARKS, Tag
from ivr.engine.steps import Ref, Template

HOLE = "\ue000"  # where a value stands while the marks around it are looked at
NO_TAG = re.compile(r"</?([A-Za-z][\w-]*)")
SIGN = "write &lt; for the sign < itself"
Trouble = tuple[str, str]  # problem and remedy


def marked(parts: Template) -> Template:
    """A wording for voices in the form in which the engine takes it."""
    text, values = _whole(parts)
    if markup.is_marked(text):
        return _parts(markup.normal(text), values)
    return _parts(markup.plain(text), values) if "&" in text else parts


def unmarked(parts: Template) -> Template:
    """The same wording for eyes."""
    text, values = _whole(parts)
    return _parts(markup.plain(text), values) if "<" in text or "&" in text else parts


def mistakes(parts: Template) -> Iterator[Trouble]:
    """What is wrong with the marks of a wording for voices."""
    text, _ = _whole(parts)
    yield from _nearly_marks(text)
    stack: list[str] = []
    for token in markup.tokens(text):
        if isinstance(token, str):
            continue
        if token.name not in MARKS:
            yield f"<{token.name}> is no mark that voices know", f"{did_you_mean(token.name, MARKS)}; {SIGN}"
            continue
        if token.kind != "close":
            yield from _attributes(token)
        yield from _nested(token, stack)
    for name in stack:
        yield f"<{name}> is never closed", f"write </{name}> behind the words that it is for"


def none(parts: Template) -> Iterator[Trouble]:
    """What is wrong with a wording that only eyes get: any mark."""
    if markup.is_marked(_whole(parts)[0]):
        yield "marks are for voices, not for eyes", "take them away, or write them under voice: only"


def _nested(tag: Tag, stack: list[str]) -> Iterator[Trouble]:
    if tag.kind == "open" and tag.name == "break":
        yield "<break> has nothing inside", 'write it as <break time="500ms"/>'
    elif tag.kind == "open":
        stack.append(tag.name)
    elif tag.kind == "close" and (not stack or stack[-1] != tag.name):
        wanted = f"close <{stack[-1]}> first" if stack else "take it away, or open it before"
        yield f"</{tag.name}> closes nothing", wanted
        if tag.name in stack:
            stack.remove(tag.name)
    elif tag.kind == "close":
        stack.pop()


def _attributes(tag: Tag) -> Iterator[Trouble]:
    mark = MARKS[tag.name]
    example = mark.values[0] if mark.values else "500ms" if tag.name == "break" else "…"
    for name in (name for name in tag.attributes if name != mark.attribute):
        yield f"<{tag.name}> has no {quoted(name)}", f'write it as <{tag.name} {mark.attribute}="{example}">'
    value = tag.attributes.get(mark.attribute)
    if value is None:
        if not mark.optional:
            yield f"<{tag.name}> needs {mark.attribute}", f'write it as <{tag.name} {mark.attribute}="{example}">'
    elif HOLE in value:
        yield "a value cannot stand inside a mark", "put the mark around it"
    elif mark.values and value not in mark.values:
        yield f"{mark.attribute} {quoted(value)} is not known", did_you_mean(value, mark.values)
    elif tag.name == "break" and markup.seconds(value) is None:
        yield f"{quoted(value)} is no pause", "write it as 500ms or 2s, at most ten seconds"


def _nearly_marks(text: str) -> Iterator[Trouble]:
    """`<break time=500ms>` was meant as a mark; `a <b` was not."""
    for found in NO_TAG.finditer(text):
        name = found[1]
        if not markup.TAG.match(text, found.start()) and nearest(name, MARKS):
            known = nearest(name, MARKS) or name
            yield f"<{name} is cut off or miswritten", f'write <{known} {MARKS[known].attribute}="…">; {SIGN}'


def _whole(parts: Template) -> tuple[str, list[Ref]]:
    return (
        "".join(part if isinstance(part, str) else HOLE for part in parts),
        [part for part in parts if isinstance(part, Ref)],
    )


def _parts(text: str, values: list[Ref]) -> Template:
    first, *rest = text.split(HOLE)
    if len(rest) != len(values):  # one is inside a mark, which is told
        return (text.replace(HOLE, ""),)
    found: list[str | Ref] = [first]
    for value, words in zip(values, rest, strict=True):
        found += [value, words]
    return tuple(part for part in found if part)
