"""The JSON Schema of menus: takes all that we ship or show, and knows the keys that the loader reads, no others."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import ivr
from ivr import menu_schema
from ivr.cli import main
from ivr.engine.loader import MenuMistakes, check_part, load
from ivr.engine.loader.mapping import MappingReader
from ivr.engine.loader.verbs import VERBS
from ivr.flows import parts_in
from tests.test_docs_menus import BLOCK, PAGE

ROOT = Path(__file__).parents[1]
MENUS = Path(ivr.__file__).parent / "menus"
SHIPPED = [
    path
    for path in sorted(MENUS.rglob("*.yaml"))
    if path.parent.name not in {"conversations", "words"} and path.name != "services.yaml"
]
CHECKED = jsonschema.Draft7Validator(menu_schema.schema())
KINDS = ("menu:", "submenu:", "article:")
SHOWN = [
    found[1] for found in BLOCK.finditer(PAGE) if not found[2] and not found[1].startswith(("services:", "allow:"))
]


def parsed(text: str) -> Any:
    """As editors do, but for days, which JSON has not."""
    loader = type("Loader", (yaml.CSafeLoader,), {"yaml_implicit_resolvers": {
        sign: [(tag, pattern) for tag, pattern in rules if not tag.endswith(("timestamp", "int:60"))]
        for sign, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }})  # fmt: skip
    found = yaml.load(text, Loader=loader)
    return json.loads(json.dumps(found))


def whole(text: str) -> str:
    """An example of the reference may be a part of a menu."""
    return text if text.startswith(KINDS) else f"menu: example\n{text}"


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(menu_schema.schema())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_menus_are_taken_and_name_it(path: Path) -> None:
    text = path.read_text("utf-8")
    CHECKED.validate(parsed(text))
    named = text.splitlines()[0].partition("$schema=")[2]
    assert (path.parent / named).resolve() == ROOT / "docs/menu.schema.json"


@pytest.mark.parametrize("text", SHOWN)
def test_menus_of_the_reference_are_taken(text: str) -> None:
    CHECKED.validate(parsed(whole(text)))


SUPPORT = (MENUS / "support.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("title: Acme", "titel: Acme"),
        ("    next: anything_else", "    nxet: anything_else"),
        ("        voice: Please say", "        vioce: Please say"),
        ("{key: 1, label: track", "{kay: 1, label: track"),
        ("{key: 1, label: track", "{key: 11, label: track"),
        ("    say: We are here", "    sya: We are here"),
        ("      service: orders", "      sevice: orders"),
        ("type: digits, length", "type: digit, length"),
        ("    failed: no_answer", "    fialed: no_answer"),
        ("    next: look_up", "    done: look_up"),  # beside an ask there is no done
        ("do: repeat", "do: repaet"),
        ("within: 10m, do: continue", "within: soon, do: continue"),
    ],
)
def test_slips_are_underlined(right: str, wrong: str) -> None:
    assert right in SUPPORT
    with pytest.raises(jsonschema.ValidationError):
        CHECKED.validate(parsed(SUPPORT.replace(right, wrong, 1)))


def keys_read() -> dict[str, set[str]]:
    """The keys that the loader asks each kind of mapping for, over all menus that we have."""
    asked: dict[str, set[str]] = defaultdict(set)
    report = MappingReader._report_keys

    def noting(reader: MappingReader) -> None:
        asked[reader.what] |= reader._asked.keys()
        report(reader)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MappingReader, "_report_keys", noting)
        parts = {**parts_in(MENUS), "part.yaml": PART}
        for text in [EVERYTHING, *(path.read_text("utf-8") for path in SHIPPED), *map(whole, SHOWN)]:
            try:
                load(text, "any.yaml", None, parts)
            except MenuMistakes:
                continue  # parts of menus lack the rest
        for spoken in ("language: en-US\n", "languages: [en-US]\n"):
            check_part("part.yaml", {"part.yaml": f"{spoken}{PART}"})
        for spoken in ("language: en-US\n", "languages: [en-US]\n"):
            check_part("articles/help.yaml", {"articles/help.yaml": f"{spoken}{HELP}"})
    return asked


HELP = "article: help\ntitle: Help\ntext: Turn it off and on.\nlink: https://acme.example/help\n"
PART = "submenu: part\nreturns: [done]\nstart: a\nsteps:\n  a:\n    return: done\n"
EVERYTHING = """
menu: everything
start: a
resume: {dropped: {within: 1m, do: continue}}
escalation: {keys_after: 2}
always: [{key: 0, goto: b}]
steps:
  a: {menu: {prompt: A, choices: [{key: 1, label: b, goto: b}], exhausted: b}}
  b: {ask: {slot: x, prompt: X, exhausted: c}, next: c}
  c: {invoke: {service: s}, done: d, failed: d}
  d: {send: {by: sms, text: t}, next: e}
  e: {handoff: {queue: q}, unavailable: f}
  f: {record: {slot: m, prompt: p}, next: g, failed: g}
  g: {verify: {code: sms, text: "{code}", prompt: p}, done: h, failed: h}
  g2: {verify: {pin: p, service: s, with: {p: "{p}"}, prompt: p}, done: h, failed: h}
  h: {callback: {queue: q}, next: i, failed: i}
  i: {article: {show: help}, helped: j, not_helped: j}
  j: {survey: {rate: r, comment: c}, next: k}
  k: {submenu: {name: part}, done: l}
  l: {end: }
"""


def test_it_knows_the_keys_that_the_loader_reads() -> None:
    asked = keys_read()
    expected = {
        "a menu file": menu_schema.TOP,
        "a sub-menu file": menu_schema.SUBMENU,
        "an article": menu_schema.ARTICLE,
        "always": menu_schema.CHOICE,
        "dropped": menu_schema.RULE,
        **menu_schema.INSIDE,
    }
    for what, keys in expected.items():
        assert asked[what] == set(keys), what
    assert set(menu_schema.BESIDE) == set(VERBS) == {*menu_schema.INSIDE, *menu_schema.WHOLE}


def test_the_published_file_is_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """Written by: segue schema > docs/menu.schema.json"""
    assert main(["schema"]) == 0
    assert (ROOT / "docs/menu.schema.json").read_text("utf-8") == capsys.readouterr().out
