"""What a check tells as SARIF 2.1.0 (OASIS, 2020), with the fields that GitHub's code scanning shows: rule, level,
region, help, and the remedy in the message. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from ivr.advice.told import ENTRIES, Entry, Told

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
PLACES: Final = {entry.id: n for n, entry in enumerate(ENTRIES)}


def sarif(told: Sequence[Told], help_uri: str | None = None) -> dict[str, Any]:
    """One run with all rules, so that a viewer can tell what was looked for. `help_uri`: the address under which
    docs/checks.md is published; each rule has a heading there."""
    driver = {"name": "segue", "rules": [_rule(entry, help_uri) for entry in ENTRIES]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_result(one) for one in told]}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(entry: Entry, help_uri: str | None) -> dict[str, Any]:
    help_ = f"{entry.reason[:1].upper()}{entry.reason[1:]}. What to do: {entry.remedy}."
    rule = {
        "id": entry.id,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.reason},
        "help": {"text": help_, "markdown": f"**{entry.title}** {help_} (Source: {entry.source})"},
        "defaultConfiguration": {"level": entry.level},
    }
    return rule | ({"helpUri": f"{help_uri}#{entry.id.casefold()}"} if help_uri else {})


def _result(told: Told) -> dict[str, Any]:
    region = {"startLine": told.line, "startColumn": told.column}
    place = {"artifactLocation": {"uri": _uri(told.file)}, "region": region}
    named = f"step {told.step}: " if told.step is not None else ""
    return {
        "ruleId": told.rule,
        "ruleIndex": PLACES[told.rule],
        "level": told.level,
        "message": {"text": f"{named}{told.problem}; {told.remedy}"},
        "locations": [{"physicalLocation": place}],
        "properties": {"problem": told.problem, "reason": told.reason, "remedy": told.remedy},
    }


def _uri(file: str) -> str:
    """Relative where the file was named so: viewers look for it in the repository."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
