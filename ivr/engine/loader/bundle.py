"""A menu with the files that it is made of (sub-menus, articles) as one text: one version, stored and hashed as one.

The text is the menu's, then each file behind a line `--- # file: NAME`. In a YAML file `---` at the beginning of a line
starts a second document, which no file of ours may hold; so such a line is never one of a menu's own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

SEAM = re.compile(r"\n--- # file: ([^\n]+)\n")


def bundle(source: str, parts: Mapping[str, str]) -> str:
    """A menu without parts is its own bundle. Raises `ValueError` when a text or a name holds a seam itself."""
    names = sorted(parts)
    for text in (source, *parts.values()):
        if SEAM.search(f"{text}\n"):
            raise ValueError("a line that begins with --- cannot stand in a menu, a sub-menu or an article")
    if any("\n" in name or not name for name in names):
        raise ValueError("the name of a file is one line")
    return source + "".join(f"\n--- # file: {name}\n{parts[name]}" for name in names)


def unbundle(text: str) -> tuple[str, dict[str, str]]:
    """The menu's text and its parts by file name, as they went in."""
    source, *rest = SEAM.split(text)
    return source, dict(zip(rest[::2], rest[1::2], strict=True))


def version_of(source: str, parts: Mapping[str, str]) -> str:
    """The version of a content: the first 12 hex digits of its SHA-256."""
    return hashlib.sha256(bundle(source, parts).encode()).hexdigest()[:12]
