"""Templates: text with `{name}` and `{name:format}` in it. `{{` and `}}` stand for the braces themselves."""

from __future__ import annotations

import re
from itertools import groupby
from typing import get_args

from ivr.engine.loader.mistakes import Unfit, did_you_mean, quoted
from ivr.engine.steps import Format, Ref, Template

FORMATS = tuple(name for name in get_args(Format) if name != "plain")
PARTS = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|[{}])")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")


def parse(text: str) -> Template:
    """The parts of `text`; neighbouring texts are joined. Raises `Unfit`."""
    parts = [_part(part) for part in PARTS.split(text) if part]
    joined: list[str | Ref] = []
    for is_text, group in groupby(parts, lambda part: isinstance(part, str)):
        run = list(group)
        joined.extend(["".join(map(str, run))] if is_text else run)
    return tuple(joined)


def _part(part: str) -> str | Ref:
    if part in {"{{", "}}"}:
        return part[0]
    if part in {"{", "}"}:
        raise Unfit(f"a {part} stands alone", "write {name} around a name, and {{ or }} for the brace itself")
    return _ref(part[1:-1]) if part.startswith("{") else part


def _ref(inside: str) -> Ref:
    name, colon, format_ = (word.strip() for word in inside.partition(":"))
    if not NAME.fullmatch(name):
        raise Unfit(f"{{{inside[:40]}}} is not a name", "write {name} or {name:format}, and {{ for the brace itself")
    if not colon:
        return Ref(name)
    for known in FORMATS:
        if format_ == known:
            return Ref(name, known)
    raise Unfit(f"format {quoted(format_)} is not known", did_you_mean(format_, FORMATS))
