"""Wordings by language: `{en: Hello, de: Hallo}`. The file is read once for each language; each reading takes its own.

A key without region (`de`) stands for all regions of its language. In a menu of several languages a wording without
languages is a mistake, unless it has no words of its own (`"{status}"`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeGuard

from ivr.engine.languages import lookup, primary
from ivr.engine.loader import values
from ivr.engine.loader.draft import DEFAULT, Draft
from ivr.engine.loader.mapping import MappingReader
from ivr.engine.loader.mistakes import Place, Unfit, did_you_mean, quoted
from ivr.engine.loader.source import Fields, Items, Node, Text
from ivr.engine.locale import cldr

TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
IN_QUOTES = "put the sentence that it belongs to in quotes"
NO_WORDS = re.compile(r"\{[^{}]*\}|<[^<>]*>|[\W\d_]")  # placeholders, marks, figures and signs


def is_by_language(node: Node | None) -> TypeGuard[Fields]:
    """Whether a mapping is of languages and not of voice, text and audio."""
    if not isinstance(node, Fields):
        return False
    return any(TAG.fullmatch(key) and not _is_placeholder(node, key) for key in node.entries)


def _is_placeholder(node: Fields, key: str) -> bool:
    """`{eta}` without quotes is a mapping to YAML, and was meant as a text."""
    value = node.entries[key].value
    return node.inline and len(node.entries) == 1 and isinstance(value, Text) and value.empty


def chosen(node: Fields, language: str) -> Node | None:
    """The wording in `language`; None: there is none."""
    for key in (language, primary(language)):
        if key in node.entries and not _empty(node.entries[key].value):
            return node.entries[key].value
    return None


def strange_keys(node: Fields, known: Sequence[str]) -> list[tuple[Place, str, str]]:
    """Place, problem and remedy of each key that is no language of the file."""
    found = []
    for key, entry in node.entries.items():
        if key in known or key in map(primary, known):
            continue
        if node.inline and _empty(entry.value):
            problem, remedy = f"{quoted(key)} seems cut off: inside {{ }}, a comma ends a text", IN_QUOTES
        else:
            problem = f"{quoted(key)} is no language of this file"
            remedy = f"{did_you_mean(key, known)}; or add it to languages"
        found.append((entry.place, problem, remedy))
    return found


def has_words(node: Node) -> bool:
    match node:
        case Text():
            return bool(NO_WORDS.sub("", node.value))
        case Items():
            return any(map(has_words, node.items))
        case _:
            return False


def tag(text: str) -> str:
    """A tag of BCP 47 whose language we can write dates and amounts in."""
    values.language(text)
    if not cldr.is_known(text):
        raise Unfit(f"{quoted(text)} is no language that we know", "write it as en-US, de-DE or en")
    return text


def declared(top: MappingReader) -> tuple[str, ...]:
    """The languages of a file, the one that is spoken unless another is chosen first."""
    if top.has("language") and top.has("languages"):
        top.wrong(top.place("languages"), "language and languages mean the same", "keep one of the two")
    key = "languages" if top.has("languages") else "language"
    found = top.several(key, tag)
    top.draft.spoken_wrong = len(found) < len(top.texts(key))
    return tuple(dict.fromkeys(found)) or (DEFAULT,)


def of_part(top: MappingReader, what: str) -> None:
    """A file that a menu is made of may speak more languages than that menu, or name none and speak as many."""
    draft = top.draft
    if not (top.has("languages") or top.has("language")):
        return
    draft.spoken = declared(top)
    for language in (language for language in draft.languages if language not in draft.spoken):
        problem = f"the menu that uses it speaks {language}, this {what} does not"
        top.wrong(top.fields.place, problem, f"add {language} to its languages, and its words")


def one_of(draft: Draft, text: str) -> str:
    """The language of the menu that `text` stands for: `de` for de-DE."""
    if found := lookup(text, draft.languages):
        return found
    if draft.spoken_wrong:
        return text
    remedy = f"{did_you_mean(text, draft.languages)}; or add it to languages"
    raise Unfit(f"{quoted(text)} is no language of this menu", remedy)


def _empty(node: Node) -> bool:
    return isinstance(node, Text) and node.empty
